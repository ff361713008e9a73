"""One thread per device: opens, probes, polls, runs commands, reconnects, tells what changed."""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import structlog

from devices.driver import Capabilities, Closable, Driver, Report, not_run
from devices.errors import DriverFault, LinkAmbiguous, LinkError, LinkNotFound, LinkRefused
from devices.link import RawEntry, RawRing
from devices.status import Action, Completion, DeviceState, DeviceStatus

QUEUE_LENGTH = 8
BACKOFF_FIRST_S = 0.2
BACKOFF_LAST_S = 3.0
STEADY_S = 3.0
STARTING = DeviceStatus(DeviceState.STARTING, detail="not opened yet")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """A device's health is now ``status``."""

    device: str
    kind: str
    model: str
    status: DeviceStatus


@dataclass(frozen=True, slots=True)
class Reported:
    """A device brought something by itself; ``payload`` is a dataclass of its kind."""

    device: str
    kind: str
    payload: object


Event = StatusChanged | Reported
Publish = Callable[[Event], None]


@dataclass(slots=True)
class _Queued:
    command: object
    deadline: float
    future: Future[object] = field(default_factory=Future)


class Supervisor:
    """Owns one device from open to close.

    ``publish`` is called on the device's thread and must return quickly. ``submit`` never
    raises: a command that cannot run completes with a result that says so. A device that was
    served for less than ``steady_s`` is tried again as seldom as one that cannot be opened: what
    accepts and hangs up at once does not flood the log.
    """

    def __init__(
        self,
        *,
        device: str,
        kind: str,
        model: str,
        open_link: Callable[[], Closable],
        build_driver: Callable[[Any, Report], Driver],
        publish: Publish,
        refuse: Callable[[object, Completion, DeviceStatus], object] = not_run,
        beside: tuple[type, ...] = (),
        queue_length: int = QUEUE_LENGTH,
        backoff_first_s: float = BACKOFF_FIRST_S,
        backoff_last_s: float = BACKOFF_LAST_S,
        steady_s: float = STEADY_S,
    ) -> None:
        self.device = device
        self.kind = kind
        self.model = model
        self._open_link = open_link
        self._build_driver = build_driver
        self._publish_event = publish
        self._refuse = refuse
        self._beside = beside
        self._beside_free = threading.Lock()
        self._driver: Driver | None = None
        self._link: Closable | None = None
        self._queue_length = queue_length
        self._backoff_first_s = backoff_first_s
        self._backoff_last_s = backoff_last_s
        self._steady_s = steady_s
        self._queue: deque[_Queued] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._woken = False
        self._status = STARTING
        self._capabilities: Capabilities = {}
        self._log = _log.bind(device=device, model=model)
        self._thread = threading.Thread(target=self._run, name=f"device-{device}", daemon=True)

    @property
    def status(self) -> DeviceStatus:
        """The health last published."""
        return self._status

    @property
    def capabilities(self) -> Capabilities:
        """What the device last said it can do; empty until it was connected once."""
        return self._capabilities

    def raw(self) -> tuple[RawEntry, ...]:
        """The last transfers of the link that is open, masked, oldest first; for support."""
        ring = getattr(self._link, "raw", None)
        return ring.entries() if isinstance(ring, RawRing) else ()

    def start(self) -> None:
        """Start the device's thread; call once."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Cancel what waits and close; False if the thread outlived ``timeout_s`` seconds."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        self._drain(Completion.CANCELED)
        return not self._thread.is_alive()

    def submit(self, command: object, deadline_s: float) -> Future[object]:
        """Queue ``command``, to be finished within ``deadline_s`` seconds from now.

        The future yields the kind's result. A command that never reached the device completes
        with ``timeOut`` (its deadline passed while it waited), ``deviceNotReady`` (the queue is
        full) or ``canceled`` (stopped). ``Future.cancel()`` withdraws it until it begins. The
        future raises a ``DeviceError`` only where the outcome is unknown. A command the model
        lists as ``beside`` begins at once on a thread of its own, one at a time; it too is
        ``deviceNotReady`` while the device is away.
        """
        queued = _Queued(command, time.monotonic() + deadline_s)
        if isinstance(command, self._beside):
            self._start_beside(queued)
            return queued.future
        with self._wake:
            self._queue = deque(item for item in self._queue if not item.future.cancelled())
            full = len(self._queue) >= self._queue_length
            if not full and not self._stopping:
                self._queue.append(queued)
                self._wake.notify_all()
                return queued.future
        self._turn_away(queued, Completion.DEVICE_NOT_READY if full else Completion.CANCELED)
        return queued.future

    def wake(self) -> None:
        """Try the port now instead of waiting for the next attempt; a port has come or gone."""
        with self._wake:
            self._woken = True
            self._wake.notify_all()

    def _start_beside(self, queued: _Queued) -> None:
        driver = self._driver
        if driver is None or not self._beside_free.acquire(blocking=False):
            self._turn_away(queued, Completion.DEVICE_NOT_READY)
            return
        name = f"device-{self.device}-beside"
        threading.Thread(
            target=self._run_beside, args=(driver, queued), name=name, daemon=True
        ).start()

    def _run_beside(self, driver: Driver, queued: _Queued) -> None:
        try:
            self._execute(driver, queued)
        except Exception:  # noqa: BLE001
            self._log.exception("driver_failed")
        finally:
            self._beside_free.release()

    # The rest runs on the device's thread.

    def _run(self) -> None:
        backoff = self._backoff_first_s
        while not self._stopping:
            if self._session() >= self._steady_s:
                backoff = self._backoff_first_s
            self._wait_out(backoff)
            backoff = min(backoff * 2, self._backoff_last_s)
        self._drain(Completion.CANCELED)

    def _session(self) -> float:
        """Open the device and serve it until it is lost; returns for how many seconds."""
        driver: Driver | None = None
        link: Closable | None = None
        opened_s = time.monotonic()
        try:
            self._link = link = self._open_link()
            opened_s = time.monotonic()
            driver = self._build_driver(link, self._report)
            self._take_state(driver, driver.probe())
            self._driver = driver
            self._serve(driver)
        except LinkError as lost:
            self._change(_status_of(lost))
        except Exception as defect:  # noqa: BLE001
            self._log.exception("driver_failed")
            self._change(_status_of_defect(defect))
        finally:
            self._driver = self._link = None
            self._close(driver, link)
        return 0.0 if driver is None else time.monotonic() - opened_s

    def _serve(self, driver: Driver) -> None:
        next_poll = time.monotonic()
        while not self._stopping:
            queued = self._next(until=next_poll)
            if queued is not None:
                self._execute(driver, queued)
            if queued is not None or time.monotonic() >= next_poll:
                self._take_state(driver, driver.poll())
                next_poll = time.monotonic() + driver.poll_interval_s

    def _take_state(self, driver: Driver, status: DeviceStatus) -> None:
        """Some devices say what they can do only once they answer."""
        self._capabilities = dict(driver.capabilities)
        self._change(status)

    def _close(self, driver: Driver | None, link: Closable | None) -> None:
        """Give everything back, whatever a driver does then: this thread must go on."""
        for each in (driver, link):
            try:
                if each is not None:
                    each.close()
            except Exception:  # noqa: BLE001
                self._log.exception("close_failed")

    def _execute(self, driver: Driver, queued: _Queued) -> None:
        if not queued.future.set_running_or_notify_cancel():
            return
        try:
            result = driver.execute(queued.command, queued.deadline)
        except LinkError as lost:
            queued.future.set_exception(lost)
            raise
        except Exception as defect:
            queued.future.set_exception(DriverFault(self.device, defect))
            raise
        queued.future.set_result(result)

    def _next(self, until: float) -> _Queued | None:
        """Wait for a command whose deadline has not passed, at most until ``until``."""
        while True:
            self._expire()
            with self._wake:
                if self._stopping:
                    return None
                if self._queue:
                    return self._queue.popleft()
                left = until - time.monotonic()
                if left <= 0 or not self._wake.wait(left):
                    return None

    def _wait_out(self, seconds: float) -> None:
        """Wait for the next attempt while deadlines of waiting commands keep running."""
        until = time.monotonic() + seconds
        while not self._stopping:
            self._expire()
            with self._wake:
                now = time.monotonic()
                nearest = min((item.deadline for item in self._queue), default=until)
                if now >= until or self._stopping or self._woken:
                    self._woken = False
                    return
                self._wake.wait(max(0.0, min(until, nearest) - now))

    def _expire(self) -> None:
        now = time.monotonic()
        with self._wake:
            late = [item for item in self._queue if item.deadline <= now]
            self._queue = deque(item for item in self._queue if item.deadline > now)
        for item in late:
            self._turn_away(item, Completion.TIME_OUT)

    def _drain(self, completion: Completion) -> None:
        with self._wake:
            waiting, self._queue = list(self._queue), deque()
        for item in waiting:
            self._turn_away(item, completion)

    def _turn_away(self, queued: _Queued, completion: Completion) -> None:
        if queued.future.set_running_or_notify_cancel():
            queued.future.set_result(self._refuse(queued.command, completion, self._status))

    def _report(self, payload: object) -> None:
        self._publish(Reported(self.device, self.kind, payload))

    def _change(self, status: DeviceStatus) -> None:
        before, self._status = self._status, status
        if before == status:
            return
        if status.usable and not before.usable:
            self._log.info("device_up")
        elif not status.usable and (before.usable or before is STARTING):
            self._log.warning("device_down", state=status.device, detail=status.detail)
        self._publish(StatusChanged(self.device, self.kind, self.model, status))

    def _publish(self, event: Event) -> None:
        try:
            self._publish_event(event)
        except Exception:  # noqa: BLE001
            self._log.exception("publish_failed", event_type=type(event).__name__)


def _status_of(lost: LinkError) -> DeviceStatus:
    if isinstance(lost, LinkNotFound):
        return DeviceStatus(DeviceState.NO_DEVICE, action=Action.MAINTENANCE, detail=str(lost))
    if isinstance(lost, (LinkRefused, LinkAmbiguous)):
        return DeviceStatus(DeviceState.OFFLINE, action=Action.CONFIGURATION, detail=str(lost))
    return DeviceStatus(DeviceState.NO_DEVICE, action=Action.RESET, detail=str(lost))


def _status_of_defect(defect: Exception) -> DeviceStatus:
    detail = f"the driver failed ({type(defect).__name__}); see the log"
    return DeviceStatus(DeviceState.HARDWARE_ERROR, action=Action.RESET, detail=detail)
