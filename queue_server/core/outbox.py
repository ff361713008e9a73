"""The outbox: what must leave the site is claimed, carried out once, and never forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, or_, select, update

from queue_server.core.tables import outbox
from queue_server.core.unit_of_work import UnitOfWork

# A holder renews its claim while it works; of one that died, the errand is due again after this.
LEASE = timedelta(seconds=6)
RENEW_EVERY_S = 2.0
FIRST_PAUSE_S = 0.5
LAST_PAUSE_S = 60.0


class ClaimLost(Exception):
    """Another holds the errand now; whatever this unit wrote about it must not stand."""


@dataclass(frozen=True)
class Errand:
    """One claimed row. `attempts` counts this one; above 1, an earlier one may have arrived."""

    id: str
    site: str
    kind: str
    subject: str
    attempts: int


def post(
    uow: UnitOfWork, site: str, kind: str, subject: str, not_before: datetime | None = None
) -> None:
    """Leave an errand in this transaction; a second one of the same kind and subject is no-op."""
    row = {
        "id": str(uuid4()),
        "site": site,
        "kind": kind,
        "subject": subject,
        "state": "waiting",
        "attempts": 0,
        "not_before": not_before or uow.now,
        "created_at": uow.now,
        "reason": "",
    }
    statement = uow.upsert(outbox).values(row)
    uow.connection.execute(
        statement.on_conflict_do_nothing(index_elements=["site", "kind", "subject"])
    )


def claim(uow: UnitOfWork) -> Errand | None:
    """Take the oldest errand that is due, for `LEASE`; one whose holder died is due again."""
    due = or_(
        (outbox.c.state == "waiting") & (outbox.c.not_before <= uow.now),
        (outbox.c.state == "claimed") & (outbox.c.claimed_until <= uow.now),
    )
    head = (
        select(outbox.c.id)
        .where(due)
        .order_by(outbox.c.not_before, outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = uow.connection.execute(
        update(outbox)
        .where(outbox.c.id == head)
        .values(state="claimed", attempts=outbox.c.attempts + 1, claimed_until=uow.now + LEASE)
        .returning(outbox.c.id, outbox.c.site, outbox.c.kind, outbox.c.subject, outbox.c.attempts)
    ).one_or_none()
    return Errand(row.id, row.site, row.kind, row.subject, row.attempts) if row else None


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


def park(uow: UnitOfWork, errand: Errand, reason: str) -> None:
    """Stop trying: a person must look at it. Nothing is deleted. Raises ClaimLost."""
    _settle(uow, errand, "parked", reason, uow.now)


def pause_s(attempts: int, chance: float) -> float:
    """Seconds until the next try: doubling from 0.5 to 60, ±20 % by `chance` (0 to 1)."""
    steady = min(LAST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempts - 1, 20))
    return steady * (0.8 + 0.4 * chance)


@dataclass(frozen=True)
class Backlog:
    """How much is waiting, how much needs a person, and since when the oldest waits."""

    waiting: int
    parked: int
    oldest: datetime | None


def backlog(uow: UnitOfWork, site: str) -> Backlog:
    """The state of one site's outbox."""
    rows = uow.connection.execute(
        select(
            outbox.c.state, func.count().label("rows"), func.min(outbox.c.created_at).label("at")
        )
        .where(outbox.c.site == site, outbox.c.state != "done")
        .group_by(outbox.c.state)
    ).all()
    counts = {row.state: row.rows for row in rows}
    waiting = counts.get("waiting", 0) + counts.get("claimed", 0)
    oldest = min((row.at for row in rows if row.state != "parked"), default=None)
    return Backlog(waiting, counts.get("parked", 0), oldest)


def _settle(uow: UnitOfWork, errand: Errand, state: str, reason: str, not_before: datetime) -> None:
    _change_mine(
        uow, errand, state=state, reason=reason[:80], not_before=not_before, claimed_until=None
    )


def _change_mine(uow: UnitOfWork, errand: Errand, **values: Any) -> None:
    """Every claim counts one more attempt, so the number of attempts says whose claim it is."""
    mine = (outbox.c.id == errand.id) & (outbox.c.attempts == errand.attempts)
    changed = uow.connection.execute(
        update(outbox).where(mine, outbox.c.state == "claimed").values(values)
    )
    if changed.rowcount == 0:
        raise ClaimLost(f"{errand.kind} {errand.id}, attempt {errand.attempts}")
