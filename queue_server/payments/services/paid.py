"""What paid for an application. The database lets a payment serve one, and one be paid once."""

from uuid import UUID

from sqlalchemy import bindparam, insert, select

from queue_server.core.prepared import Prepared, PreparedUpsert
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.paid import CardPayment, Means, Paid

_CARD = Prepared(insert(tables.card_payments))
_OF_APPLICATION = Prepared(
    select(tables.payments).where(tables.payments.c.application == bindparam("application"))
)
_RECORD = PreparedUpsert(
    tables.payments,
    lambda put: put.on_conflict_do_nothing().returning(tables.payments.c.id),
)


def record_card(uow: UnitOfWork, actor: Actor, application: UUID, paid: CardPayment) -> None:
    """Record what paid for `application`. Raises Problem 409 when it, or the payment, was used."""
    if not record(uow, actor, str(application), str(paid.id), _of_card(paid)):
        words = "Este pago ya se usó para una solicitud; avise al personal."
        raise Problem(409, "payment_used", words)
    details = {
        "payment": str(paid.id),
        "terminal_id": paid.terminal_id,
        "authorisation_code": paid.authorisation_code,
        "rrn": paid.rrn,
        "stan": paid.stan,
        "masked_last4": paid.masked_last4,
        "scheme": paid.scheme,
    }
    _CARD.tell(uow.connection, details)


def payment_of(uow: UnitOfWork, application: str) -> Paid:
    """What paid for `application`. Raises LookupError."""
    row = _OF_APPLICATION.one_or_none(uow.connection, {"application": application})
    if row is None:
        raise LookupError(f"application {application} has no payment")
    return Paid(Means(row.means), row.amount_centimos, row.reference, row.paid_at)


def means_of(uow: UnitOfWork, application: str) -> Means | None:
    """How `application` was paid; None while it is not."""
    row = _OF_APPLICATION.one_or_none(uow.connection, {"application": application})
    return None if row is None else Means(row.means)


def record(uow: UnitOfWork, actor: Actor, application: str, payment: str, paid: Paid) -> bool:
    """Record what paid; False when the application is paid already, or the payment was used."""
    row = {
        "id": payment,
        "site": actor.site,
        "application": application,
        "kiosk": actor.name,
        "means": paid.means,
        "amount_centimos": paid.amount_centimos,
        "reference": paid.reference,
        "paid_at": paid.paid_at,
        "recorded_at": uow.now,
    }
    return _RECORD.on(uow.connection).scalar(uow.connection, row) is not None


def _of_card(paid: CardPayment) -> Paid:
    return Paid(Means.CARD, paid.amount_centimos, paid.reference, paid.paid_at)
