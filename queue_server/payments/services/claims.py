"""Claims: made by a kiosk or by staff, reduced, proven, withdrawn, and redeemed once."""

import secrets
from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.claim_code import BITS, claim_code, shown_code, typed_code
from queue_server.payments.model.claims import (
    LIVE,
    Claim,
    ClaimReason,
    ClaimState,
    Given,
    Maker,
    NewClaim,
    Settled,
    first_state,
)
from queue_server.payments.model.paid import Means
from queue_server.payments.model.wallet import ChargeState
from queue_server.payments.services import cash
from queue_server.turns.services.issue import known_counter
from queue_server.turns.services.rules import site_rules

_CODE = "claims.code"
_claims = tables.claims
# Its payment serves an application, and it may stand all the same.
BESIDES_A_PAYMENT = (ClaimReason.CHANGE_NOT_GIVEN, ClaimReason.FOUND_LATE)
# A payment that serves its application after all leaves nothing owed.
_INSTEAD = (ClaimReason.NOT_REGISTERED, ClaimReason.CASH_NOT_RETURNED)


def write_down(uow: UnitOfWork, actor: Actor, kiosk: str, new: NewClaim) -> ClaimState:
    """The rows of a new claim of `kiosk`'s, without an event; where it stands.

    Of a payment that serves its application there is nothing to give: such a claim is withdrawn at
    once, so that whoever holds its slip is told. Raises Problem 409 when its code is taken, its
    payment is claimed already, or a piece belongs elsewhere.
    """
    cash.hold(uow, actor, str(new.id), "claim", new.pieces)
    state = first_state(new.proven)
    put = uow.upsert(_claims).values(**_row(uow, actor.site, kiosk, new, state))
    if uow.connection.execute(put.on_conflict_do_nothing().returning(_claims.c.id)).first() is None:
        raise _not_written(uow, new)
    if new.reason is ClaimReason.NOT_REGISTERED and serves(uow, str(new.payment)):
        return withdraw(uow, _claims.c.id == str(new.id), Settled.REGISTERED)[0].state
    return state


def tell(uow: UnitOfWork, actor: Actor, claim: str, kind: str, **words: Any) -> None:
    """Record the unit's event about a claim, and that it is the newest."""
    event = uow.record(actor, kind, claim=claim, **words)
    noted(uow, _claims.c.id == claim, event)


def noted(uow: UnitOfWork, which: ColumnElement[bool], event: int) -> None:
    """`event` is the newest about these claims."""
    uow.connection.execute(update(_claims).where(which).values(last_event=event))


def of_site(uow: UnitOfWork, site: str, claim: str) -> Claim:
    """A claim of this site. Raises Problem 404."""
    row = uow.connection.execute(
        select(_claims).where(_claims.c.id == claim, _claims.c.site == site)
    ).one_or_none()
    if row is None:
        raise Problem(404, "unknown_claim", "No encontramos este reclamo en el módulo.")
    return opened(row)


def by_code(uow: UnitOfWork, site: str, typed: str) -> Claim:
    """The claim of this site whose code somebody typed. Raises Problem 404."""
    code = typed_code(typed)
    index = uow.vault.index(_CODE, code or "")
    row = uow.connection.execute(
        select(_claims).where(_claims.c.code_index == index, _claims.c.site == site)
    ).one_or_none()
    if code is None or row is None:
        words = "No hay un reclamo con ese código en este módulo. Revíselo en el papel."
        raise Problem(404, "unknown_claim", words)
    return opened(row)


def followed(uow: UnitOfWork, typed: str) -> tuple[str, Claim] | None:
    """The claim whose code its holder typed, and its site; at any site of this database."""
    code = typed_code(typed)
    index = uow.vault.index(_CODE, code or "")
    row = uow.connection.execute(select(_claims).where(_claims.c.code_index == index)).one_or_none()
    return None if code is None or row is None else (row.site, opened(row))


def code_of(uow: UnitOfWork, claim: str) -> str:
    """A claim's code as it is printed."""
    sealed = uow.connection.execute(select(_claims.c.code).where(_claims.c.id == claim))
    return shown_code(uow.vault.open_text(_CODE, sealed.scalar_one()))


def is_code_of(uow: UnitOfWork, row: Row[Any], code: str) -> bool:
    """Whether `code` is that of a claim's row."""
    return uow.vault.index(_CODE, code) == row.code_index


