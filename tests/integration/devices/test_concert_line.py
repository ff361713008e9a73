"""A Concert E terminal on a bad cable: four lines, a plug pulled anywhere, and what we claim."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from devices.concert.driver import ConcertDriver
from devices.concert.line import READ_BYTES
from devices.concert.protocol import MAX_TEXT
from devices.concert.simulator import ConcertSimulator
from devices.concert.verdict import Asked, Verdict
from devices.errors import LinkError, LinkLost
from devices.faulty_links import BytewiseLink, DelayedLink, LossyLink
from devices.kinds.card_terminal import CardResult, Pay, QueryPayment
from devices.link import WRITE_TIMEOUT_S, Link, open_link, open_pty_pair
from devices.status import Action, DeviceState

FEE = 3770
REPLY_TIMEOUT_S = 0.15
SESSION_MS = 60
SHORT_SESSION_MS = 20
RECOVERED_S = 5.0
Way = Literal["to", "from"]
BETWEEN: dict[Way, tuple[int, ...]] = {"to": (0, 1, 38, 39, 40, 41), "from": (0, 1, 2, 3, 86, 87)}
LENGTHS: dict[Way, int] = {"to": 41, "from": 87}
"""Between ENQ, request, EOT, ACK and ACK to the terminal; ACK, ACK, ENQ, answer, EOT from it."""


class CutLink:
    """Passes `count` bytes of one way; then the plug is pulled, and put in again."""

    def __init__(self, inner: Link, way: Way, count: int, pull: Callable[[], None]) -> None:
        self._inner = inner
        self._way = way
        self._left = count
        self._pull = pull

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        if self._way == "to":
            return self._inner.read(max_bytes, timeout_s)
        if not self._left:
            self._cut()
        data = self._inner.read(min(max_bytes, self._left), timeout_s)
        self._left -= len(data)
        return data

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        if self._way == "from":
            self._inner.write(data, timeout_s)
            return
        passed = data[: self._left]
        self._left -= len(passed)
        if passed:
            self._inner.write(passed, timeout_s)
        if len(passed) < len(data):
            self._cut()

    def close(self) -> None:
        self._inner.close()

    def _cut(self) -> None:
        self._inner.close()
        self._pull()
        raise LinkLost("cut", "the plug was pulled")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[ConcertSimulator]:
    simulator = ConcertSimulator(tmp_path / "terminal", seed=5)
    simulator.start()
    simulator.obey(f"session {SESSION_MS}")
    yield simulator
    simulator.stop()


def driver_on(
    link: Link,
    kind: type[ConcertDriver] = ConcertDriver,
    session_s: float = 0.1,
    reply_timeout_s: float = REPLY_TIMEOUT_S,
) -> ConcertDriver:
    return kind(
        link,
        long_answer=True,
        reply_timeout_s=reply_timeout_s,
        settle_s=0.3,
        session_s=session_s,
    )


def pay(driver: ConcertDriver, number: int, deadline_s: float = 2.0) -> CardResult:
    """Pay an amount that no other payment of the test has: it is how the ledger tells it."""
    command = Pay(f"PAY{number}", f"order-{number}", FEE + number)
    result = driver.execute(command, time.monotonic() + deadline_s)
    assert isinstance(result, CardResult)
    return result


def wait_until(done: Callable[[], bool], seconds: float = RECOVERED_S) -> None:
    ends = time.monotonic() + seconds
    tick = threading.Event()
    while not done():
        assert time.monotonic() < ends
        tick.wait(0.005)


def check_claim(terminal: ConcertSimulator, number: int, result: CardResult) -> None:
    """Raise AssertionError where the ledger says otherwise; unknown claims nothing."""
    wait_until(lambda: terminal.obey("status")["phase"] == "IDLE")
    ledger: Any = terminal.obey("ledger")["payments"]
    rows = [row for row in ledger if row["amount_centimos"] == FEE + number]
    taken = [row["authorised_centimos"] for row in rows if row["state"] == "approved"]
    assert len(rows) <= 1, "asked twice"
    if result.outcome == "approved":
        assert result.evidence is not None
        assert taken == [FEE + number] == [result.evidence.amount_centimos]
    elif result.outcome != "unknown":
        assert taken == [], f"claimed to be {result.outcome}"


def test_a_payment_passes_over_a_line_that_carries_single_bytes(
    terminal: ConcertSimulator,
) -> None:
    terminal.obey("session 2000")
    terminal.obey("link bytewise")
    driver = driver_on(BytewiseLink(open_link(terminal.port)))
    assert driver.probe().device is DeviceState.ONLINE
    assert pay(driver, 1).outcome == "approved"
    driver.close()


@pytest.mark.parametrize(
    ("share", "percent"),
    [(0.2, 0), (0.0, 20), pytest.param(0.2, 20, marks=pytest.mark.thorough)],
)
def test_lost_writes_never_make_a_claim_false(
    terminal: ConcertSimulator, share: float, percent: int
) -> None:
    terminal.obey(f"link lossy {percent}")
    link = LossyLink(open_link(terminal.port), share, random.Random(percent))
    driver = driver_on(link)
    outcomes: list[str] = []
    for number in range(4):
        result = pay(driver, number, 0.7)
        check_claim(terminal, number, result)
        outcomes.append(result.outcome)
    driver.close()
    assert set(outcomes) <= {"approved", "unknown", "not_started", "aborted"}


def test_delays_below_the_time_out_are_borne(terminal: ConcertSimulator) -> None:
    terminal.obey("session 1000")
    terminal.obey("link delay 15")
    driver = driver_on(DelayedLink(open_link(terminal.port), 0.015))
    assert driver.probe().usable
    assert pay(driver, 1).outcome == "approved"
    driver.close()


def test_delays_above_the_time_out_are_a_status_and_no_claim_is_false(
    terminal: ConcertSimulator,
) -> None:
    terminal.obey("session 1000")
    terminal.obey("link delay 130")
    driver = driver_on(open_link(terminal.port), reply_timeout_s=0.08)
    status = driver.probe()
    assert (status.device, status.action) == (DeviceState.NO_DEVICE, Action.MAINTENANCE)
    check_claim(terminal, 1, pay(driver, 1, 1.0))
    driver.close()


def pay_over_a_cut(terminal: ConcertSimulator, place: tuple[Way, int], number: int) -> CardResult:
    """Pay on a cable that is pulled at `place`; then connect anew and be used again in time."""
    terminal.obey(f"session {SHORT_SESSION_MS}")

    def pull() -> None:
        terminal.obey("unplug")
        terminal.obey("plug")

    link = CutLink(open_link(terminal.port), *place, pull)
    driver = driver_on(link, session_s=0.0)
    result = pay(driver, number, 1.0)
    driver.close()
    after = driver_on(open_link(terminal.port), session_s=0.05)
    ends = time.monotonic() + RECOVERED_S
    while not after.probe().usable:
        assert time.monotonic() < ends, place
    after.close()
    check_claim(terminal, number, result)
    return result


def places() -> list[tuple[Way, int]]:
    dice = random.Random(11)
    found: list[tuple[Way, int]] = [(way, n) for way, counts in BETWEEN.items() for n in counts]
    for turn in range(50):
        way: Way = "from" if turn % 3 else "to"
        found.append((way, dice.randint(0, LENGTHS[way])))
    return found


@pytest.mark.parametrize("starts", ["eot", "ack"])
def test_a_plug_pulled_at_every_boundary_and_at_fifty_bytes_makes_no_claim_false(
    terminal: ConcertSimulator, starts: str
) -> None:
    """Whether the terminal begins with its ACK or with our EOT, half of the places each."""
    terminal.obey(f"starts {starts}")
    chosen = places()[starts == "ack" :: 2]
    results = {place: pay_over_a_cut(terminal, place, n) for n, place in enumerate(chosen)}
    outcomes = {result.outcome for result in results.values()}
    assert outcomes <= {"approved", "unknown", "not_started"}
    assert all(result.outcome == "not_started" for (_, n), result in results.items() if n == 0)


@pytest.mark.thorough
@pytest.mark.parametrize("starts", ["eot", "ack"])
def test_a_plug_pulled_at_every_byte_makes_no_claim_false(
    terminal: ConcertSimulator, starts: str
) -> None:
    terminal.obey(f"starts {starts}")
    number = 0
    for way, end in LENGTHS.items():
        for count in range(end + 2):
            pay_over_a_cut(terminal, (way, count), number)
            number += 1


class Hasty(ConcertDriver):
    """Broken on purpose: takes a broken line for a payment that did not happen."""

    def _transact(self, asked: Asked, frame: bytes, deadline: float) -> Verdict:
        try:
            return super()._transact(asked, frame, deadline)
        except LinkError:
            return Verdict("declined")


class Persistent(ConcertDriver):
    """Broken on purpose: asks again, once, when no usable answer came."""

    def _take(self, asked: Asked, frame: bytes, deadline: float) -> CardResult:
        first = super()._take(asked, frame, time.monotonic() + 0.6)
        self._memory.answered()
        return super()._take(asked, frame, deadline) if first.outcome == "unknown" else first


@pytest.mark.negative_control
def test_a_driver_that_takes_a_cut_for_a_refusal_is_caught(terminal: ConcertSimulator) -> None:
    terminal.obey("session 500")
    link = CutLink(open_link(terminal.port), "from", 30, lambda: None)
    result = pay(driver_on(link, Hasty), 1)
    with pytest.raises(AssertionError, match="claimed to be declined"):
        check_claim(terminal, 1, result)


@pytest.mark.negative_control
def test_a_driver_that_asks_again_is_caught(terminal: ConcertSimulator) -> None:
    terminal.obey("session 500")
    terminal.obey("bad lrc on")
    result = pay(driver_on(open_link(terminal.port), Persistent), 1, 3.0)
    with pytest.raises(AssertionError, match="asked twice"):
        check_claim(terminal, 1, result)


class DeafLink:
    """Loses the second byte that comes: the terminal's word that it took the request."""

    def __init__(self, inner: Link) -> None:
        self._inner = inner
        self._come = 0

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._inner.read(1, timeout_s)
        self._come += len(data)
        return b"" if data and self._come == 2 else data

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        self._inner.write(data, timeout_s)

    def close(self) -> None:
        self._inner.close()


