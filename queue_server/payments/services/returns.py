"""Money that must go back: owed once, and given back by its kiosk."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from queue_server.core.clock import local_day
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.services import overview as fleet
from queue_server.payments import tables
from queue_server.payments.model.claims import ClaimReason, Settled
from queue_server.payments.model.paid import Means
from queue_server.payments.model.returns import (
    BY_KIOSK,
    OF_KIOSK,
    OPEN,
    Evidence,
    NeedsPerson,
    Result,
    Return,
    ReturnStanding,
    ReturnState,
    needs_person,
    standing_of,
)
from queue_server.payments.services import claims
from queue_server.turns.services import queries as turns

_returns, _claims = tables.returns, tables.claims
LISTED = 200


def owe(uow: UnitOfWork, application: str) -> None:
    """`application` was refused: what its kiosk took, by card or in cash, must go back.

    Once a payment; a voucher is free again, and a wallet's gateway refunds.
    """
    payments = tables.payments
    row = uow.connection.execute(
        select(payments).where(payments.c.application == application)
    ).one_or_none()
    if row is None or row.means not in BY_KIOSK:
        return
    zone = turns.site_zone(uow, row.site)
    put = uow.upsert(_returns).values(
        payment=row.id,
        site=row.site,
        application=application,
        kiosk=row.kiosk,
        means=row.means,
        amount_centimos=row.amount_centimos,
        came_from="",
        state=ReturnState.OWED,
        day=local_day(row.paid_at, zone),
        owed_at=uow.now,
        changed_at=uow.now,
    )
    uow.connection.execute(put.on_conflict_do_nothing())


def standing(uow: UnitOfWork, application: str) -> ReturnStanding:
    """How the money of `application` stands."""
    state = uow.connection.execute(
        select(_returns.c.state).where(_returns.c.application == application)
    ).scalar()
    return standing_of(None if state is None else ReturnState(state))


def of_kiosk(uow: UnitOfWork, actor: Actor) -> list[Return]:
    """What the kiosk `actor` still has to give back, oldest first, at most `LISTED`."""
    rows = uow.connection.execute(
        select(_returns)
        .where(
            _returns.c.site == actor.site,
            _returns.c.kiosk == actor.name,
            _returns.c.state.in_(OF_KIOSK),
        )
        .order_by(_returns.c.owed_at)
        .limit(LISTED)
    )
    return [_opened(row) for row in rows]


def open_at(uow: UnitOfWork, site: str) -> list[tuple[Return, NeedsPerson | None]]:
    """What did not go back yet at `site`, oldest first, at most `LISTED`, and why a person must
    see to it."""
    rows = uow.connection.execute(
        select(_returns)
        .where(_returns.c.site == site, _returns.c.state.in_(OPEN))
        .order_by(_returns.c.owed_at)
        .limit(LISTED)
    ).all()
    last_heard = heard(uow, site) if rows else {}
    found = [_opened(row) for row in rows]
    return [(each, needs(uow, site, each, last_heard)) for each in found]


def refuse_settled(uow: UnitOfWork, site: str, payment: str) -> None:
    """Raises Problem 409 when a claim stands for a return or it went back, 404 when none is owed.

    Asked before every answer that lets a kiosk begin, also one that is repeated: what it says must
    be true now.
    """
    uow.lock_site(site)
    of = find(uow, site, payment)
    if of.state not in OPEN:
        raise settled(of)


def answer(
    uow: UnitOfWork,
    actor: Actor,
    payment: str,
    result: Result,
    claim: UUID | None = None,
    evidence: Evidence | None = None,
) -> ReturnState:
    """What its kiosk says of a return; how it stands then.

    `under_way` must be said, and answered, before anything is given. `claim`: the one the kiosk
    made of it, which then stands. Raises Problem 404, and 409 when a claim stands for it or it
    went back already.
    """
    uow.lock_site(actor.site)
    of = find(uow, actor.site, payment)
    if of.kiosk != actor.name:
        raise Problem(404, "unknown_return", "Esta devolución es de otro quiosco.")
    if claim is not None and of.state is ReturnState.CLAIMED:
        _check_claim(uow, payment, claim)
    else:
        of = _answered(uow, of, result, evidence)
    event = uow.record(
        actor, f"return.{result}", payment=payment, application=of.application, state=of.state
    )
    noted(uow, payment, event)
    return of.state


def _answered(uow: UnitOfWork, of: Return, result: Result, evidence: Evidence | None) -> Return:
    kept = None if evidence is None else _as_json(evidence)
    match result, of.state:
        case Result.UNDER_WAY, ReturnState.UNDER_WAY:
            return of
        case Result.UNDER_WAY, (ReturnState.OWED | ReturnState.STUCK):
            return moved(uow, of, ReturnState.UNDER_WAY, trouble=None)
        case Result.RETURNED, ReturnState.RETURNED:
            return of
        case Result.RETURNED, (ReturnState.UNDER_WAY | ReturnState.STUCK):
            return moved(uow, of, ReturnState.RETURNED, evidence=kept)
        case Result.RETURNED, ReturnState.CLAIMED if _claim_falls(uow, of):
            return moved(uow, of, ReturnState.RETURNED, evidence=kept)
        case ((Result.REFUSED | Result.UNKNOWN), ReturnState.STUCK):
            return _kept_stuck(uow, of, NeedsPerson(result))
        case ((Result.REFUSED | Result.UNKNOWN), (ReturnState.OWED | ReturnState.UNDER_WAY)):
            return moved(uow, of, ReturnState.STUCK, trouble=NeedsPerson(result))
        case Result.RETURNED, ReturnState.OWED:
            words = "Diga primero que empieza a devolver, y devuelva después de la respuesta."
            raise Problem(409, "not_under_way", words)
        case _:
            raise settled(of)


def noted(uow: UnitOfWork, payment: str, event: int) -> None:
    """`event` is the newest about this return."""
    uow.connection.execute(
        update(_returns).where(_returns.c.payment == payment).values(last_event=event)
    )


def needs(
    uow: UnitOfWork, site: str, of: Return, last_heard: Mapping[str, datetime | None]
) -> NeedsPerson | None:
    """Why a person must see to a return now; None while its kiosk does."""
    return needs_person(of, today(uow, site), last_heard.get(of.kiosk), uow.now)


def today(uow: UnitOfWork, site: str) -> date:
    """The site's local day."""
    return local_day(uow.now, turns.site_zone(uow, site))


