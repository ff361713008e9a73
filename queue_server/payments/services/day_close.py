"""The close of a day: what its books say now, and what was sealed of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select

from queue_server.core.json_text import json_text
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.day_books import DayBooks
from queue_server.payments.model.day_close import PENDING, Difference, differences
from queue_server.payments.model.day_figures import rows_of
from queue_server.payments.services import centre_ledger, day_reports
from queue_server.payments.services.day_books import books_of
from queue_server.turns.services import queries as turns

_closes = tables.day_closes
LONGEST_REASON = 300
OLDEST = timedelta(days=5 * 366)
Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Sealed:
    """A close that was sealed. `figures`: as `figures_of` gave them. `whole`: its digest is still
    that of what it holds."""

    number: int
    figures: Figures
    reasons: Mapping[str, str]
    sealed_by: str
    sealed_at: datetime
    whole: bool


@dataclass(frozen=True)
class Close:
    """A day: as it is now, and as it was sealed, the last time last. `over`: its last instant has
    passed. `news`: the keys of differences that are not as they were sealed last."""

    now: Figures
    sealed: Sequence[Sealed]
    over: bool
    news: frozenset[str]

    @property
    def may_be_sealed(self) -> bool:
        """Whether there is anything to seal."""
        return self.over and (not self.sealed or bool(self.news))


def close_of(uow: UnitOfWork, site: str, day: date) -> Close:
    """The close of `day`. Raises Problem 404 for one to come or long past."""
    today = centre_ledger.today(uow, site)
    if day > today:
        raise Problem(404, "day_to_come", "Ese día todavía no llega.")
    if today - day > OLDEST:
        raise Problem(404, "day_too_old", "Ese día ya no se cierra aquí.")
    now, sealed = figures_of(uow, site, day), _sealed(uow, site, day)
    _, ends = day_reports.bounds(day, turns.site_zone(uow, site))
    news = _changed(sealed[-1].figures, now) if sealed else frozenset[str]()
    return Close(now, sealed, uow.now >= ends, news)


def figures_of(uow: UnitOfWork, site: str, day: date) -> Figures:
    """What the five books say of `day` now, as JSON: kiosk by kiosk, and each difference."""
    books = books_of(uow, site, day)
    found = differences(books)
    centre = centre_ledger.standing(uow, site, day)
    heard = {kiosk: at.isoformat() for kiosk, (_, at) in day_reports.of_day(uow, site, day).items()}
    return {
        "day": day.isoformat(),
        "kiosks": [_kiosk(books, each, heard.get(each)) for each in books.kiosks],
        "differences": [_difference(each) for each in found],
        "centre": {
            "asked_at": centre.asked_at and centre.asked_at.isoformat(),
            "wanted": centre.wanted,
            "trouble": centre.trouble,
        },
    }


def seal(uow: UnitOfWork, actor: Actor, day: date, reasons: Mapping[str, str]) -> Sealed:
    """Seal `day` as it is now, each difference that is left with its reason.

    A day that was sealed gets a correction beside it, if anything changed. Raises Problem 409
    before the day is over, without a reason for every difference, and when nothing changed.
    """
    uow.lock_site(actor.site)
    close = close_of(uow, actor.site, day)
    if not close.over:
        words = "El día se sella cuando termina, a medianoche."
        raise Problem(409, "day_not_over", words)
    if not close.may_be_sealed:
        raise Problem(
            409, "already_sealed", "Este día ya está sellado y nada cambió desde entonces."
        )
    left = [each["key"] for each in close.now["differences"]]
    given = {key: reasons.get(key, "").strip()[:LONGEST_REASON] for key in left}
    unexplained = [key for key, reason in given.items() if not reason]
    if unexplained:
        words = "Escriba el motivo de cada diferencia que queda; alguna no lo tiene."
        raise Problem(409, "unexplained", words, unexplained=unexplained)
    number = len(close.sealed) + 1
    row = {
        "site": actor.site,
        "day": day,
        "number": number,
        "figures": close.now,
        "reasons": given,
        "agrees": not left,
        "sealed_by": actor.label,
        "sealed_at": uow.now,
    }
    before = _last_digest(uow, actor.site, day)
    uow.connection.execute(insert(_closes), {**row, "digest": _digest(before, row)})
    uow.record(actor, "day_close.sealed", day=day.isoformat(), number=number, differences=len(left))
    return _sealed(uow, actor.site, day)[-1]


def sealed_days(uow: UnitOfWork, site: str, since: date) -> dict[date, bool]:
    """The sealed days from `since` on, and whether the last close of each left no difference."""
    newest = (
        select(_closes.c.day, func.max(_closes.c.number).label("number"))
        .where(_closes.c.site == site, _closes.c.day >= since)
        .group_by(_closes.c.day)
        .subquery()
    )
    rows = uow.connection.execute(
        select(_closes.c.day, _closes.c.agrees)
        .join(newest, (newest.c.day == _closes.c.day) & (newest.c.number == _closes.c.number))
        .where(_closes.c.site == site)
    )
    return {row.day: row.agrees for row in rows}


def _kiosk(books: DayBooks, kiosk: str, heard_at: str | None) -> dict[str, Any]:
    report = books.reports.get(kiosk)
    held = {each.payment: each for each in books.payments if each.kiosk == kiosk}
    tried = {each.payment: each for each in report.payments} if report else {}
    ids = sorted(set(held) | set(tried))
    return {
        "kiosk": kiosk,
        "heard_at": heard_at,
        "rows": [asdict(each) for each in rows_of(books, kiosk)],
        "terminals": [asdict(each) for each in report.terminals] if report else [],
        "acceptors": [asdict(each) for each in report.acceptors] if report else [],
        "hoppers": [asdict(each) for each in report.hoppers] if report else [],
        "payments": [
            {
                "payment": id_,
                "journal": _as_json(tried[id_]) if id_ in tried else None,
                "server": asdict(held[id_]) if id_ in held else None,
                "centre": _at_centre(books, held[id_].application if id_ in held else None),
            }
            for id_ in ids
        ],
    }


def _at_centre(books: DayBooks, application: str | None) -> dict[str, Any] | None:
    taking = books.centre.takings.get(application or "")
    return None if taking is None else _as_json(taking)


def _difference(of: Difference) -> dict[str, Any]:
    return {
        **asdict(of),
        "key": of.key,
        "centimos": of.centimos,
        "may_go_away": of.kind in PENDING,
    }


def _as_json(value: Any) -> dict[str, Any]:
    """A record whose instants are text."""
    return {
        name: each.isoformat() if isinstance(each, datetime) else each
        for name, each in asdict(value).items()
    }


def _sealed(uow: UnitOfWork, site: str, day: date) -> list[Sealed]:
    rows = uow.connection.execute(
        select(_closes)
        .where(_closes.c.site == site, _closes.c.day == day)
        .order_by(_closes.c.number)
    ).all()
    found: list[Sealed] = []
    before = ""
    for row in rows:
        whole = row.digest == _digest(before, _row(row))
        found.append(
            Sealed(row.number, row.figures, row.reasons, row.sealed_by, row.sealed_at, whole)
        )
        before = row.digest
    return found


def _row(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "digest"}


def _last_digest(uow: UnitOfWork, site: str, day: date) -> str:
    rows = select(_closes.c.digest).where(_closes.c.site == site, _closes.c.day == day)
    return uow.connection.execute(rows.order_by(_closes.c.number.desc()).limit(1)).scalar() or ""


def _digest(before: str, row: Mapping[str, Any]) -> str:
    """SHA-256 over the row and the digest of the close before it."""
    content = {
        **row,
        "day": row["day"].isoformat(),
        "sealed_at": row["sealed_at"].astimezone(UTC).isoformat(),
        "before": before,
    }
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(content: Mapping[str, Any]) -> str:
    """The same text whether it comes from memory or from the database."""
    return json_text(_sorted(content))


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted(each) for each in value]
    return value


def _changed(sealed: Figures, now: Figures) -> frozenset[str]:
    """Differences that came, went, or are of another amount since."""
    was, is_ = (
        {each["key"]: each["centimos"] for each in of["differences"]} for of in (sealed, now)
    )
    return frozenset(key for key in {*was, *is_} if was.get(key) != is_.get(key))
