"""The outbox: what must leave the site is claimed, carried out once, and never forgotten."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, or_, select, update

from queue_server.core.prepared import Prepared, PreparedUpsert
from queue_server.core.problem import Problem
from queue_server.core.schema import Instant
from queue_server.core.tables import outbox
from queue_server.core.unit_of_work import Actor, UnitOfWork

# A holder renews its claim while it works; of one that died, the errand is due again after this.
LEASE = timedelta(seconds=6)
RENEW_EVERY_S = 2.0
FIRST_PAUSE_S = 0.5
LAST_PAUSE_S = 60.0
# Whoever stands at a kiosk is served before what piled up; after this nobody stands there any more.
LIVE_FOR = timedelta(seconds=90)
MAX_LISTED = 200


class ClaimLost(Exception):
    """Another holds the errand now; whatever this unit wrote about it must not stand."""


@dataclass(frozen=True)
class Errand:
    """One claimed row. `attempts` counts this one; above 1, an earlier one may have arrived."""

    id: int
    site: str
    kind: str
    subject: str
    attempts: int


def post(
    uow: UnitOfWork,
    site: str,
    kind: str,
    subject: str,
    not_before: datetime | None = None,
    *,
    chain: str | None = None,
    live: bool = True,
) -> None:
    """Leave an errand in this transaction; a second one of the same kind and subject is no-op.

    Errands of one `chain` (the subject's own, if none is given) are carried out in order: the next
    waits until those before it are done or parked. `live`: somebody stands and waits for it.
    """
    row = {
        "site": site,
        "kind": kind,
        "subject": subject,
        "chain": chain or subject,
        "live": live,
        "state": "waiting",
        "attempts": 0,
        "stumbles": 0,
        "due_at": not_before or uow.now,
        "not_before": not_before or uow.now,
        "created_at": uow.now,
        "reason": "",
    }
    _POST_ONCE.on(uow.connection).tell(uow.connection, row)


_POST_ONCE = PreparedUpsert(
    outbox,
    lambda put: put.on_conflict_do_nothing(index_elements=["site", "kind", "subject"]),
)


def claim(
    uow: UnitOfWork,
    *,
    only: Collection[str] = (),
    without: Collection[str] = (),
    oldest_first: bool = False,
) -> Errand | None:
    """Take an errand that is due, for `LEASE`; one whose holder died is due again.

    One that somebody stands and waits for goes before what piled up, and each in the order it came;
    `oldest_first` takes what waits longest, whoever waits. `only` these kinds are taken,
    if any are named; those in `without` are left alone.
    """
    now = uow.now
    values = {"now": now, "until": now + LEASE, "young": now - LIVE_FOR}
    heads = (_longest_due,) if oldest_first else (_live, _longest_due)
    for head in heads:
        row = _claiming(head, tuple(only), tuple(without)).one_or_none(uow.connection, values)
        if row is not None:
            return Errand(row.id, row.site, row.kind, row.subject, row.attempts)
    return None


# Written out, not bound: only so does SQLite see that the partial indexes serve.
_OPEN = literal_column("outbox.state IN ('waiting', 'claimed')")
_LIVE = literal_column("outbox.live")
_EARLIER_OPEN = literal_column("earlier.state IN ('waiting', 'claimed')")
_NOW, _UNTIL = bindparam("now", type_=Instant), bindparam("until", type_=Instant)
_YOUNG = bindparam("young", type_=Instant)


def _live() -> Select[Any]:
    head = select(outbox.c.id).where(_OPEN, _LIVE, outbox.c.created_at > _YOUNG, *_due())
    return head.order_by(outbox.c.created_at, outbox.c.id)


def _longest_due() -> Select[Any]:
    head = select(outbox.c.id).where(_OPEN, *_due())
    return head.order_by(outbox.c.not_before, outbox.c.id)


def _due() -> tuple[ColumnElement[bool], ...]:
    """Its time has come, nobody holds it, and nothing of its chain comes before it."""
    free = (outbox.c.state == "waiting") | (outbox.c.claimed_until <= _NOW)
    earlier = outbox.alias("earlier")
    before = select(earlier.c.id).where(
        _EARLIER_OPEN, earlier.c.chain == outbox.c.chain, earlier.c.id < outbox.c.id
    )
    return outbox.c.not_before <= _NOW, free, ~before.exists()


@cache
def _claiming(
    head: Callable[[], Select[Any]], only: tuple[str, ...], without: tuple[str, ...]
) -> Prepared:
    found = head().limit(1).with_for_update(skip_locked=True, of=outbox)
    if only:
        found = found.where(or_(*(outbox.c.kind == each for each in only)))
    if without:
        found = found.where(*(outbox.c.kind != each for each in without))
    return Prepared(
        update(outbox)
        .where(outbox.c.id == found.scalar_subquery())
        .values(state="claimed", attempts=outbox.c.attempts + 1, claimed_until=_UNTIL)
        .returning(outbox.c.id, outbox.c.site, outbox.c.kind, outbox.c.subject, outbox.c.attempts)
    )


def renew(uow: UnitOfWork, errand: Errand) -> None:
    """Hold the errand for another `LEASE`. Raises ClaimLost."""
    _change_mine(uow, errand, claimed_until=uow.now + LEASE)


def done(uow: UnitOfWork, errand: Errand) -> None:
    """The errand came to its end. Raises ClaimLost."""
    _settle(uow, errand, "done", "", uow.now)


def put_off(uow: UnitOfWork, errand: Errand, reason: str, pause_s: float) -> None:
    """Try again after `pause_s` seconds. `reason`: words for staff, no personal data.

    Raises ClaimLost.
    """
    _settle(uow, errand, "waiting", reason, uow.now + timedelta(seconds=pause_s))


def come_back(uow: UnitOfWork, errand: Errand, reason: str, pause_s: float) -> None:
    """All is well and it is not over: it is due again in `pause_s` seconds, with a clean slate.

    Until then it waits for nothing. Raises ClaimLost.
    """
    due_at = uow.now + timedelta(seconds=pause_s)
    _settle(uow, errand, "waiting", reason, due_at, due_at=due_at, stumbles=0)


def stumbled(uow: UnitOfWork, errand: Errand, reason: str, pause_s: float, park_after: int) -> bool:
    """Count what went wrong with the errand itself; True when it is now parked for a person.

    Before `park_after` times it is tried again after `pause_s` seconds. Nothing is deleted. Raises
    ClaimLost.
    """
    renew(uow, errand)  # it is ours
    counted = (
        update(outbox)
        .where(outbox.c.id == errand.id)
        .values(stumbles=outbox.c.stumbles + 1)
        .returning(outbox.c.stumbles)
    )
    stumbles: int = uow.connection.execute(counted).scalar_one()
    parked = stumbles >= park_after
    not_before = uow.now + timedelta(seconds=pause_s)
    _settle(uow, errand, "parked" if parked else "waiting", reason, not_before)
    return parked


def pause_s(attempts: int, chance: float) -> float:
    """Seconds until the next try: doubling from 0.5 to 60, ±20 % by `chance` (0 to 1)."""
    steady = min(LAST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempts - 1, 20))
    return steady * (0.8 + 0.4 * chance)


def call_off(uow: UnitOfWork, site: str, kind: str, subject: str) -> None:
    """Nobody needs this errand any more, a person neither. One that is being carried out goes on
    to its end."""
    mine = (outbox.c.site == site) & (outbox.c.kind == kind) & (outbox.c.subject == subject)
    uow.connection.execute(
        update(outbox)
        .where(mine, outbox.c.state.in_(("waiting", "parked")))
        .values(state="done", reason="called off")
    )


@dataclass(frozen=True)
class Backlog:
    """How much is waiting, how much needs a person, and since when the oldest waits."""

    waiting: int
    parked: int
    oldest: datetime | None


def backlog(uow: UnitOfWork, site: str) -> Backlog:
    """The state of one site's outbox. What is left for later on purpose does not wait before its
    time; what is put off because it failed does."""
    mine, due = outbox.c.site == site, outbox.c.due_at <= uow.now
    waiting = select(func.count(), func.min(outbox.c.due_at)).where(_OPEN, mine, due)
    count, oldest = uow.connection.execute(waiting).one()
    parked = select(func.count()).where(mine, outbox.c.state == "parked")
    return Backlog(count, uow.connection.execute(parked).scalar_one(), oldest)


@dataclass(frozen=True)
class Parked:
    """One errand that needs a person. `reason`: why the last try failed, in words for staff."""

    id: int
    kind: str
    subject: str
    attempts: int
    created_at: datetime
    reason: str


def parked(uow: UnitOfWork, site: str) -> list[Parked]:
    """What needs a person at `site`, oldest first, at most `MAX_LISTED`."""
    rows = uow.connection.execute(
        select(*(outbox.c[name] for name in Parked.__dataclass_fields__))
        .where(outbox.c.site == site, outbox.c.state == "parked")
        .order_by(outbox.c.id)
        .limit(MAX_LISTED)
    )
    return [Parked(*row) for row in rows]


def take_up(uow: UnitOfWork, actor: Actor, errand: int) -> None:
    """Let a parked errand be tried again, at once. Raises Problem 404 when it is not parked."""
    uow.lock_site(actor.site)
    changed = uow.connection.execute(
        update(outbox)
        .where(outbox.c.id == errand, outbox.c.site == actor.site, outbox.c.state == "parked")
        .values(state="waiting", live=False, stumbles=0, not_before=uow.now)
        .returning(outbox.c.kind, outbox.c.subject)
    ).one_or_none()
    if changed is None:
        raise Problem(404, "not_parked", "Esta tarea ya no espera a nadie; actualice la lista.")
    uow.record(actor, "errand.taken_up", errand=changed.kind, subject=changed.subject)


def _settle(
    uow: UnitOfWork, errand: Errand, state: str, reason: str, not_before: datetime, **more: Any
) -> None:
    settled = {"state": state, "reason": reason[:80], "not_before": not_before}
    _change_mine(uow, errand, **settled, claimed_until=None, **more)


def _change_mine(uow: UnitOfWork, errand: Errand, **values: Any) -> None:
    """Every claim counts one more attempt, so the number of attempts says whose claim it is."""
    changing = _changing(tuple(values))
    mine = {"of_id": errand.id, "of_attempts": errand.attempts}
    if changing.scalar(uow.connection, {**values, **mine}) is None:
        raise ClaimLost(f"{errand.kind} {errand.id}, attempt {errand.attempts}")


@cache
def _changing(columns: tuple[str, ...]) -> Prepared:
    mine = (outbox.c.id == bindparam("of_id")) & (outbox.c.attempts == bindparam("of_attempts"))
    return Prepared(
        update(outbox)
        .where(mine, outbox.c.state == "claimed")
        .values({name: bindparam(name, type_=outbox.c[name].type) for name in columns})
        .returning(outbox.c.id)
    )
