"""What the tests of chips over a virtual reader share: a supervised driver, and how it is read."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from devices.documents.mrz import parse
from devices.driver import Wiring
from devices.kinds.chip_reader import ChipResult, ReadChip
from devices.link import Link, RawRing
from devices.pcsc_chip.driver import MODEL
from devices.pcsc_chip.simulator import SPECIMEN, ChipSimulator
from devices.pcsc_chip.vpcd import VpcdReader, connected
from devices.status import DeviceState, MediaState
from devices.supervisor import Publish, StatusChanged, Supervisor

KEY = ReadChip("10117410", date(1980, 1, 1), date(2030, 1, 1))
PRINTED = parse(SPECIMEN, date(2026, 3, 1))
PATIENT_S, WAIT_S = 5.0, 10.0
Wrap = Callable[[Link], Link]
Supervise = Callable[..., Supervisor]


@contextlib.contextmanager
def simulated_card() -> Iterator[ChipSimulator]:
    simulator = ChipSimulator(("127.0.0.1", 0), seed=7)
    simulator.start()
    try:
        yield simulator
    finally:
        simulator.stop()


@contextlib.contextmanager
def supervising(card: ChipSimulator, publish: Publish) -> Iterator[Supervise]:
    """Give what supervises a driver whose link `wrap` makes worse; all are stopped at the end."""
    made: list[Supervisor] = []

    def begin(wrap: Wrap = lambda link: link, reply_timeout_s: float = PATIENT_S) -> Supervisor:
        options = {**MODEL.options, "reply_timeout_s": reply_timeout_s, "poll_interval_s": 0.05}
        supervisor = Supervisor(
            device="chip",
            kind=MODEL.kind,
            model="pcsc-chip",
            open_link=lambda: VpcdReader(card.port, wrap(connected(card.port, RawRing()))),
            build_driver=lambda reader, report: MODEL.build(reader, options, Wiring(report)),
            publish=publish,
            refuse=MODEL.refuse,
            backoff_first_s=0.01,
            backoff_last_s=0.05,
        )
        made.append(supervisor)
        supervisor.start()
        return supervisor

    yield begin
    for supervisor in made:
        assert supervisor.stop()


def media_is(media: MediaState) -> Callable[[Any], bool]:
    def wanted(event: Any) -> bool:
        return isinstance(event, StatusChanged) and event.status.parts.get("media") == media

    return wanted


def state_is(state: DeviceState) -> Callable[[Any], bool]:
    return lambda event: isinstance(event, StatusChanged) and event.status.device is state


def outcome(supervisor: Supervisor, command: ReadChip = KEY, seconds: float = PATIENT_S) -> str:
    """How one reading ended; what was read must be what is printed."""
    result = supervisor.submit(command, seconds).result(WAIT_S)
    assert isinstance(result, ChipResult)
    assert (result.outcome == "read") == (result.document is not None)
    assert result.document in (None, PRINTED)
    return result.outcome


def read_again(supervisor: Supervisor) -> int:
    """Read until it works, at most 5 s; returns how many tries that took."""
    done = threading.Event()
    timer = threading.Timer(PATIENT_S, done.set)
    timer.daemon = True
    timer.start()
    tries = 1
    while outcome(supervisor) != "read":
        assert not done.is_set(), "not recovered in 5 s"
        tries += 1
    timer.cancel()
    return tries
