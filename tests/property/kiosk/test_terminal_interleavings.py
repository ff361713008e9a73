"""Whatever becomes of a terminal's answers, an order is charged once at most, and it comes out."""

import itertools
import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
import structlog
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from devices.kinds.card_terminal import CardResult, Pay
from kiosk.cash.settlement import CashSettlement
from kiosk.cash.till import Till
from kiosk.claim_slips import ClaimSlips
from kiosk.flow.effects import ChargeCard
from kiosk.flow.facts import Order
from kiosk.flow.states import Welcome
from kiosk.journal import Journal
from kiosk.journal.orders import IllegalStep
from kiosk.order import Means, OrderState, service_id
from kiosk.performers.card import PAYMENT_DEADLINE_S, CardDesk, note, submit
from kiosk.queue_client import Answer, Away, Granted, QueueClient
from kiosk.recovery import Recovery
from kiosk.runner import Outcome
from tests.property.kiosk.doubtful_terminal import DoubtfulTerminal, Draw, PowerGone

KEY = Fernet.generate_key()
FEE = 3770
MEMORY = Path("/dev/shm")
DESKS = Callable[[Any, Journal], CardDesk]
FREE = (OrderState.REGISTERED, OrderState.DECLINED, OrderState.ABANDONED)
TAKEN = (OrderState.PAID, OrderState.ACCEPTED)


class PromiseBroken(AssertionError):
    """What must hold after every interleaving does not."""


class Ledger:
    """The server's: which payments it took. Its answers get lost, too."""

    def __init__(self, draw: Draw) -> None:
        self.payments: dict[UUID, int] = {}
        self.reliable = False
        self._draw = draw

    def put(self, path: str, body: dict[str, Any], key: UUID, deadline_s: float) -> Answer:
        """Take a payment under its key, once."""
        assert path.endswith("/card"), path
        assert body["payment_id"] == str(key)
        assert deadline_s > 0
        fate = "taken" if self.reliable else self._draw(("taken", "lost", "not heard"))
        if fate == "not heard":
            return Away("refused")
        self.payments[key] = body["amount_centimos"]
        return Granted({}) if fate == "taken" else Away("lost")


class OneOrder:
    """A kiosk with one order; its journal outlives it, and the terminal and the server do."""

    def __init__(self, folder: Path, draw: Draw, desks: DESKS, *, hasty: bool = False) -> None:
        self.terminal = DoubtfulTerminal(draw, hasty=hasty)
        self.server = Ledger(draw)
        self.payments: list[UUID] = []
        self._path, self._desks = folder / "journal.db", desks
        self.journal = self._switch_on()
        self.order = Order(uuid4(), "A01-00042-K", FEE, None)
        self._session = uuid4()
        self.journal.orders.counter(self.order.application)
        self.journal.orders.register(self.order.application, self._session, FEE)

    @property
    def state(self) -> OrderState:
        entry = self.journal.orders.entry(self.order.application)
        assert entry is not None
        return entry.state

    def act(self, what: object) -> None:
        """One thing a person, the kiosk or the world does; power may go in the middle of it."""
        try:
            match what:
                case "pay":
                    self.payments.append(uuid4())
                    self._perform(self.payments[-1])
                case "same again" if self.payments:
                    self._perform(self.payments[-1])
                case "recover":
                    self.recover()
                case "power":
                    raise PowerGone
                case _:
                    self.terminal.happen()
        except PowerGone:
            self.journal.close()
            self.journal = self._switch_on()

    def recover(self) -> None:
        self.recovery.look()

    def _perform(self, payment: UUID) -> None:
        """Also where no screen would offer it: the journal is the last to refuse."""
        effect = ChargeCard(payment, self._session, self.order)
        with suppress(IllegalStep):
            self._desks(self.terminal, self.journal).perform(effect)

    def _switch_on(self) -> Journal:
        journal = Journal(self._path, KEY)
        journal.close_interrupted()
        self.recovery = Recovery(
            journal,
            cast(QueueClient, self.server),
            self.terminal,
            CashSettlement(journal, Till([], [])),
            ClaimSlips(journal, None, lambda: False, Welcome),
        )
        self.terminal.meanwhile = self.recovery.look
        return journal


