"""Deletes rows that are past their time, a few hundred at once, so that nobody waits for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, true, tuple_

from queue_server.core.unit_of_work import UnitOfWork

AT_ONCE = 500


@dataclass(frozen=True)
class Ageing:
    """Rows of `table` (which has a `site`) go by their instant `since`; NULL never goes."""

    table: Table
    since: str
    besides: ColumnElement[bool] | None = None

    def due(self, uow: UnitOfWork, site: str, before: datetime) -> bool:
        """Whether a row of `site` is from before `before`."""
        found = select(*self._keys).where(self._old(site, before)).limit(1)
        return uow.connection.execute(found).first() is not None

    def forget(self, uow: UnitOfWork, site: str, before: datetime) -> int:
        """Delete at most `AT_ONCE` of them; how many."""
        keys = self._keys
        old = select(*keys).where(self._old(site, before)).limit(AT_ONCE)
        return uow.connection.execute(delete(self.table).where(tuple_(*keys).in_(old))).rowcount

    @property
    def _keys(self) -> list[Any]:
        return list(self.table.primary_key.columns)

    def _old(self, site: str, before: datetime) -> ColumnElement[bool]:
        besides = true() if self.besides is None else self.besides
        return (self.table.c.site == site) & (self.table.c[self.since] < before) & besides


def batched(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """`ids` in pieces that one question can hold."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
