"""The bus over a hand-written line: echo, late replies, foreign voices, and how often it asks."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from devices.cctalk.bus import Bus, Station
from devices.cctalk.faults import BusFault, Fault
from devices.cctalk.protocol import (
    BUSY,
    DISPENSE,
    NAK,
    ROUTE_BILL,
    SERIAL_NUMBER,
    SIMPLE_POLL,
    Command,
    Frame,
    Mode,
)

TIMEOUT_S = 0.02
SOON_S = 1.0
Reply = tuple[float, bytes]


class Line:
    """A link whose far end answers each request by a function; replies may be late."""

    def __init__(self, answer: Callable[[Frame], list[Reply]]) -> None:
        self._answer = answer
        self._coming: list[Reply] = []
        self.requests: list[Frame] = []
        self.echo: Callable[[bytes], bytes] = lambda data: data

    def write(self, data: bytes, timeout_s: float = 1.0) -> None:
        now = time.monotonic()
        frame = Frame.from_bytes(data, "checksum")
        self.requests.append(frame)
        self._coming.append((now, self.echo(data)))
        self._coming += [(now + delay, raw) for delay, raw in self._answer(frame)]

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        until = time.monotonic() + timeout_s
        while True:
            self._coming = sorted((it for it in self._coming if it[1]), key=lambda it: it[0])
            if self._coming and self._coming[0][0] <= time.monotonic():
                due, raw = self._coming[0]
                self._coming[0] = (due, raw[max_bytes:])
                return raw[:max_bytes]
            if time.monotonic() >= until:
                return b""
            time.sleep(0.001)

    def close(self) -> None:
        return None

    def sent(self, command: Command) -> int:
        return sum(frame.header == command.header for frame in self.requests)


def reply(data: bytes = b"", source: int = 40, header: int = 0, destination: int = 1) -> bytes:
    return Frame(destination, source, header, data).to_bytes("checksum")


def prompt(frame: Frame) -> list[Reply]:
    return [(0.0, reply(b"abc" if frame.header == SERIAL_NUMBER.header else b""))]


def station(line: Line, *, echo: bool = True, mode: Mode = "checksum") -> Station:
    made = Station(Bus(line, echo=echo, reply_timeout_s=TIMEOUT_S), 40, mode)
    made.until(time.monotonic() + SOON_S)
    return made


def fault_of(asked: Station, command: Command = SERIAL_NUMBER) -> Fault:
    for _ in range(5):
        asked.until(time.monotonic() + 0.15)
        with pytest.raises(BusFault) as caught:
            asked.ask(command)
        if caught.value.fault is not Fault.SLOW:  # the machine stood still
            return caught.value.fault
    return Fault.SLOW


def test_the_echo_is_taken_off_and_the_reply_returned() -> None:
    line = Line(prompt)
    assert station(line).ask(SERIAL_NUMBER) == b"abc"


def test_an_adapter_without_echo_is_served_when_told_so() -> None:
    line = Line(prompt)
    line.echo = lambda _data: b""
    assert station(line, echo=False).ask(SERIAL_NUMBER) == b"abc"


@pytest.mark.parametrize(
    ("echo", "fault"),
    [
        (lambda _data: b"", Fault.WRONG_ECHO),
        (lambda data: bytes([data[0] ^ 1]) + data[1:], Fault.WRONG_ECHO),
        (lambda data: data[:-1] + b"\xaa", Fault.WRONG_ECHO),
    ],
)
def test_what_comes_back_must_be_what_was_sent(
    echo: Callable[[bytes], bytes], fault: Fault
) -> None:
    line = Line(prompt)
    line.echo = echo
    assert fault_of(station(line)) is fault


def test_silence_where_an_echo_belongs_is_no_echo() -> None:
    line = Line(lambda _frame: [])
    line.echo = lambda _data: b""
    assert fault_of(station(line)) is Fault.NO_ECHO


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda _frame: [], Fault.NO_REPLY),
        (lambda _frame: [(0.0, reply()[:3])], Fault.HALF_REPLY),
        (lambda _frame: [(0.0, reply()[:-1] + b"\x00")], Fault.SPOILT_REPLY),
        (lambda _frame: [(0.0, reply(source=2))], Fault.FOREIGN_REPLY),
        (lambda _frame: [(0.0, reply(destination=2))], Fault.FOREIGN_REPLY),
        (lambda _frame: [(0.0, reply(b"surplus"))], Fault.FOREIGN_REPLY),
        (lambda _frame: [(0.0, reply() + reply())], Fault.FOREIGN_REPLY),
        (lambda _frame: [(0.0, reply(header=NAK))], Fault.REFUSED),
        (lambda _frame: [(0.0, reply(header=BUSY))], Fault.BUSY),
    ],
)
def test_a_reply_that_is_none_is_a_fault_of_its_own_sort(
    answer: Callable[[Frame], list[Reply]], fault: Fault
) -> None:
    assert fault_of(station(Line(answer))) is fault


def test_a_busy_device_is_asked_again_and_a_good_reply_counts() -> None:
    replies = iter([reply(header=BUSY), reply(header=NAK)])

    def answer(frame: Frame) -> list[Reply]:
        if frame.header == SIMPLE_POLL.header:
            return [(0.0, reply())]
        return [(0.0, next(replies, reply(b"abc")))]

    line = Line(answer)
    asked = station(line)
    assert asked.ask(SERIAL_NUMBER) == b"abc"
    assert line.sent(SERIAL_NUMBER) == 3
    assert asked.doubtful


@pytest.mark.parametrize("late", [1.5, 2.5, 3.5, 5.0])
@pytest.mark.parametrize("echo", [True, False])
def test_a_late_reply_is_never_taken_for_the_next_one(late: float, echo: bool) -> None:
    """The first reply to `request serial number` is late; later ones are in time, and others."""
    replies = iter([(late * TIMEOUT_S, reply(b"old"))])

    def answer(frame: Frame) -> list[Reply]:
        if frame.header == SIMPLE_POLL.header:
            return [(0.0, reply())]
        return [next(replies, (0.0, reply(b"new")))]

    line = Line(answer)
    if not echo:
        line.echo = lambda _data: b""
    asked = station(line, echo=echo)
    value = asked.ask(SERIAL_NUMBER)
    assert value == b"new" or line.sent(SERIAL_NUMBER) == 1  # 1: the machine stood still so long


@pytest.mark.negative_control
def test_without_getting_in_step_a_late_reply_is_taken_for_the_next_one() -> None:
    # A machine that stands still makes the late reply noise before the next request: another try.
    assert any(takes_a_late_reply() for _ in range(20))


def takes_a_late_reply() -> bool:
    """Whether a bus that never gets in step gave the first request's reply to the second."""

    class Careless(Bus):
        def wait_for_quiet(self, deadline: float) -> None:
            self.in_step = True

    replies = iter([(1.5 * TIMEOUT_S, reply(b"old"))])
    line = Line(lambda _frame: [next(replies, (TIMEOUT_S, reply(b"new")))])
    line.echo = lambda _data: b""
    bus = Careless(line, echo=False, reply_timeout_s=TIMEOUT_S)
    bus.in_step = True
    request = Frame(40, 1, SERIAL_NUMBER.header).to_bytes("checksum")
    with suppress(BusFault):
        bus.exchange(request, "checksum", "first", time.monotonic() + SOON_S)
    with suppress(BusFault):
        return bus.exchange(request, "checksum", "second", time.monotonic() + SOON_S).data == b"old"
    return False