def charged_after_a_lost_confirmation(terminal: ConcertSimulator, session_s: float) -> list[Any]:
    """Pay where the request was taken and we do not know it; then go on calling."""
    terminal.obey("session 1000")
    link = DeafLink(open_link(terminal.port))
    driver = driver_on(link, session_s=session_s, reply_timeout_s=0.3)
    assert pay(driver, 1, 6.0).outcome == "unknown"
    wait_until(lambda: driver.poll().usable)
    driver.close()
    wait_until(lambda: terminal.obey("status")["phase"] == "IDLE")
    ledger: Any = terminal.obey("ledger")["payments"]
    return ledger


def test_a_call_never_completes_a_request_that_may_be_half_open(terminal: ConcertSimulator) -> None:
    assert charged_after_a_lost_confirmation(terminal, session_s=2.0) == []


@pytest.mark.negative_control
def test_a_driver_that_calls_too_soon_charges_after_it_gave_up(terminal: ConcertSimulator) -> None:
    assert len(charged_after_a_lost_confirmation(terminal, session_s=0.0)) == 1


def test_after_a_flood_of_garbage_the_next_payment_is_taken(terminal: ConcertSimulator) -> None:
    driver = driver_on(open_link(terminal.port))
    flood = threading.Thread(daemon=True, target=terminal.obey, args=("garbage 60000",))
    flood.start()
    while flood.is_alive():
        driver.poll()
        check_bounded(driver)
    wait_until(lambda: driver.poll().usable)
    terminal.obey("session 500")
    assert pay(driver, 1).outcome == "approved"
    driver.close()


