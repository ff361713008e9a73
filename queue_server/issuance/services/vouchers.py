"""A bank's voucher: presented at a kiosk, asked about at the centre, kept until it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.outbox import Errand
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.model import ApplicationState, LetterKind
from queue_server.issuance.services import applications, letters, settle
from queue_server.issuance.services.errands import Again, Carrier, Finish
from queue_server.payments.model.vouchers import (
    Applied,
    NotAnswered,
    NotVisible,
    PresentedVoucher,
    Voucher,
    VoucherAnswer,
    VoucherRefusal,
    VoucherRefused,
    VoucherRegister,
    VoucherState,
    ask_again_s,
    weighed,
)
from queue_server.payments.services import vouchers

VOUCHER = "voucher"
# An answer that is none: waiting mends nothing, staff must ask the centre.
_ODD = ("code_", "incomplete")


@dataclass(frozen=True)
class Shown:
    """What a person typed from the paper. The payer is whoever applies; `id` is the kiosk's."""

    id: UUID
    sequence: str
    paid_on: date
    agency: str | None = None
    cashier: str | None = None
    paid_at: time | None = None


def present(
    uow: UnitOfWork, actor: Actor, application: UUID, shown: Shown, wait: timedelta
) -> None:
    """Bind a voucher to a registered application and leave the question to the centre.

    While the payment does not show it is kept for `wait`. Raises Problem 404 for an unknown
    application, 422 for a day to come, 409 when the application is paid or waits for a voucher
    already, when another one has this voucher, or after too many tries.
    """
    uow.lock_site(actor.site)
    row = applications.find(uow, actor.site, str(application))
    if row.state != ApplicationState.REGISTERED:
        raise Problem(409, "already_paid", "Esta solicitud ya está pagada.")
    applications.refuse_erased(row)
    if shown.paid_on > applications.today(uow, actor.site):
        words = "La fecha del comprobante todavía no llega; revísela."
        raise Problem(422, "paid_in_the_future", words)
    payer = applications.applicant_of(uow, row)
    paper = Voucher(
        payer.document_type,
        payer.document_number,
        shown.sequence,
        shown.paid_on,
        shown.agency,
        shown.cashier,
        shown.paid_at,
    )
    vouchers.hold_voucher(uow, actor, application, shown.id, paper, wait)
    # A chain of its own: whoever pays by card meanwhile does not wait for the bank.
    outbox.post(uow, actor.site, VOUCHER, str(shown.id))
    uow.record(actor, "application.voucher_presented", application=row.id, voucher=str(shown.id))


class VoucherErrands:
    """What a relay asks of whoever knows the bank's payments. To ask changes nothing there."""

    def __init__(self, database: Database, register: VoucherRegister) -> None:
        self._database = database
        self._register = register

    def carriers(self) -> Mapping[str, Carrier]:
        """What carries out each kind of errand."""
        return {VOUCHER: self._ask}

    def _ask(self, errand: Errand) -> Finish | Again:
        shown = self._database.read(lambda uow: vouchers.voucher(uow, errand.subject))
        if not shown.is_open:
            return lambda uow: outbox.done(uow, errand)
        answer = self._register.validate(shown.voucher)
        if isinstance(answer, NotAnswered):
            return Again(answer.reason, stumble=answer.reason.startswith(_ODD))
        return lambda uow: settled(uow, errand, answer)


def settled(uow: UnitOfWork, errand: Errand, answer: VoucherAnswer) -> None:
    """Write what the centre said of a voucher, if it is still waited for."""
    uow.lock_site(errand.site)
    shown = vouchers.voucher(uow, errand.subject)
    if not shown.is_open:  # paid another way while the centre was asked
        outbox.done(uow, errand)
        return
    row = applications.find(uow, errand.site, shown.application)
    match weighed(answer, row.amount_centimos):
        case Applied() as bank:
            _pays(uow, errand, shown, row, bank)
        case NotVisible() if uow.now < shown.give_up_at:
            _kept(uow, errand, shown, row)
        case NotVisible():
            _refused(uow, errand, shown, row, VoucherRefusal.NOT_FOUND)
        case VoucherRefused(reason):
            _refused(uow, errand, shown, row, reason)
        case NotAnswered(reason):
            raise ValueError(f"not an answer about the voucher: {reason}")


def _pays(
    uow: UnitOfWork, errand: Errand, shown: PresentedVoucher, row: Row[Any], bank: Applied
) -> None:
    """From here on it is like any application that was paid."""
    if not vouchers.pay(uow, errand.site, shown, bank):
        _refused(uow, errand, shown, row, VoucherRefusal.USED)
        return
    relay = settle.relay(errand.site)
    applications.move(uow, relay, row, ApplicationState.ACCEPTED)
    outbox.done(uow, errand)
    stands_there = not _has_left(uow, shown)
    outbox.post(uow, errand.site, applications.REQUEST, row.id, live=stands_there)
    uow.record(relay, "application.accepted", application=row.id, payment=shown.id)


def _kept(uow: UnitOfWork, errand: Errand, shown: PresentedVoucher, row: Row[Any]) -> None:
    """Ask again later, less and less often. The person is told once."""
    if shown.state is VoucherState.CHECKING:
        vouchers.keep_voucher(uow, shown.id)
        letters.owe(uow, row, LetterKind.PAYMENT_WAITS)
        uow.record(
            settle.relay(errand.site),
            "application.voucher_kept",
            application=row.id,
            voucher=shown.id,
        )
    kept, left = uow.now - shown.presented_at, shown.give_up_at - uow.now
    pause_s = ask_again_s(kept.total_seconds(), left.total_seconds())
    outbox.come_back(uow, errand, "payment not visible yet", pause_s)


def _refused(
    uow: UnitOfWork,
    errand: Errand,
    shown: PresentedVoucher,
    row: Row[Any],
    reason: VoucherRefusal,
) -> None:
    """The application stays open for another payment; who has left the kiosk is written to."""
    vouchers.refuse_voucher(uow, shown.id, reason)
    if _has_left(uow, shown):
        letters.owe(uow, row, LetterKind.PAYMENT_REFUSED)
    outbox.done(uow, errand)
    uow.record(
        settle.relay(errand.site),
        "application.voucher_refused",
        application=row.id,
        voucher=shown.id,
        reason=reason,
    )


def _has_left(uow: UnitOfWork, shown: PresentedVoucher) -> bool:
    """Whether the person was told to go home, or nobody waits at a kiosk for that long."""
    is_old = uow.now - shown.presented_at > outbox.LIVE_FOR
    return shown.state is VoucherState.NOT_VISIBLE or is_old
