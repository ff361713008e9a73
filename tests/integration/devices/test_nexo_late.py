"""A payment that begins late: its connection is gone, and the terminal still has it in a queue.

A switch, a proxy or a TLS front that restarts cuts the connection behind the request. The terminal
says "not found" then, truthfully, and takes the payment a moment later.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from devices.errors import LinkLost
from devices.kinds.card_terminal import CardResult, Pay, QueryPayment, Reverse
from devices.link import HttpLink
from devices.nexo.driver import NexoDriver
from devices.nexo.members import MAX_MESSAGE_BYTES
from devices.nexo.protocol import (
    Abort,
    DiagnosisReply,
    Message,
    Payment,
    Reversal,
    TransactionStatus,
)
from devices.nexo.simulator import NexoSimulator
from devices.nexo.verdict import Asked, Verdict
from tests.support.card import booked, check_paid_at_most_once

FEE = 3770
SOON_S = 0.1
LONG_S = 20.0  # so long "not found" must last where the payment is to be found before
DEADLINE_S = 30.0


class Queueing(NexoSimulator):
    """Cuts the connection of a transaction, and begins it when it was asked after often enough."""

    def __init__(self, begins_after: int, late: type = Payment) -> None:
        super().__init__(("127.0.0.1", 0))
        self.seen: list[str] = []
        self._begins_after = begins_after
        self._late = late
        self._waiting: bytes | None = None

    def begin(self) -> None:
        """Take the transaction out of the queue now."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            super()._respond(waiting)

    def _respond(self, data: bytes) -> tuple[int, bytes] | None:
        body = Message.from_bytes(data).body
        self.seen.append(type(body).__name__)
        if isinstance(body, self._late):
            self._waiting = data
            return None
        answer = super()._respond(data)
        asked = self.seen.count("TransactionStatus")
        if isinstance(body, TransactionStatus) and asked == self._begins_after:
            self.begin()
        return answer


class Halved(NexoSimulator):
    """Its network part answers and knows no payment; its card part is still starting."""

    starting = True

    def _respond(self, data: bytes) -> tuple[int, bytes] | None:
        answer = super()._respond(data)
        if answer is None or not self.starting:
            return answer
        message = Message.from_bytes(answer[1])
        if not isinstance(message.body, DiagnosisReply):
            return answer
        body = DiagnosisReply("Success", "", "Unreachable")
        said = Message(message.service_id, message.sale_id, message.poi_id, body)
        return 200, said.to_bytes()


@pytest.fixture
def queueing() -> Iterator[Callable[..., Queueing]]:
    made: list[Queueing] = []

    def make(begins_after: int, late: type = Payment) -> Queueing:
        made.append(Queueing(begins_after, late))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.stop()


def driver_of(
    terminal: NexoSimulator, lasting_s: float = LONG_S, kind: type[NexoDriver] = NexoDriver
) -> NexoDriver:
    return kind(HttpLink(terminal.port), reply_timeout_s=lasting_s)


def do(driver: NexoDriver, command: object, seconds: float = DEADLINE_S) -> CardResult:
    result = driver.execute(command, time.monotonic() + seconds)
    assert isinstance(result, CardResult)
    return result


def check_claim(terminal: NexoSimulator, result: CardResult) -> None:
    """Raise AssertionError where a payment was taken of which we said that it was not."""
    taken = [row for row in booked(terminal) if row["state"] == "approved"]
    assert bool(taken) is (result.outcome == "approved"), f"claimed to be {result.outcome}"
    check_paid_at_most_once(terminal)


@pytest.mark.parametrize("asked", [2, 3])
def test_a_payment_that_begins_after_it_was_not_found_is_found(
    queueing: Callable[..., Queueing], asked: int
) -> None:
    terminal = queueing(asked)
    result = do(driver_of(terminal), Pay("PAY1", "order-1", FEE))
    terminal.begin()
    assert result.outcome == "approved"
    check_claim(terminal, result)


class Hasty(NexoDriver):
    """Broken on purpose: believes the second "not found", however soon it comes."""

    def _settle(self, asked: Asked, stop_at: float, deadline: float, *, lost: bool) -> Verdict:
        return super()._settle(asked, stop_at, deadline, lost=False)


@pytest.mark.negative_control
def test_a_driver_that_believes_at_once_is_caught(queueing: Callable[..., Queueing]) -> None:
    terminal = queueing(2)
    result = do(driver_of(terminal, kind=Hasty), Pay("PAY1", "order-1", FEE))
    terminal.begin()
    with pytest.raises(AssertionError, match="claimed to be not_found"):
        check_claim(terminal, result)


def test_a_payment_is_not_found_only_when_it_is_said_twice_after_the_terminal_was_told_to_stop(
    queueing: Callable[..., Queueing],
) -> None:
    terminal = queueing(999)
    result = do(driver_of(terminal, SOON_S), Pay("PAY1", "order-1", FEE))
    assert result.outcome == "not_found"
    told = terminal.seen.index(Abort.__name__)
    assert terminal.seen[told:].count("TransactionStatus") >= 2


def test_where_the_deadline_leaves_no_time_to_be_sure_the_outcome_is_unknown(
    queueing: Callable[..., Queueing],
) -> None:
    terminal = queueing(999)
    driver = driver_of(terminal)
    assert driver.probe().usable
    assert do(driver, Pay("PAY1", "order-1", FEE), 0.4).outcome == "unknown"
    assert do(driver, QueryPayment("PAY1", FEE), 0.1).outcome == "unknown"


def test_a_reversal_that_begins_late_is_found_too(queueing: Callable[..., Queueing]) -> None:
    terminal = queueing(2, Reversal)
    driver = driver_of(terminal)
    evidence = do(driver, Pay("PAY1", "order-1", FEE)).evidence
    assert evidence is not None
    assert do(driver, Reverse("REV1", evidence)).outcome == "approved"
    assert Abort.__name__ not in terminal.seen


def test_a_query_straight_after_a_restart_waits_for_a_payment_that_is_still_on_its_way(
    queueing: Callable[..., Queueing],
) -> None:
    terminal = queueing(3)
    body = Payment("order-1", datetime.now(UTC), FEE, "PEN")
    sent = Message("PAY1", "KIOSK", "TERMINAL", body).to_bytes()
    with pytest.raises(LinkLost):
        HttpLink(terminal.port).exchange(sent, time.monotonic() + DEADLINE_S, MAX_MESSAGE_BYTES)
    result = do(driver_of(terminal), QueryPayment("PAY1", FEE))
    terminal.begin()
    check_claim(terminal, result)
    assert result.outcome == "approved"


def test_a_query_is_not_found_only_by_the_terminal_itself() -> None:
    terminal = Halved(("127.0.0.1", 0))
    terminal.start()
    try:
        driver = driver_of(terminal, SOON_S)
        assert do(driver, QueryPayment("PAY1", FEE), 3 * SOON_S).outcome == "unknown"
        terminal.starting = False
        assert do(driver, QueryPayment("PAY1", FEE)).outcome == "not_found"
    finally:
        terminal.stop()
