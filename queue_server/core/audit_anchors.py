"""Writes the heads of the audit chains down outside the database, and reads them again."""

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging.handlers import SysLogHandler
from pathlib import Path

from queue_server.core import audit_rows
from queue_server.core.audit import instant_text
from queue_server.core.audit_state import anchored
from queue_server.core.audit_walk import Anchor
from queue_server.core.db import Database
from queue_server.core.unit_of_work import UnitOfWork

MARK = "ventanilla-anchor"
# Two and a half times missed: then somebody should look.
LATE = timedelta(minutes=15)


def line_of(anchor: Anchor, at: datetime) -> str:
    """An anchor as it is written: mark, instant (UTC), site, id, MAC in hexadecimal."""
    instant = instant_text(at).replace(" ", "T") + "Z"
    return f"{MARK} {instant} {anchor.site} {anchor.id} {anchor.mac.hex()}"


@dataclass(frozen=True)
class Found:
    """The anchors of some files, and the lines among them that bear the mark but do not read."""

    anchors: tuple[Anchor, ...]
    unreadable: tuple[str, ...]


def read_anchors(files: Iterable[Path]) -> Found:
    """Every anchor in `files`, also among other lines (a syslog). Raises OSError."""
    anchors: list[Anchor] = []
    unreadable: list[str] = []
    for path in files:
        with path.open(errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                _, mark, rest = line.partition(MARK + " ")
                if mark and (anchor := _anchor_of(rest.split())) is not None:
                    anchors.append(anchor)
                elif mark:
                    unreadable.append(f"{path}, line {number}")
    return Found(tuple(anchors), tuple(unreadable))


def _anchor_of(words: Sequence[str]) -> Anchor | None:
    try:
        _, site, number, mac = words
        made = Anchor(site, int(number), bytes.fromhex(mac))
    except ValueError:
        return None
    return made if len(made.mac) == 32 else None


class Anchors:
    """Writes to an append-only file and, where `syslog` names one, to the system's log.

    `syslog`: the path of a socket, `host:port` (UDP), or nothing.
    """

    def __init__(self, database: Database, file: Path, syslog: str = "") -> None:
        self._database = database
        self._file = file
        self._syslog = syslog

    def turn(self) -> bool:
        """Write every site's head down. Raises OSError: then none counts as written."""
        heads = self._database.read(_heads)
        if not heads:
            return False
        now = self._database.clock.now()
        lines = [line_of(each, now) for each in heads]
        _append(self._file, lines)
        if self._syslog:
            _tell(self._syslog, lines)
        for each in heads:
            self._database.run(lambda uow, each=each: anchored(uow, each, now))
        return False


def _heads(uow: UnitOfWork) -> list[Anchor]:
    sites = audit_rows.counted_sites(uow.connection)
    found = ((site, audit_rows.counter(uow.connection, site)) for site in sites)
    return [
        Anchor(site, each.last_id, each.last_mac) for site, each in found if each and each.last_mac
    ]


def _append(path: Path, lines: Sequence[str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    with os.fdopen(handle, "a") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


class _Loud(SysLogHandler):
    """One that says when a line could not be sent."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - the base class asks
        raise


def _tell(where: str, lines: Sequence[str]) -> None:
    handler = _Loud(_address(where), facility=SysLogHandler.LOG_AUTHPRIV)
    handler.ident = "ventanilla: "
    try:
        for line in lines:
            handler.emit(logging.LogRecord("audit", logging.INFO, "", 0, line, None, None))
    finally:
        handler.close()


def _address(where: str) -> str | tuple[str, int]:
    if where.startswith("/"):
        return where
    host, _, port = where.rpartition(":")
    return host.strip("[]"), int(port)
