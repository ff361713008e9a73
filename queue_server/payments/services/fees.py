"""What a service costs, by day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.fees import Fee, fee_on


def fee_of(uow: UnitOfWork, site: str, service: str, day: date) -> int | None:
    """The fee of `service` on `day`, in céntimos; None when the site has none."""
    rows = uow.connection.execute(
        select(tables.fees.c.valid_from, tables.fees.c.amount_centimos).where(
            tables.fees.c.site == site, tables.fees.c.service == service
        )
    )
    return fee_on(day, (Fee(row.valid_from, row.amount_centimos) for row in rows))


def set_fees(uow: UnitOfWork, actor: Actor, service: str, fees: Iterable[Fee]) -> None:
    """Write the fees of `service`; a day already known gets the new amount.

    Part of a larger change, it stays within the event of that one.
    """
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
    if uow.recorded is None:
        uow.record(actor, "site.changed", what="fees", code=service)
