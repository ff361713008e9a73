"""What the administrator edits: opening hours, holidays, announcements."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns.api.admin import (
    AdministratorOf,
    ChangedBody,
    LocalTime,
    Seen,
    SeenBody,
    Words,
    carry_out,
)
from queue_server.turns.api.bodies import Body
from queue_server.turns.model.holidays import holidays
from queue_server.turns.services import admin_calendar
from queue_server.turns.services.rules import site_rules

router = APIRouter(prefix="/api/v1/admin", tags=["administration"])


class SessionBody(Body):
    """One session of a weekday (0 = Monday)."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    opens: LocalTime
    closes: LocalTime
    last_ticket: LocalTime


class HoursBody(SeenBody):
    """The whole week."""

    hours: Annotated[list[SessionBody], Field(max_length=50)]


@router.put("/hours", response_model=ChangedBody)
async def put_hours(
    request: Request, body: HoursBody, desk: DeskOf, key: IdempotencyKey, who: AdministratorOf
) -> JSONResponse:
    """Replace the opening hours of the week."""
    sessions = [admin_calendar.Session(**each.model_dump()) for each in body.hours]
    return await carry_out(
        request,
        desk,
        who,
        key,
        body.model_dump(mode="json"),
        lambda uow, actor: admin_calendar.put_hours(uow, actor, body.version, sessions),
    )


class ClosureBody(Body):
    """A holiday, or a day with special hours."""

    day: date
    name: Words
    opens: LocalTime | None = None
    closes: LocalTime | None = None


class ClosuresBody(SeenBody):
    """Several days at once."""

    closures: Annotated[list[ClosureBody], Field(max_length=100)]


@router.put("/closures", response_model=ChangedBody)
async def put_closures(
    request: Request, body: ClosuresBody, desk: DeskOf, key: IdempotencyKey, who: AdministratorOf
) -> JSONResponse:
    """Add holidays and days with special hours; others stay."""

    def change(uow: UnitOfWork, actor: Actor) -> int:
        days = [admin_calendar.closure(**each.model_dump()) for each in body.closures]
        return admin_calendar.put_closures(uow, actor, body.version, days)

    return await carry_out(request, desk, who, key, body.model_dump(mode="json"), change)


@router.delete("/closures/{day}", response_model=ChangedBody)
async def remove_closure(
    request: Request,
    day: date,
    version: Seen,
    desk: DeskOf,
    key: IdempotencyKey,
    who: AdministratorOf,
) -> JSONResponse:
    """The day is a usual one again."""
    return await carry_out(
        request,
        desk,
        who,
        key,
        version,
        lambda uow, actor: admin_calendar.remove_closure(uow, actor, version, day),
    )


class HolidayBody(BaseModel):
    """A suggestion; `known`: the site has this day already."""

    day: date
    name: str
    known: bool


class HolidaysBody(BaseModel):
    """The national holidays of a year."""

    holidays: list[HolidayBody]


@router.get("/holidays", response_model=HolidaysBody)
async def suggest_holidays(
    desk: DeskOf, who: AdministratorOf, year: Annotated[int, Query(ge=2000, le=2200)]
) -> HolidaysBody:
    """Peru's national holidays as suggestions; nothing is changed."""

    def read(uow: UnitOfWork, actor: Actor) -> set[date]:
        return {each.day for each in site_rules(uow, actor.site).closures}

    known = await desk.look(who, read)
    found = [
        HolidayBody(day=each.day, name=each.name, known=each.day in known)
        for each in holidays(year)
    ]
    return HolidaysBody(holidays=found)


class AnnouncementBody(SeenBody):
    """What displays announce, within the days; null: no limit on that side."""

    words: Words
    first_day: date | None = None
    last_day: date | None = None


AnnouncementId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{8,36}$")]


@router.put("/announcements/{announcement_id}", response_model=ChangedBody)
async def put_announcement(
    request: Request,
    announcement_id: AnnouncementId,
    body: AnnouncementBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: AdministratorOf,
) -> JSONResponse:
    """Add or change an announcement; its id is minted by the caller."""
    said = admin_calendar.Announcement(**body.model_dump(exclude={"version"}))
    return await carry_out(
        request,
        desk,
        who,
        key,
        body.model_dump(mode="json"),
        lambda uow, actor: admin_calendar.put_announcement(
            uow, actor, body.version, announcement_id, said
        ),
    )


@router.delete("/announcements/{announcement_id}", response_model=ChangedBody)
async def remove_announcement(
    request: Request,
    announcement_id: AnnouncementId,
    version: Seen,
    desk: DeskOf,
    key: IdempotencyKey,
    who: AdministratorOf,
) -> JSONResponse:
    """Announce it no more."""
    return await carry_out(
        request,
        desk,
        who,
        key,
        version,
        lambda uow, actor: admin_calendar.remove_announcement(uow, actor, version, announcement_id),
    )
