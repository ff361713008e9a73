"""Payments in doubt: told by a kiosk, looked into by staff, ended by a definite answer only."""

from collections.abc import Collection
from typing import Any, Literal

from sqlalchemy import Row, exists, or_, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.claims import Claim, ClaimReason, ClaimState, Settled
from queue_server.payments.model.doubts import (
    SHOWN_AFTER,
    Doubt,
    Ended,
    Finding,
    NewDoubt,
    Proof,
)
from queue_server.payments.model.paid import Means
from queue_server.payments.services import claims, returns_as_claims

_doubts, _claims = tables.doubts, tables.claims
_IS_OPEN = or_(_doubts.c.ended.is_(None), _doubts.c.contradicted)
# What a claim was withdrawn for that shows that its money is nobody's any more.
_IS_OVER = (Settled.REVERSED, Settled.PAID_BY_KIOSK, Settled.REGISTERED)
# A payment serves an application, goes back, or a claim stood for it that was not in vain.
_STANDS_FOR_SOMETHING = or_(
    exists().where(tables.payments.c.id == _doubts.c.payment),
    exists().where(
        _claims.c.payment == _doubts.c.payment,
        _claims.c.reason.not_in(claims.BESIDES_A_PAYMENT),
        or_(_claims.c.state != ClaimState.WITHDRAWN, _claims.c.withdrawn_for.in_(_IS_OVER)),
    ),
)
LISTED = 200
StaffWord = Literal[Ended.CHARGED, Ended.NOT_CHARGED]


def tell(uow: UnitOfWork, actor: Actor, new: NewDoubt) -> Doubt:
    """A kiosk does not know what became of a payment; told again, the newer words count.

    One that has ended stays so: a late repetition opens nothing. Raises Problem 409 when another
    kiosk has told of this payment.
    """
    uow.lock_site(actor.site)
    row = {
        "why": new.why,
        "since": new.since,
        "amount_centimos": new.amount_centimos,
        "changed_at": uow.now,
    }
    put = uow.upsert(_doubts).values(
        payment=str(new.payment),
        site=actor.site,
        kiosk=actor.name,
        application=new.application and str(new.application),
        means=new.means,
        told_at=uow.now,
        contradicted=False,
        **row,
    )
    mine = (_doubts.c.site == actor.site) & (_doubts.c.kiosk == actor.name)
    uow.connection.execute(
        put.on_conflict_do_update(
            index_elements=["payment"], set_=row, where=mine & _doubts.c.ended.is_(None)
        )
    )
    found = _of_kiosk(uow, actor, str(new.payment))
    _record(uow, actor, found, "doubt.told", why=found.why)
    return found


def settle(uow: UnitOfWork, actor: Actor, payment: str, ended: Ended) -> Doubt:
    """The kiosk's definite answer. Told again, it changes nothing.

    When staff gave another answer before, theirs stands and a person must look at both. Raises
    Problem 404 when the kiosk never told of this doubt.
    """
    uow.lock_site(actor.site)
    before = _of_kiosk(uow, actor, payment)
    if before.ended is None:
        _end(uow, actor, before, ended)
    elif before.ended is not ended and not before.contradicted:
        _set(uow, payment, contradicted=True)
    after = _of_kiosk(uow, actor, payment)
    _record(uow, actor, after, "doubt.settled", ended=ended, contradicted=after.contradicted)
    return after


def note(uow: UnitOfWork, actor: Actor, payment: str, finding: Finding) -> Doubt:
    """What staff did or saw; it ends nothing. Raises Problem 404, 409."""
    uow.lock_site(actor.site)
    before = of_site(uow, actor.site, payment)
    if not before.is_open:
        raise _ended(before)
    _set(uow, payment, finding=finding)
    _record(uow, actor, before, "doubt.noted", finding=finding)
    return of_site(uow, actor.site, payment)


