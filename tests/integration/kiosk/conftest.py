"""One running site for the kiosk's integration tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kiosk import Bench, switched_on
from tests.support.site import Site, running_site


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def bench(site: Site, tmp_path: Path) -> Iterator[Bench]:
    with switched_on(Bench(tmp_path / "kiosk", site)) as ready:
        yield ready