def check(kiosk: OneOrder) -> None:
    """Once everything answers, all books agree. Raises PromiseBroken."""
    kiosk.terminal.calm_down()
    kiosk.server.reliable = True
    kiosk.recover()
    charged, state = kiosk.terminal.charged(), kiosk.state
    entry = kiosk.journal.orders.entry(kiosk.order.application)
    assert entry is not None
    _demand(not kiosk.terminal.unproven, "charged again without proof that it was not")
    _demand(len(charged) <= 1, f"charged {len(charged)} times")
    _demand(state in (TAKEN if charged else FREE), f"{state}, charged {len(charged)} times")
    if charged:
        assert entry.payment is not None
        assert entry.evidence is not None
        _demand(charged == [service_id(entry.payment)], "the wrong try is called paid")
        _demand(entry.evidence["rrn"] == f"R{charged[0]}", "the proof is of another payment")
        _demand(kiosk.server.payments == {entry.payment: FEE}, "the server holds something else")
        _demand(state is OrderState.ACCEPTED, "paid, and the server does not hold it")
    else:
        _demand(not kiosk.server.payments, "the server holds what was not charged")
    _demand(*_doubts_are_over(kiosk.journal))


def _doubts_are_over(journal: Journal) -> tuple[bool, str]:
    """Every doubt the server hears of it also hears the end of."""
    news = journal.outgoing.waiting()
    begun = {each.body["payment_id"] for each in news if each.path.endswith("/doubts")}
    ended = {each.path.split("/")[-2] for each in news if each.path.endswith("/settled")}
    return begun == ended, f"doubts begun {begun}, ended {ended}"


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise PromiseBroken(otherwise)


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Thousands of lost answers are no news here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


@contextmanager
def folder() -> Iterator[Path]:
    """In memory where it can be: here processes lose power, never the disk."""
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="interleavings-", dir=place) as name:
        yield Path(name)


ACTS = st.lists(
    st.sampled_from(["pay", "same again", "recover", "happen", "power"]), min_size=1, max_size=10
)


def survive(desks: DESKS, examples: int, *, hasty: bool = False) -> None:
    """Draw `examples` interleavings. Raises PromiseBroken with the smallest that breaks one."""
    searching = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=(Phase.generate,),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
        verbosity=Verbosity.quiet,
    )

    @searching
    @given(ACTS, st.data())
    def run(acts: list[str], data: st.DataObject) -> None:
        def draw(among: tuple[object, ...]) -> object:
            return data.draw(st.sampled_from(among))

        with folder() as place:
            kiosk = OneOrder(place, draw, desks, hasty=hasty)
            try:
                for act in itertools.chain(["pay"], acts):
                    kiosk.act(act)
                check(kiosk)
            finally:
                kiosk.journal.close()

    run()


@pytest.mark.parametrize(
    "examples",
    [150, pytest.param(10_000, marks=[pytest.mark.thorough, pytest.mark.timeout(1200)])],
)
def test_an_order_is_charged_once_at_most_and_every_book_agrees(examples: int) -> None:
    survive(CardDesk, examples)


class Impatient(CardDesk):
    """No reply: surely it did not work; once more."""

    def _charge(self, effect: ChargeCard) -> CardResult | None:
        result = super()._charge(effect)
        if result is not None:
            return result
        order = effect.order
        pay = Pay(service_id(uuid4()), order.number, order.amount_centimos)
        return submit(self._terminal, pay, PAYMENT_DEADLINE_S)


class WritesAfterwards(CardDesk):
    """First the money, then the book."""

    def perform(self, effect: ChargeCard) -> Outcome:
        application, payment = effect.order.application, effect.effect_id
        if self._orders.of_payment(payment) is not None:
            return super().perform(effect)
        result = self._charge(effect)
        self._orders.begin(application, Means.CARD, payment)
        note(self._journal, application, result)
        return cast(Outcome, None)


@pytest.mark.negative_control
@pytest.mark.parametrize("desks", [Impatient, WritesAfterwards])
def test_a_desk_that_breaks_the_promise_is_found_out(desks: DESKS) -> None:
    with pytest.raises(PromiseBroken):
        survive(desks, 200)


class Unclaimed(CardDesk):
    """Works on an order while the recovery may, too."""

    def perform(self, effect: ChargeCard) -> Outcome:
        application, payment = effect.order.application, effect.effect_id
        if self._orders.of_payment(payment) is not None:
            return super().perform(effect)
        self._orders.begin(application, Means.CARD, payment)
        note(self._journal, application, self._charge(effect))
        return cast(Outcome, None)


@pytest.mark.negative_control
def test_a_desk_that_does_not_claim_its_order_is_found_out() -> None:
    """The recovery asks while the payment is being made, hears "not found", and believes it."""
    with pytest.raises((PromiseBroken, IllegalStep)):
        survive(Unclaimed, 300)


@pytest.mark.negative_control
def test_a_terminal_whose_not_found_is_hasty_is_found_out() -> None:
    """A driver must let "not found" last before it is said: the kiosk takes its word."""
    with pytest.raises(PromiseBroken):
        survive(CardDesk, 300, hasty=True)
