"""The bank's vouchers: held for one application from the moment one is presented."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, or_, select, update

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.paid import Means, Paid
from queue_server.payments.model.standing import PaymentStanding, standing_of
from queue_server.payments.model.vouchers import (
    HELD,
    OPEN,
    Applied,
    PresentedVoucher,
    Voucher,
    VoucherRefusal,
    VoucherState,
)
from queue_server.payments.services import paid, wallet

# Who types a voucher wrong tries again; nobody tries numbers until one pays.
MAX_VOUCHERS = 10
_VOUCHER = "vouchers.voucher"
_vouchers = tables.vouchers
_LAST = Prepared(
    select(_vouchers.c.state, _vouchers.c.refusal, _vouchers.c.presented_at)
    .where(_vouchers.c.application == bindparam("application"))
    .order_by(_vouchers.c.presented_at.desc())
    .limit(1)
)
_WITHDRAW = Prepared(
    update(_vouchers)
    .where(
        _vouchers.c.application == bindparam("of_application"),
        or_(*(_vouchers.c.state == str(each) for each in OPEN)),
    )
    .values({name: bindparam(name) for name in ("state", "changed_at")})
)


def hold_voucher(
    uow: UnitOfWork, actor: Actor, application: UUID, id_: UUID, voucher: Voucher, wait: timedelta
) -> None:
    """Write down that `voucher` is presented for `application`, and let no other have it.

    While it does not show it is kept for `wait`. Raises Problem 409 when another application has
    it, this one waits for a voucher already, or has presented `MAX_VOUCHERS`.
    """
    uow.lock_site(actor.site)
    if _presented(uow, application) >= MAX_VOUCHERS:
        words = "Ya intentó con muchos pagos; pague de otra forma o acérquese a una ventanilla."
        raise Problem(409, "payment_tries", words)
    put = uow.upsert(tables.vouchers).values(
        id=str(id_),
        site=actor.site,
        application=str(application),
        kiosk=actor.name,
        voucher=sealed_voucher(uow, voucher),
        voucher_index=uow.vault.index(_VOUCHER, _name_of(voucher)),
        state=VoucherState.CHECKING,
        presented_at=uow.now,
        changed_at=uow.now,
        give_up_at=uow.now + wait,
    )
    # Not looked up first: another site writes at the same moment, and only the index sees it.
    if not _is_written(uow, put.on_conflict_do_nothing().returning(tables.vouchers.c.id)):
        raise _not_held(uow, application, id_)


def pay(uow: UnitOfWork, site: str, shown: PresentedVoucher, bank: Applied) -> bool:
    """Let a voucher pay for its application; False when what it stands for paid for another.

    That can still be: typed with and without leading zeros it is two vouchers and one payment.
    """
    kiosk = Actor(site, "kiosk", shown.kiosk)
    payment = Paid(Means.VOUCHER, bank.amount_centimos, bank.reference, bank.paid_at)
    if not paid.record(uow, kiosk, shown.application, shown.id, payment):
        return False
    _move(uow, shown.id, VoucherState.APPLIED)
    return True


def voucher(uow: UnitOfWork, id_: str) -> PresentedVoucher:
    """A presented voucher, opened. Raises LookupError."""
    row = uow.connection.execute(
        select(tables.vouchers).where(tables.vouchers.c.id == id_)
    ).one_or_none()
    if row is None:
        raise LookupError(f"no voucher {id_}")
    return _opened(uow, row)


def voucher_standing(uow: UnitOfWork, application: str) -> VoucherState | VoucherRefusal | None:
    """How the voucher presented last for `application` stands, or why it does not pay; None when
    none was presented."""
    last = _last(uow, application)
    return None if last is None else last[0]


def payment_standing(uow: UnitOfWork, application: str) -> PaymentStanding:
    """What paid for `application`, or how the voucher or the wallet's code tried last stands."""
    means = paid.means_of(uow, application)
    return standing_of(means, _last(uow, application), wallet.last_charge(uow, application))


def _last(
    uow: UnitOfWork, application: str
) -> tuple[VoucherState | VoucherRefusal, datetime] | None:
    row = _LAST.one_or_none(uow.connection, {"application": application})
    if row is None:
        return None
    standing = VoucherRefusal(row.refusal) if row.refusal else VoucherState(row.state)
    return standing, row.presented_at


def keep_voucher(uow: UnitOfWork, id_: str) -> None:
    """It does not show yet; its claim stays."""
    _move(uow, id_, VoucherState.NOT_VISIBLE)


