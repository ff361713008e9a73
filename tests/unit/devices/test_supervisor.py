"""A supervisor over a hand-written driver: queue, deadlines, cancel, reconnection, edges."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from devices.driver import Capabilities, Link, NotRun, Report
from devices.errors import DriverFault, LinkLost, LinkNotFound
from devices.status import Completion, DeviceState, DeviceStatus
from devices.supervisor import Event, Reported, StatusChanged, Supervisor

ONLINE = DeviceStatus(DeviceState.ONLINE)
WAIT_S = 20.0


class NoLink:
    """A link that carries nothing."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return b""

    def write(self, data: bytes, timeout_s: float = 1.0) -> None:
        return None

    def close(self) -> None:
        return None


@dataclass
class FakeDevice:
    """Both the port and the driver; a test opens its gates."""

    missing: bool = False
    fail: Exception | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)
    done: list[object] = field(default_factory=list)
    closed: int = 0
    report: Report | None = None
    poll_interval_s: float = 0.01

    @property
    def capabilities(self) -> Capabilities:
        return {"fake": True}

    def open(self) -> Link:
        if self.missing:
            raise LinkNotFound("/dev/fake")
        return NoLink()

    def build(self, link: Link, report: Report) -> "FakeDevice":
        self.report = report
        return self

    def probe(self) -> DeviceStatus:
        return ONLINE

    def poll(self) -> DeviceStatus:
        fail, self.fail = self.fail, None
        if fail is not None:
            raise fail
        return ONLINE

    def execute(self, command: object, deadline: float) -> object:
        if isinstance(command, Exception):
            raise command
        self.began.set()
        assert self.gate.wait(WAIT_S)
        self.done.append(command)
        return f"did {command}"

    def close(self) -> None:
        self.closed += 1


