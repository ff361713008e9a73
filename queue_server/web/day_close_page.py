"""“Cierre del día”: the site's money of a day at a glance, each difference, and its files."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response

from queue_server.core.clock import local_day
from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments.api.day_close import DayReadersOf
from queue_server.payments.services import day_close
from queue_server.payments.services.day_close import Close, Figures
from queue_server.reports.model.csv_file import MEDIA_TYPE
from queue_server.staff.model import Role
from queue_server.turns.services import queries
from queue_server.web import day_close_words as words
from queue_server.web.day_close_files import day_file
from queue_server.web.pages import HEADERS, elsewhere, templates

router = APIRouter(prefix="/day-close", tags=["pages"])

DAYS_SHOWN = 14
_WEEKDAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
_FILE_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
FILES = (
    ("cuadre", "Cuadre por quiosco y medio"),
    ("diferencias", "Diferencias"),
    ("pagos", "Pagos, uno por uno"),
    ("equipos", "Contadores de los equipos"),
)


@router.get("", include_in_schema=False)
async def page(
    request: Request, desk: DeskOf, who: DayReadersOf, day: Annotated[date | None, Query()] = None
) -> Response:
    """The close of a day, by default today's."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        zone = queries.site_zone(uow, actor.site)
        today = local_day(uow.now, zone)
        asked = min(day or today, today)
        close = day_close.close_of(uow, actor.site, asked)
        since = today - timedelta(days=DAYS_SHOWN - 1)
        sealed = day_close.sealed_days(uow, actor.site, since)
        return {
            "page": "day_close.html",
            "person": actor.name,
            "role": actor.role,
            "site_name": queries.site_name(uow, actor.site),
            "days": [_day(since + timedelta(days=at), asked, sealed) for at in range(DAYS_SHOWN)],
            "today": today,
            **_context(close, ZoneInfo(zone)),
            "may_seal": actor.role == Role.SUPERVISOR and close.may_be_sealed,
            "may_ask": actor.role == Role.SUPERVISOR,
        }

    try:
        context = await desk.look(who, read)
    except Problem as problem:
        return elsewhere(request, problem) or _trouble(request, problem)
    return templates.TemplateResponse(request, "day_close.html", context, headers=HEADERS)


