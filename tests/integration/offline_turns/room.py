"""A site whose server comes and goes, the people at its kiosks, and what really stands in line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select

from kiosk.flow.facts import Ticket
from kiosk.flow.states import ChooseService, ReadDocument, State, TicketReady, Welcome
from kiosk.flow.touches import Choose, Finish, Start
from kiosk.flow.world import Part
from queue_server.turns import tables
from tests.support.centre import eventually
from tests.support.kiosk import JUAN, Bench, kiosk_toml, switched_on
from tests.support.site import Site

SERVICE = "information"


@dataclass(frozen=True)
class Row:
    """One ticket of the server."""

    label: str
    state: str
    arrived_at: datetime


def tickets(site: Site, service: str = SERVICE) -> list[Row]:
    """Every ticket of the service that the server holds, in the order in which people arrived."""
    _t = tables.tickets
    query = select(_t).where(_t.c.service == service).order_by(_t.c.arrived_at, _t.c.number)
    database = site.database()
    try:
        rows = database.read(lambda uow: uow.connection.execute(query).all())
    finally:
        database.close()
    return [Row(f"{row.series}-{row.number:03d}", row.state, row.arrived_at) for row in rows]


def waiting(site: Site, service: str = SERVICE) -> list[str]:
    """The numbers that wait, in the order in which people arrived."""
    return [row.label for row in tickets(site, service) if row.state == "waiting"]


def switch_off(site: Site) -> None:
    """Power goes at the server."""
    site.kill(site.processes.pop())


def switch_on(site: Site) -> None:
    """And comes back."""
    site.fork("web")
    site.wait_ready()


def ready(bench: Bench) -> None:
    """Until everything works and numbers lie ready."""
    bench.until(
        lambda state: (
            isinstance(state.at, Welcome)
            and state.world.server
            and all(state.world.usable(part) for part in (Part.READER, Part.PRINTER))
            and _has_numbers(state)
        )
    )


def alone(bench: Bench) -> None:
    """Until the kiosk knows that its server is away."""
    bench.until(lambda state: not state.world.server)


def together(bench: Bench) -> None:
    """Until it knows that it is back, and everything was told."""
    bench.until(lambda state: state.world.server and not untold(bench))


def untold(bench: Bench) -> int:
    """Numbers on paper the server has not heard of, and requests that were not cleared up."""
    book = bench.live.journal.blocks
    return book.untold() + len(book.lost_requests(None, datetime.now(UTC)))


def choose(bench: Bench, service: str = SERVICE, *, preferential: bool = False) -> UUID:
    """Somebody comes, shows their document, and chooses a service; their session."""
    session = uuid4()
    bench.post(Start(session, preferential=preferential))
    bench.until_at(ReadDocument)
    bench.present(JUAN)
    bench.until_at(ChooseService)
    bench.post(Choose(service))
    return session


def turn(bench: Bench, service: str = SERVICE, *, preferential: bool = False) -> Ticket:
    """Somebody takes a turn, waits for its paper, and goes."""
    choose(bench, service, preferential=preferential)
    ticket = bench.until_printed(TicketReady).ticket
    bench.post(Finish())
    bench.until(lambda state: not isinstance(state.at, TicketReady))
    return ticket


def _has_numbers(state: State) -> bool:
    turns = [each for each in state.world.services if each.kind == "turn"]
    return len(state.world.numbers) == len(turns) and all(each.left for each in state.world.numbers)


class Placed(Bench):
    """A kiosk that reaches its server by `url`, and keeps so many numbers of a service ready."""

    def __init__(
        self, folder: Path, site: Site, code: str, url: str = "", numbers: int = 20
    ) -> None:
        super().__init__(folder, site, code)
        self._address, self._numbers = url or site.url, numbers

    def configure(self) -> Path:
        path = self.folder / "kiosk.toml"
        toml = kiosk_toml(self.folder, self._address, self._code, self.hardware.toml())
        assert "numbers = 0" in toml
        path.write_text(toml.replace("numbers = 0", f"numbers = {self._numbers}"))
        return path


@contextmanager
def kiosk(site: Site, folder: Path, code: str, url: str = "", numbers: int = 20) -> Iterator[Bench]:
    """A kiosk that is ready."""
    with switched_on(Placed(folder, site, code, url, numbers)) as bench:
        ready(bench)
        yield bench


def eventually_waiting(site: Site, *labels: str) -> None:
    """The line is exactly this, in this order."""
    eventually(lambda: waiting(site) == list(labels), 10)
