"""An application's life: registered before money, accepted with its payment, then settled."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, select, update

from queue_server.core import outbox
from queue_server.core.clock import local_day
from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import (
    Applicant,
    ApplicationState,
    PaymentEvidence,
    Purpose,
    Refusal,
    is_of_age,
)
from queue_server.payments.model.paid import CardPayment
from queue_server.payments.model.wallet import Charge, Paid
from queue_server.payments.services import fees, paid, serving, vouchers, wallet
from queue_server.turns.services import queries as turns

CERTIFICATE_SERVICE = "certificate"
REQUEST, FETCH, FOLLOW = "request", "fetch", "follow_review"
_APPLICANT, _EMAIL = "applications.applicant", "applications.email"


_applications, _steps = tables.applications, tables.application_steps
_FIND = Prepared(
    select(_applications).where(
        _applications.c.site == bindparam("site"), _applications.c.id == bindparam("id")
    )
)
_TAKEN = Prepared(
    select(_applications.c.id).where(
        (_applications.c.id == bindparam("id"))
        | (
            (_applications.c.site == bindparam("site"))
            & (_applications.c.number == bindparam("number"))
        )
    )
)
_WRITE = Prepared(insert(_applications))
_MOVE = Prepared(
    update(_applications)
    .where(_applications.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in ("state", "refusal", "changed_at")})
)
_STEPS = Prepared(select(func.count()).where(_steps.c.application == bindparam("application")))
_STEP = Prepared(insert(_steps))


@dataclass(frozen=True)
class NewApplication:
    """What the kiosk registers. `number` is the short one the person keeps."""

    id: UUID
    number: str
    applicant: Applicant
    email: str | None
    amount_centimos: int
    purpose: Purpose = Purpose.NEW


def fee_today(uow: UnitOfWork, site: str) -> int | None:
    """The certificate's fee on the site's local day, in céntimos; None when none is set."""
    return fees.fee_of(uow, site, CERTIFICATE_SERVICE, today(uow, site))


def today(uow: UnitOfWork, site: str) -> date:
    """The site's local day."""
    return local_day(uow.now, turns.site_zone(uow, site))


def register(uow: UnitOfWork, actor: Actor, new: NewApplication) -> None:
    """Write the application down before the first céntimo moves.

    Raises Problem 409 when the fee changed meanwhile or the number is taken, 422 under 18.
    """
    fee = fee_today(uow, actor.site)
    if fee != new.amount_centimos:
        words = "La tasa cambió mientras llenaba su solicitud; empiece otra vez."
        raise Problem(409, "fee_changed", words, fee_centimos=fee)
    if not is_of_age(new.applicant.birth_date, today(uow, actor.site)):
        raise Problem(422, "under_age", "El certificado es solo para mayores de 18 años.")
    write_down(uow, actor, new)
    uow.record(actor, "application.registered", application=str(new.id), number=new.number)


def write_down(uow: UnitOfWork, actor: Actor, new: NewApplication) -> None:
    """The rows of a new application. Raises Problem 409 when its id or number is taken."""
    uow.lock_site(actor.site)
    taken = {"id": str(new.id), "site": actor.site, "number": new.number}
    if _TAKEN.scalar(uow.connection, taken) is not None:
        words = "Esta solicitud ya existe; empiece otra vez."
        raise Problem(409, "number_taken", words, last_number=_last_number(uow, actor))
    _WRITE.tell(uow.connection, _row(uow, actor, new))
    _step(uow, actor, str(new.id), "", ApplicationState.REGISTERED)


def _last_number(uow: UnitOfWork, actor: Actor) -> str | None:
    """The highest number of this kiosk: one whose journal was lost counts on from it."""
    of_kiosk = (_applications.c.site == actor.site, _applications.c.number.like(f"{actor.name}-%"))
    length = func.length(_applications.c.number)
    found = select(_applications.c.number).where(*of_kiosk)
    newest = found.order_by(length.desc(), _applications.c.number.desc()).limit(1)
    return uow.connection.execute(newest).scalar_one_or_none()


def accept(uow: UnitOfWork, actor: Actor, application: UUID, card: CardPayment) -> None:
    """Take the payment and leave the errand to the centre, in one transaction.

    A voucher that still waits is given back. Raises Problem 404 for an unknown application, 409
    when it is already paid otherwise or the amount is not the registered one.
    """
    row = unpaid(uow, actor.site, application, card.amount_centimos)
    paid.record_card(uow, actor, application, card)
    accepted(uow, actor, row, card.id)


def accept_wallet(
    uow: UnitOfWork, actor: Actor, row: Row[Any], charge: Charge, money: Paid
) -> bool:
    """`accept` for what a wallet paid; False, and nothing changed, when its payment was used."""
    if not wallet.pay(uow, charge, money):
        return False
    accepted(uow, actor, row, charge.id, live=charge.gave_up_at is None)
    return True


