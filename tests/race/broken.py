"""The server with the two classic mistakes of queue systems, for the negative controls.

`BROKEN=select-then-update`: who is next is read in one transaction and called in another.
`BROKEN=count-plus-one`: the number is the count of tickets plus one, read before.
"""

import asyncio
import os
import sys
from typing import Any

from sqlalchemy import func, select, text, update

from queue_server import serve
from queue_server.__main__ import main
from queue_server.core.desk import Desk
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.ticket import Ticket, TicketState
from queue_server.turns.services import call, change, heads, issue, queries
from queue_server.turns.services.rules import site_rules

GAP_S = 0.02


def select_then_update() -> None:
    """Read the head, let others in, then call it whatever became of it."""
    once = Desk.once
    seen: dict[str, Ticket] = {}

    async def late_once(self: Desk, request: Any, who: Any, key: str, body: Any, work: Any) -> Any:
        if request.url.path.endswith("call-next"):
            counter = request.path_params["counter"]

            def look(uow: UnitOfWork, actor: Actor) -> Any:
                rules = site_rules(uow, actor.site)
                day = queries.today(uow, rules)
                return heads.next_for(uow, rules, day, counter, actor.name)

            found = await self.look(who, look)
            await asyncio.sleep(GAP_S)
            if found is not None:
                seen[counter] = found[0]
        return await once(self, request, who, key, body, work)

    def call_seen(uow: UnitOfWork, actor: Actor, counter: str) -> Ticket | None:
        rules, _ = call._ready(uow, actor, counter)
        ticket = seen.pop(counter, None)
        if ticket is None:
            return None
        now = change.known(uow, actor.site, ticket.id)
        uow.connection.execute(
            update(tables.tickets)
            .where(tables.tickets.c.id == ticket.id)
            .values(state=TicketState.WAITING, counter=None, due_at=ticket.due_at)
        )
        called = change.try_move(
            uow, actor, change.replace(now, state=TicketState.WAITING, due_at=ticket.due_at),
            TicketState.CALLED, "", counter=counter, called_at=uow.now,
        )  # fmt: skip
        if called is not None:
            call._record_call(uow, actor, rules, called, "")
        return called

    Desk.once = late_once  # type: ignore[method-assign]
    call.call_next = call_seen


def count_plus_one() -> None:
    """Number = how many there are, read in an earlier transaction, plus one."""
    once = Desk.once
    counted: list[int] = []

    async def late_once(self: Desk, request: Any, who: Any, key: str, body: Any, work: Any) -> Any:
        if request.url.path.endswith("/tickets"):

            def look(uow: UnitOfWork) -> int:
                return uow.connection.execute(
                    select(func.count()).select_from(tables.tickets)
                ).scalar_one()

            count = await self.database.look(look)
            await asyncio.sleep(GAP_S)
            counted.append(count)
        return await once(self, request, who, key, body, work)

    def counted_number(uow: UnitOfWork, *_: Any) -> int:
        uow.connection.execute(text("DROP INDEX IF EXISTS no_such_index"))
        return counted.pop() + 1

    Desk.once = late_once  # type: ignore[method-assign]
    issue.take_numbers = counted_number


def _start_broken_children() -> None:
    """`serve` starts its web workers as this module."""
    plain = serve.Child.start

    async def start(self: serve.Child) -> Any:
        create = asyncio.create_subprocess_exec

        async def ours(program: str, *words: str, **named: Any) -> Any:
            swapped = ["tests.race.broken" if each == "queue_server" else each for each in words]
            return await create(program, *swapped, **named)

        asyncio.create_subprocess_exec = ours  # type: ignore[assignment]
        try:
            return await plain(self)
        finally:
            asyncio.create_subprocess_exec = create

    serve.Child.start = start  # type: ignore[method-assign]


if __name__ == "__main__":
    {"select-then-update": select_then_update, "count-plus-one": count_plus_one}[
        os.environ["BROKEN"]
    ]()
    _start_broken_children()
    sys.exit(main())
