"""When the server itself was there: without it nobody knows how a kiosk stood."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, insert, select, update

from queue_server.core.db import Database
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.services.history import KEPT
from queue_server.fleet.tables import server_runs

TOLD_EVERY_S = 15.0
GAP = timedelta(seconds=3 * TOLD_EVERY_S)
_R = server_runs


@dataclass(frozen=True)
class Run:
    """The server was there from `began_at` until at least `seen_at`."""

    began_at: datetime
    seen_at: datetime


class ServerRun:
    """This run of the jobs process, told again and again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._id = ""

    def turn(self) -> bool:
        """Write that the server is there."""
        self._id = self._database.run(lambda uow: seen(uow, self._id))
        return False


def seen(uow: UnitOfWork, run: str) -> str:
    """The run `run` ("": none yet) is there now; the id of the run that goes on. After a pause of
    `GAP` (the machine slept) another begins."""
    row = uow.connection.execute(select(_R.c.seen_at).where(_R.c.id == run)).one_or_none()
    if row is None or abs(uow.now - row.seen_at) > GAP:
        begun = str(uuid4())
        uow.connection.execute(insert(_R), {"id": begun, "began_at": uow.now, "seen_at": uow.now})
        return begun
    ours = update(_R).where(_R.c.id == run)
    uow.connection.execute(ours.values(seen_at=max(uow.now, row.seen_at)))
    return run


def runs(uow: UnitOfWork, since: datetime) -> list[Run]:
    """Every run that was there at some moment from `since` on, by its start."""
    found = select(_R.c.began_at, _R.c.seen_at).where(_R.c.seen_at >= since)
    return [Run(*row) for row in uow.connection.execute(found.order_by(_R.c.began_at))]


def first(uow: UnitOfWork) -> datetime | None:
    """Since when runs are written at all; None: there was none yet."""
    found = select(_R.c.began_at).order_by(_R.c.began_at).limit(1)
    return uow.connection.execute(found).scalar_one_or_none()


def forget(uow: UnitOfWork) -> int:
    """Delete what ended `KEPT` ago; how many rows."""
    old: datetime = uow.now - KEPT
    return uow.connection.execute(delete(_R).where(_R.c.seen_at < old)).rowcount