def refuse_voucher(uow: UnitOfWork, id_: str, reason: VoucherRefusal) -> None:
    """It does not pay; it may be presented again."""
    _move(uow, id_, VoucherState.REFUSED, reason)


def withdraw_voucher(uow: UnitOfWork, application: str) -> None:
    """`application` is paid another way: a voucher it still waits for is free again."""
    now = {"state": VoucherState.WITHDRAWN, "changed_at": uow.now}
    _WITHDRAW.tell(uow.connection, {**now, "of_application": application})


def give_back(uow: UnitOfWork, application: str) -> None:
    """`application` was refused: a voucher that paid for it may pay for another."""
    vouchers, payments = tables.vouchers.c, tables.payments.c
    paid_for_it = (vouchers.application == application) & (vouchers.state == VoucherState.APPLIED)
    uow.connection.execute(
        update(tables.vouchers)
        .where(paid_for_it)
        .values(state=VoucherState.RETURNED, changed_at=uow.now)
    )
    uow.connection.execute(
        update(tables.payments)
        .where(payments.application == application, payments.means == Means.VOUCHER)
        .values(returned_at=uow.now)
    )


def _move(
    uow: UnitOfWork, id_: str, state: VoucherState, refusal: VoucherRefusal | None = None
) -> None:
    uow.connection.execute(
        update(tables.vouchers)
        .where(tables.vouchers.c.id == id_)
        .values(state=state, refusal=refusal, changed_at=uow.now)
    )


def _presented(uow: UnitOfWork, application: UUID) -> int:
    mine = tables.vouchers.c.application == str(application)
    return uow.connection.execute(select(func.count()).where(mine)).scalar_one()


def _not_held(uow: UnitOfWork, application: UUID, id_: UUID) -> Problem:
    vouchers = tables.vouchers
    if _exists(uow, select(vouchers.c.id).where(vouchers.c.id == str(id_))):
        words = "Este pago ya se presentó; escríbalo otra vez."
        return Problem(409, "payment_repeated", words)
    waits = select(vouchers.c.id).where(
        vouchers.c.application == str(application), vouchers.c.state.in_(HELD)
    )
    if _exists(uow, waits):
        words = "Ya estamos comprobando un pago de esta solicitud; espere la respuesta."
        return Problem(409, "payment_waits", words)
    words = (
        "Ese pago ya se está usando para otra solicitud. "
        "Revise los datos, o lleve su comprobante a una ventanilla."
    )
    return Problem(409, "payment_used", words)


def _exists(uow: UnitOfWork, rows: Select[Any]) -> bool:
    return uow.connection.execute(rows.limit(1)).first() is not None


def _is_written(uow: UnitOfWork, put: Any) -> bool:
    return uow.connection.execute(put).first() is not None


def _name_of(voucher: Voucher) -> str:
    """What makes it one and the same: payer, sequence and day."""
    payer = f"{voucher.payer_type}:{voucher.payer_number}"
    return f"{payer}:{voucher.sequence}:{voucher.paid_on.isoformat()}"


def sealed_voucher(uow: UnitOfWork, voucher: Voucher) -> bytes:
    """What the bank printed, as it is kept."""
    return uow.vault.seal(_VOUCHER, _as_text(voucher))


def _as_text(voucher: Voucher) -> str:
    return json.dumps(
        {
            "payer_type": voucher.payer_type,
            "payer_number": voucher.payer_number,
            "sequence": voucher.sequence,
            "paid_on": voucher.paid_on.isoformat(),
            "agency": voucher.agency,
            "cashier": voucher.cashier,
            "paid_at": voucher.paid_at and voucher.paid_at.isoformat(),
        }
    )


def _opened(uow: UnitOfWork, row: Row[Any]) -> PresentedVoucher:
    shown = json.loads(uow.vault.open(_VOUCHER, row.voucher))
    paid_on, paid_at = date.fromisoformat(shown.pop("paid_on")), shown.pop("paid_at")
    return PresentedVoucher(
        id=row.id,
        application=row.application,
        kiosk=row.kiosk,
        voucher=Voucher(**shown, paid_on=paid_on, paid_at=paid_at and time.fromisoformat(paid_at)),
        state=VoucherState(row.state),
        refusal=row.refusal and VoucherRefusal(row.refusal),
        presented_at=row.presented_at,
        give_up_at=row.give_up_at,
    )