def by_staff(uow: UnitOfWork, payment: str) -> bool:
    """Whether staff made a claim of this payment that was not in vain."""
    found = select(_claims.c.id).where(
        of_payment(payment),
        _claims.c.maker == Maker.STAFF,
        _claims.c.state != ClaimState.WITHDRAWN,
    )
    return uow.connection.execute(found).first() is not None


def show_code(uow: UnitOfWork, actor: Actor, claim: str) -> str:
    """The code for somebody who lost the slip, who proved to a supervisor who they are.

    Raises Problem 404, 409 when nothing is owed any more.
    """
    uow.lock_site(actor.site)
    found = of_site(uow, actor.site, claim)
    if found.state not in LIVE:
        raise over(uow, actor.site, found)
    tell(uow, actor, claim, "claim.code_shown")
    return code_of(uow, claim)


def minted(
    uow: UnitOfWork,
    application: str,
    payment: str,
    means: Means,
    amount_centimos: int,
    reason: ClaimReason,
) -> NewClaim:
    """A proven claim that staff make, with a code nobody knows yet."""
    return NewClaim(
        uuid4(),
        claim_code(secrets.randbits(BITS)),
        UUID(application) if application else None,
        UUID(payment),
        means,
        amount_centimos,
        reason,
        proven=True,
        made_at=uow.now,
        maker=Maker.STAFF,
    )


def prove(uow: UnitOfWork, which: ColumnElement[bool]) -> None:
    """The money was taken: what was in doubt can be redeemed."""
    _move(uow, which & (_claims.c.state == ClaimState.IN_DOUBT), ClaimState.OPEN)


def withdraw(uow: UnitOfWork, which: ColumnElement[bool], why: Settled) -> list[Claim]:
    """These were settled otherwise, as far as they still stood; what became of them."""
    live = which & _claims.c.state.in_(LIVE)
    gone = _move(uow, live, ClaimState.WITHDRAWN, withdrawn_for=why, return_state=None)
    for each in gone:
        cash.free(uow, each.id)
    return gone


def paid_after_all(uow: UnitOfWork, payment: str) -> None:
    """A payment is about to serve its application: a claim for the same money falls away.

    Raises Problem 409 when that money was given already.
    """
    mine = (_claims.c.payment == payment) & _claims.c.reason.in_(_INSTEAD)
    withdraw(uow, mine, Settled.REGISTERED)
    redeemed = uow.connection.execute(
        select(_claims.c.id).where(mine, _claims.c.state == ClaimState.REDEEMED)
    ).first()
    if redeemed is not None:
        words = "El dinero de este pago ya se devolvió en una ventanilla; avise al personal."
        raise Problem(409, "payment_redeemed", words, claim=redeemed.id)


def _is_the_gateways(uow: UnitOfWork, claim: Claim) -> bool:
    """Whether a wallet's charge is still asked about, goes back by itself, or took nothing: only
    what its gateway refuses to give back is given here."""
    charges = tables.wallet_charges.c
    found = select(charges.id).where(
        charges.id == claim.payment, charges.state != ChargeState.REFUND_REFUSED
    )
    return uow.connection.execute(found).first() is not None


def serves(uow: UnitOfWork, payment: str) -> bool:
    """Whether a payment pays for an application here."""
    payments = tables.payments.c
    found = select(payments.id).where(payments.id == payment)
    return uow.connection.execute(found).first() is not None


def redeem(
    uow: UnitOfWork, actor: Actor, typed: str, counter: str, given: Given, *, document_shown: bool
) -> Claim:
    """Give the money to whoever brought the code, once, and write down who gave it.

    Raises Problem 404, 409 when it is redeemed (with who did), withdrawn or still in doubt, 422
    without the document.
    """
    uow.lock_site(actor.site)
    known_counter(site_rules(uow, actor.site), counter)
    found = by_code(uow, actor.site, typed)
    if _is_the_gateways(uow, found):
        words = (
            "De este pago responde la billetera: lo aplica o lo devuelve ella, no la ventanilla."
        )
        raise Problem(409, "wallet_answers", words)
    if not document_shown:
        words = "Pida el documento de la persona y confírmelo antes de entregar el dinero."
        raise Problem(422, "document_not_shown", words)
    taken = _move(
        uow,
        (_claims.c.id == found.id) & (_claims.c.state == ClaimState.OPEN),
        ClaimState.REDEEMED,
        given=given,
        given_by=actor.name,
        given_at_counter=counter,
        given_at=uow.now,
    )
    if not taken:
        raise over(uow, actor.site, of_site(uow, actor.site, found.id))
    amount = taken[0].amount_centimos
    tell(
        uow, actor, found.id, "claim.redeemed", counter=counter, given=given, amount_centimos=amount
    )
    return taken[0]


