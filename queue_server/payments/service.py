"""Use cases of money: the fee of the day, and recording what was paid."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model import CardPayment, Fee, Means, Paid, fee_on


def fee_of(uow: UnitOfWork, site: str, service: str, day: date) -> int | None:
    """The fee of `service` on `day`, in céntimos; None when the site has none."""
    rows = uow.connection.execute(
        select(tables.fees.c.valid_from, tables.fees.c.amount_centimos).where(
            tables.fees.c.site == site, tables.fees.c.service == service
        )
    )
    return fee_on(day, (Fee(row.valid_from, row.amount_centimos) for row in rows))


def set_fees(uow: UnitOfWork, actor: Actor, service: str, fees: Iterable[Fee]) -> None:
    """Write the fees of `service`; a day already known gets the new amount."""
    for fee in fees:
        put = uow.upsert(tables.fees).values(
            site=actor.site,
            service=service,
            valid_from=fee.valid_from,
            amount_centimos=fee.amount_centimos,
        )
        uow.connection.execute(
            put.on_conflict_do_update(
                index_elements=["site", "service", "valid_from"],
                set_={"amount_centimos": fee.amount_centimos},
            )
        )


def record_card(uow: UnitOfWork, actor: Actor, application: UUID, paid: CardPayment) -> None:
    """Record what paid for `application`. Raises Problem 409 when it, or the payment, was used."""
    record(uow, actor, application, paid.id, _of_card(paid))
    details = {
        "payment": str(paid.id),
        "terminal_id": paid.terminal_id,
        "authorisation_code": paid.authorisation_code,
        "rrn": paid.rrn,
        "stan": paid.stan,
        "masked_last4": paid.masked_last4,
        "scheme": paid.scheme,
    }
    uow.connection.execute(insert(tables.card_payments), details)


def record(uow: UnitOfWork, actor: Actor, application: UUID, payment: UUID, paid: Paid) -> None:
    """Record that `paid` paid for `application`. Raises Problem 409 when either was used."""
    try:
        uow.connection.execute(
            insert(tables.payments),
            {
                "id": str(payment),
                "site": actor.site,
                "application": str(application),
                "kiosk": actor.name,
                "means": paid.means,
                "amount_centimos": paid.amount_centimos,
                "reference": paid.reference,
                "paid_at": paid.paid_at,
                "recorded_at": uow.now,
            },
        )
    except IntegrityError as error:
        words = "Este pago ya se usó para una solicitud; avise al personal."
        raise Problem(409, "payment_used", words) from error


def payment_of(uow: UnitOfWork, application: str) -> Paid:
    """What paid for `application`. Raises LookupError."""
    row = uow.connection.execute(
        select(tables.payments).where(tables.payments.c.application == application)
    ).one_or_none()
    if row is None:
        raise LookupError(f"application {application} has no payment")
    return Paid(Means(row.means), row.amount_centimos, row.reference, row.paid_at)


def _of_card(paid: CardPayment) -> Paid:
    return Paid(Means.CARD, paid.amount_centimos, paid.reference, paid.paid_at)
