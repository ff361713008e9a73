"""What the relay writes once the centre has answered: review, refusal, certificate."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, update

from queue_server.core import outbox
from queue_server.core.outbox import Errand
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import ApplicationState, LetterKind, LetterState, Refusal
from queue_server.issuance.services import applications, delivery, letters
from queue_server.payments.services import returns, vouchers, wallet

# A review takes minutes when the operator is quick and days when not.
REVIEW_FIRST_S, REVIEW_LAST_S, REVIEW_EAGER_POLLS = 15.0, 1800.0, 20


def relay(site: str) -> Actor:
    """Who the event log names for what the relay does."""
    return Actor(site, "jobs", "relay")


@dataclass(frozen=True)
class CheckedFile:
    """A certificate's file whose digest and signature were found good; `signer`: who signed."""

    certificate_number: str
    pdf: bytes = field(repr=False)
    sha256: str
    signer: str


def issued(uow: UnitOfWork, errand: Errand, certificate_number: str) -> None:
    """The centre issued it, but its file is not to be had yet: fetching it is an errand of its own.

    Nobody is told before the file is there and checked.
    """
    _note_number(uow, errand.subject, certificate_number)
    outbox.done(uow, errand)
    stands_there = errand.kind == applications.REQUEST
    outbox.post(uow, errand.site, applications.FETCH, errand.subject, live=stands_there)


def _note_number(uow: UnitOfWork, application: str, certificate_number: str) -> None:
    uow.connection.execute(
        update(tables.applications)
        .where(tables.applications.c.id == application)
        .values(certificate_number=certificate_number, changed_at=uow.now)
    )


def under_review(uow: UnitOfWork, errand: Errand) -> None:
    """People at the centre decide: ask again, less and less often, for as long as it takes."""
    uow.lock_site(errand.site)
    row = applications.find(uow, errand.site, errand.subject)
    if row.state == ApplicationState.ACCEPTED:
        applications.move(uow, relay(errand.site), row, ApplicationState.UNDER_REVIEW)
        letters.owe(uow, row, LetterKind.IN_REVIEW)
        uow.record(relay(errand.site), "application.under_review", application=errand.subject)
        outbox.done(uow, errand)
        later = uow.now + timedelta(seconds=REVIEW_FIRST_S)
        outbox.post(uow, errand.site, applications.FOLLOW, errand.subject, later, live=False)
        return
    outbox.come_back(uow, errand, "under review", review_pause_s(errand.attempts))


def review_pause_s(polls: int) -> float:
    """Seconds until a review is asked about again: 15 at first, half an hour in the end."""
    return min(REVIEW_LAST_S, REVIEW_FIRST_S * 1.5 ** max(0, min(polls, 40) - REVIEW_EAGER_POLLS))


def refused(uow: UnitOfWork, errand: Errand, reason: Refusal) -> None:
    """The centre said no, for good. What was paid, and how, stays on record."""
    uow.lock_site(errand.site)
    row = applications.find(uow, errand.site, errand.subject)
    refuse(uow, relay(errand.site), row, reason)
    uow.record(relay(errand.site), "application.refused", application=errand.subject, reason=reason)
    outbox.done(uow, errand)


def refuse(uow: UnitOfWork, actor: Actor, row: Row[Any], reason: Refusal) -> None:
    """Refuse an application that was paid: what paid goes back, its person is written to."""
    applications.move(uow, actor, row, ApplicationState.REFUSED, reason)
    vouchers.give_back(uow, row.id)  # as the centre does (docs/soap.md, idempotency)
    wallet.give_back(uow, row.id)
    returns.owe(uow, row.id)
    letters.owe(uow, row, LetterKind.REFUSED)


def fetched(uow: UnitOfWork, errand: Errand, file: CheckedFile, link_days: int) -> None:
    """The checked file becomes the person's: stored, linked, and e-mailed where asked."""
    uow.lock_site(errand.site)
    row = applications.find(uow, errand.site, errand.subject)
    if row.certificate_number is None:
        _note_number(uow, row.id, file.certificate_number)
    delivery.store(uow, row, file.pdf, file.sha256, file.signer, link_days)
    applications.move(uow, relay(errand.site), row, ApplicationState.ISSUED)
    letters.owe(uow, row, LetterKind.CERTIFICATE)
    outbox.done(uow, errand)
    uow.record(relay(errand.site), "application.issued", application=errand.subject)


def mailed(uow: UnitOfWork, errand: Errand, state: LetterState, code: int | None) -> None:
    """The mail server took the letter, or will never take it."""
    uow.lock_site(errand.site)
    letter = letters.find(uow, errand.subject)
    letters.settled(uow, letter.id, state, code)
    outbox.done(uow, errand)
    uow.record(
        relay(errand.site),
        "application.mailed",
        application=letter.application,
        letter=letter.kind,
        state=state,
        code=code,
    )
