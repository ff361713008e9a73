"""Who of several jobs processes does a periodic job: one of them, until it stops saying so."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, or_, select, update

from queue_server.core.db import Database
from queue_server.core.tables import job_leases
from queue_server.core.unit_of_work import UnitOfWork

LASTS = timedelta(seconds=30)
RENEW_EVERY_S = 10.0
_J = job_leases


class Leases:
    """The leases of one process. The clocks of the hosts must agree to within a few seconds: where
    they do not, two may do a job at once, which every job must bear.

    On SQLite there is one jobs process: it holds every lease, and nothing is written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shared = database.engine.dialect.name != "sqlite"
        self._me = str(uuid4())
        self._until: dict[str, datetime] = {}

    def holds(self, job: str) -> bool:
        """Whether this process does `job` now. Who holds it asks nobody."""
        if not self._shared:
            return True
        until = self._until.get(job)
        if until is not None and self._database.clock.now() < until:
            return True
        if self._database.read(lambda uow: _is_anothers(uow, job, self._me)):
            return False
        taken = self._database.run(lambda uow: take(uow, job, self._me))
        if taken is not None:
            self._until[job] = taken
        return taken is not None

    def renew(self) -> bool:
        """Say again that this process is there; every `RENEW_EVERY_S` seconds. Nothing is left to
        do at once (False)."""
        if self._until:
            self._until = self._database.run(lambda uow: _again(uow, self._me))
        return False

    def give_back(self) -> None:
        """At the end of the process: another need not wait until they run out."""
        if self._until:
            self._database.run(lambda uow: release(uow, self._me))
            self._until = {}


def take(uow: UnitOfWork, job: str, holder: str) -> datetime | None:
    """Until when `holder` does `job`; None while another does."""
    until = uow.now + LASTS
    put = uow.upsert(_J).values(job=job, holder=holder, until=until)
    free = or_(_J.c.holder == holder, _J.c.until <= uow.now)
    put = put.on_conflict_do_update(
        index_elements=[_J.c.job], set_={"holder": holder, "until": until}, where=free
    )
    taken = uow.connection.execute(put.returning(_J.c.until)).scalar_one_or_none()
    return until if taken is not None else None


def release(uow: UnitOfWork, holder: str) -> None:
    """`holder` does nothing any more."""
    uow.connection.execute(delete(_J).where(_J.c.holder == holder))


def _is_anothers(uow: UnitOfWork, job: str, me: str) -> bool:
    anothers = (_J.c.job == job) & (_J.c.holder != me) & (_J.c.until > uow.now)
    return uow.connection.execute(select(_J.c.job).where(anothers)).first() is not None


def _again(uow: UnitOfWork, holder: str) -> dict[str, datetime]:
    """What nobody took meanwhile, and until when it is this holder's now."""
    until = uow.now + LASTS
    mine = update(_J).where(_J.c.holder == holder).values(until=until).returning(_J.c.job)
    return dict.fromkeys(uow.connection.execute(mine).scalars(), until)
