"""A waiting hall for tests: the queue's services on a real database, with a clock one can move."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns.model.ticket import AttentionClass, Ticket, Wish
from queue_server.turns.services import attend, call, change, queries
from queue_server.turns.services.issue import issue
from queue_server.turns.services.rules import site_rules
from queue_server.turns.services.site import load_site
from tests.support.site import Kind, Site

T = TypeVar("T")
LIMA = ZoneInfo("America/Lima")
MORNING = datetime(2026, 3, 4, 9, 0, tzinfo=LIMA)  # a Wednesday
GENERAL, PREFERENTIAL = AttentionClass.GENERAL, AttentionClass.PREFERENTIAL


class MovableClock:
    """Tells the time it was set to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at.astimezone(UTC)

    def pass_by(self, **words: float) -> None:
        """Let time pass (or go back): `minutes=5`, `seconds=-1`."""
        self.at += timedelta(**words)


class Hall:
    """The queue of one site, without HTTP: each call is one committed unit of work."""

    def __init__(self, folder: Path, kind: Kind = "sqlite") -> None:
        self.site = Site(folder, database=kind)
        self.database = self.site.database()
        self.clock = MovableClock(MORNING)
        self.database.clock = self.clock
        self.kiosk = Actor("PRUEBA", "kiosk", "A01")
        self.ana = Actor("PRUEBA", "counter", "ana")
        self.beto = Actor("PRUEBA", "counter", "beto")

    def close(self) -> None:
        """Let go of the database and remove it."""
        self.database.close()
        self.site.remove()

    def do(self, actor: Actor, work: Callable[..., T], *words: Any, **named: Any) -> T:
        """The result of the service `work` for `actor`, committed."""

        def unit(uow: UnitOfWork) -> T:
            uow.lock_site(actor.site)
            return work(uow, actor, *words, **named)

        return self.database.run(unit)

    def look(self, work: Callable[[UnitOfWork], T]) -> T:
        """What `work` reads."""
        return self.database.read(work)

    def configure(self, **rows: Any) -> None:
        """Load the site with other settings, services or counters than deploy/site.toml."""
        given = {"name": "Prueba", "zone": "America/Lima", "services": [], "counters": [], **rows}
        self.do(self.kiosk, load_site, given)

    def issue(self, service: str = "information", who: AttentionClass = GENERAL, **words: Any):
        """A new ticket from the kiosk."""
        return self.do(self.kiosk, issue, Wish(service, who, **words), None)

    def issue_many(self, *classes: AttentionClass, every_min: float = 1) -> list[Ticket]:
        """One ticket a class, each a while after the last."""
        issued = []
        for each in classes:
            issued.append(self.issue(who=each))
            self.clock.pass_by(minutes=every_min)
        return issued

    def call(self, counter: str = "V1", actor: Actor | None = None) -> Ticket | None:
        """Whoever is next at the counter."""
        return self.do(actor or self.ana, call.call_next, counter)

    def called(self, counter: str = "V1", actor: Actor | None = None) -> Ticket:
        """Whoever is next at the counter; somebody must be."""
        ticket = self.call(counter, actor)
        assert ticket is not None
        return ticket

    def finish(self, ticket: Ticket, actor: Actor | None = None) -> Ticket:
        """End the attention."""
        return self.do(actor or self.ana, attend.finish, ticket.id)

    def serve_all(self, counter: str = "V1") -> list[str]:
        """Call and finish until nobody is due; the numbers in that order."""
        order = []
        while (ticket := self.call(counter)) is not None:
            order.append(ticket.label)
            self.finish(ticket)
            self.clock.pass_by(seconds=1)
        return order

    def now(self, ticket: Ticket) -> Ticket:
        """The ticket as it stands in the database."""
        return self.look(lambda uow: change.known(uow, ticket.site, ticket.id))

    def in_line(self) -> dict[str, dict[str, int]]:
        """How many wait, by the counts that are kept."""
        return self.look(lambda uow: queries.in_line(uow, site_rules(uow, "PRUEBA")))


@contextmanager
def open_hall(folder: Path, kind: Kind = "sqlite") -> Iterator[Hall]:
    """A hall that is gone when the block ends."""
    hall = Hall(folder, kind)
    try:
        yield hall
    finally:
        hall.close()