def unpaid(uow: UnitOfWork, site: str, application: UUID, amount_centimos: int) -> Row[Any]:
    """The row of an application that can be paid with this amount. The site is locked.

    Raises Problem 404 for an unknown application, 409 when it is paid, the amount is another, or
    its person's data was erased.
    """
    uow.lock_site(site)
    row = find(uow, site, str(application))
    if amount_centimos != row.amount_centimos:
        words = "El monto pagado no es el de la solicitud; avise al personal."
        raise Problem(409, "wrong_amount", words, amount_centimos=row.amount_centimos)
    refuse_erased(row)
    if row.state != ApplicationState.REGISTERED:
        raise Problem(409, "already_paid", "Esta solicitud ya está pagada.")
    return row


def refuse_erased(row: Row[Any]) -> None:
    """Raises Problem 409: nobody knows any more whose application this was."""
    if row.erased_at is not None:
        words = "Los datos de esta solicitud ya se borraron; empiece otra vez."
        raise Problem(409, "erased", words)


def accepted(
    uow: UnitOfWork, actor: Actor, row: Row[Any], payment: UUID, *, live: bool = True
) -> None:
    """What follows a recorded payment. `live`: somebody stands and waits for the certificate.

    Raises Problem 409 when its money was given back already.
    """
    serving.now_serves(uow, actor, str(payment))
    vouchers.withdraw_voucher(uow, row.id)
    move(uow, actor, row, ApplicationState.ACCEPTED)
    outbox.post(uow, actor.site, REQUEST, row.id, live=live)
    uow.record(actor, "application.accepted", application=row.id, payment=str(payment))


def find(uow: UnitOfWork, site: str, application: str) -> Row[Any]:
    """The row of an application of this site. Raises Problem 404."""
    row = _FIND.one_or_none(uow.connection, {"site": site, "id": application})
    if row is None:
        raise Problem(404, "unknown_application", "No encontramos esta solicitud en el módulo.")
    return row


def move(
    uow: UnitOfWork,
    actor: Actor,
    row: Row[Any],
    state: ApplicationState,
    refusal: Refusal | None = None,
) -> None:
    """Bring an application to `state`; an illegal change fails in the database."""
    now = {"state": state, "refusal": refusal, "changed_at": uow.now}
    _MOVE.tell(uow.connection, {**now, "of_id": row.id})
    _step(uow, actor, row.id, row.state, state)


def applicant_of(uow: UnitOfWork, row: Row[Any]) -> Applicant:
    """Who applies, opened."""
    return open_applicant(uow, row.applicant)


def open_applicant(uow: UnitOfWork, sealed: bytes) -> Applicant:
    """What `seal_applicant` sealed."""
    claim = json.loads(uow.vault.open(_APPLICANT, sealed))
    return Applicant(claim["type"], claim["number"], date.fromisoformat(claim["birth_date"]))


def seal_applicant(uow: UnitOfWork, who: Applicant) -> bytes:
    """Who applies, as it is kept."""
    claim = {
        "type": who.document_type,
        "number": who.document_number,
        "birth_date": who.birth_date.isoformat(),
    }
    return uow.vault.seal(_APPLICANT, json.dumps(claim))


def email_of(uow: UnitOfWork, row: Row[Any]) -> str | None:
    """Where the certificate goes by e-mail, opened; None for the QR alone."""
    return None if row.email is None else uow.vault.open_text(_EMAIL, row.email)


def change_email(uow: UnitOfWork, row: Row[Any], email: str) -> Row[Any]:
    """From now on everything goes to `email`; the row as it then is."""
    applications = tables.applications
    return uow.connection.execute(
        update(applications)
        .where(applications.c.id == row.id)
        .values(email=uow.vault.seal(_EMAIL, email))
        .returning(*applications.c)
    ).one()


def evidence_of(uow: UnitOfWork, application: str) -> PaymentEvidence:
    """What the centre is told about the payment. Raises LookupError."""
    by = paid.payment_of(uow, application)
    return PaymentEvidence(by.means, by.amount_centimos, by.reference, by.paid_at)


def document_index(uow: UnitOfWork, document_type: str, number: str) -> bytes:
    """The keyed digest under which an application is found by its document."""
    return uow.vault.index(_APPLICANT, f"{document_type}:{number}")


def _row(uow: UnitOfWork, actor: Actor, new: NewApplication) -> dict[str, object]:
    who = new.applicant
    return {
        "id": str(new.id),
        "site": actor.site,
        "number": new.number,
        "kiosk": actor.name,
        "applicant": seal_applicant(uow, who),
        "document_index": document_index(uow, who.document_type, who.document_number),
        "email": None if new.email is None else uow.vault.seal(_EMAIL, new.email),
        "purpose": new.purpose,
        "amount_centimos": new.amount_centimos,
        "state": ApplicationState.REGISTERED,
        "registered_at": uow.now,
        "changed_at": uow.now,
    }


def _step(
    uow: UnitOfWork, actor: Actor, application: str, before: str, state: ApplicationState
) -> None:
    count = _STEPS.scalar(uow.connection, {"application": application})
    _STEP.tell(
        uow.connection,
        {
            "application": application,
            "position": count + 1,
            "from_state": before,
            "state": state,
            "actor": actor.label,
            "at": uow.now,
        },
    )
