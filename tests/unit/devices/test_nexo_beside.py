"""Commands that pass beside the queue, as a card terminal's abort must."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from devices.driver import Capabilities, Closable, NotRun, Report
from devices.errors import DriverFault, LinkNotFound
from devices.status import Completion, DeviceState, DeviceStatus
from devices.supervisor import Event, Supervisor

ONLINE = DeviceStatus(DeviceState.ONLINE)
WAIT_S = 20.0


@dataclass(frozen=True)
class Stop:
    """A command that passes beside the queue."""

    fails: bool = False


@dataclass
class FakeTerminal:
    """Link and driver in one; each command waits for its gate."""

    missing: bool = False
    up: threading.Event = field(default_factory=threading.Event)
    running: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    slow: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)
    poll_interval_s: float = 0.01

    @property
    def capabilities(self) -> Capabilities:
        return {}

    def open(self) -> Closable:
        if self.missing:
            raise LinkNotFound("http://fake")
        return self

    def build(self, _link: object, _report: Report) -> "FakeTerminal":
        return self

    def probe(self) -> DeviceStatus:
        return ONLINE

    def poll(self) -> DeviceStatus:
        self.up.set()
        return ONLINE

    def execute(self, command: object, deadline: float) -> object:
        if isinstance(command, Stop) and command.fails:
            raise ZeroDivisionError("defect")
        self.running.release()
        gate = self.stop if isinstance(command, Stop) else self.slow
        assert gate.wait(WAIT_S)
        return f"did {command}"

    def close(self) -> None:
        return None


def publish(_event: Event) -> None:
    return None


@pytest.fixture
def terminal() -> FakeTerminal:
    return FakeTerminal()


@pytest.fixture
def supervisor(terminal: FakeTerminal) -> Iterator[Supervisor]:
    made = Supervisor(
        device="card",
        kind="fake",
        model="fake-1",
        open_link=terminal.open,
        build_driver=terminal.build,
        publish=publish,
        beside=(Stop,),
    )
    yield made
    terminal.slow.set()
    terminal.stop.set()
    assert made.stop(WAIT_S)


def test_it_runs_while_another_command_is_running(
    supervisor: Supervisor, terminal: FakeTerminal
) -> None:
    supervisor.start()
    slow = supervisor.submit("slow", 5)
    assert terminal.running.acquire(timeout=WAIT_S)
    terminal.stop.set()
    assert supervisor.submit(Stop(), 5).result(WAIT_S) == "did Stop(fails=False)"
    assert not slow.done()
    terminal.slow.set()
    assert slow.result(WAIT_S) == "did slow"


def test_one_at_a_time_and_the_next_is_turned_away_at_once(
    supervisor: Supervisor, terminal: FakeTerminal
) -> None:
    supervisor.start()
    assert terminal.up.wait(WAIT_S)
    first = supervisor.submit(Stop(), 5)
    assert terminal.running.acquire(timeout=WAIT_S)
    second = supervisor.submit(Stop(), 5).result(0)
    assert second == NotRun(Completion.DEVICE_NOT_READY, ONLINE)
    terminal.stop.set()
    assert first.result(WAIT_S) == "did Stop(fails=False)"


def test_it_is_turned_away_while_the_device_is_away(
    supervisor: Supervisor, terminal: FakeTerminal
) -> None:
    terminal.missing = True
    supervisor.start()
    result = supervisor.submit(Stop(), 5).result(0)
    assert isinstance(result, NotRun)
    assert result.completion is Completion.DEVICE_NOT_READY


def test_its_defect_reaches_the_caller_and_leaves_the_device_up(
    supervisor: Supervisor, terminal: FakeTerminal
) -> None:
    terminal.stop.set()
    supervisor.start()
    assert terminal.up.wait(WAIT_S)
    with capture_logs() as logs, pytest.raises(DriverFault):
        supervisor.submit(Stop(fails=True), 5).result(WAIT_S)
    assert "device_down" not in [log["event"] for log in logs]
    assert supervisor.status == ONLINE
