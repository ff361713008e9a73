"""Reports: the page, its plots and its files. The figures are those of `reports`; the names of
services and counters come from the queue."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from queue_server.core.clock import local_day
from queue_server.core.db import Database
from queue_server.core.desk import DeskOf, Identify
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.reports.adapters.draughtsman import Draughtsman, Drawings
from queue_server.reports.api import ReadersOf
from queue_server.reports.model.asked import LONGEST_DAYS, Asked, NotAsked, asked
from queue_server.reports.model.csv_file import (
    BYTE_ORDER_MARK,
    MEDIA_TYPE,
    STAGE_HEADINGS,
    lines,
    sheet_file,
    stage_line,
)
from queue_server.reports.model.figures import Figures, Tally
from queue_server.reports.model.pictures import PICTURES, pictures
from queue_server.reports.model.sheets import CLASSES, Names, duration, sheets, shown
from queue_server.reports.services import readings
from queue_server.reports.services.catch_up import catch_up, position
from queue_server.turns.services.rules import site_rules
from queue_server.web.pages import HEADERS, elsewhere, templates

router = APIRouter(prefix="/reports", tags=["pages"])

# Before a page, so many batches are folded at most; the jobs process does the rest.
BATCHES_BEFORE_A_PAGE = 20
RANGES = ((1, "Hoy"), (7, "7 días"), (30, "30 días"), (365, "12 meses"))
# A picture opened by itself must not act: an SVG may hold a script.
_PICTURE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "private, max-age=3600",
    "X-Content-Type-Options": "nosniff",
}
_FILE_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Words:
    """The form as it was sent."""

    first: Annotated[str, Query(max_length=10)] = ""
    last: Annotated[str, Query(max_length=10)] = ""
    service: Annotated[str, Query(max_length=30)] = ""
    attention_class: Annotated[str, Query(max_length=20, alias="class")] = ""


@dataclass(frozen=True)
class Place:
    """Whose report it is, and what things are called there now. `as_of`: the last event folded."""

    actor: Actor
    site_name: str
    zone: str
    names: Names
    now: datetime
    as_of: int
    newest: int

    @property
    def today(self) -> date:
        """The site's local day."""
        return local_day(self.now, self.zone)


@dataclass(frozen=True)
class Report:
    """What one question is answered with."""

    figures: Figures
    months: list[tuple[str, int]]
    certificates: int
    at_a_window: int


@router.get("", include_in_schema=False)
async def page(
    request: Request, desk: DeskOf, who: ReadersOf, words: Annotated[Words, Depends()]
) -> Response:
    """The report of some days, by default the last 30."""
    try:
        place = await _caught_up(desk.database, who)
    except Problem as problem:
        return elsewhere(request, problem) or _trouble(request, problem)
    refusal = ""
    try:
        question = _question(place, words)
    except NotAsked as not_asked:
        refusal, question = str(not_asked), asked(place.today)
    report = await _report(desk.database, place, question)
    context = _context(place, question, report)
    return templates.TemplateResponse(
        request,
        "reports.html",
        {**context, "refusal": refusal},
        status_code=422 if refusal else 200,
        headers=HEADERS,
    )


