"""What kiosks say of a day: heard, kept as the newest word, and told apart by payment."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import delete, select

from queue_server.core.clock import local_day, midnight_after
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.day_books import KioskReport
from queue_server.turns.services import queries as turns

_REPORT = TypeAdapter(KioskReport)
_reports, _belongs = tables.day_reports, tables.day_payments
# A kiosk that was away for longer has its journal read by a technician.
OLDEST_DAYS = 31


def hear(uow: UnitOfWork, actor: Actor, day: date, report: KioskReport) -> None:
    """Keep what the kiosk `actor` says of `day`, in place of what it said of it before.

    Raises Problem 422 for a day to come or one too long ago, or when a payment began on another
    day.
    """
    uow.lock_site(actor.site)
    zone = turns.site_zone(uow, actor.site)
    age = (local_day(uow.now, zone) - day).days
    is_of_now = abs(report.made_at - uow.now) <= timedelta(days=OLDEST_DAYS)
    if not 0 <= age <= OLDEST_DAYS or not is_of_now:
        words = "El quiosco informa de un día que no corresponde; revise su reloj."
        raise Problem(422, "not_that_day", words)
    begins, ends = bounds(day, zone)
    if any(not begins <= each.began_at < ends for each in report.payments):
        words = "El quiosco informa de un pago de otro día."
        raise Problem(422, "payment_of_another_day", words)
    row = {
        "report": _REPORT.dump_python(report, mode="json"),
        "made_at": report.made_at,
        "heard_at": uow.now,
    }
    put = uow.upsert(_reports).values(site=actor.site, kiosk=actor.name, day=day, **row)
    uow.connection.execute(
        put.on_conflict_do_update(index_elements=["site", "day", "kiosk"], set_=row)
    )
    _assign(uow, actor, day, [each.payment for each in report.payments])
    uow.record(actor, "day_report.heard", day=day.isoformat(), payments=len(report.payments))


def _assign(uow: UnitOfWork, actor: Actor, day: date, payments: Iterable[str]) -> None:
    """These payments began on `day`; of a kiosk nobody else may say so."""
    mine = (_belongs.c.site == actor.site) & (_belongs.c.kiosk == actor.name)
    uow.connection.execute(delete(_belongs).where(mine, _belongs.c.day == day))
    rows = [
        {"site": actor.site, "payment": each, "kiosk": actor.name, "day": day} for each in payments
    ]
    if rows:
        put = uow.upsert(_belongs)
        uow.connection.execute(
            put.on_conflict_do_update(
                index_elements=["site", "payment"],
                set_={"kiosk": put.excluded.kiosk, "day": put.excluded.day},
                where=_belongs.c.kiosk == put.excluded.kiosk,
            ),
            rows,
        )


def of_day(uow: UnitOfWork, site: str, day: date) -> dict[str, tuple[KioskReport, datetime]]:
    """The newest report of each kiosk, and when it was heard."""
    rows = uow.connection.execute(
        select(_reports).where(_reports.c.site == site, _reports.c.day == day)
    )
    return {row.kiosk: (_opened(row.report), row.heard_at) for row in rows}


def began_on(uow: UnitOfWork, site: str, day: date) -> set[str]:
    """The payments that kiosks say began on `day`."""
    found = select(_belongs.c.payment).where(_belongs.c.site == site, _belongs.c.day == day)
    return set(uow.connection.execute(found).scalars())


def bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """The first instant of a local day, and the first one after it."""
    return datetime.combine(day, time(), ZoneInfo(zone)), midnight_after(day, zone)


def _opened(kept: Any) -> KioskReport:
    return _REPORT.validate_python(kept)
