"""The journal's disk is full at any of its writes: nothing acknowledged is lost, and it heals."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.demo.people import Visitor
from kiosk.flow.events import IdleExpired
from kiosk.flow.states import OutOfService, PayingByCash, ReadDocument, State, Welcome
from kiosk.flow.step import is_busy
from kiosk.flow.touches import Start
from kiosk.flow.world import Obstacle, Part
from kiosk.journal import JournalFailed
from kiosk.journal.file import JournalFile
from kiosk.journal.orders import OrderBook
from kiosk.order import Means, OrderState
from tests.support import persona
from tests.support.applicant import somebody
from tests.support.card import check_paid_at_most_once
from tests.support.centre import Centre, Mailbox, backend_toml, running
from tests.support.kiosk import Bench, switched_on
from tests.support.loud import skip_loudly
from tests.support.power_cut import PowerCutDisk, why_not
from tests.support.site import Site, running_site

PEOPLE = 200
CLOSED_WITHIN_S = 2.0
JOURNEY_S = 120.0
# A screen that stands still for so long is left: while all is well, and once it cannot go on.
PATIENCE_S, GIVEN_UP_S = 30.0, 1.5
OPEN_WITHIN_S = 60.0
NOTE = 20
ENDED = (OrderState.ABANDONED, OrderState.DECLINED, OrderState.RETURNED, OrderState.OWED)


@dataclass
class Disk:
    """Fills at the `point`-th durable unit of the journal counted from `begin`, until `roomy`."""

    disk: PowerCutDisk
    units: int = 0
    full: bool = False
    point: int = 0
    failed_at: float | None = None
    promised: set[tuple[Any, ...]] = field(default_factory=set)

    def begin(self, point: int) -> None:
        """Count from here; 0: it never fills."""
        self.units, self.point, self.failed_at = 0, point, None

    def roomy(self) -> None:
        """There is room again, and for good."""
        self.point, self.full = 0, False
        self.disk.roomy()

    def fill(self) -> None:
        """No byte more from this unit on; what the journal itself removes makes room."""
        if self.point and self.units == self.point and not self.full:
            self.full = True
            self.disk.full(0)

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Look on whenever a unit begins: what stands in the file now was acknowledged."""
        begin = JournalFile.__dict__["_begin"]

        def begin_watched(file: JournalFile) -> None:
            with suppress(sqlite3.Error):
                self.promised |= rows(file.read)
            self.units += 1
            self.fill()
            begin(file)

        monkeypatch.setattr(JournalFile, "_begin", begin_watched)

    def note_failure(self, _why: str) -> None:
        if self.failed_at is None:
            self.failed_at = time.monotonic()


def rows(read: Any) -> set[tuple[Any, ...]]:
    """What must never be forgotten."""
    found: set[tuple[Any, ...]] = set()
    for query in (
        "SELECT 'step', application, position, to_state FROM order_steps",
        "SELECT 'try', payment, application, means FROM order_payments",
        "SELECT 'piece', piece, amount, session FROM cash_credits",
        "SELECT 'claim', id, payment, code FROM claims",
        "SELECT 'number', counter, application, '' FROM order_numbers",
    ):
        found |= {tuple(row) for row in read(query)}
    return found


class OnADisk(Bench):
    """A kiosk whose journal lies on a disk of its own."""

    def configure(self) -> Path:
        path = super().configure()
        path.write_text(f'journal = "disk/journal.db"\n{path.read_text()}')
        return path


@dataclass
class World:
    """A site, a kiosk with a till, its journal's disk."""

    site: Site
    bench: Bench
    disk: Disk
    people: Iterator[Visitor]


