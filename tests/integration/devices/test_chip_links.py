"""A chip over bad links, cut cables and another device's port: the right document, or none."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from devices.errors import LinkLost
from devices.faulty_links import BytewiseLink, DelayedLink, LossyLink
from devices.kinds.chip_reader import ChipResult
from devices.link import WRITE_TIMEOUT_S, Link
from devices.pcsc_chip.driver import ChipDriver
from devices.pcsc_chip.simulator import ChipSimulator
from devices.pcsc_chip.vpcd import VpcdReader
from devices.registry import DeviceConfig, build
from devices.status import DeviceState
from tests.integration.devices.chips import (
    KEY,
    PATIENT_S,
    Supervise,
    outcome,
    read_again,
    simulated_card,
    state_is,
    supervising,
)


@pytest.fixture
def card() -> Iterator[ChipSimulator]:
    with simulated_card() as simulator:
        yield simulator


@pytest.fixture
def supervise(card: ChipSimulator, recorder: Any) -> Iterator[Supervise]:
    with supervising(card, recorder) as begin:
        yield begin


class LosingReads:
    """Loses what came with probability 0.2, as a line does in the other direction."""

    def __init__(self, inner: Link, dice: Random) -> None:
        self._inner = inner
        self._dice = dice

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._inner.read(max_bytes, timeout_s)
        return data if self._dice.random() >= 0.2 else b""

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        self._inner.write(data, timeout_s)

    def close(self) -> None:
        self._inner.close()


WORSE_LINKS: dict[str, tuple[Callable[[Link, Random], Link], float]] = {
    "bytewise": (lambda link, _dice: BytewiseLink(link), PATIENT_S),
    "slow": (lambda link, _dice: DelayedLink(link, 0.005), PATIENT_S),
    "too slow": (lambda link, _dice: DelayedLink(link, 0.15), 0.1),
    "loses commands": (lambda link, dice: LossyLink(link, 0.2, dice), 0.1),
    "loses answers": (LosingReads, 0.1),
}


@pytest.mark.parametrize("manner", WORSE_LINKS)
def test_over_a_bad_link_a_reading_is_right_or_fails_in_words(
    supervise: Supervise, manner: str
) -> None:
    dice = Random(3)
    wrap, late_s = WORSE_LINKS[manner]
    supervisor = supervise(lambda link: wrap(link, dice), reply_timeout_s=late_s)
    if late_s == PATIENT_S:
        assert {outcome(supervisor) for _ in range(4)} == {"read"}
    else:
        ended = {outcome(supervisor, seconds=0.3) for _ in range(3)}
        assert ended & {"time_out", "unknown", "not_started"}


class Cable:
    """Links that break once: after ``left`` more bytes in either direction, or at a message.

    ``messages`` is how many more go out; the last of them still goes where ``after`` is set.
    """

    def __init__(self) -> None:
        self.left: int | None = None
        self.messages: int | None = None
        self.after = False

    def __call__(self, inner: Link) -> Link:
        return _Cut(self, inner)


class _Cut:
    def __init__(self, cable: Cable, inner: Link) -> None:
        self._cable = cable
        self._inner = inner

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._inner.read(max_bytes, timeout_s)
        if self._passed(len(data)) < len(data):
            self._passed(1)
        return data

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        if self._cable.messages is not None:
            self._cable.messages -= 1
            if self._cable.messages == 0:
                self._cable.messages = None
                self._cable.left = len(data) if self._cable.after else 0
        size = self._passed(len(data))
        self._inner.write(data[:size], timeout_s)
        if size < len(data):
            self._passed(1)

    def close(self) -> None:
        self._inner.close()

    def _passed(self, size: int) -> int:
        if self._cable.left is None:
            return size
        if self._cable.left == 0:
            self._cable.left = None
            self._inner.close()
            raise LinkLost("pcsc:0", "the cable was cut")
        size = min(size, self._cable.left)
        self._cable.left -= size
        return size


def test_a_cable_cut_at_50_places_never_gives_a_wrong_document_and_always_recovers(
    supervise: Supervise,
) -> None:
    cable, dice = Cable(), Random(11)
    supervisor = supervise(cable, reply_timeout_s=1.0)
    assert read_again(supervisor)
    for _ in range(50):
        cable.left = dice.randrange(1, 700)
        assert outcome(supervisor) in ("read", "unknown", "not_started", "no_card")
        assert read_again(supervisor)
        cable.left = None


@pytest.mark.parametrize("after", [False, True])
def test_a_cable_cut_at_every_message_never_gives_a_wrong_document_and_always_recovers(
    supervise: Supervise, after: bool
) -> None:
    cable = Cable()
    supervisor = supervise(cable, reply_timeout_s=1.0)
    assert read_again(supervisor)
    cable.after = after
    for boundary in range(1, 12):
        cable.messages = boundary
        assert outcome(supervisor) in ("read", "unknown", "not_started")
        assert read_again(supervisor)
        cable.messages = cable.left = None


@pytest.fixture
def stranger() -> Iterator[tuple[socket.socket, list[int]]]:
    """Another device at the port: it floods whoever connects with random bytes."""
    server = socket.create_server(("127.0.0.1", 0))
    sent = [0]

    def flood() -> None:
        dice = Random(5)
        try:
            while True:
                peer, _ = server.accept()
                with peer:
                    try:
                        while sent[0] < 4_000_000:
                            sent[0] += peer.send(dice.randbytes(4096))
                    except OSError:
                        continue
        except OSError:
            return

    threading.Thread(target=flood, daemon=True).start()
    yield server, sent
    server.close()


def test_another_device_at_the_port_ends_in_words_and_is_never_a_document(
    stranger: tuple[socket.socket, list[int]], recorder: Any
) -> None:
    port = f"pcsc:vpcd://127.0.0.1:{stranger[0].getsockname()[1]}"
    supervisor = build(DeviceConfig("chip", "pcsc-chip", port), recorder)
    supervisor.start()
    lost = recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    assert "a message longer than any" in lost.status.detail
    assert outcome(supervisor, seconds=0.5) != "read"
    assert supervisor.stop()


# Negative control: a reader that takes the next message for its answer, whatever was late.


class Forgetful(VpcdReader):
    """Goes on after a late answer."""

    def ask(self, content: bytes, deadline: float) -> bytes:
        try:
            return super().ask(content, deadline)
        finally:
            self._lost = False


@pytest.mark.negative_control
def test_a_reader_that_goes_on_after_a_late_answer_is_caught(card: ChipSimulator) -> None:
    def read_twice(kind: type[VpcdReader]) -> list[str]:
        reader = kind(card.port)
        ended: list[str] = []
        for pause, late_s in (("slow 500", 0.2), ("slow 0", PATIENT_S)):
            card.obey(pause)
            driver = ChipDriver(reader, reply_timeout_s=late_s)
            result = driver.execute(KEY, time.monotonic() + PATIENT_S)
            assert isinstance(result, ChipResult)
            ended.append(result.outcome)
        reader.close()
        return ended

    assert read_twice(VpcdReader) == ["time_out", "unknown"]  # given up, to be opened anew
    assert read_twice(Forgetful) == ["time_out", "not_supported"]  # the old answer, as an ATR
