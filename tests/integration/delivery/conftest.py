"""Delivery on both databases, under a clock set by hand, without a web process."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from queue_server.core.db import Database
from tests.support.delivered import HandClock, Shelf, database_at
from tests.support.site import Kind, Site


@dataclass
class Place:
    """One site's rows. Tests of a module share it and put their own applications there."""

    site: Site
    clock: HandClock
    database: Database
    shelf: Shelf


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    kind: Kind = request.param
    site, clock = Site(tmp_path_factory.mktemp("site"), database=kind), HandClock()
    database = database_at(site, clock)
    yield Place(site, clock, database, Shelf(database))
    database.close()
    site.remove()
