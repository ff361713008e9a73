"""A site whose clock is moved by hand, and rows that are about somebody."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, column, select, table

from queue_server.core.db import Database
from queue_server.privacy.sealed import SEALED
from tests.support.hall import MovableClock
from tests.support.site import Kind, Site


@dataclass
class Room:
    """A site that no process serves, its database opened here, and what its clock says."""

    site: Site
    database: Database
    clock: MovableClock

    def rows(self, statement: Any) -> list[Any]:
        """What a statement finds."""
        return self.database.read(lambda uow: list(uow.connection.execute(statement)))

    def do(self, statement: Any, *rows: Any) -> None:
        """Run a statement, committed."""
        self.database.run(lambda uow: uow.connection.execute(statement, *rows))

    def sealed(self) -> list[tuple[str, bytes]]:
        """Every sealed value there is, with its context."""
        found: list[tuple[str, bytes]] = []
        for each in SEALED:
            there = table(each.table, column(each.column, LargeBinary))
            value = there.c[each.column]
            rows = self.rows(select(value).select_from(there).where(value.is_not(None)))
            found += [(each.context, bytes(row[0])) for row in rows]
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Which database, each in turn."""
    return request.param


@pytest.fixture
def room(kind: Kind, tmp_path: Path) -> Iterator[Room]:
    site = Site(tmp_path / "site", database=kind)
    database = site.database()
    database.clock = clock = MovableClock(database.clock.now())
    yield Room(site, database, clock)
    database.close()
    site.remove()