def test_a_flood_while_the_person_pays_makes_no_claim_false(terminal: ConcertSimulator) -> None:
    driver = driver_on(open_link(terminal.port))
    terminal.obey("delay 60000")
    results: list[CardResult] = []
    paying = threading.Thread(daemon=True, target=lambda: results.append(pay(driver, 1, 1.5)))
    paying.start()
    wait_until(lambda: terminal.obey("status")["phase"] == "PERSON")
    flood = threading.Thread(daemon=True, target=terminal.obey, args=("garbage 20000",))
    flood.start()
    paying.join()
    while flood.is_alive():
        driver.poll()
    check_bounded(driver)
    terminal.obey("insert")
    while terminal.obey("status")["phase"] != "IDLE":
        driver.poll()
    check_claim(terminal, 1, results[0])
    asked = driver.execute(QueryPayment("PAY1", FEE + 1), time.monotonic() + 1.0)
    assert isinstance(asked, CardResult)
    check_claim(terminal, 1, asked)
    driver.close()


def check_bounded(driver: ConcertDriver) -> None:
    line: Any = vars(driver)["_line"]
    assert len(vars(line)["_waiting"]) <= 2 * READ_BYTES
    assert len(vars(vars(line)["_ear"])["_text"]) <= MAX_TEXT


@pytest.mark.parametrize("answer", [b"ERROR\r\n", b"\x02\x03", b"\x02", b"", None])
def test_another_device_on_the_port_is_named_and_never_paid_at(
    tmp_path: Path, answer: bytes | None
) -> None:
    """One that answers text or frames of its own, one that says nothing, one that echoes."""
    cable = open_pty_pair(tmp_path / "other")
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            data = cable.read(READ_BYTES, 0.02)
            if data:
                cable.write(data if answer is None else answer)

    thread = threading.Thread(daemon=True, target=serve)
    thread.start()
    patience = 0.5 if answer != b"" else 0.05
    driver = driver_on(open_link(str(cable.path)), reply_timeout_s=patience)
    try:
        status = driver.probe()
        action = Action.CONFIGURATION if answer != b"" else Action.MAINTENANCE
        assert (status.device, status.action) == (DeviceState.NO_DEVICE, action)
        assert pay(driver, 1, 0.8).outcome == "not_started"
    finally:
        driver.close()
        ended.set()
        thread.join()
        cable.close()
