"""How the line to the hub stands: written by who speaks to it, read by the monitor."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.api.views import CentreView
from queue_server.hub_link import tables

# Who speaks to the hub says so every half minute; after this nobody speaks.
STALE = timedelta(seconds=120)
# So many events the hub may lack while it counts as told: they come with the next batch.
BEHIND = 1000
_H = tables.hub_standings


@dataclass(frozen=True)
class Standing:
    """`word`: told, away, refused, not_enrolled, shut_out. `heard_at`: when the hub last answered;
    `last_event`: up to which event it holds the log."""

    word: str
    heard_at: datetime | None = None
    last_event: int | None = None


def put_standing(uow: UnitOfWork, site: str, found: Standing) -> None:
    """It stands like this now; since when is kept while the word stays."""
    row = uow.connection.execute(
        select(_H.c.standing, _H.c.since, _H.c.heard_at, _H.c.last_event).where(_H.c.site == site)
    ).one_or_none()
    values = {
        "standing": found.word,
        "since": row.since if row is not None and row.standing == found.word else uow.now,
        "heard_at": found.heard_at or (row and row.heard_at),
        "last_event": row and row.last_event if found.last_event is None else found.last_event,
    }
    put = uow.upsert(_H).values(site=site, **values)
    uow.connection.execute(put.on_conflict_do_update(index_elements=["site"], set_=values))


def centre_view(uow: UnitOfWork, site: str) -> CentreView | None:
    """What the monitor says of the hub."""
    row = uow.connection.execute(select(_H).where(_H.c.site == site)).one_or_none()
    if row is None:
        return CentreView(standing="not_enrolled", since=uow.now)
    if row.standing == "away":
        return CentreView(standing="away", since=row.heard_at or row.since)
    if row.standing != "told":
        return CentreView(standing=row.standing, since=row.since)
    if row.heard_at is None or uow.now - row.heard_at > STALE:
        return CentreView(standing="away", since=row.heard_at or row.since)
    missing = uow.last_event_id(site) - (row.last_event or 0)
    behind = missing > BEHIND
    return CentreView(standing="behind" if behind else "told", since=row.since)


def last_event(uow: UnitOfWork, site: str) -> int | None:
    """Up to which event the hub was last known to hold the log of `site`."""
    return uow.connection.execute(select(_H.c.last_event).where(_H.c.site == site)).scalar()
