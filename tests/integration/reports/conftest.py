"""A site's database on both kinds, with a clock that the test moves; no server process."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from queue_server.bootstrap import open_database
from queue_server.config import load_config
from queue_server.core.db import Database
from tests.support.site import Kind, Site

OPENS = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)  # a Tuesday, 08:00 in Lima
ZONE = "America/Lima"


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.instant = OPENS

    def now(self) -> datetime:
        return self.instant

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.instant += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def database(
    kind: Kind, clock: HandClock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    site = Site(tmp_path_factory.mktemp("reports"), database=kind)
    opened = open_database(load_config(site.folder / "server.toml"), clock)
    yield opened
    opened.close()
    site.remove()
