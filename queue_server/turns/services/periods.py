"""The chain of periods of a ticket: one open row, each change of state ends it and adds one."""

from sqlalchemy import insert, select, update

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.ticket import TicketState


def begin_period(
    uow: UnitOfWork,
    actor: Actor,
    ticket_id: str,
    before: str,
    state: TicketState,
    counter: str | None = None,
    reason: str = "",
) -> None:
    """End the current period and begin one in `state`; an illegal change fails in the database.

    A clock set back never makes a period end before it began.
    """
    periods = tables.periods
    current = uow.connection.execute(
        select(periods.c.position, periods.c.started_at).where(
            periods.c.ticket == ticket_id, periods.c.ended_at.is_(None)
        )
    ).one_or_none()
    instant, position = uow.now, 1
    if current is not None:
        instant, position = max(uow.now, current.started_at), current.position + 1
        uow.connection.execute(
            update(periods)
            .where(periods.c.ticket == ticket_id, periods.c.position == current.position)
            .values(ended_at=instant)
        )
    uow.connection.execute(
        insert(periods),
        {
            "ticket": ticket_id,
            "position": position,
            "from_state": before,
            "state": state,
            "counter": counter,
            "actor": actor.label,
            "reason": reason,
            "started_at": instant,
        },
    )