class Recorder:
    """Keeps events and lets a test wait for one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.condition = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self.condition:
            self.events.append(event)
            self.condition.notify_all()

    def states(self) -> list[DeviceState]:
        return [e.status.device for e in self.events if isinstance(e, StatusChanged)]

    def wait(self, ready: Callable[[], bool]) -> None:
        with self.condition:
            assert self.condition.wait_for(ready, WAIT_S), self.events


@pytest.fixture
def device() -> FakeDevice:
    return FakeDevice()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def supervisor(device: FakeDevice, recorder: Recorder) -> Iterator[Supervisor]:
    made = Supervisor(
        device="front",
        kind="fake",
        model="fake-1",
        open_link=device.open,
        build_driver=device.build,
        publish=recorder,
        queue_length=2,
        backoff_first_s=0.01,
        backoff_last_s=0.02,
    )
    yield made
    device.gate.set()
    assert made.stop(WAIT_S)


def test_it_starts_as_starting_and_publishes_each_change_once(
    supervisor: Supervisor, recorder: Recorder
) -> None:
    assert supervisor.status.device is DeviceState.STARTING
    supervisor.start()
    recorder.wait(lambda: bool(recorder.events))
    assert recorder.events == [StatusChanged("front", "fake", "fake-1", ONLINE)]
    assert supervisor.status == ONLINE


def test_a_command_completes_with_the_result_of_the_driver(
    supervisor: Supervisor, device: FakeDevice
) -> None:
    device.gate.set()
    supervisor.start()
    assert supervisor.submit("print", 5).result(WAIT_S) == "did print"
    assert supervisor.capabilities == {"fake": True}


def test_a_command_whose_deadline_passes_in_the_queue_never_touches_the_device(
    supervisor: Supervisor, device: FakeDevice
) -> None:
    supervisor.start()
    first = supervisor.submit("slow", 5)
    assert device.began.wait(WAIT_S)
    late = supervisor.submit("late", 0.0)
    device.gate.set()
    assert first.result(WAIT_S) == "did slow"
    assert late.result(WAIT_S) == NotRun(Completion.TIME_OUT, ONLINE)
    assert device.done == ["slow"]


def test_a_deadline_runs_also_while_the_device_is_away(
    supervisor: Supervisor, device: FakeDevice, recorder: Recorder
) -> None:
    device.missing = True
    supervisor.start()
    recorder.wait(lambda: recorder.states() == [DeviceState.NO_DEVICE])
    result = supervisor.submit("print", 0.05).result(WAIT_S)
    assert isinstance(result, NotRun)
    assert result.completion is Completion.TIME_OUT


def test_a_waiting_command_can_be_cancelled_and_frees_its_place(
    supervisor: Supervisor, device: FakeDevice
) -> None:
    supervisor.start()
    supervisor.submit("first", 5)
    assert device.began.wait(WAIT_S)
    waiting = supervisor.submit("second", 5)
    assert waiting.cancel()
    others = [supervisor.submit("third", 5), supervisor.submit("fourth", 5)]
    device.gate.set()
    assert [future.result(WAIT_S) for future in others] == ["did third", "did fourth"]
    with pytest.raises(CancelledError):
        waiting.result(WAIT_S)
    assert "second" not in device.done


def test_a_full_queue_turns_a_command_away_at_once(
    supervisor: Supervisor, device: FakeDevice
) -> None:
    supervisor.start()
    supervisor.submit("first", 5)
    assert device.began.wait(WAIT_S)
    supervisor.submit("second", 5)
    supervisor.submit("third", 5)
    result = supervisor.submit("fourth", 5).result(0)
    assert isinstance(result, NotRun)
    assert result.completion is Completion.DEVICE_NOT_READY


def test_stopping_cancels_what_waits_and_closes_the_device(
    supervisor: Supervisor, device: FakeDevice
) -> None:
    supervisor.start()
    supervisor.submit("first", 5)
    assert device.began.wait(WAIT_S)
    waiting = supervisor.submit("second", 5)
    threading.Timer(0.05, device.gate.set).start()
    assert supervisor.stop(WAIT_S)
    after = supervisor.submit("third", 5)
    for future in (waiting, after):
        result = future.result(WAIT_S)
        assert isinstance(result, NotRun)
        assert result.completion is Completion.CANCELED
    assert device.closed == 1


def test_a_lost_link_is_published_logged_once_and_opened_again(
    supervisor: Supervisor, device: FakeDevice, recorder: Recorder
) -> None:
    with capture_logs() as logs:
        supervisor.start()
        recorder.wait(lambda: recorder.states() == [DeviceState.ONLINE])
        device.fail = LinkLost("/dev/fake", "pulled")
        recorder.wait(
            lambda: (
                recorder.states() == [DeviceState.ONLINE, DeviceState.NO_DEVICE, DeviceState.ONLINE]
            )
        )
    assert [log["event"] for log in logs] == ["device_up", "device_down", "device_up"]


def test_a_port_that_stays_away_is_logged_once(
    supervisor: Supervisor, device: FakeDevice, recorder: Recorder
) -> None:
    device.missing = True
    opened = threading.Semaphore(0)
    supervisor._open_link = lambda: (opened.release(), device.open())[1]
    with capture_logs() as logs:
        supervisor.start()
        for _ in range(4):
            assert opened.acquire(timeout=WAIT_S)
    assert [log["event"] for log in logs] == ["device_down"]
    assert recorder.states() == [DeviceState.NO_DEVICE]


def test_a_defect_in_a_driver_is_contained_and_the_device_comes_back(
    supervisor: Supervisor, device: FakeDevice, recorder: Recorder
) -> None:
    supervisor.start()
    with pytest.raises(DriverFault, match="unknown"):
        supervisor.submit(ZeroDivisionError("defect"), 5).result(WAIT_S)
    recorder.wait(
        lambda: recorder.states()[-2:] == [DeviceState.HARDWARE_ERROR, DeviceState.ONLINE]
    )


def test_a_link_lost_during_a_command_reaches_the_caller(supervisor: Supervisor) -> None:
    supervisor.start()
    with pytest.raises(LinkLost):
        supervisor.submit(LinkLost("/dev/fake", "pulled"), 5).result(WAIT_S)


def test_what_the_device_brings_is_published_under_its_name(
    supervisor: Supervisor, device: FakeDevice, recorder: Recorder
) -> None:
    supervisor.start()
    recorder.wait(lambda: bool(recorder.events))
    assert device.report is not None
    device.report("a document")
    assert recorder.events[-1] == Reported("front", "fake", "a document")


def test_a_listener_that_fails_does_not_take_the_device_down(
    device: FakeDevice,
) -> None:
    def broken(_event: Event) -> None:
        raise RuntimeError("listener")

    device.gate.set()
    supervisor = Supervisor(
        device="front",
        kind="fake",
        model="fake-1",
        open_link=device.open,
        build_driver=device.build,
        publish=broken,
    )
    supervisor.start()
    assert supervisor.submit("print", 5).result(WAIT_S) == "did print"
    assert supervisor.stop(WAIT_S)


def test_a_driver_that_cannot_be_closed_does_not_end_the_devices_thread(
    supervisor: Supervisor, device: FakeDevice, recorder: Recorder
) -> None:
    def broken() -> None:
        device.closed += 1
        raise ValueError("byte must be in range(0, 256)")

    device.close = broken  # type: ignore[method-assign]
    device.gate.set()
    with capture_logs() as logs:
        supervisor.start()
        recorder.wait(lambda: recorder.states() == [DeviceState.ONLINE])
        device.fail = LinkLost("/dev/fake", "pulled")
        recorder.wait(lambda: recorder.states()[-2:] == [DeviceState.NO_DEVICE, DeviceState.ONLINE])
        assert supervisor.submit("print", 5).result(WAIT_S) == "did print"
    assert "close_failed" in [log["event"] for log in logs]


class Counting(Supervisor):
    """Notes how long it waits before each attempt, and waits for none of it."""

    def __init__(self, device: FakeDevice, attempts: int, steady_s: float) -> None:
        super().__init__(
            device="front",
            kind="fake",
            model="fake-1",
            open_link=device.open,
            build_driver=device.build,
            publish=lambda _event: None,
            backoff_first_s=0.2,
            backoff_last_s=3.0,
            steady_s=steady_s,
        )
        self.waits: list[float] = []
        self.done = threading.Event()
        self._attempts = attempts

    def _wait_out(self, seconds: float) -> None:
        self.waits.append(seconds)
        if len(self.waits) == self._attempts:
            self.done.set()
            super()._wait_out(600.0)


@pytest.mark.parametrize(
    ("steady_s", "waits"),
    [
        (600.0, [0.2, 0.4, 0.8, 1.6, 3.0, 3.0]),
        pytest.param(0.0, [0.2] * 6, marks=pytest.mark.negative_control),
    ],
)
def test_a_device_that_hangs_up_at_once_is_tried_less_and_less_often(
    steady_s: float, waits: list[float]
) -> None:
    class HangsUp(FakeDevice):
        def poll(self) -> DeviceStatus:
            raise LinkLost("/dev/fake", "the other side closed it")

    supervisor = Counting(HangsUp(), len(waits), steady_s)
    supervisor.start()
    assert supervisor.done.wait(WAIT_S)
    assert supervisor.stop(WAIT_S)
    assert supervisor.waits[: len(waits)] == waits


def test_what_a_device_can_do_is_known_once_it_says_so(recorder: Recorder) -> None:
    class Late(FakeDevice):
        notes = 0

        @property
        def capabilities(self) -> Capabilities:
            return {"denominations": self.notes}

        def poll(self) -> DeviceStatus:
            return DeviceStatus(DeviceState.ONLINE if self.notes else DeviceState.POWER_OFF)

        def probe(self) -> DeviceStatus:
            return self.poll()

    device = Late()
    known: list[object] = []

    def publish(event: Event) -> None:
        known.append(supervisor.capabilities["denominations"])
        recorder(event)

    supervisor = Supervisor(
        device="front",
        kind="fake",
        model="fake-1",
        open_link=device.open,
        build_driver=device.build,
        publish=publish,
    )
    supervisor.start()
    recorder.wait(lambda: recorder.states() == [DeviceState.POWER_OFF])
    device.notes = 5
    recorder.wait(lambda: recorder.states()[-1] is DeviceState.ONLINE)
    assert supervisor.stop(WAIT_S)
    assert known == [0, 5]


def test_stopping_one_that_never_started_is_harmless(supervisor: Supervisor) -> None:
    began = time.monotonic()
    assert supervisor.stop(WAIT_S)
    assert time.monotonic() - began < WAIT_S