@router.get("/{day}/{name}.csv", include_in_schema=False)
async def file(
    desk: DeskOf,
    who: DayReadersOf,
    day: date,
    name: Annotated[str, Path(max_length=20)],
    seal: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """One table of a day as a file; `seal`: as it was sealed under that number, else as it is."""

    def read(uow: UnitOfWork, actor: Actor) -> tuple[str, Figures, Mapping[str, str]]:
        close = day_close.close_of(uow, actor.site, day)
        if not seal:
            reasons = close.sealed[-1].reasons if close.sealed else dict[str, str]()
            return actor.site, close.now, reasons
        if seal > len(close.sealed):
            raise Problem(404, "unknown_seal", "Este día no tiene ese sello.")
        return actor.site, close.sealed[seal - 1].figures, close.sealed[seal - 1].reasons

    site, figures, reasons = await desk.look(who, read)
    content = day_file(figures, name, reasons)
    if content is None:
        raise Problem(404, "unknown_table", "Esta tabla no existe; vuelva al cierre del día.")
    shown = f"{site}_{name}_{day}{f'_sello{seal}' if seal else ''}.csv"
    headers = {**_FILE_HEADERS, "Content-Disposition": f'attachment; filename="{shown}"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _trouble(request: Request, problem: Problem) -> Response:
    context = {"detail": problem.detail, "forbidden": problem.status == 403}
    return templates.TemplateResponse(
        request, "problem.html", context, status_code=problem.status, headers=HEADERS
    )


def _day(day: date, asked: date, sealed: Mapping[date, bool]) -> dict[str, Any]:
    state = "open" if day not in sealed else "agrees" if sealed[day] else "explained"
    return {
        "day": day,
        "words": f"{_WEEKDAYS[day.weekday()]} {day:%d}",
        "state": state,
        "chosen": day == asked,
    }


def _context(close: Close, zone: ZoneInfo) -> dict[str, Any]:
    figures = close.now
    day = date.fromisoformat(figures["day"])
    found = figures["differences"]
    differing = {each["payment"] for each in found if each["payment"]}
    return {
        "day": day,
        "weekday": _WEEKDAYS[day.weekday()],
        "over": close.over,
        "kiosks": [_kiosk(each, found, differing, zone) for each in figures["kiosks"]],
        "totals": _totals(figures),
        "differences": [_difference(each, close) for each in found],
        "mood": _mood(close),
        "centre": {
            **figures["centre"],
            "asked_at": _clock(figures["centre"]["asked_at"], zone),
        },
        "sealed": [_sealed(each, zone) for each in close.sealed],
        "news": bool(close.news),
        "files": FILES,
        "soles": words.soles,
        "means": words.MEANS,
        "stands": words.STANDS,
    }


def _mood(close: Close) -> str:
    """Good; explained, when every difference was sealed with its reason; waits, when all of them
    may go away by themselves; else bad."""
    found = close.now["differences"]
    if not found:
        return "good"
    if close.sealed and not close.news:
        return "explained"
    return "waits" if all(each["may_go_away"] for each in found) else "bad"


def _totals(figures: Figures) -> dict[str, int | bool | None]:
    """The site's sums of each book: fees, and what is owed. `partial`: some kiosk told nothing."""
    rows = [row for kiosk in figures["kiosks"] for row in kiosk["rows"]]
    told = [row for row in rows if row["journal"] is not None]
    centre = [row["centre"]["centimos"] for row in rows if row["centre"] is not None]
    machines = [row["machines"]["centimos"] for row in rows if row["machines"] is not None]
    return {
        "journal": sum(row["journal"]["centimos"] for row in told) if told else None,
        "machines": sum(machines) if machines else None,
        "server": sum(row["server"]["centimos"] for row in rows),
        "centre": sum(centre) if centre or figures["centre"]["asked_at"] else None,
        "owed": sum(row["owed_server"] for row in rows),
        "count": sum(row["server"]["count"] for row in rows),
        "partial": any(kiosk["heard_at"] is None for kiosk in figures["kiosks"]),
    }


def _kiosk(
    kiosk: Mapping[str, Any],
    found: Sequence[Mapping[str, Any]],
    differing: set[str],
    zone: ZoneInfo,
) -> dict[str, Any]:
    mine = [each for each in found if each["kiosk"] == kiosk["kiosk"]]
    rows = kiosk["rows"]
    return {
        **kiosk,
        "heard_at": _clock(kiosk["heard_at"], zone),
        "shown_rows": [row for row in rows if _is_worth_showing(row)],
        "sums": {
            "journal": _sum(row["journal"] for row in rows),
            "machines": _sum(row["machines"] for row in rows),
            "server": _sum(row["server"] for row in rows),
            "centre": _sum(row["centre"] for row in rows),
            "owed": sum(row["owed_server"] for row in rows),
        },
        "differences": len(mine),
        "payments": [
            _payment(each, differing, zone) for each in sorted(kiosk["payments"], key=_began)
        ],
    }


def _began(payment: Mapping[str, Any]) -> str:
    return (payment["journal"] or {}).get("began_at", "")


def _sum(sums: Any) -> int | None:
    """None where no row of that book says anything."""
    told = [each["centimos"] for each in sums if each is not None]
    return sum(told) if told else None


def _is_worth_showing(row: Mapping[str, Any]) -> bool:
    books = (row["journal"], row["machines"], row["server"], row["centre"])
    counted = any(each and (each["count"] or each["centimos"]) for each in books)
    return bool(counted or row["owed_journal"] or row["owed_server"])


def _payment(of: Mapping[str, Any], differing: set[str], zone: ZoneInfo) -> dict[str, Any]:
    ours, server, centre = (of[name] or {} for name in ("journal", "server", "centre"))
    card = " ".join(filter(None, (ours.get("terminal_id"), ours.get("rrn"))))
    last4 = f" ····{ours['last4']}" if ours.get("last4") else ""
    return {
        "payment": of["payment"],
        "means": words.MEANS[(ours or server)["means"]],
        "began_at": _clock(ours.get("began_at"), zone),
        "card": f"{card}{last4}",
        "journal": (words.STANDS.get(ours.get("stands", ""), "–"), _fee(ours)),
        "server": (words.STANDS.get(server.get("held", ""), "–"), server.get("price_centimos")),
        "centre": (words.STANDS.get(centre.get("state", ""), "–"), centre.get("amount_centimos")),
        "differs": of["payment"] in differing,
    }


def _fee(ours: Mapping[str, Any]) -> int | None:
    return ours.get("asked_centimos") if ours.get("stands") in ("kept", "untold") else None


def _difference(of: Mapping[str, Any], close: Close) -> dict[str, Any]:
    here, there = words.books_of(of["kind"])
    reasons = close.sealed[-1].reasons if close.sealed else dict[str, str]()
    return {
        **of,
        "words": words.kind_words(of["kind"]),
        "what_to_do": words.what_to_do(of["kind"]),
        "here_name": here,
        "there_name": there,
        "here_shown": words.side(of, "here"),
        "there_shown": words.side(of, "there"),
        "is_new": of["key"] in close.news,
        "reason": reasons.get(of["key"], ""),
    }


def _sealed(of: day_close.Sealed, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "number": of.number,
        "by": of.sealed_by.partition(":")[2] or of.sealed_by,
        "at": of.sealed_at.astimezone(zone).strftime("%d/%m/%Y %H:%M"),
        "whole": of.whole,
        "differences": [
            {**each, "words": words.kind_words(each["kind"]), "reason": of.reasons[each["key"]]}
            for each in of.figures["differences"]
        ],
    }


def _clock(instant: str | None, zone: ZoneInfo) -> str:
    if not instant:
        return ""
    return datetime.fromisoformat(instant).astimezone(zone).strftime("%d/%m %H:%M")
