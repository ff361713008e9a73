"""Walks every site's audit chain from its beginning, in slices; what the jobs process runs."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import structlog

from queue_server.core import audit_rows
from queue_server.core.audit import Chain
from queue_server.core.audit_anchors import read_anchors
from queue_server.core.audit_state import verified
from queue_server.core.audit_walk import Report, Walk
from queue_server.core.db import Database
from queue_server.core.unit_of_work import UnitOfWork

log = structlog.get_logger("audit")


def walk_on(uow: UnitOfWork, walk: Walk, count: int = audit_rows.PAGE) -> Report | None:
    """Take the next `count` events; the report once there are no more. One snapshot sees the last
    event and the counter."""
    rows = audit_rows.page(uow.connection, walk.site, walk.reached, count)
    if rows:
        walk.take(rows)
        return None
    counter = audit_rows.counter(uow.connection, walk.site)
    return walk.end(counter, audit_rows.strays(uow.connection, walk.site))


def chain_of(database: Database) -> Chain:
    """The database's audit chain; it was opened with one (RuntimeError)."""
    if database.chain is None:
        raise RuntimeError("the database was opened without the audit key")
    return database.chain


class ChainWatch:
    """Walks one slice a turn, and keeps what each whole walk found.

    `anchor_files`: what was anchored outside and can be read here; missing ones are passed over.
    """

    def __init__(self, database: Database, anchor_files: Iterable[Path] = ()) -> None:
        self._database = database
        self._anchor_files = tuple(anchor_files)
        self._walks: list[Walk] = []

    def turn(self) -> bool:
        """True while there is more to walk."""
        if not self._walks:
            self._walks = self._begun()
        if not self._walks:
            return False
        walk = self._walks[0]
        report = self._database.read(lambda uow: walk_on(uow, walk))
        if report is not None:
            del self._walks[0]
            self._database.run(lambda uow: verified(uow, report))
            if not report.sound:
                log.error("the audit chain is broken", fault=str(report.faults[0]))
        return bool(self._walks)

    def _begun(self) -> list[Walk]:
        anchors = []
        for path in self._anchor_files:
            with suppress(OSError):
                anchors += read_anchors([path]).anchors
        chain = chain_of(self._database)
        found = self._database.read(lambda uow: audit_rows.sites(uow.connection))
        return [Walk(chain, site, anchors) for site in found]
