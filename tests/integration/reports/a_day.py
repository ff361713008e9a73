"""A day at a site, lived through the queue's own services: whatever staff and visitors may do."""

import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.ticket import AttentionClass, Wish
from queue_server.turns.services import attend, blocks, call, day, issue, line
from queue_server.turns.services.undo import undo
from tests.integration.reports.conftest import HandClock

SITE = "PRUEBA"
KIOSK = Actor(SITE, "kiosk", "A01")
STAFF = {name: Actor(SITE, "counter", f"staff-{name}") for name in ("V1", "V2")}
SERVICES = ("certificate", "review", "information")
NOBODY = Problem(404, "nobody", "No hay a quién.")
_T = tables.tickets


class Day:
    """Does one thing after another, by chance; what the services refuse did not happen."""

    def __init__(self, database: Database, clock: HandClock, seed: int) -> None:
        self.database = database
        self.clock = clock
        self.chance = random.Random(seed)
        self.done: dict[str, int] = {}

    def one_of_each(self) -> None:
        """Nine arrive; each of them meets something else."""
        arrived = [self._arrived() for _ in range(9)]  # the last stays in line till the day ends
        _on_paper, sent_on, aside, served, missed, undone, held, gone, _ = arrived
        self.run(lambda uow: blocks.called_on_paper(uow, STAFF["V1"], "I", 1))
        self._called(sent_on)
        self._do(line.transfer, sent_on, "review", None, None)
        self._called(aside)
        self._do(attend.hold, aside, "falta un papel", None)
        self._called(served)
        self._do(attend.start, served)
        self._do(attend.finish, served)
        self._called(missed)
        self._do(attend.no_show, missed)
        self._called(undone)
        self._do(undo, undone)
        self._do(attend.hold, held, "espera a alguien", None)
        self.clock.pass_s(600)
        self._do(line.resume, held)
        self._do(line.cancel, gone, "holder")
        for ticket in (held, sent_on, aside):
            self._called(ticket)
            self._do(attend.finish, ticket)

    def live(self, steps: int) -> None:
        """So many things happen, some seconds or minutes apart."""
        deeds: list[tuple[int, Callable[[], Any]]] = [
            (22, self.arrive),
            (26, self.call),
            (26, self.finish),
            (6, self.start),
            (12, self.undo),
            (6, self.miss),
            (4, self.hold),
            (4, self.resume),
            (4, self.transfer),
            (3, self.reclass),
            (3, self.cancel),
            (3, self.direct),
            (2, self.take_over),
            (2, self.merge),
            (1, self.paper),
        ]
        for _ in range(steps):
            self.clock.pass_s(self.chance.choice((0, 5, 20, 55, 90, 240)))
            (chosen,) = self.chance.choices([d for _, d in deeds], [weight for weight, _ in deeds])
            try:
                chosen()
                self.done[chosen.__name__] = self.done.get(chosen.__name__, 0) + 1
            except Problem:
                pass

    def close(self) -> None:
        """The day ends."""
        self.clock.pass_s(600)
        self.run(lambda uow: day.close_day(uow, STAFF["V1"]))

    def run(self, work: Callable[[UnitOfWork], Any]) -> Any:
        return self.database.run(work)

    def _arrived(self) -> str:
        self.clock.pass_s(20)
        return self.run(lambda uow: issue.issue(uow, KIOSK, Wish("information"), None)).id

    def _called(self, ticket: str) -> None:
        self.clock.pass_s(90)
        self.run(lambda uow: call.call_this(uow, STAFF["V1"], "V1", ticket))
        self.clock.pass_s(40)

    def _do(self, what: Callable[..., Any], ticket: str, *words: Any) -> None:
        self.run(lambda uow: what(uow, STAFF["V1"], ticket, *words))
        self.clock.pass_s(30)

    # --- what may happen --------------------------------------------------------------------------
    def arrive(self) -> None:
        self.run(lambda uow: issue.issue(uow, KIOSK, self._wish(), None))

    def direct(self) -> None:
        counter = self._counter()
        self.run(lambda uow: call.walk_direct(uow, STAFF[counter], counter, self._wish(), None))

    def call(self) -> None:
        counter = self._counter()
        self.run(lambda uow: call.call_next(uow, STAFF[counter], counter))

    def start(self) -> None:
        self._with("called", lambda uow, ticket: attend.start(uow, STAFF["V1"], ticket))

    def finish(self) -> None:
        state = self.chance.choice(("called", "serving"))
        self._with(state, lambda uow, ticket: attend.finish(uow, STAFF["V1"], ticket))

    def miss(self) -> None:
        self._with("called", lambda uow, ticket: attend.no_show(uow, STAFF["V1"], ticket))

    def hold(self) -> None:
        state = self.chance.choice(("called", "waiting"))
        self._with(state, lambda uow, ticket: attend.hold(uow, STAFF["V1"], ticket, "x", None))

    def resume(self) -> None:
        state = self.chance.choice(("on_hold", "no_show"))
        self._with(state, lambda uow, ticket: line.resume(uow, STAFF["V1"], ticket))

    def transfer(self) -> None:
        state = self.chance.choice(("called", "serving", "waiting", "on_hold"))
        to = self.chance.choice(SERVICES)
        self._with(
            state, lambda uow, ticket: line.transfer(uow, STAFF["V1"], ticket, to, None, None)
        )

    def reclass(self) -> None:
        to = self.chance.choice(tuple(AttentionClass))
        state = self.chance.choice(("called", "waiting"))
        self._with(state, lambda uow, ticket: line.change_class(uow, STAFF["V1"], ticket, to, ""))

    def cancel(self) -> None:
        state = self.chance.choice(("called", "waiting"))
        self._with(state, lambda uow, ticket: line.cancel(uow, STAFF["V1"], ticket, "staff"))

    def take_over(self) -> None:
        counter = self._counter()
        self._with(
            "called", lambda uow, ticket: attend.take_over(uow, STAFF[counter], ticket, counter)
        )

    def undo(self) -> None:
        """Something is done and taken back at once: only within a minute is anything undone."""
        self.clock.pass_s(1)
        self.chance.choice((self.call, self.finish, self.miss))()
        self.clock.pass_s(self.chance.choice((2, 40)))
        last = self._newest()
        self.run(lambda uow: undo(uow, STAFF["V1"], last))

    def merge(self) -> None:
        block = self.run(lambda uow: blocks.reserve(uow, KIOSK, "information", 2))
        printed = self.clock.now()
        self.clock.pass_s(30)
        slips = [
            blocks.Slip(str(uuid4()), number, Wish("information"), printed)
            for number in (block.first, block.last)
        ]
        self.run(lambda uow: blocks.merge(uow, KIOSK, block.id, uow.now, slips))

    def paper(self) -> None:
        up_to = self.chance.randrange(1, 12)
        self.run(lambda uow: blocks.called_on_paper(uow, STAFF["V1"], "I", up_to))

    # --- who it happens to ------------------------------------------------------------------------
    def _wish(self) -> Wish:
        then = ("review",) if self.chance.random() < 0.2 else ()
        some = self.chance.random() < 0.2
        return Wish(
            self.chance.choice(SERVICES),
            AttentionClass.PREFERENTIAL if some else AttentionClass.GENERAL,
            then=then,
        )

    def _counter(self) -> str:
        return self.chance.choice(tuple(STAFF))

    def _with(self, state: str, work: Callable[[UnitOfWork, str], Any]) -> None:
        found = self.database.read(
            lambda uow: (
                uow.connection.execute(
                    select(_T.c.id).where(_T.c.state == state).order_by(_T.c.arrived_at, _T.c.id)
                )
                .scalars()
                .all()
            )
        )
        if not found:
            raise NOBODY
        ticket = self.chance.choice(found)
        self.run(lambda uow: work(uow, ticket))

    def _newest(self) -> str:
        periods = tables.periods
        query = select(periods.c.ticket).order_by(periods.c.started_at.desc()).limit(1)
        newest = self.database.read(lambda uow: uow.connection.execute(query).scalar())
        if newest is None:
            raise NOBODY
        return newest
