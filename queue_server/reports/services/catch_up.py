"""Reads on in the event log of a site and folds what it finds into the read tables.

Where a site's reading stands is one row, locked and moved in the transaction that folds: whoever
reads late, twice or at the same time as another folds each event exactly once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import bindparam, delete, insert, or_, select, update

from queue_server.core.clock import local_day
from queue_server.core.tables import event_counters, events
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.reports import tables
from queue_server.reports.model.deeds import Deed, Logged, Unreadable, deeds
from queue_server.reports.model.stages import Stage, Story, after, in_json, of_json, of_row, row_of

# In one transaction, so that nobody waits long for the one lock of a SQLite file.
BATCH = 100
# Far beyond the minute in which a call may be undone.
UNDOABLE_FOR = timedelta(minutes=10)
_IDS_AT_ONCE = 400

_P, _S = tables.report_positions, tables.report_stages
_U, _C = tables.report_undoable, tables.report_certificates
_POSITION = select(_P.c.last_event).where(_P.c.site == bindparam("site"))
_ADVANCE = update(_P).where(_P.c.site == bindparam("of_site")).values(last_event=bindparam("to"))
_LOG = (
    select(events.c.id, events.c.actor, events.c.kind, events.c.body, events.c.at)
    .where(events.c.site == bindparam("site"), events.c.id > bindparam("mark"))
    .order_by(events.c.id)
    .limit(bindparam("count"))
)
_BEHIND = (
    select(event_counters.c.site)
    .outerjoin(_P, _P.c.site == event_counters.c.site)
    .where(or_(_P.c.site.is_(None), _P.c.last_event < event_counters.c.last_id))
    .order_by(event_counters.c.site)
)
_ISSUED = (
    update(_C)
    .where(_C.c.site == bindparam("of_site"), _C.c.application == bindparam("of_application"))
    .values(issued_day=bindparam("new_day", type_=_C.c.issued_day.type))
    .returning(_C.c.application)
)
_STAGE = tuple(Stage.__dataclass_fields__)
log = structlog.get_logger("reports")


def behind(uow: UnitOfWork) -> list[str]:
    """The sites of this database that have events not folded yet."""
    return list(uow.connection.execute(_BEHIND).scalars())


def position(uow: UnitOfWork, site: str) -> int:
    """The id of the last event of `site` the read tables tell of, 0 before the first."""
    return uow.connection.execute(_POSITION, {"site": site}).scalar() or 0


def catch_up(uow: UnitOfWork, site: str, zone: str, limit: int = BATCH) -> bool:
    """Fold the next `limit` events of `site`; True when there may be more.

    `zone`: the site's IANA time zone, which decides the local day of what is folded now.
    """
    mark = _locked_position(uow, site)
    page = uow.connection.execute(_LOG, {"site": site, "mark": mark, "count": limit})
    found = [Logged(row.id, row.actor, row.kind, row.body, row.at) for row in page]
    if not found:
        return False
    _fold_tickets(uow, site, ZoneInfo(zone), found)
    for event in found:
        _fold_certificate(uow, site, zone, event)
    _forget(uow, site, found[-1].at)
    uow.connection.execute(_ADVANCE, {"of_site": site, "to": found[-1].id})
    return len(found) == limit


def _locked_position(uow: UnitOfWork, site: str) -> int:
    """Where the reading stands; nobody else moves it until this unit ends."""
    first = uow.upsert(_P).values(site=site, last_event=0)
    uow.connection.execute(first.on_conflict_do_nothing(index_elements=["site"]))
    return uow.connection.execute(_POSITION.with_for_update(), {"site": site}).scalar_one()


# --- tickets --------------------------------------------------------------------------------------
def _fold_tickets(uow: UnitOfWork, site: str, zone: ZoneInfo, found: Sequence[Logged]) -> None:
    news = list(_deeds(found))
    touched = sorted({deed.ticket for deed in news})
    stories: dict[str, Story | None] = {**_stories(uow, site, touched)}
    for deed in news:
        stories[deed.ticket] = after(stories.get(deed.ticket), deed)
    _replace(uow, site, zone, [each for each in stories.values() if each], found[-1].at)


def _deeds(found: Iterable[Logged]) -> Iterator[Deed]:
    """What the events say of tickets. One that cannot be read must not stop all reports."""
    for event in found:
        try:
            yield from deeds(event)
        except Unreadable as error:
            log.warning("event left out of the reports", reason=str(error))


def _stories(uow: UnitOfWork, site: str, tickets: Sequence[str]) -> dict[str, Story]:
    """The stories so far of those of `tickets` that are known."""
    stories: dict[str, Story] = {}
    for ids in _pieces(tickets):
        of_these = select(_S).where(_S.c.site == site, _S.c.ticket.in_(ids))
        for row in uow.connection.execute(of_these.order_by(_S.c.ticket, _S.c.position)).mappings():
            stage = of_row({name: row[name] for name in _STAGE})
            known = stories.get(row["ticket"]) or Story(row["ticket"], row["number"], ())
            stories[row["ticket"]] = replace(known, stages=(*known.stages, stage))
        kept = select(_U.c.ticket, _U.c.before).where(_U.c.site == site, _U.c.ticket.in_(ids))
        for row in uow.connection.execute(kept):
            if row.ticket in stories:
                before = of_json(row.before)
                stories[row.ticket] = replace(stories[row.ticket], before=before)
    return stories


def _replace(
    uow: UnitOfWork, site: str, zone: ZoneInfo, stories: Sequence[Story], at: datetime
) -> None:
    """Write the stories instead of what stood there."""
    for ids in _pieces([story.ticket for story in stories]):
        for table in (_S, _U):
            uow.connection.execute(
                delete(table).where(table.c.site == site, table.c.ticket.in_(ids))
            )
    rows = [_row(site, zone, story, stage) for story in stories for stage in story.stages]
    if rows:
        uow.connection.execute(insert(_S), rows)
    undoable = [
        {"site": site, "ticket": story.ticket, "before": in_json(story.before), "at": at}
        for story in stories
        if story.before
    ]
    if undoable:
        uow.connection.execute(insert(_U), undoable)


def _row(site: str, zone: ZoneInfo, story: Story, stage: Stage) -> dict[str, Any]:
    joined = stage.joined_at.astimezone(zone)
    return {
        "site": site,
        "ticket": story.ticket,
        "number": story.number,
        "day": joined.date(),
        "second": joined.hour * 3600 + joined.minute * 60 + joined.second,
        **row_of(stage),
    }


def _forget(uow: UnitOfWork, site: str, at: datetime) -> None:
    """What nobody may undo any more."""
    uow.connection.execute(delete(_U).where(_U.c.site == site, _U.c.at < at - UNDOABLE_FOR))


def _pieces(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), _IDS_AT_ONCE):
        yield ids[first : first + _IDS_AT_ONCE]


# --- certificates ---------------------------------------------------------------------------------
def _fold_certificate(uow: UnitOfWork, site: str, zone: str, event: Logged) -> None:
    application = event.body.get("application")
    if event.kind == "application.registered" and application:
        _register(uow, site, application, event.actor)
    elif event.kind == "application.issued" and application:
        issued = {"of_application": application, "new_day": local_day(event.at, zone)}
        if not uow.connection.execute(_ISSUED, {"of_site": site, **issued}).one_or_none():
            log.warning("certificate without application", application=application)


def _register(uow: UnitOfWork, site: str, application: str, by: str) -> None:
    row: Mapping[str, Any] = {"site": site, "application": application, "by": by}
    first = uow.upsert(_C).values(row)
    uow.connection.execute(first.on_conflict_do_nothing(index_elements=["site", "application"]))
