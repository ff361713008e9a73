"""A wallet's code: asked for at a kiosk, followed at the gateway, its money kept if it pays."""

from uuid import UUID

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.model import ApplicationState
from queue_server.issuance.services import applications
from queue_server.payments.model.wallet import (
    OPEN,
    UNPAID,
    Answer,
    Canceled,
    Charge,
    ChargeState,
    Expired,
    NotAnswered,
    NotKnown,
    Opened,
    Owed,
    Paid,
    Refunded,
    Refused,
    RefusedRefund,
    Waiting,
    owed_for,
)
from queue_server.payments.services import wallet

REFUSAL_CHARACTERS = 40


def watcher(site: str) -> Actor:
    """Who the event log names for what the gateway said."""
    return Actor(site, "jobs", "wallet")


def open_charge(
    uow: UnitOfWork, actor: Actor, application: UUID, id_: UUID, amount_centimos: int
) -> None:
    """Write a charge down for a registered application; the gateway is asked afterwards.

    Raises Problem 404 for an unknown application, 409 when it is paid, has an open code, had too
    many, or the amount is not the registered one.
    """
    row = applications.unpaid(uow, actor.site, application, amount_centimos)
    wallet.write_down(uow, actor, application, id_, amount_centimos, row.number)
    _record(uow, actor, row.id, id_, ChargeState.OPENING)


def find(uow: UnitOfWork, site: str, application: UUID, id_: UUID) -> Charge:
    """A charge of an application of this site. Raises Problem 404."""
    return wallet.charge(uow, site, str(id_), str(application))


def cancel(uow: UnitOfWork, actor: Actor, application: UUID, id_: UUID) -> None:
    """Give a charge up, whatever the gateway will say of it; one that has ended stays as it is.

    Raises Problem 404 for an unknown charge.
    """
    uow.lock_site(actor.site)
    charge = find(uow, actor.site, application, id_)
    if charge.state not in (ChargeState.OPENING, ChargeState.WAITING):
        _record(uow, actor, charge.application, id_, "too_late_to_cancel")
        return
    wallet.give_up(uow, charge)
    _record(uow, actor, charge.application, id_, ChargeState.CANCELING)


def abandon(uow: UnitOfWork, charge: Charge) -> None:
    """Give a charge up that nobody needs any more, if that is still so."""
    uow.lock_site(charge.site)
    cancel(uow, watcher(charge.site), UUID(charge.application), charge.id)


def settled(uow: UnitOfWork, asked: Charge, answer: Answer) -> None:
    """Write what the gateway said of a charge. Whoever comes second with the same news changes
    nothing, and old news neither."""
    uow.lock_site(asked.site)
    charge = wallet.charge(uow, asked.site, str(asked.id))
    match answer:
        case Opened() | Waiting():
            if charge.state is ChargeState.OPENING:
                wallet.shown(uow, charge, answer)
                _note(uow, charge, ChargeState.WAITING)
        case Paid():
            _paid(uow, charge, answer)
        case Refused(reason):
            _refused(uow, charge, reason)
        case Expired():
            _ended(uow, charge, ChargeState.EXPIRED)
        case Canceled():
            _ended(uow, charge, ChargeState.CANCELED)
        case Refunded() | RefusedRefund():
            _refunded(uow, charge, answer)
        case NotKnown() | NotAnswered():
            pass


def _paid(uow: UnitOfWork, charge: Charge, money: Paid) -> None:
    """It pays for its application, or it goes back: no money is kept for nothing."""
    if charge.state not in (*OPEN, *UNPAID):
        return
    row = applications.find(uow, charge.site, charge.application)
    why = owed_for(charge, money, row.state == ApplicationState.REGISTERED)
    if why is None:
        if applications.accept_wallet(uow, watcher(charge.site), row, charge, money):
            return
        why = Owed.USED
    wallet.owe(uow, charge, money, why)
    _note(uow, charge, ChargeState.TO_REFUND, reason=why)


def _refused(uow: UnitOfWork, charge: Charge, reason: str) -> None:
    """The gateway never opened it; of one that we gave up that is all there was to know."""
    if charge.state is ChargeState.CANCELING:
        _ended(uow, charge, ChargeState.CANCELED)
    elif charge.state is ChargeState.OPENING:
        wallet.move(uow, charge, ChargeState.REFUSED, refusal=reason[:REFUSAL_CHARACTERS])
        _note(uow, charge, ChargeState.REFUSED, reason=reason[:REFUSAL_CHARACTERS])


def _ended(uow: UnitOfWork, charge: Charge, state: ChargeState) -> None:
    if charge.state in OPEN:
        wallet.move(uow, charge, state)
        _note(uow, charge, state)


def _refunded(uow: UnitOfWork, charge: Charge, answer: Refunded | RefusedRefund) -> None:
    if charge.state is not ChargeState.TO_REFUND:
        return
    if isinstance(answer, Refunded):
        wallet.refunded(uow, charge, answer)
        _note(uow, charge, ChargeState.REFUNDED)
        return
    reason = answer.reason[:REFUSAL_CHARACTERS]
    wallet.move(uow, charge, ChargeState.REFUND_REFUSED, refusal=reason)
    _note(uow, charge, ChargeState.REFUND_REFUSED, reason=reason)


def _note(uow: UnitOfWork, charge: Charge, state: ChargeState, **more: str) -> None:
    _record(uow, watcher(charge.site), charge.application, charge.id, state, **more)


def _record(
    uow: UnitOfWork, actor: Actor, application: str, id_: UUID, what: str, **more: str
) -> None:
    uow.record(
        actor,
        f"application.wallet_{what}",
        application=application,
        payment=str(id_),
        **more,
    )
