"""HTTP of alerts: what stands, who has it in hand, and what is worked on."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from queue_server.core.desk import DeskOf, IdempotencyKey, Identify
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.model.alert_rules import RuleBook, Severity
from queue_server.fleet.model.alert_words import place_of, title_of
from queue_server.fleet.services import alerts
from queue_server.staff.api import AnyoneSignedIn
from queue_server.staff.api.access import People
from queue_server.staff.model import DEVICE_NAME, Role

router = APIRouter()
HandlerOf = Annotated[Identify, Depends(People((Role.SUPERVISOR, Role.IT, Role.ADMINISTRATOR)))]


class AlertEventView(BaseModel):
    """What became of an alert; `by` is "" for the server itself."""

    kind: str
    by: str
    detail: str
    at: datetime


class AlertView(BaseModel):
    """One alert. `place`: where, for people; `acknowledged_by`: who has it in hand."""

    id: str
    rule: str
    title: str
    subject: str
    place: str
    severity: Severity
    unstable: bool
    detail: str
    opened_at: datetime
    resolved_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    events: list[AlertEventView]


class MaintenanceView(BaseModel):
    """What is worked on; `kiosk` is "" for the whole site."""

    id: str
    kiosk: str
    since: datetime
    until: datetime
    reason: str
    set_by: str


class AlertsBody(BaseModel):
    """Open alerts and those resolved within a week, the gravest and newest first."""

    now: datetime
    event_id: int
    alerts: list[AlertView]
    maintenance: list[MaintenanceView]


class MaintenanceBody(BaseModel):
    """From now on; `kiosk` "" for the whole site."""

    model_config = ConfigDict(extra="forbid")
    kiosk: Annotated[str, Field(pattern=rf"^({DEVICE_NAME})?$")] = ""
    minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)]
    reason: Annotated[str, Field(min_length=1, max_length=120)]


class AcknowledgedBody(BaseModel):
    """Who has it in hand."""

    acknowledged_by: str


class MaintenanceMadeBody(BaseModel):
    """What was made, and until when it lasts."""

    id: str
    until: datetime


class EndedBody(BaseModel):
    """It is over."""

    ended: bool


@router.get("/alerts", response_model=AlertsBody)
async def listed(request: Request, desk: DeskOf, who: AnyoneSignedIn) -> AlertsBody:
    """What stands, and what stood lately."""
    book: RuleBook = request.app.state.alert_rules

    return await desk.look(who, lambda uow, actor: alerts_body(uow, actor.site, book))


def alerts_body(uow: UnitOfWork, site: str, book: RuleBook) -> AlertsBody:
    """What stands at `site`, and what stood lately."""
    found, events = alerts.listed(uow, site)
    return AlertsBody(
        now=uow.now,
        event_id=uow.last_event_id(site),
        alerts=[_view(each, events, book) for each in found],
        maintenance=[MaintenanceView(**vars(each)) for each in alerts.maintained(uow, site)],
    )


def _view(alert: alerts.Alert, events: list[alerts.AlertEvent], book: RuleBook) -> AlertView:
    shown: dict[str, Any] = {key: value for key, value in vars(alert).items() if key != "changes"}
    return AlertView(
        **shown,
        title=title_of(alert.rule, book),
        place=place_of(alert.subject),
        events=[
            AlertEventView(kind=each.kind, by=each.by, detail=each.detail, at=each.at)
            for each in events
            if each.alert == alert.id
        ],
    )


@router.post("/alerts/{alert_id}/acknowledge", response_model=AcknowledgedBody)
async def acknowledge(
    request: Request, desk: DeskOf, who: HandlerOf, key: IdempotencyKey, alert_id: str
) -> JSONResponse:
    """Somebody has it in hand; whoever was first stays."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        alert = alerts.acknowledge(uow, actor, alert_id[:36])
        return Reply(200, {"acknowledged_by": alert.acknowledged_by})

    return await desk.once(request, who, key, None, work)


@router.post("/maintenance", status_code=201, response_model=MaintenanceMadeBody)
async def maintain(
    request: Request, desk: DeskOf, who: HandlerOf, key: IdempotencyKey, body: MaintenanceBody
) -> JSONResponse:
    """From now on nothing of this kiosk raises an alert, for so many minutes."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        lasts = timedelta(minutes=body.minutes)
        made = alerts.maintain(uow, actor, body.kiosk, lasts, body.reason)
        return Reply(201, {"id": made.id, "until": made.until.isoformat()})

    return await desk.once(request, who, key, body.model_dump(), work)


@router.post("/maintenance/{maintenance_id}/end", response_model=EndedBody)
async def end_maintenance(
    request: Request, desk: DeskOf, who: HandlerOf, key: IdempotencyKey, maintenance_id: str
) -> JSONResponse:
    """It is over before its time."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        alerts.end_maintenance(uow, actor, maintenance_id[:36])
        return Reply(200, {"ended": True})

    return await desk.once(request, who, key, None, work)