@contextmanager
def world(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    missing = why_not()
    if missing is not None:
        skip_loudly(f"a full disk: {missing}")
    centre, mailbox = Centre(folder, PEOPLE), Mailbox(folder)
    with ExitStack() as stack:
        stack.enter_context(running(centre, mailbox))
        extra = backend_toml(centre, mailbox)
        site = stack.enter_context(running_site(folder / "site", extra, "jobs web"))
        mounted = stack.enter_context(PowerCutDisk(folder / "kiosk" / "disk", 1))
        disk = Disk(mounted)
        disk.watch(monkeypatch)
        bench = stack.enter_context(switched_on(OnADisk(folder / "kiosk", site, cash=True)))
        bench.live.journal.file.tell_failures(disk.note_failure)
        yield World(site, bench, disk, map(somebody, range(PEOPLE)))


def is_open(state: State) -> bool:
    return (
        isinstance(state.at, Welcome)
        and state.world.backend
        and all(state.world.usable(part) for part in Part)
    )


def walk(world: World, means: Means) -> set[UUID]:
    """A person asks for a certificate, as far as the kiosk lets them; the orders they leave.

    In the middle of it the kiosk must close within two seconds after a write failed.
    """
    bench, visitor = world.bench, next(world.people)
    before, paid_in = orders(bench), 0
    bench.until(is_open, OPEN_WITHIN_S)
    world.disk.begin(world.disk.point)
    bench.post(Start(uuid4()))
    bench.until(lambda state: not isinstance(state.at, Welcome))
    seen, since, ends = bench.state.at, time.monotonic(), time.monotonic() + JOURNEY_S
    react(world, visitor, means)
    while not isinstance(bench.state.at, Welcome | OutOfService):
        assert time.monotonic() < ends, f"still {bench.state.at}"
        bench.live.runner.drain(0.02)
        failed = world.disk.failed_at
        if failed is not None and time.monotonic() > failed + CLOSED_WITHIN_S:
            assert not bench.state.world.journal, "it goes on without a journal"
        at = bench.state.at
        if at != seen:
            seen, since = at, time.monotonic()
            react(world, visitor, means)
        elif isinstance(at, PayingByCash) and at.inserted_centimos == paid_in * NOTE * 100:
            paid_in += put_note(bench)
        patience = PATIENCE_S if failed is None else GIVEN_UP_S
        if time.monotonic() > since + patience and not (is_busy(at) and not paying(at)):
            bench.post(IdleExpired())
    return orders(bench) - before


def paying(at: object) -> bool:
    return isinstance(at, PayingByCash)


def react(world: World, visitor: Visitor, means: Means) -> None:
    bench = world.bench
    if isinstance(bench.state.at, ReadDocument):
        bench.present(visitor.mrz())
    event = persona.answer(bench.state, visitor.email, means, started=True)
    if event is not None:
        bench.post(event)


def put_note(bench: Bench) -> bool:
    """Try to put a note in; False while the machine does not take any."""
    assert bench.hardware.till is not None
    return bool(bench.hardware.till.bills.obey(f"insert note {NOTE}")["taken"])


def orders(bench: Bench) -> set[UUID]:
    read = bench.live.journal.file.read
    return {UUID(row[0]) for row in read("SELECT application FROM orders")}


def full_at(world: World, means: Means, point: int) -> int:
    """One journey whose `point`-th unit finds the disk full; how many units it wrote."""
    bench, disk = world.bench, world.disk
    before = len(bench.hardware.charged())
    disk.point = point
    walk(world, means)
    if point:
        # A write failed, or the last one still fitted and the kiosk saw that nothing is free.
        bench.until(lambda state: disk.failed_at is not None or not state.world.journal)
        bench.until(lambda state: not state.world.journal, CLOSED_WITHIN_S)
        assert bench.until_at(OutOfService) == OutOfService(Obstacle.JOURNAL_DOWN)
        bench.post(Start(uuid4()))
        bench.live.runner.drain(0.3)
        assert isinstance(bench.state.at, OutOfService), "somebody was let in"
    units = disk.units
    disk.roomy()
    bench.until(is_open, OPEN_WITHIN_S)
    bench.until(lambda _: settled(bench), 60)
    check(world, before)
    return units


def settled(bench: Bench) -> bool:
    """Nothing is open, and every céntimo of cash is price, back, or claimed."""
    journal, till = bench.live.journal, bench.hardware.till
    assert till is not None
    if journal.orders.unsettled() or journal.outgoing.count():
        return False
    read = journal.file.read
    ((price,),) = read(
        "SELECT coalesce(sum(amount), 0) FROM orders JOIN order_payments USING (payment)"
        " WHERE state = 'accepted' AND means = 'cash'"
    )
    ((claimed,),) = read("SELECT coalesce(sum(amount), 0) FROM claims WHERE means = 'cash'")
    return till.taken() == price + till.given() + claimed


def check(world: World, charged_before: int) -> None:
    """Raise AssertionError where charges and books do not agree, or a promise was forgotten."""
    bench = world.bench
    check_paid_at_most_once(bench.hardware.terminal)
    with closing(sqlite3.connect(bench.live.journal.file.path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert world.disk.promised <= rows(db.execute), "an acknowledged row is gone"
        (sold,) = db.execute(
            "SELECT count(*) FROM orders JOIN order_payments USING (payment)"
            " WHERE state = 'accepted' AND means = 'card'"
        ).fetchone()
        states = {row[0] for row in db.execute("SELECT state FROM orders")}
    charged = len(bench.hardware.charged())
    assert sold == charged, "charged is not what was sold"
    assert charged_before <= charged <= charged_before + 1
    assert states <= {OrderState.ACCEPTED, *ENDED}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "means", [Means.CARD, pytest.param(Means.CASH, marks=pytest.mark.thorough)]
)
def test_a_full_disk_closes_the_kiosk_and_costs_nobody_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, means: Means
) -> None:
    with world(tmp_path, monkeypatch) as there:
        units = full_at(there, means, 0)
        for point in (units // 3, 2 * units // 3):
            full_at(there, means, point)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("means", [Means.CARD, Means.CASH])
def test_a_disk_full_at_every_single_write_costs_nobody_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, means: Means
) -> None:
    with world(tmp_path, monkeypatch) as there:
        units = full_at(there, means, 0)
        assert units > 10, "hardly anything was written"
        for point in range(1, units):
            full_at(there, means, point)


@pytest.mark.thorough
@pytest.mark.negative_control
@pytest.mark.timeout(300)
def test_a_journal_that_keeps_its_failures_to_itself_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, begin = JournalFile.unit, OrderBook.begin
    with world(tmp_path, monkeypatch) as there:

        @contextmanager
        def careless(file: JournalFile) -> Iterator[sqlite3.Connection]:
            with suppress(JournalFailed), unit(file) as db:
                yield db

        def fill_and_begin(book: OrderBook, application: UUID, means: Means, payment: UUID) -> None:
            there.disk.disk.full(0)
            begin(book, application, means, payment)

        monkeypatch.setattr(JournalFile, "unit", careless)
        monkeypatch.setattr(OrderBook, "begin", fill_and_begin)
        with pytest.raises(AssertionError, match="charged is not what was sold"):
            full_at(there, Means.CARD, 0)
