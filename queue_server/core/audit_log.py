"""The event log as an auditor reads it: newest first, what is sought, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, select

from queue_server.core.tables import events
from queue_server.core.unit_of_work import UnitOfWork

# A search looks at so many events at most, then says where it stopped: other requests wait.
LOOKED_AT = 50_000


@dataclass(frozen=True)
class Sought:
    """Whose events (part of the actor's label), of which kind (its beginning), when (from
    `since`, before `until`), about which record (an id in the body). None: all."""

    actor: str | None = None
    kind: str | None = None
    record: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Logged:
    """One event as it is shown."""

    id: int
    at: datetime
    actor: str
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """A page of events. `go_on`: the id below which the search goes on; None: it is at its end."""

    events: tuple[Logged, ...]
    go_on: int | None


def find(uow: UnitOfWork, site: str, sought: Sought, below: int | None, count: int) -> Found:
    """At most `count` events of `site` with ids below `below` (None: from the newest on)."""
    top = min(below, _end(uow, site)) if below is not None else _end(uow, site)
    bottom = max(1, top - LOOKED_AT)
    rows = uow.connection.execute(
        select(events.c.id, events.c.at, events.c.actor, events.c.kind, events.c.body)
        .where(events.c.site == site, events.c.id < top, events.c.id >= bottom, *_asked(sought))
        .order_by(events.c.id.desc())
        .limit(count)
    )
    found = tuple(Logged(row.id, row.at, row.actor, row.kind, row.body) for row in rows)
    last = found[-1].id if len(found) == count else bottom
    return Found(found, last if last > 1 else None)


def _end(uow: UnitOfWork, site: str) -> int:
    return uow.last_event_id(site) + 1


def _asked(sought: Sought) -> list[Any]:
    asked: list[Any] = []
    if sought.actor:
        asked.append(events.c.actor.contains(sought.actor, autoescape=True))
    if sought.kind:
        asked.append(events.c.kind.startswith(sought.kind, autoescape=True))
    if sought.record:
        asked.append(cast(events.c.body, String).contains(sought.record, autoescape=True))
    if sought.since:
        asked.append(events.c.at >= sought.since)
    if sought.until:
        asked.append(events.c.at < sought.until)
    return asked
