"""A claim in the place of a return: one of the two is given, never both."""

from sqlalchemy import ColumnElement, select

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.claims import (
    Claim,
    ClaimReason,
    ClaimState,
    Maker,
    NewClaim,
    Settled,
)
from queue_server.payments.model.doubts import Proof
from queue_server.payments.model.paid import Means
from queue_server.payments.model.returns import OPEN, NeedsPerson, Return, ReturnState
from queue_server.payments.services import claims, returns

_claims = tables.claims


def claim_of(uow: UnitOfWork, site: str, claim: NewClaim) -> None:
    """A kiosk's claim takes the place of a return. Raises Problem 409 when there is none to take.

    A claim for it may be made by its kiosk while it is under way: the kiosk knows what it did.
    """
    of = None if claim.payment is None else returns.look(uow, site, str(claim.payment))
    if of is None:
        words = "Por este pago no se debe ninguna devolución."
        raise Problem(409, "no_return", words)
    if of.means is Means.CASH and of.state is ReturnState.CLAIMED and not _by_staff(uow, of):
        return  # cash is claimed in parts, as it comes to light; each note and coin counts once
    if of.state not in OPEN:
        raise returns.settled(of)
    if of.means is not Means.CASH and claim.amount_centimos > of.amount_centimos:
        words = "El reclamo es mayor que lo que se pagó."
        raise Problem(409, "amount_raised", words, amount_centimos=of.amount_centimos)
    returns.moved(uow, of, ReturnState.CLAIMED)


def withdraw(uow: UnitOfWork, site: str, which: ColumnElement[bool], why: Settled) -> list[Claim]:
    """Claims that were settled otherwise, as far as they still stood, without an event.

    What stood for a return was given back.
    """
    gone = claims.withdraw(uow, which, why)
    for each in gone:
        if each.reason is ClaimReason.PAID_BUT_REFUSED and each.payment is not None:
            _given_back(uow, site, each.payment)
    return gone


def _given_back(uow: UnitOfWork, site: str, payment: str) -> None:
    """The return went back, unless another claim for a part of it stands."""
    others = select(_claims.c.id).where(
        _claims.c.payment == payment, _claims.c.return_state.is_not(None)
    )
    if uow.connection.execute(others).first() is None:
        returns.moved(uow, returns.find(uow, site, payment), ReturnState.RETURNED)


def _by_staff(uow: UnitOfWork, of: Return) -> bool:
    """Whether staff made a claim of it, for all of it."""
    mine = select(_claims.c.id).where(
        claims.of_payment(of.payment),
        _claims.c.maker == Maker.STAFF,
        _claims.c.state != ClaimState.WITHDRAWN,
    )
    return uow.connection.execute(mine).first() is not None


def turn_into_claim(
    uow: UnitOfWork, actor: Actor, payment: str, proof: Proof | None
) -> tuple[str, str]:
    """A supervisor makes a claim of what its kiosk cannot give back: the claim's id and its code.

    While the kiosk may have begun, only with a `proof` that nothing was given. Raises Problem 404,
    and 409 when its kiosk sees to it, or it is settled.
    """
    uow.lock_site(actor.site)
    of = returns.find(uow, actor.site, payment)
    if of.state not in OPEN:
        raise returns.settled(of)
    if returns.needs(uow, actor.site, of, returns.heard(uow, actor.site)) is None:
        words = "El quiosco está devolviendo este dinero; espere a que termine."
        raise Problem(409, "kiosk_returns_it", words)
    may_have_begun = of.state is ReturnState.UNDER_WAY or of.trouble is NeedsPerson.UNKNOWN
    if may_have_begun and proof is None:
        words = (
            "El quiosco pudo haber devuelto este dinero. Compruebe en el registro del terminal, o "
            "contando el efectivo, que no lo hizo, y dígalo."
        )
        raise Problem(409, "proof_needed", words)
    returns.moved(uow, of, ReturnState.CLAIMED, proof=proof)
    new = claims.minted(
        uow, of.application, payment, of.means, of.amount_centimos, ClaimReason.PAID_BUT_REFUSED
    )
    claims.write_down(uow, actor, of.kiosk, new)
    event = uow.record(
        actor,
        "return.claimed",
        payment=payment,
        application=of.application,
        claim=str(new.id),
        proof=proof,
    )
    returns.noted(uow, payment, event)
    claims.noted(uow, _claims.c.id == str(new.id), event)
    return str(new.id), claims.code_of(uow, str(new.id))


def found_returned(uow: UnitOfWork, actor: Actor, payment: str, proof: Proof) -> None:
    """A supervisor found that its kiosk gave it back. Raises Problem 404, 409."""
    uow.lock_site(actor.site)
    of = returns.find(uow, actor.site, payment)
    if of.state not in (ReturnState.UNDER_WAY, ReturnState.STUCK):
        raise returns.settled(of)
    returns.moved(uow, of, ReturnState.RETURNED, proof=proof)
    event = uow.record(
        actor, "return.found", payment=payment, application=of.application, proof=proof
    )
    returns.noted(uow, payment, event)
