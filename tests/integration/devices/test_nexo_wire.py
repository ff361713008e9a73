"""A card terminal behind a bad network: four lines, a cut at any byte, and what we claim then."""

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest

from devices.kinds.card_terminal import CardResult, Pay
from devices.link import HttpLink
from devices.nexo.driver import NexoDriver
from devices.nexo.simulator import NexoSimulator
from devices.nexo.verdict import Asked, Verdict
from devices.registry import DeviceConfig, build
from devices.status import DeviceState
from devices.supervisor import StatusChanged
from tests.integration.devices.test_nexo import wait_until
from tests.support.card import booked, check_paid_at_most_once

FEE = 3770
LOCAL = ("127.0.0.1", 0)
REPLY_TIMEOUT_S = 0.5
Way = Literal["to", "from"]
Pieces = Callable[[bytes], list[bytes]]


def whole(data: bytes) -> list[bytes]:
    return [data]


def bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


class Wire:
    """Carries TCP connections to a terminal; `pieces` says how bytes come out at the other end.

    `cut_after` breaks the next connection after so many bytes of one way, once: then the wire is
    whole again. `carried` counts the bytes of the last connection.
    """

    def __init__(self, terminal: NexoSimulator) -> None:
        host, _, port = terminal.port.removeprefix("http://").rpartition(":")
        self._to = (host, int(port))
        self._listener = socket.create_server(LOCAL)
        self.port = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.pieces: Pieces = whole
        self.delay_s = 0.0
        self.carried = {"to": 0, "from": 0}
        self._cut: tuple[Way, int] | None = None
        self._stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, way: Way, count: int) -> None:
        self._cut = (way, count)

    def stop(self) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._carry(near)

    def _carry(self, near: socket.socket) -> None:
        cut, self._cut = self._cut, None
        self.carried = carried = {"to": 0, "from": 0}
        try:
            far = socket.create_connection(self._to, 5)
        except OSError:
            near.close()
            return
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far.settimeout(None)
        ends: tuple[tuple[Way, socket.socket, socket.socket], ...] = (
            ("to", near, far),
            ("from", far, near),
        )
        for way, source, sink in ends:
            left = cut[1] if cut and cut[0] == way else None
            threading.Thread(
                target=self._pump, args=(way, source, sink, carried, left), daemon=True
            ).start()

    def _pump(
        self,
        way: Way,
        source: socket.socket,
        sink: socket.socket,
        carried: dict[str, int],
        left: int | None,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._stopped.wait(self.delay_s)
                for piece in self.pieces(data if left is None else data[:left]):
                    sink.sendall(piece)
                    carried[way] += len(piece)
                if left is not None and len(data) >= left:
                    break
                left = None if left is None else left - len(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def terminal() -> Iterator[NexoSimulator]:
    simulator = NexoSimulator(LOCAL)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def wire(terminal: NexoSimulator) -> Iterator[Wire]:
    made = Wire(terminal)
    yield made
    made.stop()


def driver_on(
    port: str, kind: type[NexoDriver] = NexoDriver, reply_timeout_s: float = REPLY_TIMEOUT_S
) -> NexoDriver:
    return kind(HttpLink(port), reply_timeout_s=reply_timeout_s, settle_s=0.6)


def pay(driver: NexoDriver, service_id: str, deadline_s: float) -> CardResult:
    began = time.monotonic()
    command = Pay(service_id, f"order-{service_id}", FEE)
    result = driver.execute(command, began + deadline_s)
    assert isinstance(result, CardResult)
    return result


def check_claim(terminal: NexoSimulator, service_id: str, result: CardResult) -> None:
    """Raise AssertionError where the terminal's ledger says otherwise; unknown claims nothing."""
    rows = [row for row in booked(terminal) if row["service_id"] == service_id]
    taken = [row["authorised_centimos"] for row in rows if row["state"] == "approved"]
    if result.outcome == "approved":
        assert result.evidence is not None
        assert taken == [FEE], "claimed to be approved"
        assert result.evidence.amount_centimos == FEE
    elif result.outcome != "unknown":
        assert taken == [], f"claimed to be {result.outcome}"
    check_paid_at_most_once(terminal)


def test_a_payment_passes_over_a_line_that_carries_single_bytes(
    terminal: NexoSimulator, wire: Wire
) -> None:
    wire.pieces = bytewise
    driver = driver_on(wire.port)
    assert driver.probe().device is DeviceState.ONLINE
    result = pay(driver, "PAY1", 5.0)
    assert result.outcome == "approved"
    check_claim(terminal, "PAY1", result)


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(1, 6))]
)
def test_lost_pieces_never_make_a_claim_false(
    terminal: NexoSimulator, wire: Wire, seed: int
) -> None:
    driver = driver_on(wire.port)
    assert driver.probe().usable
    dice = random.Random(seed)
    wire.pieces = lambda data: [data] if dice.random() >= 0.2 else []
    outcomes: set[str] = set()
    for number in range(4):
        result = pay(driver, f"PAY{number}", 1.8)
        check_claim(terminal, f"PAY{number}", result)
        outcomes.add(result.outcome)
    assert "approved" in outcomes