def settle_by_staff(
    uow: UnitOfWork, actor: Actor, payment: str, ended: StaffWord, proof: Proof
) -> Doubt:
    """A supervisor's definite answer, and what it rests on. Raises Problem 404, 409.

    Where the kiosk says otherwise, this decides between the two.
    """
    uow.lock_site(actor.site)
    before = of_site(uow, actor.site, payment)
    if not before.is_open:
        raise _ended(before)
    _end(uow, actor, before, ended, proof)
    after = of_site(uow, actor.site, payment)
    _record(uow, actor, after, "doubt.staff_settled", ended=ended, proof=proof)
    return after


def settle_claim(uow: UnitOfWork, actor: Actor, claim: str, proof: Proof, *, owed: bool) -> Claim:
    """A supervisor finds out whether the money of a claim in doubt is owed; a doubt about its
    payment ends with it. Raises Problem 404, 409 when the claim is in doubt no more."""
    uow.lock_site(actor.site)
    before = claims.of_site(uow, actor.site, claim)
    if before.state is not ClaimState.IN_DOUBT:
        words = "Este reclamo ya no está en duda; actualice la lista."
        raise Problem(409, "not_in_doubt", words, state=before.state)
    which = _claims.c.id == claim
    if owed:
        claims.prove(uow, which)
    else:
        is_cash = before.means is Means.CASH
        why = Settled.PAID_BY_KIOSK if is_cash else Settled.NOT_CHARGED
        returns_as_claims.withdraw(uow, actor.site, which, why)
    claims.tell(uow, actor, claim, "claim.staff_settled", owed=owed, proof=proof)
    if before.payment is not None and before.reason is ClaimReason.NOT_REGISTERED:
        _end_open(uow, actor, before.payment, Ended.CHARGED if owed else Ended.NOT_CHARGED, proof)
    return claims.of_site(uow, actor.site, claim)


def claim_charged(uow: UnitOfWork, actor: Actor, payment: str) -> tuple[str, str]:
    """A supervisor makes a claim of a payment that was charged and stands for nothing: the claim's
    id and its code. Raises Problem 404, and 409 when it is not proven or something stands for it.
    """
    uow.lock_site(actor.site)
    of = of_site(uow, actor.site, payment)
    if of.ended is not Ended.CHARGED or of.contradicted:
        words = "Primero debe estar comprobado que este pago se cobró."
        raise Problem(409, "not_proven", words)
    stands = select(_doubts.c.payment).where(_doubts.c.payment == payment, _STANDS_FOR_SOMETHING)
    if uow.connection.execute(stands).first() is not None:
        words = "Este pago sirve para una solicitud, ya se devolvió, o ya hay un reclamo por él."
        raise Problem(409, "payment_serves", words)
    new = claims.minted(
        uow,
        of.application or "",
        payment,
        of.means,
        of.amount_centimos,
        ClaimReason.NOT_REGISTERED,
    )
    claims.write_down(uow, actor, of.kiosk, new)
    event = uow.record(
        actor, "doubt.claimed", payment=payment, application=of.application, claim=str(new.id)
    )
    noted(uow, payment, event)
    claims.noted(uow, _claims.c.id == str(new.id), event)
    return str(new.id), claims.code_of(uow, str(new.id))


def for_staff(uow: UnitOfWork, site: str) -> list[Doubt]:
    """What needs a person at `site`, oldest first, at most `LISTED`: what its kiosk did not find
    out about, what two answer differently, and what was charged and stands for nothing."""
    # By this clock, and not only by its kiosk's.
    seen = uow.now - SHOWN_AFTER
    old = or_(_doubts.c.since <= seen, _doubts.c.told_at <= seen)
    charged = (_doubts.c.ended == Ended.CHARGED) & (_doubts.c.ended_at <= uow.now - SHOWN_AFTER)
    rows = uow.connection.execute(
        select(_doubts)
        .where(
            _doubts.c.site == site,
            or_(_IS_OPEN & old, charged & ~_STANDS_FOR_SOMETHING),
        )
        .order_by(_doubts.c.since)
        .limit(LISTED)
    )
    return [_opened(row) for row in rows]


