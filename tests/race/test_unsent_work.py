"""A kiosk catches up with what it must still tell while the next person pays: nothing twice.

A vendor's terminal kit charged people two to four times in just this race.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet

from devices.kinds.card_terminal import PAYMENT_DEADLINE_S, Pay
from devices.nexo.simulator import NexoSimulator
from devices.registry import DeviceConfig, build
from kiosk.cash.settlement import CashSettlement
from kiosk.cash.till import Till
from kiosk.claim_slips import ClaimSlips
from kiosk.flow.effects import ChargeCard, DeliverOrder
from kiosk.flow.events import ApplicationSettled, Charged
from kiosk.flow.facts import Order
from kiosk.flow.states import Welcome
from kiosk.journal import Journal
from kiosk.journal.effects import now
from kiosk.journal.orders import IllegalStep
from kiosk.news import doubt_begun, doubt_ended
from kiosk.order import Means, OrderState, application_number, service_id
from kiosk.performers.card import CardDesk, note, submit
from kiosk.performers.delivery import DeliveryDesk
from kiosk.performers.printer import Commands
from kiosk.queue_client import QueueClient
from kiosk.recovery import Recovery
from kiosk.telling import Telling
from kiosk.watch import Repeating
from tests.race.strict_server import StrictServer
from tests.support.card import booked, check_paid_at_most_once
from tests.support.centre import eventually

FEE = 3770
BACKLOG = 4
LOSE_EVERY = 40
LOOK_DEADLINE_S = 60.0
NAP_S = 0.1


class Looks:
    """Counts how often the recovery has looked; others wait for a look that begins from now on."""

    def __init__(self, recovery: Recovery) -> None:
        self._recovery = recovery
        self._begun = self._ended = 0
        self._changed = threading.Condition()
        self.awake = threading.Event()

    def look(self) -> None:
        if not self.awake.wait(NAP_S):
            return
        with self._changed:
            self._begun += 1
            mine = self._begun
        try:
            self._recovery.look()
        finally:
            with self._changed:
                self._ended = mine
                self._changed.notify_all()

    def wait(self) -> None:
        """Until a look that begins after this call has ended."""
        with self._changed:
            wanted = self._begun + 1
            assert self._changed.wait_for(lambda: self._ended >= wanted, LOOK_DEADLINE_S)


class Slow:
    """Between a payment's row in the journal and its request the recovery looks once more."""

    def __init__(self, terminal: Commands) -> None:
        self._terminal = terminal
        self.looks: Looks | None = None

    def submit(self, command: object, deadline_s: float) -> object:
        if isinstance(command, Pay) and self.looks is not None:
            self.looks.wait()
        return self._terminal.submit(command, deadline_s)


class Kiosk:
    """Desks, recovery and telling of one kiosk, each on its own thread, on a real terminal."""

    def __init__(
        self, folder: Path, url: str, terminal: Commands, recovery: type[Recovery]
    ) -> None:
        self.journal = Journal(folder / "journal.db", Fernet.generate_key())
        self.client = QueueClient(url, "token")
        self.terminal = terminal
        slow = Slow(terminal)
        self.card, self.delivery = (
            CardDesk(slow, self.journal),
            DeliveryDesk(self.client, self.journal),
        )
        till = Till([], [])
        settlement = CashSettlement(self.journal, till)
        slips = ClaimSlips(self.journal, None, lambda: False, Welcome)
        looks = Looks(recovery(self.journal, self.client, terminal, settlement, slips))
        slow.looks = looks
        self.awake = looks.awake
        self._threads = (
            Repeating("recovery", 0.001, looks.look),
            Repeating("telling", 0.001, Telling(self.journal, self.client).look),
        )
        self._numbers = count(1)
        self.told: list[UUID] = []

    def __enter__(self) -> "Kiosk":
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._threads:
            each.stop()
        self.client.close()
        self.journal.close()

    def new_order(self) -> Order:
        """Registered, as before money."""
        application, session = uuid4(), uuid4()
        self.journal.orders.counter(application)
        self.journal.orders.register(application, session, FEE)
        return Order(application, application_number("A01", next(self._numbers)), FEE, None)

    def leave_behind(self, *, noted: bool) -> None:
        """An order that was charged, in a life before this one; not `noted`: power went first."""
        order, payment = self.new_order(), uuid4()
        with self.journal.orders.claim(order.application, wait=True):
            self.journal.orders.begin(order.application, Means.CARD, payment)
            pay = Pay(service_id(payment), order.number, FEE)
            result = submit(self.terminal, pay, PAYMENT_DEADLINE_S)
            if noted:
                note(self.journal, order.application, result)

    def leave_news(self) -> None:
        """A doubt and its end, not told yet."""
        payment = uuid4()
        for news in (
            doubt_begun(payment, uuid4(), "card", FEE, now(), "no answer"),
            doubt_ended(payment, "not_charged"),
        ):
            self.told.append(news.id)
            self.journal.outgoing.put(news)

    def sell(self) -> None:
        """The next person pays with a card; the order goes to the server."""
        order, session, payment = self.new_order(), uuid4(), uuid4()
        try:
            outcome = self.card.perform(ChargeCard(payment, session, order))
        except IllegalStep:  # to the runner it is unknown; the books tell
            return
        assert outcome.event == Charged(payment), outcome
        settled = self.delivery.perform(DeliverOrder(uuid4(), session, order, payment)).event
        assert isinstance(settled, ApplicationSettled)

    def is_settled(self) -> bool:
        return not self.journal.orders.unsettled() and not self.journal.outgoing.count()

    def states(self) -> dict[UUID, OrderState]:
        """How far every order came."""
        rows = self.journal.file.read("SELECT application, state FROM orders")
        return {UUID(row[0]): OrderState(row[1]) for row in rows}