def heard(uow: UnitOfWork, site: str) -> dict[str, datetime | None]:
    """When each kiosk was heard of last."""
    return {each.name: each.received_at for each in fleet.view(uow, site).kiosks}


def look(uow: UnitOfWork, site: str, payment: str) -> Return | None:
    """The return of a payment, if one is owed."""
    row = uow.connection.execute(
        select(_returns).where(_returns.c.payment == payment, _returns.c.site == site)
    ).one_or_none()
    return None if row is None else _opened(row)


def find(uow: UnitOfWork, site: str, payment: str) -> Return:
    """The return of a payment. Raises Problem 404."""
    found = look(uow, site, payment)
    if found is None:
        raise Problem(404, "unknown_return", "Por este pago no se debe ninguna devolución.")
    return found


def moved(uow: UnitOfWork, of: Return, state: ReturnState, **values: Any) -> Return:
    """Bring a return to `state`, without an event; an illegal change fails in the database.

    Raises Problem 409 when somebody else did meanwhile.
    """
    row = uow.connection.execute(
        update(_returns)
        .where(_returns.c.payment == of.payment, _returns.c.state == of.state)
        .values(came_from=of.state, state=state, changed_at=uow.now, **values)
        .returning(*_returns.c)
    ).one_or_none()
    if row is None:
        raise settled(of)
    return _opened(row)


def _claim_falls(uow: UnitOfWork, of: Return) -> bool:
    """The kiosk gave back what a claim stands for: whether the claim could still be withdrawn."""
    how = Settled.REVERSED if of.means is Means.CARD else Settled.PAID_BY_KIOSK
    stands_for_it = claims.of_payment(of.payment) & (
        _claims.c.reason == ClaimReason.PAID_BUT_REFUSED
    )
    withdrawn = claims.withdraw(uow, stands_for_it, how)
    still = select(_claims.c.id).where(stands_for_it, _claims.c.return_state.is_not(None))
    return bool(withdrawn) and uow.connection.execute(still).first() is None


def _kept_stuck(uow: UnitOfWork, of: Return, trouble: NeedsPerson) -> Return:
    row = uow.connection.execute(
        update(_returns)
        .where(_returns.c.payment == of.payment)
        .values(trouble=trouble, changed_at=uow.now)
        .returning(*_returns.c)
    ).one()
    return _opened(row)


def _check_claim(uow: UnitOfWork, payment: str, claim: UUID) -> None:
    mine = (_claims.c.id == str(claim)) & (_claims.c.payment == payment)
    if uow.connection.execute(select(_claims.c.id).where(mine)).first() is None:
        words = "Otro reclamo está en lugar de esta devolución."
        raise Problem(409, "another_claim", words)


def settled(of: Return) -> Problem:
    """Why nothing can be given back any more."""
    if of.state is ReturnState.CLAIMED:
        words = "Hay un reclamo en lugar de esta devolución: se paga en una ventanilla."
        return Problem(409, "return_claimed", words)
    return Problem(409, "already_returned", "Este dinero ya se devolvió.", state=of.state)


def _as_json(evidence: Evidence) -> dict[str, str]:
    return {**asdict(evidence), "at": evidence.at.isoformat()}


def _opened(row: Row[Any]) -> Return:
    return Return(
        row.payment,
        row.application,
        row.kiosk,
        Means(row.means),
        row.amount_centimos,
        ReturnState(row.state),
        row.trouble and NeedsPerson(row.trouble),
        row.day,
        row.owed_at,
    )
