"""The figures of whole local days, for whoever is told about a site from afar."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.reports import tables
from queue_server.reports.model.stages import Begun, Result
from queue_server.reports.services.readings import KIOSK

_S, _C = tables.report_stages, tables.report_certificates
_ARRIVED = (Begun.ARRIVAL, Begun.DIRECT)
_ATTENDED = (Result.FINISHED, Result.CONTINUED, Result.PAPER)


@dataclass(frozen=True)
class DayCounts:
    """One day: certificates by where they were asked for, tickets that came, stages that staff
    attended, and tickets that were over because nobody came."""

    certificates_kiosk: int = 0
    certificates_window: int = 0
    tickets: int = 0
    attended: int = 0
    no_shows: int = 0


def day_counts(uow: UnitOfWork, site: str, day: date) -> DayCounts:
    """What the read tables tell of `day`."""
    of_kiosk = func.count(case((_C.c.by.startswith(KIOSK, autoescape=True), 1)))
    certificates = select(of_kiosk, func.count()).where(_C.c.site == site, _C.c.issued_day == day)
    kiosk, issued = uow.connection.execute(certificates).one()
    stages = select(
        func.count(case((_S.c.begun.in_(_ARRIVED), 1))),
        func.count(case((_S.c.result.in_(_ATTENDED), 1))),
        func.count(case((_S.c.result == Result.NO_SHOW, 1))),
    ).where(_S.c.site == site, _S.c.day == day)
    return DayCounts(kiosk, issued - kiosk, *uow.connection.execute(stages).one())
