"""Every test of the queue's services runs on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hall import Hall, open_hall


@pytest.fixture(params=["sqlite", "postgresql"])
def hall(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hall]:
    with open_hall(tmp_path, request.param) as opened:
        yield opened
