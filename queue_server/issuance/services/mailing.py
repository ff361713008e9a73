"""Errands to the mail server: one letter each."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.mail import Mail, Mailer, Permanent, Sent, Temporary
from queue_server.core.outbox import Errand
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.model import ApplicationState, LetterKind, LetterState, Refusal
from queue_server.issuance.services import applications, delivery, letters, settle
from queue_server.issuance.services.errands import Again, Carrier, Finish
from queue_server.issuance.services.letter import Facts, compose
from queue_server.payments.model.vouchers import VoucherRefusal, VoucherState
from queue_server.payments.services import vouchers
from queue_server.turns.services import queries as turns

# RFC 5321 §4.5.4.1: try for 4 to 5 days, in the end every half hour.
GIVE_UP = timedelta(days=5)
LAST_PAUSE_S = 1800.0
NO_SERVER = "no mail server is configured"

log = structlog.get_logger("mail")


class MailErrands:
    """What a relay hands to the mail server. A retry is the same message under the same id.

    Where no mail server is configured letters wait like where it is away: it may be configured
    within the days they are kept. `public_address`: where phones reach this server.
    """

    def __init__(
        self, database: Database, mailer: Mailer | None, public_address: str | None = None
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._public_address = public_address
        if mailer is None:
            log.warning("no mail server is configured: letters wait, and are given up in 5 days")

    def carriers(self) -> Mapping[str, Carrier]:
        """What carries out each kind of errand."""
        return {letters.MAIL: self._mail}

    def _mail(self, errand: Errand) -> Finish | Again:
        letter = self._database.read(lambda uow: letters.find(uow, errand.subject))
        if letter.state != LetterState.WAITING:
            return lambda uow: outbox.done(uow, errand)
        mail = self._database.read(lambda uow: self._written(uow, errand))
        if mail is None:
            return lambda uow: settle.mailed(uow, errand, LetterState.WITHDRAWN, None)
        if self._mailer is None:
            return lambda uow: _later(uow, errand, letter.written_at, NO_SERVER, None)
        match self._mailer.send(mail):
            case Sent():
                return lambda uow: settle.mailed(uow, errand, LetterState.SENT, None)
            case Permanent(code):
                return lambda uow: settle.mailed(uow, errand, LetterState.FAILED, code)
            case Temporary(code):
                words = f"mail server: {code}"
                return lambda uow: _later(uow, errand, letter.written_at, words, code)

    def _written(self, uow: UnitOfWork, errand: Errand) -> Mail | None:
        """The letter; None when there is nothing to send any more, or nobody to send it to."""
        letter = letters.find(uow, errand.subject)
        row = applications.find(uow, errand.site, letter.application)
        to, kind = applications.email_of(uow, row), LetterKind(letter.kind)
        standing = vouchers.voucher_standing(uow, row.id)
        if to is None or not _still_true(kind, row.state, standing):
            return None
        public = self._public_address
        try:
            pdf = delivery.pdf_of(uow, row.id) if kind is LetterKind.CERTIFICATE else None
        except delivery.CertificateForgotten:
            return None
        facts = Facts(
            number=row.number,
            site=turns.site_name(uow, errand.site),
            follow=f"{public.rstrip('/')}/s?n={row.number}" if public else None,
            reason=_reason(row.refusal, standing),
            pdf=pdf,
        )
        return compose(kind, letter.message_id, to, facts)


def _still_true(
    kind: LetterKind, state: str, standing: VoucherState | VoucherRefusal | None
) -> bool:
    """Whether what a letter says still holds; one that came late would only confuse."""
    match kind:
        case LetterKind.PAYMENT_WAITS:
            return standing is VoucherState.NOT_VISIBLE
        case LetterKind.PAYMENT_REFUSED:
            is_unpaid = state == ApplicationState.REGISTERED
            return is_unpaid and isinstance(standing, VoucherRefusal)
        case LetterKind.IN_REVIEW:
            return state == ApplicationState.UNDER_REVIEW
        case LetterKind.REFUSED | LetterKind.CERTIFICATE:
            return True


def _reason(
    refusal: str | None, standing: VoucherState | VoucherRefusal | None
) -> Refusal | VoucherRefusal | None:
    if refusal is not None:
        return Refusal(refusal)
    return standing if isinstance(standing, VoucherRefusal) else None


def _later(
    uow: UnitOfWork, errand: Errand, written_at: datetime, words: str, code: int | None
) -> None:
    """Try again, less and less often; after `GIVE_UP` the letter has failed with the last code."""
    waited = uow.now - written_at
    if waited > GIVE_UP:
        settle.mailed(uow, errand, LetterState.FAILED, code)
        return
    outbox.put_off(uow, errand, words, pause_s(errand.attempts, waited.total_seconds()))


def pause_s(attempts: int, waited_s: float) -> float:
    """Seconds until a letter is tried again: at first soon, then a tenth of the time it waited, in
    the end half an hour."""
    soon = outbox.pause_s(attempts, 0.5)
    return max(soon, min(LAST_PAUSE_S, waited_s / 10))