def open_for(uow: UnitOfWork, applications: Collection[str]) -> set[str]:
    """Those of `applications` whose payment is in doubt."""
    mine = _doubts.c.application.in_(applications)
    found = uow.connection.execute(select(_doubts.c.application).where(mine, _IS_OPEN))
    return {row.application for row in found}


def of_site(uow: UnitOfWork, site: str, payment: str) -> Doubt:
    """The doubt about a payment. Raises Problem 404."""
    row = uow.connection.execute(
        select(_doubts).where(_doubts.c.payment == payment, _doubts.c.site == site)
    ).one_or_none()
    if row is None:
        words = "Ese pago no está en duda en este módulo; actualice la lista."
        raise Problem(404, "unknown_doubt", words)
    return _opened(row)


def noted(uow: UnitOfWork, payment: str, event: int) -> None:
    """`event` is the newest about this doubt."""
    _set(uow, payment, last_event=event)


def _end(
    uow: UnitOfWork, actor: Actor, of: Doubt, ended: Ended, proof: Proof | None = None
) -> None:
    _set(
        uow,
        of.payment,
        ended=ended,
        ended_by=actor.label,
        ended_at=uow.now,
        proof=proof,
        contradicted=False,
        changed_at=uow.now,
    )
    _settle_claims(uow, actor.site, of.payment, ended)


def _end_open(uow: UnitOfWork, actor: Actor, payment: str, ended: Ended, proof: Proof) -> None:
    row = uow.connection.execute(
        select(_doubts).where(_doubts.c.payment == payment, _doubts.c.site == actor.site, _IS_OPEN)
    ).one_or_none()
    if row is not None:
        _end(uow, actor, _opened(row), ended, proof)


def _settle_claims(uow: UnitOfWork, site: str, payment: str, ended: Ended) -> None:
    """What stood for the payment while it was in doubt: to be redeemed now, or to fall."""
    in_doubt = claims.of_payment(payment) & (_claims.c.state == ClaimState.IN_DOUBT)
    match ended:
        case Ended.CHARGED if not claims.by_staff(uow, payment):
            claims.prove(uow, in_doubt)
        case Ended.CHARGED:
            pass  # staff gave its money, or will: each other claim is looked at by itself
        case Ended.NOT_CHARGED:
            returns_as_claims.withdraw(uow, site, in_doubt, Settled.NOT_CHARGED)
        case Ended.RETURNED | Ended.CLAIMED:
            pass  # its kiosk says of each claim what became of it


def _record(uow: UnitOfWork, actor: Actor, of: Doubt, kind: str, **words: Any) -> None:
    event = uow.record(actor, kind, payment=of.payment, application=of.application, **words)
    noted(uow, of.payment, event)


def _of_kiosk(uow: UnitOfWork, actor: Actor, payment: str) -> Doubt:
    found = of_site(uow, actor.site, payment)
    if found.kiosk != actor.name:
        raise Problem(409, "another_kiosk", "De este pago informó otro quiosco.")
    return found


def _set(uow: UnitOfWork, payment: str, **values: Any) -> None:
    uow.connection.execute(update(_doubts).where(_doubts.c.payment == payment).values(**values))


def _ended(of: Doubt) -> Problem:
    words = "Este pago ya no está en duda; actualice la lista."
    return Problem(409, "doubt_ended", words, ended=of.ended)


def _opened(row: Row[Any]) -> Doubt:
    return Doubt(
        row.payment,
        row.kiosk,
        row.application,
        Means(row.means),
        row.amount_centimos,
        row.since,
        row.why,
        row.ended and Ended(row.ended),
        row.ended_by,
        row.finding and Finding(row.finding),
        row.contradicted,
    )