def open_for(uow: UnitOfWork, applications: Collection[str]) -> set[str]:
    """Those of `applications` for which money is claimed."""
    live = _claims.c.application.in_(applications) & _claims.c.state.in_(LIVE)
    found = uow.connection.execute(select(_claims.c.application).where(live))
    return {row.application for row in found}


def of_payment(payment: str) -> ColumnElement[bool]:
    """The claims of one payment."""
    return and_(_claims.c.payment == payment, _claims.c.reason.not_in(BESIDES_A_PAYMENT))


def opened(row: Row[Any]) -> Claim:
    """A row as the rules know it; nothing of its code."""
    return Claim(
        row.id,
        row.kiosk,
        row.application,
        row.payment,
        Means(row.means),
        row.amount_centimos,
        ClaimReason(row.reason),
        ClaimState(row.state),
        row.made_at,
        row.changed_at,
        row.withdrawn_for and Settled(row.withdrawn_for),
        row.given and Given(row.given),
        row.given_by,
        row.given_at_counter,
        row.given_at,
    )


def _move(
    uow: UnitOfWork, which: ColumnElement[bool], state: ClaimState, **values: Any
) -> list[Claim]:
    """Bring these claims to `state`; an illegal change fails in the database."""
    rows = uow.connection.execute(
        update(_claims)
        .where(which)
        .values(came_from=_claims.c.state, state=state, changed_at=uow.now, **values)
        .returning(*_claims.c)
    ).all()
    return [opened(row) for row in rows]


def _row(
    uow: UnitOfWork, site: str, kiosk: str, new: NewClaim, state: ClaimState
) -> dict[str, Any]:
    stands_for_a_return = new.reason is ClaimReason.PAID_BUT_REFUSED
    code, code_index = sealed_code(uow, new.code)
    return {
        "id": str(new.id),
        "site": site,
        "kiosk": kiosk,
        "application": new.application and str(new.application),
        "payment": new.payment and str(new.payment),
        "means": new.means,
        "first_centimos": new.amount_centimos,
        "amount_centimos": new.amount_centimos,
        "reason": new.reason,
        "maker": new.maker,
        "came_from": "",
        "state": state,
        "code": code,
        "code_index": code_index,
        "made_at": new.made_at,
        "told_at": uow.now,
        "changed_at": uow.now,
        "return_state": "claimed" if stands_for_a_return else None,
    }


def sealed_code(uow: UnitOfWork, code: str) -> tuple[bytes, bytes]:
    """A claim's code as it is kept, and the digest that finds it."""
    return uow.vault.seal(_CODE, code), uow.vault.index(_CODE, code)


def _not_written(uow: UnitOfWork, new: NewClaim) -> Problem:
    index = uow.vault.index(_CODE, new.code)
    taken = select(_claims.c.id).where(_claims.c.code_index == index)
    if uow.connection.execute(taken).first() is not None:
        return Problem(409, "code_taken", "Ya hay un reclamo con ese código; haga otro.")
    return Problem(409, "payment_claimed", "Ya hay un reclamo por el dinero de este pago.")


def over(uow: UnitOfWork, site: str, claim: Claim) -> Problem:
    """Why nothing can be given for it any more, or not yet."""
    if claim.state is ClaimState.IN_DOUBT:
        words = (
            "Aún no se sabe si este dinero se cobró: no se puede entregar. Vea el pago en «Por "
            "resolver»; un supervisor puede confirmarlo con el registro del terminal."
        )
        return Problem(409, "claim_in_doubt", words)
    if claim.state is ClaimState.WITHDRAWN:
        words = "Este reclamo se cerró: el dinero no se cobró, o se devolvió de otra forma."
        return Problem(409, "claim_withdrawn", words, withdrawn_for=claim.withdrawn_for)
    assert claim.given_at is not None
    rules = site_rules(uow, site)
    place = rules.counters.get(claim.given_at_counter or "")
    at = claim.given_at.astimezone(ZoneInfo(rules.zone))
    words = (
        f"Este reclamo ya se pagó el {at:%d/%m/%Y} a las {at:%H:%M} en "
        f"{place.name if place else claim.given_at_counter}, por {claim.given_by}."
    )
    return Problem(409, "claim_redeemed", words, given_by=claim.given_by)
