"""A payment begins to serve its application: whatever else stood for the same money ends."""

from sqlalchemy import bindparam, or_, select, union_all, update

from queue_server.core.prepared import Prepared
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.doubts import Ended
from queue_server.payments.services import claims

_doubts, _claims = tables.doubts, tables.claims
# Of most payments nobody ever told anything, and somebody waits.
_TOLD_OF = Prepared(
    union_all(
        select(_claims.c.id).where(_claims.c.payment == bindparam("payment")),
        select(_doubts.c.payment).where(_doubts.c.payment == bindparam("payment")),
    )
)


def now_serves(uow: UnitOfWork, actor: Actor, payment: str) -> None:
    """A recorded payment was certainly taken, and is not owed; without an event of its own.

    Raises Problem 409 when its money was given back at a window already.
    """
    if _TOLD_OF.scalar(uow.connection, {"payment": payment}) is None:
        return
    claims.paid_after_all(uow, payment)
    is_open = or_(_doubts.c.ended.is_(None), _doubts.c.contradicted)
    uow.connection.execute(
        update(_doubts)
        .where(_doubts.c.payment == payment, is_open)
        .values(
            ended=Ended.CHARGED,
            ended_by=actor.label,
            ended_at=uow.now,
            contradicted=False,
            changed_at=uow.now,
        )
    )
