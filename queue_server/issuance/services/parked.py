"""Errands that need a person, under the application's number that people know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from queue_server.core import outbox
from queue_server.core.outbox import Parked
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.services import letters
from queue_server.issuance.services.vouchers import VOUCHER
from queue_server.payments.services import vouchers as presented


@dataclass(frozen=True)
class Stuck:
    """One parked errand. `application`, `number`: what it is about, None when that is not known.

    `reason`: why the last try failed; `since`: when the errand was left; `attempts`: all of them.
    """

    id: int
    kind: str
    number: str | None
    reason: str
    since: datetime
    attempts: int
    application: str | None = None


def stuck(uow: UnitOfWork, site: str) -> list[Stuck]:
    """What needs a person at `site`, oldest first, at most `outbox.MAX_LISTED`."""
    errands = outbox.parked(uow, site)
    applications = _applications(uow, errands)
    numbers = _numbers(uow, site, applications.values())
    return [
        Stuck(
            each.id,
            each.kind,
            numbers.get(applications.get(each.id, "")),
            each.reason,
            each.created_at,
            each.attempts,
            applications.get(each.id),
        )
        for each in errands
    ]


def _applications(uow: UnitOfWork, errands: Iterable[Parked]) -> dict[int, str]:
    """Errand -> application: its subject, or whose letter or voucher its subject is."""
    letter = tables.letters
    mails = {each.subject for each in errands if each.kind == letters.MAIL}
    rows = uow.connection.execute(
        select(letter.c.id, letter.c.application).where(letter.c.id.in_(mails))
    )
    of_letter = {row.id: row.application for row in rows}
    vouchers = {each.subject for each in errands if each.kind == VOUCHER}
    others = {**of_letter, **{each: _of_voucher(uow, each) for each in vouchers}}
    return {each.id: others.get(each.subject, each.subject) for each in errands}


def _of_voucher(uow: UnitOfWork, voucher: str) -> str:
    try:
        return presented.voucher(uow, voucher).application
    except LookupError:
        return ""


def _numbers(uow: UnitOfWork, site: str, ids: Iterable[str]) -> dict[str, str]:
    applications = tables.applications
    rows = uow.connection.execute(
        select(applications.c.id, applications.c.number).where(
            applications.c.site == site, applications.c.id.in_(set(ids))
        )
    )
    return {row.id: row.number for row in rows}