def test_delays_below_the_time_out_are_borne_and_above_it_are_a_status(
    terminal: NexoSimulator, wire: Wire
) -> None:
    driver = driver_on(wire.port)
    wire.delay_s = REPLY_TIMEOUT_S / 10
    assert driver.probe().usable
    assert pay(driver, "PAY1", 5.0).outcome == "approved"
    wire.delay_s = REPLY_TIMEOUT_S
    status = driver.poll()
    assert (status.device, status.usable) == (DeviceState.OFFLINE, False)
    assert status.action is not None


def test_a_reply_later_than_every_time_out_leaves_the_outcome_open_and_sends_nothing_twice(
    terminal: NexoSimulator, wire: Wire
) -> None:
    driver = driver_on(wire.port)
    assert driver.probe().usable
    wire.delay_s = 0.7
    result = pay(driver, "PAY1", 1.0)
    assert result.outcome == "unknown"
    check_claim(terminal, "PAY1", result)


def lengths(driver: NexoDriver, wire: Wire) -> dict[Way, int]:
    """How many bytes a payment's request and reply have, HTTP's own included."""
    wait_until(lambda: driver.probe().usable)
    assert pay(driver, "MEASURE1", 2.0).outcome == "approved"
    return {"to": wire.carried["to"], "from": wire.carried["from"]}


def pay_over_a_cut(
    terminal: NexoSimulator, wire: Wire, driver: NexoDriver, place: tuple[Way, int], number: int
) -> None:
    service_id = f"CUT{number:04}"
    wire.cut_after(*place)
    result = pay(driver, service_id, 3.0)
    check_claim(terminal, service_id, result)
    assert result.outcome in ("approved", "not_found"), place
    wait_until(lambda: driver.poll().usable)


def test_a_connection_cut_at_fifty_places_leaves_the_truth_known(
    terminal: NexoSimulator, wire: Wire
) -> None:
    driver = driver_on(wire.port, reply_timeout_s=0.1)
    found = lengths(driver, wire)
    dice = random.Random(5)
    ways: list[Way] = ["to", "from"]
    for number in range(50):
        way = ways[number % 2]
        pay_over_a_cut(terminal, wire, driver, (way, dice.randint(0, found[way])), number)
    assert len(booked(terminal)) >= 25


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_a_connection_cut_at_every_byte_leaves_the_truth_known(
    terminal: NexoSimulator, wire: Wire
) -> None:
    driver = driver_on(wire.port, reply_timeout_s=0.1)
    found = lengths(driver, wire)
    ways: list[Way] = ["to", "from"]
    places: list[tuple[Way, int]] = [(way, at) for way in ways for at in range(found[way] + 1)]
    for number, place in enumerate(places):
        pay_over_a_cut(terminal, wire, driver, place, number)


class Hasty(NexoDriver):
    """Broken on purpose: takes a lost reply for a payment that did not happen."""

    def _settle(self, asked: Asked, stop_at: float, deadline: float, *, lost: bool) -> Verdict:
        return Verdict("declined", "no answer")


class Trusting(NexoDriver):
    """Broken on purpose: takes a lost reply for a payment that went well."""

    def _settle(self, asked: Asked, stop_at: float, deadline: float, *, lost: bool) -> Verdict:
        return Verdict("approved")


@pytest.mark.negative_control
@pytest.mark.parametrize(
    ("kind", "place"), [(Hasty, ("from", 10)), (Trusting, ("to", 10))], ids=["hasty", "trusting"]
)
def test_a_driver_that_guesses_after_a_cut_is_caught(
    terminal: NexoSimulator, wire: Wire, kind: type[NexoDriver], place: tuple[Way, int]
) -> None:
    driver = driver_on(wire.port, kind)
    assert driver.probe().usable
    wire.cut_after(*place)
    result = pay(driver, "PAY1", 2.0)
    with pytest.raises(AssertionError):
        check_claim(terminal, "PAY1", result)


def test_power_lost_at_any_moment_of_a_payment_leaves_the_truth_known(
    terminal: NexoSimulator, wire: Wire
) -> None:
    driver = driver_on(wire.port)
    assert driver.probe().usable
    terminal.obey("delay 60")
    for number in range(6):
        cycle = threading.Timer(0.02 * number, lambda: terminal.obey("power cycle"))
        cycle.start()
        result = pay(driver, f"PWR{number}", 3.0)
        cycle.join()
        check_claim(terminal, f"PWR{number}", result)
        assert result.outcome in ("approved", "aborted", "not_found", "not_started")


def test_a_terminal_that_was_away_is_used_again_within_five_seconds(
    terminal: NexoSimulator, recorder: Any
) -> None:
    supervisor = build(DeviceConfig("card", "nexo", terminal.port), recorder)
    terminal.obey("unplug")
    supervisor.start()
    assert recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    terminal.obey("plug")
    assert recorder.wait_for(state_is(DeviceState.ONLINE), 5.0)
    assert supervisor.stop()


def state_is(device: DeviceState) -> Any:
    return lambda event: isinstance(event, StatusChanged) and event.status.device is device
