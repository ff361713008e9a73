"""“Disponibilidad”: how much of its opening hours each kiosk and each journey could serve."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from queue_server.core.desk import Desk, DeskOf, Identify
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.reports.model.asked import Asked, NotAsked, asked
from queue_server.reports.model.availability import WHOLE, Piece, Tally, tally
from queue_server.reports.model.csv_file import BYTE_ORDER_MARK, MEDIA_TYPE, lines
from queue_server.staff.api.access import People
from queue_server.staff.model import Role
from queue_server.turns.services import queries
from queue_server.turns.services.rules import site_rules
from queue_server.web import availability_words as words
from queue_server.web.availability_report import SITE, Day, Raw, Report, computed, read_raw
from queue_server.web.pages import HEADERS, elsewhere, templates

router = APIRouter(prefix="/availability", tags=["pages"])
ReaderOf = Annotated[Identify, Depends(People((Role.IT, Role.SUPERVISOR, Role.ADMINISTRATOR)))]
USUAL_DAYS, LONGEST_DAYS = 7, 31
HEADINGS = (
    "Día", "Quiosco", "Trámite", "Disponible (s)", "No disponible (s)", "Mantenimiento (s)",
    "Sin datos (s)", "Disponibilidad (%)", "Causas (s)",
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """The form as it was sent. `of`: a kiosk, or nothing for the whole site. `journey`: nothing for
    whatever people come for."""

    first: Annotated[str, Query(max_length=10)] = ""
    last: Annotated[str, Query(max_length=10)] = ""
    of: Annotated[str, Query(max_length=40)] = SITE
    journey: Annotated[str, Query(max_length=50)] = WHOLE


@dataclass(frozen=True)
class Place:
    """Who asks, where, about which days, and what was read for it. `refusal`: why they are others
    than those that were asked for."""

    actor: Actor
    site_name: str
    zone: ZoneInfo
    services: dict[str, str]
    question: Asked
    refusal: str
    raw: Raw


@router.get("", include_in_schema=False)
async def page(
    request: Request, desk: DeskOf, who: ReaderOf, form: Annotated[Words, Depends()]
) -> Response:
    """The report of some days, by default the last seven."""
    try:
        place = await _read(desk, who, form)
    except Problem as problem:
        return elsewhere(request, problem) or _trouble(request, problem)
    report = await asyncio.to_thread(computed, place.raw)
    return templates.TemplateResponse(
        request,
        "availability.html",
        _context(place, report, form),
        status_code=422 if place.refusal else 200,
        headers=HEADERS,
    )


@router.get("/report.csv", include_in_schema=False)
async def file(desk: DeskOf, who: ReaderOf, form: Annotated[Words, Depends()]) -> Response:
    """Every day, kiosk and journey as a file. Raises Problem 422."""
    place = await _read(desk, who, form)
    if place.refusal:
        raise Problem(422, "invalid", place.refusal)
    content = await asyncio.to_thread(_file, place)
    name = f"{place.actor.site}_disponibilidad.csv"
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


async def _read(desk: Desk, who: Identify, form: Words) -> Place:
    def read(uow: UnitOfWork, actor: Actor) -> Place:
        rules = site_rules(uow, actor.site)
        today, refusal = queries.today(uow, rules), ""
        usual = asked(today, (today - timedelta(days=USUAL_DAYS - 1)).isoformat())
        try:
            question = _asked(form, usual)
        except NotAsked as not_asked:
            question, refusal = usual, str(not_asked)
        raw = read_raw(uow, rules, question.first, question.last)
        names = {code: each.name for code, each in rules.services.items()}
        zone = ZoneInfo(rules.zone)
        return Place(actor, rules.name, zone, names, question, refusal, raw)

    return await desk.look(who, read)


def _asked(form: Words, usual: Asked) -> Asked:
    """Raises NotAsked."""
    if not form.first and not form.last:
        return usual
    found = asked(usual.last, form.first or form.last, form.last or form.first)
    if found.days > LONGEST_DAYS:
        raise NotAsked(f"Este reporte abarca hasta {LONGEST_DAYS} días; elija menos días.")
    return found


def _context(place: Place, report: Report, form: Words) -> dict[str, Any]:
    chosen = form.of if form.of in report.lines else SITE
    mine = report.lines[chosen]
    journey = form.journey if form.journey in report.lines[SITE] else WHOLE
    question, hours = place.question, report.hours
    asks = {"first": question.first.isoformat(), "last": question.last.isoformat()}
    line = mine.get(journey, report.unknown)
    told = tally(line, hours)
    return {
        "page": "availability.html",
        "person": place.actor.name,
        "role": place.actor.role,
        "site_name": place.site_name,
        "refusal": place.refusal,
        "question": question,
        "chosen": chosen,
        "journey": journey,
        "journey_words": words.journey_words(journey, place.services),
        "open_hours": words.lasted(sum((s.until - s.since).total_seconds() for s in hours)),
        "total": words.tally_words(told),
        "choices": [
            (name, words.journey_words(name, place.services)) for name in report.lines[SITE]
        ],
        "journeys": [
            {
                "name": words.journey_words(name, place.services),
                "query": urlencode({**asks, "of": chosen, "journey": name}),
                **_row(each, hours),
            }
            for name, each in mine.items()
        ],
        "causes": [
            (words.cause_words(cause), words.lasted(seconds))
            for cause, seconds in sorted(told.causes.items(), key=lambda each: -each[1])
        ],
        "days": [_day(each, line, place.zone) for each in report.days],
        "width": words.WIDTH,
        "kiosks": [
            {
                "name": name,
                "query": urlencode({**asks, "of": name, "journey": journey}),
                **_row(lines.get(journey, report.unknown), hours),
            }
            for name, lines in report.lines.items()
            if name != SITE
        ],
        "query": urlencode(asks),
    }


def _row(pieces: Sequence[Piece], hours: Any) -> dict[str, str]:
    return words.tally_words(tally(pieces, hours))


def _day(day: Day, pieces: Sequence[Piece], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "day": f"{day.day:%d/%m/%Y}",
        "bars": words.strip(pieces, day.hours, zone),
        "outages": words.outages(pieces, day.hours, zone),
        "share": words.percent(tally(pieces, day.hours).share),
        "opens": f"{day.hours[0].since.astimezone(zone):%H:%M}" if day.hours else "",
        "closes": words.ends_at(day.hours[-1].until, zone) if day.hours else "",
    }


def _file(place: Place) -> str:
    report = computed(place.raw)
    return BYTE_ORDER_MARK + lines(_rows(report, place))


def _rows(report: Report, place: Place) -> Iterator[tuple[str | int | float, ...]]:
    yield HEADINGS
    for day in report.days:
        for kiosk, journeys in report.lines.items():
            for journey, pieces in journeys.items():
                name = words.journey_words(journey, place.services)
                yield (
                    day.day.isoformat(),
                    kiosk or "Todo el módulo",
                    name,
                    *_cells(tally(pieces, day.hours)),
                )


def _cells(told: Tally) -> tuple[str | int | float, ...]:
    causes = ", ".join(
        f"{words.cause_words(cause)} {round(seconds)}"
        for cause, seconds in sorted(told.causes.items())
    )
    return (
        round(told.up_s),
        round(told.down_s),
        round(told.maintenance_s),
        round(told.unknown_s),
        "" if told.share is None else round(told.share * 100, 3),
        causes,
    )


def _trouble(request: Request, problem: Problem) -> Response:
    context = {"detail": problem.detail, "forbidden": problem.status == 403}
    return templates.TemplateResponse(
        request, "problem.html", context, status_code=problem.status, headers=HEADERS
    )
