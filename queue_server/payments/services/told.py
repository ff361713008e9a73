"""What a kiosk tells of money that is owed: a claim it printed, and what it learned of it later."""

from dataclasses import replace

from sqlalchemy import ColumnElement, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.claims import (
    LIVE,
    Claim,
    ClaimReason,
    ClaimState,
    NewClaim,
    News,
    Settled,
)
from queue_server.payments.services import claims, returns_as_claims

_claims = tables.claims


def make(uow: UnitOfWork, actor: Actor, new: NewClaim) -> Claim:
    """Write down a claim that its kiosk printed; told again, it stands as it stands.

    Raises Problem 409 when its id or code belongs to another claim, its payment is claimed already,
    a piece belongs elsewhere, or there is no return it could take the place of.
    """
    uow.lock_site(actor.site)
    known = _known(uow, actor, new)
    if known is None:
        if new.reason is ClaimReason.PAID_BUT_REFUSED:
            returns_as_claims.claim_of(uow, actor.site, new)
        claims.write_down(uow, actor, actor.name, _as_proven(uow, new))
    found = known or claims.of_site(uow, actor.site, str(new.id))
    claims.tell(
        uow,
        actor,
        found.id,
        "claim.told_again" if known else "claim.made",
        reason=found.reason,
        state=found.state,
        amount_centimos=found.amount_centimos,
        application=found.application,
        payment=found.payment,
    )
    return found


def hear(uow: UnitOfWork, actor: Actor, claim: str, news: News) -> Claim:
    """What its kiosk learned of a claim later; the claim as it then stands.

    What was withdrawn for the same reason before is no contradiction. Raises Problem 404, and 409
    when it was redeemed, was withdrawn for something else, or the amount would rise.
    """
    uow.lock_site(actor.site)
    before = claims.of_site(uow, actor.site, claim)
    if before.kiosk != actor.name:
        raise Problem(404, "unknown_claim", "Este reclamo es de otro quiosco.")
    if not _is_old(before, news):
        _apply(uow, actor.site, before, news)
    after = claims.of_site(uow, actor.site, claim)
    claims.tell(
        uow, actor, claim, "claim.changed", state=after.state, amount_centimos=after.amount_centimos
    )
    return after


def _apply(uow: UnitOfWork, site: str, before: Claim, news: News) -> None:
    if before.state not in LIVE:
        raise claims.over(uow, site, before)
    which = _claims.c.id == before.id
    if news.amount_centimos is not None:
        _reduce(uow, before, which, news.amount_centimos)
    if news.withdrawn is not None:
        _check_settled(before, news.withdrawn)
        returns_as_claims.withdraw(uow, site, which, news.withdrawn)
    elif news.proven:
        claims.prove(uow, which)


def _reduce(uow: UnitOfWork, before: Claim, which: ColumnElement[bool], amount: int) -> None:
    if amount > before.amount_centimos:
        words = "Un reclamo no puede subir; lo que falta es otro reclamo."
        raise Problem(409, "amount_raised", words, amount_centimos=before.amount_centimos)
    uow.connection.execute(
        update(_claims)
        .where(which, _claims.c.state.in_(LIVE))
        .values(amount_centimos=amount, changed_at=uow.now)
    )


def _check_settled(before: Claim, why: Settled) -> None:
    """Refused money was certainly taken: only by going back is it settled."""
    gone_back = why in (Settled.REVERSED, Settled.PAID_BY_KIOSK)
    if before.reason is ClaimReason.PAID_BUT_REFUSED and not gone_back:
        words = "Este reclamo es por una solicitud no admitida: solo se cierra si se devolvió."
        raise Problem(409, "not_given_back", words)


def _is_old(before: Claim, news: News) -> bool:
    """Whether a withdrawal is told again."""
    is_withdrawn = before.state is ClaimState.WITHDRAWN
    return is_withdrawn and before.withdrawn_for is news.withdrawn


def _as_proven(uow: UnitOfWork, new: NewClaim) -> NewClaim:
    """Where staff have made a claim of this very payment already, a person looks at both first."""
    doubled = new.payment is not None and claims.by_staff(uow, str(new.payment))
    return replace(new, proven=False) if doubled else new


def _known(uow: UnitOfWork, actor: Actor, new: NewClaim) -> Claim | None:
    """The same claim, told before. Raises Problem 409 when only its id is the same."""
    row = uow.connection.execute(select(_claims).where(_claims.c.id == str(new.id))).one_or_none()
    if row is None:
        return None
    told = (
        actor.site,
        actor.name,
        new.means,
        new.reason,
        new.payment and str(new.payment),
        new.amount_centimos,
    )
    kept = (row.site, row.kiosk, row.means, row.reason, row.payment, row.first_centimos)
    if told != kept or not claims.is_code_of(uow, row, new.code):
        words = "Ya hay otro reclamo con este identificador; haga uno nuevo."
        raise Problem(409, "claim_conflict", words)
    return claims.opened(row)