@contextmanager
def world(
    folder: Path, recovery: type[Recovery] = Recovery
) -> Iterator[tuple[Kiosk, StrictServer, NexoSimulator]]:
    simulator = NexoSimulator(("127.0.0.1", 0))
    simulator.start()
    with ExitStack() as stack:
        stack.callback(simulator.stop)
        server = stack.enter_context(StrictServer(LOSE_EVERY))
        options = {"reply_timeout_s": 0.5}
        terminal = build(
            DeviceConfig("terminal", "nexo", simulator.port, options), lambda _news: None
        )
        stack.callback(terminal.stop)
        terminal.start()
        eventually(lambda: terminal.status.usable)
        yield stack.enter_context(Kiosk(folder, server.url, terminal, recovery)), server, simulator


def catch_up_and_sell(kiosk: Kiosk, simulator: NexoSimulator, rounds: int) -> None:
    """In each round unsent work comes to light, and somebody pays at once."""
    for each in range(rounds):
        simulator.obey("no reply" if each % 5 == 4 else "approve")
        kiosk.awake.clear()
        kiosk.leave_news()
        for left in range(BACKLOG):
            kiosk.leave_behind(noted=left > 0)
        kiosk.awake.set()
        kiosk.sell()
        eventually(kiosk.is_settled)


def check(kiosk: Kiosk, server: StrictServer, simulator: NexoSimulator) -> None:
    """Raise AssertionError when anything was taken twice, or not at all."""
    check_paid_at_most_once(simulator)
    charged = {row["service_id"] for row in booked(simulator) if row["state"] == "approved"}
    assert server.wrong == []
    assert all(len(each) == 1 for each in server.payments.values()), "an application paid twice"
    handed_over = {service_id(payment) for (payment,) in server.payments.values()}
    assert handed_over == charged, "what was charged is not what the server holds"
    states = kiosk.states()
    assert set(states) == set(server.payments)
    assert set(states.values()) == {OrderState.ACCEPTED}
    assert server.news == kiosk.told, "news were lost, told twice, or out of order"


@pytest.mark.parametrize(
    "rounds", [20, pytest.param(1_000, marks=[pytest.mark.thorough, pytest.mark.timeout(1800)])]
)
def test_catching_up_while_somebody_pays_takes_every_payment_once(
    tmp_path: Path, rounds: int
) -> None:
    with world(tmp_path) as (kiosk, server, simulator):
        catch_up_and_sell(kiosk, simulator, rounds)
        check(kiosk, server, simulator)
        assert len(server.payments) == rounds * (BACKLOG + 1)
        assert server.repeated, "no answer was ever lost"


class Unclaimed(Recovery):
    """Asks about every payment, also about one that somebody is just making."""

    def look(self) -> None:
        for entry in self._journal.orders.unsettled():
            self._settle(entry.application)


@pytest.mark.negative_control
def test_a_recovery_that_does_not_claim_an_order_is_found_out(tmp_path: Path) -> None:
    """It hears "not found" of a payment that begins the next moment, and calls it declined."""
    with world(tmp_path, Unclaimed) as (kiosk, server, simulator):
        kiosk.awake.set()
        kiosk.sell()
        with pytest.raises(AssertionError, match="is not what the server holds"):
            check(kiosk, server, simulator)
