"""“Auditoría”: what happened, who did it, who looked at whose data; whether the log is whole."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator

from queue_server.core import audit_log
from queue_server.core.audit_anchors import LATE
from queue_server.core.audit_log import Found, Logged, Sought
from queue_server.core.audit_rows import counter
from queue_server.core.audit_state import ChainState, chain_state
from queue_server.core.clock import midnight_after
from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.reports.model.csv_file import BYTE_ORDER_MARK, MEDIA_TYPE, lines
from queue_server.staff.api import AuditorOf
from queue_server.turns.services import queries
from queue_server.web.pages import HEADERS, elsewhere, templates

router = APIRouter(prefix="/audit", tags=["pages"])

SHOWN, IN_A_FILE = 50, 5000
_FILE_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
Word = Annotated[str, Query(max_length=80)]
# A form sends what was left empty, too.
Day = Annotated[date | None, BeforeValidator(lambda given: given or None), Query()]


@dataclass(frozen=True)
class Asked:
    """The form as it was filled in; empty: everything."""

    actor: Word = ""
    kind: Word = ""
    record: Word = ""
    since: Day = None
    until: Day = None

    def sought(self, zone: str) -> Sought:
        """In the site's own days, both included."""
        since, until = self.since, self.until
        return Sought(
            self.actor.strip() or None,
            self.kind.strip() or None,
            self.record.strip() or None,
            midnight_after(since - timedelta(days=1), zone) if since else None,
            midnight_after(until, zone) if until else None,
        )

    def query(self, **more: object) -> str:
        """The same question as the end of an address."""
        said = {name: value for name, value in vars(self).items() if value}
        return urlencode({**said, **more})


Below = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


@router.get("", include_in_schema=False)
async def page(
    request: Request,
    desk: DeskOf,
    who: AuditorOf,
    asked: Annotated[Asked, Depends()],
    below: Below = None,
) -> Response:
    """The newest events that are sought, and the state of the chain they belong to."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        zone = queries.site_zone(uow, actor.site)
        found = audit_log.find(uow, actor.site, asked.sought(zone), below, SHOWN)
        return {
            "page": "audit.html",
            "person": actor.name,
            "role": actor.role,
            "site_name": queries.site_name(uow, actor.site),
            "asked": asked,
            "chain": _chain(uow, actor.site, ZoneInfo(zone)),
            "events": [_event(each, ZoneInfo(zone)) for each in found.events],
            "older": _older(asked, found),
            "newest": below is None,
            "file": f"/audit/events.csv?{asked.query()}",
        }

    try:
        context = await desk.look(who, read)
    except Problem as problem:
        return elsewhere(request, problem) or _trouble(request, problem)
    return templates.TemplateResponse(request, "audit.html", context, headers=HEADERS)


@router.get("/events.csv", include_in_schema=False)
async def file(
    desk: DeskOf, who: AuditorOf, asked: Annotated[Asked, Depends()], below: Below = None
) -> Response:
    """What is sought as a file, at most 5 000 events; instants in UTC."""

    def read(uow: UnitOfWork, actor: Actor) -> tuple[str, Found]:
        sought = asked.sought(queries.site_zone(uow, actor.site))
        return actor.site, audit_log.find(uow, actor.site, sought, below, IN_A_FILE)

    site, found = await desk.look(who, read)
    headers = {
        **_FILE_HEADERS,
        "Content-Disposition": f'attachment; filename="{site}_auditoria.csv"',
    }
    content = BYTE_ORDER_MARK + lines(_rows(found.events))
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _rows(found: Sequence[Logged]) -> Iterator[tuple[str | int, ...]]:
    yield ("Evento", "Fecha y hora (UTC)", "Quién", "Qué", "Detalle")
    for each in found:
        at = each.at.astimezone(UTC).isoformat(" ", "microseconds")
        yield (each.id, at, each.actor, each.kind, _detail(each))


def _event(event: Logged, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": _told(event.at, zone),
        "actor": event.actor,
        "kind": event.kind,
        "detail": _detail(event),
    }


def _detail(event: Logged) -> str:
    return json.dumps(event.body, ensure_ascii=False, sort_keys=True) if event.body else ""


def _older(asked: Asked, found: Found) -> str | None:
    return None if found.go_on is None else f"/audit?{asked.query(below=found.go_on)}"


def _told(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M:%S}"


def _chain(uow: UnitOfWork, site: str, zone: ZoneInfo) -> dict[str, Any]:
    state, head = chain_state(uow, site), counter(uow.connection, site)
    return {
        "mood": _mood(state),
        "fault": state.fault,
        "verified_at": state.verified_at and _told(state.verified_at, zone),
        "verified_id": state.verified_id,
        "head_id": head.last_id if head else 0,
        "head_mac": head.last_mac.hex() if head and head.last_mac else "",
        "anchored_at": state.anchored_at and _told(state.anchored_at, zone),
        "anchored_id": state.anchored_id,
        "anchor_late": state.anchored_at is None or uow.now - state.anchored_at > LATE,
    }


def _mood(state: ChainState) -> str:
    if state.fault is not None:
        return "broken"
    return "sound" if state.verified_at is not None else "unknown"


def _trouble(request: Request, problem: Problem) -> Response:
    context = {"detail": problem.detail, "forbidden": problem.status == 403}
    return templates.TemplateResponse(
        request, "problem.html", context, status_code=problem.status, headers=HEADERS
    )
