"""Sites to copy and to put back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.site import Kind, Site


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Which database, each in turn."""
    return request.param


@pytest.fixture
def site(kind: Kind, tmp_path: Path) -> Iterator[Site]:
    """A site that no process serves yet."""
    made = Site(tmp_path / "site", database=kind)
    yield made
    made.remove()