@router.get("/plot/{name}.svg", include_in_schema=False)
async def plot(
    request: Request,
    desk: DeskOf,
    who: ReadersOf,
    words: Annotated[Words, Depends()],
    name: Annotated[str, Path(max_length=20)],
    as_of: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """One plot. `as_of`: the event up to which the page beside it tells, so that all its plots
    are drawn once."""
    if name not in PICTURES:
        raise Problem(404, "unknown_plot", "Este gráfico no existe; vuelva a los reportes.")
    place = await _place(desk.database, who)
    question = _answerable(place, words)

    async def drawings() -> Drawings:
        report = await _report(desk.database, place, question)
        drawn = pictures(report.figures, report.months, place.names)
        return {each: picture.drawing for each, picture in drawn.items()}

    key = (place.actor.site, question, min(as_of or place.as_of, place.as_of))
    plots = await _draughtsman(request).drawn(key, drawings)
    return Response(plots[name], media_type="image/svg+xml", headers=_PICTURE_HEADERS)


@router.get("/table/{name}.csv", include_in_schema=False)
async def table(
    desk: DeskOf,
    who: ReadersOf,
    words: Annotated[Words, Depends()],
    name: Annotated[str, Path(max_length=20)],
) -> Response:
    """One table as a file, times in seconds."""
    place = await _place(desk.database, who)
    question = _answerable(place, words)
    report = await _report(desk.database, place, question)
    sheet = sheets(report.figures, report.months, place.names).get(name)
    if sheet is None:
        raise Problem(404, "unknown_table", "Esta tabla no existe; vuelva a los reportes.")
    return Response(
        sheet_file(sheet), media_type=MEDIA_TYPE, headers=_as_file(place, question, name)
    )


@router.get("/stages.csv", include_in_schema=False)
async def stages(desk: DeskOf, who: ReadersOf, words: Annotated[Words, Depends()]) -> Response:
    """Every stage of every ticket as a file, page by page; nothing in it tells who somebody is."""
    place = await _place(desk.database, who)
    question = _answerable(place, words)
    return StreamingResponse(
        _stage_lines(desk.database, place, question),
        media_type=MEDIA_TYPE,
        headers=_as_file(place, question, "stages"),
    )


# --- who asks what --------------------------------------------------------------------------------
async def _caught_up(database: Database, who: Identify) -> Place:
    """The place, once the newest events are folded: what just happened is in the report."""
    place = await _place(database, who)
    site, zone = place.actor.site, place.zone
    more = place.as_of < place.newest
    for _ in range(BATCHES_BEFORE_A_PAGE if more else 0):
        more = more and await database.call(lambda uow: catch_up(uow, site, zone))
    return await _place(database, who)


async def _place(database: Database, who: Identify) -> Place:
    def read(uow: UnitOfWork) -> Place:
        actor = who(uow)
        rules = site_rules(uow, actor.site)
        names = Names(
            {code: service.name for code, service in rules.services.items()},
            {code: counter.name for code, counter in rules.counters.items()},
        )
        as_of, newest = position(uow, actor.site), uow.last_event_id(actor.site)
        return Place(actor, rules.name, rules.zone, names, uow.now, as_of, newest)

    return await database.look(read)


def _question(place: Place, words: Words) -> Asked:
    service = words.service if words.service in place.names.services else ""
    attention_class = words.attention_class if words.attention_class in CLASSES else ""
    return asked(place.today, words.first, words.last, service, attention_class)


def _answerable(place: Place, words: Words) -> Asked:
    try:
        return _question(place, words)
    except NotAsked as not_asked:
        raise Problem(422, "not_a_range", str(not_asked)) from None


async def _report(database: Database, place: Place, question: Asked) -> Report:
    """Counted up piece by piece, so that nobody else waits long for the database."""
    site = place.actor.site
    local = place.now.astimezone(ZoneInfo(place.zone))
    second = local.hour * 3600 + local.minute * 60 + local.second
    tally = Tally((place.today, second))
    for piece in question.pieces(readings.DAYS_AT_ONCE):

        def read(uow: UnitOfWork, piece: Asked = piece) -> list[Any]:
            return readings.facts(uow, site, piece)

        await asyncio.to_thread(tally.take, await database.look(read))

    def read_rest(uow: UnitOfWork) -> tuple[list[tuple[str, int]], tuple[int, int]]:
        months = readings.certificates_by_month(uow, site, question)
        return months, readings.without_a_window(uow, site, question)

    months, (certificates, at_a_window) = await database.look(read_rest)
    return Report(await asyncio.to_thread(tally.figures), months, certificates, at_a_window)


def _draughtsman(request: Request) -> Draughtsman:
    """The one of this application; made when the first plot is asked for."""
    state = request.app.state
    if not hasattr(state, "draughtsman"):
        state.draughtsman = Draughtsman()
    return state.draughtsman


# --- the page -------------------------------------------------------------------------------------
def _context(place: Place, question: Asked, report: Report) -> dict[str, Any]:
    return {
        "page": "reports.html",
        "person": place.actor.name,
        "role": place.actor.role,
        "site_name": place.site_name,
        "question": question,
        "query": _query(question),
        "as_of": place.as_of,
        "made_at": place.now.astimezone(ZoneInfo(place.zone)),
        "late": place.as_of < place.newest,
        "ranges": [_range(place.today, days, words, question) for days, words in RANGES],
        "longest": LONGEST_DAYS,
        "services": place.names.services,
        "classes": CLASSES,
        "tiles": _tiles(report),
        "sheets": sheets(report.figures, report.months, place.names),
        "pictures": pictures(report.figures, report.months, place.names),
        "shown": shown,
    }


def _query(question: Asked) -> str:
    return urlencode(
        {
            "first": question.first.isoformat(),
            "last": question.last.isoformat(),
            "service": question.service,
            "class": question.attention_class,
        }
    )


def _range(today: date, days: int, words: str, question: Asked) -> dict[str, Any]:
    some = Asked(
        today - timedelta(days=days - 1), today, question.service, question.attention_class
    )
    return {"words": words, "query": _query(some), "chosen": some == question}


def _tiles(report: Report) -> list[tuple[str, str, str]]:
    """(what, how much, of what) for the head of the page."""
    total = report.figures.total
    wait, served = total.wait, total.served
    everybody = report.certificates + report.at_a_window
    return [
        ("Llegadas", str(total.arrivals), "turnos entregados"),
        ("Espera mediana", _or_dash(wait.p50_s, wait.count), f"de {wait.count} esperas"),
        ("Espera P90", _or_dash(wait.p90_s, wait.count), "nueve de cada diez, a lo más"),
        ("Atención mediana", _or_dash(served.p50_s, served.count), f"de {served.count} atenciones"),
        ("Ausencias", _share(total.no_shows, total.calls), f"de {total.calls} llamados"),
        (
            "Sin ventanilla",
            _share(report.certificates, everybody),
            f"{report.certificates} en quiosco, {report.at_a_window} en ventanilla",
        ),
    ]


def _or_dash(seconds: int, count: int) -> str:
    return duration(seconds) if count else "–"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _trouble(request: Request, problem: Problem) -> Response:
    context = {"detail": problem.detail, "forbidden": problem.status == 403}
    return templates.TemplateResponse(
        request, "problem.html", context, status_code=problem.status, headers=HEADERS
    )


# --- files ----------------------------------------------------------------------------------------
def _as_file(place: Place, question: Asked, name: str) -> dict[str, str]:
    file = f"{place.actor.site}_{name}_{question.first}_{question.last}.csv"
    return {**_FILE_HEADERS, "Content-Disposition": f'attachment; filename="{file}"'}


async def _stage_lines(database: Database, place: Place, question: Asked) -> AsyncIterator[str]:
    zone, site = ZoneInfo(place.zone), place.actor.site
    yield BYTE_ORDER_MARK + lines([STAGE_HEADINGS])
    beyond: tuple[date, str, int] | None = None
    while True:

        def read(uow: UnitOfWork, mark: tuple[date, str, int] | None = beyond) -> list[Any]:
            return readings.stage_rows(uow, site, question, mark)

        rows = await database.look(read)
        yield lines(stage_line(row, zone, place.names) for row in rows)
        if len(rows) < readings.ROWS_AT_ONCE:
            return
        last = rows[-1]
        beyond = (last["day"], last["ticket"], last["position"])