@pytest.mark.parametrize("command", [DISPENSE, ROUTE_BILL])
def test_what_moves_money_is_sent_once(command: Command) -> None:
    line = Line(lambda frame: prompt(frame) if frame.header == SIMPLE_POLL.header else [])
    assert fault_of(station(line), command) is Fault.NO_REPLY
    assert line.sent(command) == 1


def test_what_could_not_be_sent_says_so() -> None:
    line = Line(lambda _frame: [])
    asked = station(line)
    asked.until(time.monotonic() + 0.1)
    with pytest.raises(BusFault) as caught:
        asked.ask(DISPENSE)
    assert not caught.value.sent
    assert line.sent(DISPENSE) == 0


def test_a_line_that_is_never_quiet_is_noise_and_the_wait_ends() -> None:
    line = Line(prompt)
    line._coming = [(time.monotonic() + n / 200, b"\x55\xaa") for n in range(200)]
    asked = station(line)
    assert fault_of(asked) is Fault.NOISE
    assert line.requests == []


def test_a_value_is_believed_when_two_replies_agree() -> None:
    values = iter([b"abc", b"abd", b"abd"])
    line = Line(
        lambda frame: [(0.0, reply(next(values) if frame.header == SERIAL_NUMBER.header else b""))]
    )
    assert station(line).ask_twice(SERIAL_NUMBER) == b"abd"


def test_a_value_that_never_settles_is_a_fault() -> None:
    values = iter(range(100))
    line = Line(
        lambda frame: [
            (
                0.0,
                reply(bytes([next(values), 0, 0]) if frame.header == SERIAL_NUMBER.header else b""),
            )
        ]
    )
    with pytest.raises(BusFault, match="differently"):
        station(line).ask_twice(SERIAL_NUMBER)
