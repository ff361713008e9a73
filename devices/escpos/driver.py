"""Prints jobs on an ESC/POS printer and says what is known about the paper.

Written is not printed: each job ends with a process id of its own, and only the printer's
answer with that id, followed by a status round that finds no fault, makes it ``printed``.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable

from devices.driver import SERIAL_CHOICES, Capabilities, Model, NotRun, Options, Wiring
from devices.errors import InvalidJob, LinkError
from devices.escpos.composer import can_cut, compose, usable_profiles
from devices.escpos.protocol import (
    MAX_PROCESS_ID,
    NO_ANSWER,
    QUESTIONS,
    Answers,
    MessageParser,
    ProcessDone,
    ask_status,
    mark_process,
    status_of,
)
from devices.kinds.receipt_printer import KIND, PrintJob, PrintResult
from devices.link import WRITE_TIMEOUT_S, Link
from devices.status import Completion, DeviceState, DeviceStatus

REPLY_TIMEOUT_S = 0.5
POLL_INTERVAL_S = 2.0
MAX_QUIET_FACTOR = 16
READ_BYTES = 256
SLOWEST_BYTES_PER_S = 400


class EscposDriver:
    """One printer over one link.

    Real-time answers do not say which question they answer. After one failed to come, late ones
    may be on their way, so nothing is asked until the line was silent for one reply time-out,
    doubled at each further failure up to 16 (8 s): that is the longest delay this driver bears.
    """

    def __init__(
        self,
        link: Link,
        *,
        profile: str = "default",
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        poll_interval_s: float = POLL_INTERVAL_S,
    ) -> None:
        self._link = link
        self._profile = profile
        self._reply_timeout_s = reply_timeout_s
        self._poll_interval_s = poll_interval_s
        self._parser = MessageParser()
        self._answers: deque[int] = deque(maxlen=16)
        self._process_id = secrets.randbelow(MAX_PROCESS_ID)
        self._last_done: int | None = None
        self._in_step = False
        self._quiet_s = reply_timeout_s
        self._quiet_since = time.monotonic()
        self._status = NO_ANSWER

    @property
    def capabilities(self) -> Capabilities:
        """Whether it cuts; it always prints QR codes and tells its status."""
        return {"cut": can_cut(self._profile), "qr": True, "status": True}

    @property
    def poll_interval_s(self) -> float:
        """Seconds between status rounds."""
        return self._poll_interval_s

    def probe(self) -> DeviceStatus:
        """Ask for the status once the line is quiet."""
        return self.poll()

    def poll(self) -> DeviceStatus:
        """Run one status round; ``noDevice`` when an answer failed to come in time."""
        return self._ask(time.monotonic() + (2 + len(QUESTIONS)) * self._reply_timeout_s)

    def execute(self, command: object, deadline: float) -> PrintResult | NotRun:
        """Print a ``PrintJob`` before ``deadline`` (monotonic seconds).

        A link that breaks before anything was sent gives ``not_printed``, later ``unknown``;
        either way the break shows again, as ``LinkLost``, at the next poll.
        """
        if not isinstance(command, PrintJob):
            return NotRun(Completion.UNSUPPORTED_COMMAND, self._status)
        try:
            data = compose(command, self._profile)
        except InvalidJob:
            return _not_printed(command, Completion.INVALID_DATA, self._status)
        before = self._ask_or_lost(deadline)
        if before.device is DeviceState.HARDWARE_ERROR:
            return _not_printed(command, Completion.HARDWARE_ERROR, before)
        if not before.usable:
            return _not_printed(command, Completion.DEVICE_NOT_READY, before)
        if time.monotonic() >= deadline:
            return _not_printed(command, Completion.TIME_OUT, before)
        return self._print(command, data, deadline)

    def close(self) -> None:
        """Give the port back."""
        self._link.close()

    def _print(self, job: PrintJob, data: bytes, deadline: float) -> PrintResult:
        self._process_id = (self._process_id + 1) % (MAX_PROCESS_ID + 1)
        whole = data + mark_process(self._process_id)
        patience = WRITE_TIMEOUT_S + len(whole) / SLOWEST_BYTES_PER_S
        try:
            self._link.write(whole, max(0.0, min(patience, deadline - time.monotonic())))
            confirmed = self._await_done(deadline)
        except LinkError:
            self._in_step = False
            return PrintResult(job.job_id, Completion.HARDWARE_ERROR, "unknown", NO_ANSWER)
        return _judge(job, confirmed, self._ask_or_lost(deadline))

    def _await_done(self, deadline: float) -> bool:
        """Wait for the answer to this job; stop early once the printer says it is in trouble."""
        while not self._pump(min(deadline, self._reply_deadline()), self._is_done):
            if time.monotonic() >= deadline:
                return False
            status = self._ask(deadline)
            if status is not NO_ANSWER and not status.usable:
                return self._is_done()
        return True

    def _is_done(self) -> bool:
        return self._last_done == self._process_id

    def _ask_or_lost(self, deadline: float) -> DeviceStatus:
        try:
            return self._ask(deadline)
        except LinkError:
            return NO_ANSWER

    def _ask(self, deadline: float) -> DeviceStatus:
        """Run one status round before ``deadline``; ``NO_ANSWER`` unless every answer came."""
        bits = self._round(deadline)
        self._status = NO_ANSWER if bits is None else status_of(Answers(*bits))
        return self._status

    def _round(self, deadline: float) -> list[int] | None:
        if not self._in_step and not self._wait_for_quiet(deadline):
            return None
        bits: list[int] = []
        for question in QUESTIONS:
            self._link.write(ask_status(question), self._reply_timeout_s)
            self._quiet_since = time.monotonic()
            self._pump(min(deadline, self._reply_deadline()), lambda: bool(self._answers))
            if len(self._answers) != 1:
                self._fall_out_of_step()
                return None
            bits.append(self._answers.popleft())
        self._quiet_s = self._reply_timeout_s
        return bits

    def _fall_out_of_step(self) -> None:
        self._in_step = False
        longest = MAX_QUIET_FACTOR * self._reply_timeout_s
        self._quiet_s = min(2 * self._quiet_s, longest)

    def _wait_for_quiet(self, deadline: float) -> bool:
        """Drop late answers until the line was silent long enough; False if it was not yet."""
        while (quiet_at := self._quiet_since + self._quiet_s) > time.monotonic():
            if time.monotonic() >= deadline:
                return False
            self._pump(min(deadline, quiet_at), lambda: False)
        silent_since = self._quiet_since
        self._pump(0.0, lambda: False)
        self._in_step = self._quiet_since == silent_since
        self._answers.clear()
        self._parser = MessageParser()
        return self._in_step

    def _pump(self, until: float, enough: Callable[[], bool]) -> bool:
        """Read and sort messages until ``enough()`` or the time ``until``; read at least once."""
        while not enough():
            self._sort(self._link.read(READ_BYTES, until - time.monotonic()))
            if time.monotonic() >= until:
                return enough()
        return True

    def _sort(self, data: bytes) -> None:
        if data:
            self._quiet_since = time.monotonic()
        for message in self._parser.feed(data):
            if isinstance(message, ProcessDone):
                self._last_done = message.process_id
            else:
                self._answers.append(message.bits)

    def _reply_deadline(self) -> float:
        return time.monotonic() + self._reply_timeout_s


def _not_printed(job: PrintJob, completion: Completion, status: DeviceStatus) -> PrintResult:
    return PrintResult(job.job_id, completion, "not_printed", status)


def _judge(job: PrintJob, confirmed: bool, after: DeviceStatus) -> PrintResult:
    """Say what the answers prove. Paper or cover gone after the answer take nothing back."""
    if after.device is DeviceState.HARDWARE_ERROR:
        return PrintResult(job.job_id, Completion.HARDWARE_ERROR, "unknown", after)
    if after is NO_ANSWER or (not confirmed and after.usable):
        return PrintResult(job.job_id, Completion.TIME_OUT, "unknown", after)
    if not confirmed:
        return PrintResult(job.job_id, Completion.DEVICE_NOT_READY, "unknown", after)
    return PrintResult(job.job_id, Completion.SUCCESS, "printed", after)


def _refuse(command: object, completion: Completion, status: DeviceStatus) -> object:
    if isinstance(command, PrintJob):
        return _not_printed(command, completion, status)
    return NotRun(completion, status)


def _build(link: Link, options: Options, _wiring: Wiring) -> EscposDriver:
    return EscposDriver(
        link,
        profile=str(options["profile"]),
        reply_timeout_s=float(options["reply_timeout_s"]),
        poll_interval_s=float(options["poll_interval_s"]),
    )


MODEL = Model(
    kind=KIND,
    options={
        "profile": "default",
        "reply_timeout_s": REPLY_TIMEOUT_S,
        "poll_interval_s": POLL_INTERVAL_S,
    },
    build=_build,
    choices={**SERIAL_CHOICES, "profile": usable_profiles()},
    refuse=_refuse,
)
