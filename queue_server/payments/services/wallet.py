"""The wallets' charges as the site keeps them: each written down before the gateway is asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, literal_column, or_, select, update

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model import paid as model
from queue_server.payments.model.paid import Means
from queue_server.payments.model.wallet import (
    ANSWERED_WITHIN,
    Charge,
    ChargeState,
    Opened,
    Owed,
    Paid,
    Refunded,
    Waiting,
    WalletTrouble,
    is_unwanted,
)
from queue_server.payments.services import paid

# Who lets one code after another expire goes to a window.
MAX_CHARGES = 10
MAX_LISTED, MAX_ASKED = 200, 1000
_PAYLOAD = "wallet_charges.payload"
_charges = tables.wallet_charges
# Written out, not bound: only so does SQLite see that the partial indexes serve.
_UNRESOLVED = literal_column(
    "wallet_charges.state IN ('opening', 'waiting', 'canceling', 'to_refund')"
)
_REFUSED = literal_column("wallet_charges.state = 'refund_refused'")
_LAST = Prepared(
    select(_charges.c.state, _charges.c.opened_at)
    .where(_charges.c.application == bindparam("application"))
    .order_by(_charges.c.opened_at.desc())
    .limit(1)
)
_IS_PAID = (
    select(tables.payments.c.id)
    .where(tables.payments.c.application == _charges.c.application)
    .exists()
    .label("is_paid")
)
_TO_ASK = Prepared(
    select(_charges, _IS_PAID).where(_UNRESOLVED).order_by(_charges.c.changed_at).limit(MAX_ASKED)
)


def write_down(
    uow: UnitOfWork, actor: Actor, application: UUID, id_: UUID, amount: int, reference: str
) -> None:
    """Write a new charge of `amount` céntimos, before the gateway hears of it. `reference`: what
    the person's wallet shows.

    Raises Problem 409 when the application has an open one, or had `MAX_CHARGES`, or `id_` is used.
    """
    uow.lock_site(actor.site)
    mine = _charges.c.application == str(application)
    tries = select(func.count()).where(mine)
    if uow.connection.execute(tries).scalar_one() >= MAX_CHARGES:
        words = "Ya pidió muchos códigos de pago; pague de otra forma o acérquese a una ventanilla."
        raise Problem(409, "payment_tries", words)
    put = uow.upsert(_charges).values(
        id=str(id_),
        site=actor.site,
        application=str(application),
        kiosk=actor.name,
        amount_centimos=amount,
        reference=reference,
        came_from="",
        state=ChargeState.OPENING,
        opened_at=uow.now,
        changed_at=uow.now,
    )
    # Not looked up first: the index decides, whoever else writes at this moment.
    written = put.on_conflict_do_nothing().returning(_charges.c.id)
    if uow.connection.execute(written).first() is None:
        raise _not_written(uow, id_)


def charge(uow: UnitOfWork, site: str, id_: str, application: str | None = None) -> Charge:
    """A charge of `site`, and of `application` if one is named. Raises Problem 404."""
    found = select(_charges).where(_charges.c.id == id_, _charges.c.site == site)
    if application is not None:
        found = found.where(_charges.c.application == application)
    row = uow.connection.execute(found).one_or_none()
    if row is None:
        raise Problem(404, "unknown_payment", "No encontramos este pago en el módulo.")
    return _opened(uow, row)


def last_charge(uow: UnitOfWork, application: str) -> tuple[ChargeState, datetime] | None:
    """How the charge opened last for `application` stands, and when it was opened; None when there
    was none."""
    row = _LAST.one_or_none(uow.connection, {"application": application})
    return None if row is None else (ChargeState(row.state), row.opened_at)


def unresolved(uow: UnitOfWork) -> list[tuple[Charge, bool]]:
    """Whatever the gateway must still be asked about, at all sites, oldest first, at most
    `MAX_ASKED`; each with whether it is to be given up."""
    rows = _TO_ASK.all(uow.connection, {})
    found = [(_opened(uow, row), bool(row.is_paid)) for row in rows]
    return [(each, is_unwanted(each, uow.now, is_paid)) for each, is_paid in found]


# --- what becomes of one -------------------------------------------------------------------------
def shown(uow: UnitOfWork, of: Charge, code: Opened | Waiting) -> None:
    """The gateway has it: from now on it may be paid."""
    sealed = uow.vault.seal(_PAYLOAD, code.payload)
    move(uow, of, ChargeState.WAITING, payload=sealed, expires_at=code.expires_at)


def give_up(uow: UnitOfWork, of: Charge) -> None:
    """Nobody wants it any more; the gateway is to say that it cannot be paid."""
    move(uow, of, ChargeState.CANCELING, gave_up_at=uow.now)


def pay(uow: UnitOfWork, of: Charge, money: Paid) -> bool:
    """Let a charge pay for its application; False when that is paid, or the payment was used."""
    kiosk = Actor(of.site, "kiosk", of.kiosk)
    evidence = model.Paid(
        Means.WALLET, money.amount_centimos, money.gateway_reference, money.paid_at
    )
    if not paid.record(uow, kiosk, of.application, str(of.id), evidence):
        return False
    move(uow, of, ChargeState.PAID, **_money(money))
    return True


def owe(uow: UnitOfWork, of: Charge, money: Paid, why: Owed) -> None:
    """The gateway took money that cannot pay for anything here: it goes back."""
    move(uow, of, ChargeState.TO_REFUND, owed_for=why, refusal=None, **_money(money))


def give_back(uow: UnitOfWork, application: str) -> None:
    """`application` was refused: what a wallet paid for it goes back."""
    _change(
        uow,
        (_charges.c.application == application) & (_charges.c.state == ChargeState.PAID),
        state=ChargeState.TO_REFUND,
        owed_for=Owed.REFUSED,
    )


def refunded(uow: UnitOfWork, of: Charge, proof: Refunded) -> None:
    """The money is back; if it had paid for something, that payment is no more."""
    move(uow, of, ChargeState.REFUNDED, refund_reference=proof.reference)
    payments = tables.payments
    uow.connection.execute(
        update(payments).where(payments.c.id == str(of.id)).values(returned_at=proof.at)
    )


def move(uow: UnitOfWork, of: Charge, state: ChargeState, **values: Any) -> None:
    """Bring a charge to `state`; an illegal change fails in the database."""
    _change(uow, _charges.c.id == str(of.id), state=state, **values)


def wallet_troubles(uow: UnitOfWork, site: str) -> list[WalletTrouble]:
    """Charges of `site` that staff must see to, oldest first, at most `MAX_LISTED`: money that the
    gateway will not give back, and whatever it has not settled within `ANSWERED_WITHIN`."""
    late = _UNRESOLVED & (_charges.c.changed_at < uow.now - ANSWERED_WITHIN)
    rows = uow.connection.execute(
        select(_charges)
        .where(_charges.c.site == site, or_(_REFUSED, late))
        .order_by(_charges.c.changed_at)
        .limit(MAX_LISTED)
    )
    return [_trouble(row) for row in rows]


def _trouble(row: Row[Any]) -> WalletTrouble:
    return WalletTrouble(
        UUID(row.id),
        row.application,
        row.kiosk,
        row.paid_centimos or row.amount_centimos,
        ChargeState(row.state),
        row.refusal or "unanswered",
        row.changed_at,
    )


def _change(uow: UnitOfWork, which: Any, **values: Any) -> None:
    changed = update(_charges).where(which)
    now = {"came_from": _charges.c.state, "changed_at": uow.now}
    uow.connection.execute(changed.values({**now, **values}))


def _money(money: Paid) -> dict[str, Any]:
    return {
        "gateway_reference": money.gateway_reference,
        "paid_centimos": money.amount_centimos,
        "paid_at": money.paid_at,
    }


def _not_written(uow: UnitOfWork, id_: UUID) -> Problem:
    used = select(_charges.c.id).where(_charges.c.id == str(id_))
    if uow.connection.execute(used).first() is not None:
        words = "Este código de pago ya se pidió; pida otro."
        return Problem(409, "payment_repeated", words)
    words = "Ya hay un código de pago abierto para esta solicitud; espere o cancélelo."
    return Problem(409, "wallet_waits", words)


def _opened(uow: UnitOfWork, row: Any) -> Charge:
    return Charge(
        id=UUID(row.id),
        site=row.site,
        application=row.application,
        kiosk=row.kiosk,
        amount_centimos=row.amount_centimos,
        reference=row.reference,
        state=ChargeState(row.state),
        opened_at=row.opened_at,
        payload=None if row.payload is None else uow.vault.open_text(_PAYLOAD, row.payload),
        expires_at=row.expires_at,
        gave_up_at=row.gave_up_at,
        paid_centimos=row.paid_centimos,
        owed_for=row.owed_for and Owed(row.owed_for),
    )
