"""Prints jobs on an ESC/POS printer and says what is known about the paper.

Written is not printed: each job ends with a fence of its own, and only when the printer shows
that it passed it, and a status round after that finds no fault, the job is ``printed``.
"""

import secrets
import time
from collections.abc import Callable, Mapping

from devices.driver import (
    SERIAL_CHOICES,
    SERIAL_OPTIONS,
    Capabilities,
    Model,
    NotRun,
    Options,
    Wiring,
)
from devices.errors import InvalidJob, LinkError
from devices.escpos.composer import FILL, SEVER, Piece, compose_pieces
from devices.escpos.conversation import Conversation
from devices.escpos.custom.protocol import CustomDialect
from devices.escpos.dialect import Dialect
from devices.escpos.findings import NO_ANSWER, STRANGER
from devices.escpos.profiles import KPM150, PrinterProfile, usable_profiles
from devices.escpos.protocol import MAX_PROCESS_ID, EpsonDialect
from devices.escpos.self_test import SLIP, steps_of
from devices.escpos.silent import SilentDialect
from devices.escpos.transport import TRANSPORTS, open_printer
from devices.kinds.receipt_printer import KIND, PrintJob, PrintResult
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.link import Link
from devices.status import Completion, DeviceState, DeviceStatus

REPLY_TIMEOUT_S = 0.5
POLL_INTERVAL_S = 0.25
PROMPT_REPLIES = 2
PATIENT_REPLIES = 6

DIALECTS: Mapping[str, Callable[[], Dialect]] = {
    "epson": EpsonDialect,
    "custom": CustomDialect,
    "none": SilentDialect,
}
_STOPPED = (DeviceState.OFFLINE, DeviceState.HARDWARE_ERROR)


class EscposDriver:
    """One printer over one link.

    Before the first job, and after every job that was not confirmed, the printer may be in the
    middle of a command, and half a slip may hang from it. It is then first brought to the end of
    that command and its paper cut, so that nobody gets a piece of another one's slip; a job
    printed before the printer showed that it got there can at best be ``unknown``.

    What no answer can show: that a printer on a serial line was switched off and on while a piece
    was still on its way, and came back before the end of it. Over USB and TCP the link breaks.
    """

    def __init__(
        self,
        link: Link,
        *,
        profile: str = "default",
        dialect: str = "epson",
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        poll_interval_s: float = POLL_INTERVAL_S,
    ) -> None:
        self._profile = profile
        self._model = PrinterProfile(profile)
        self._dialect = DIALECTS[dialect]()
        self._witness = self._dialect.witness(secrets.randbelow(MAX_PROCESS_ID))
        self._reply_timeout_s = reply_timeout_s
        self._poll_interval_s = poll_interval_s
        self._talk = Conversation(link, self._dialect, reply_timeout_s, self._witness.hear)
        self._settled = False
        self._status = NO_ANSWER

    @property
    def capabilities(self) -> Capabilities:
        """Whether it cuts, tells its status, and can show that it printed."""
        cuts = self._model.can_cut
        confirms = self._dialect.proves and (cuts or not self._dialect.needs_cut)
        return {
            "cut": cuts,
            "qr": True,
            "status": bool(self._dialect.questions),
            "confirms": confirms,
            "columns": self._model.columns,
            "dots": self._model.dots,
        }

    @property
    def poll_interval_s(self) -> float:
        """Seconds between status rounds."""
        return self._poll_interval_s

    def probe(self) -> DeviceStatus:
        """Ask for the status once the line is quiet."""
        return self.poll()

    def poll(self) -> DeviceStatus:
        """Run one status round; ``noDevice`` when an answer failed to come in time."""
        questions = len(self._dialect.questions)
        return self._ask(time.monotonic() + (2 + questions) * self._reply_timeout_s)

    def execute(self, command: object, deadline: float) -> PrintResult | SelfTestResult | NotRun:
        """Print a ``PrintJob``, or test itself, before ``deadline`` (monotonic seconds).

        A link that breaks before anything of the job was sent gives ``not_printed``, later
        ``unknown``; either way the break shows again, as ``LinkLost``, at the next poll.
        """
        if isinstance(command, SelfTest):
            result = self._run(SLIP, deadline)
            return SelfTestResult.of(steps_of(result, self.capabilities), result.status)
        if isinstance(command, PrintJob):
            return self._run(command, deadline)
        return NotRun(Completion.UNSUPPORTED_COMMAND, self._status)

    def close(self) -> None:
        """Give the port back."""
        self._talk.close()

    def _run(self, job: PrintJob, deadline: float) -> PrintResult:
        try:
            pieces = compose_pieces(job, self._profile)
        except InvalidJob:
            return _not_printed(job, Completion.INVALID_DATA, self._status)
        try:
            before = self._ask(deadline)
            provable = before.usable and self._settle(deadline)
            if before.usable and not provable:
                before = self._ask(deadline)
        except LinkError:
            self._talk.line_broke()
            return _not_printed(job, Completion.DEVICE_NOT_READY, NO_ANSWER)
        if before.device is DeviceState.HARDWARE_ERROR:
            return _not_printed(job, Completion.HARDWARE_ERROR, before)
        if not before.usable:
            return _not_printed(job, Completion.DEVICE_NOT_READY, before)
        if time.monotonic() >= deadline:
            return _not_printed(job, Completion.TIME_OUT, before)
        return self._print(job, pieces, deadline, provable=provable)

    def _settle(self, deadline: float) -> bool:
        """Bring the printer to fresh paper; whether it showed that it is there.

        A printer amid a command takes the fence for data of it; ``FILL`` ends any command.
        """
        if self._settled:
            return self._dialect.proves
        self._witness.forget()
        there = self._dialect.proves and (
            self._fenced(Piece(b"", 0), deadline, PROMPT_REPLIES)
            or self._fenced(Piece(FILL, 0), deadline, PATIENT_REPLIES)
        )
        if self._model.can_cut:
            replies = PATIENT_REPLIES if there else 0
            there = self._fenced(Piece(SEVER, 1), deadline, replies) and there
        self._settled = there or not self._dialect.proves
        return there

    def _print(
        self, job: PrintJob, pieces: tuple[Piece, ...], deadline: float, *, provable: bool
    ) -> PrintResult:
        """Send piece after piece, each when the one before was carried out."""
        provable = provable and (pieces[-1].cuts > 0 or not self._dialect.needs_cut)
        try:
            if provable:
                confirmed = all(self._fenced(piece, deadline) for piece in pieces)
            else:
                self._fenced(_joined(pieces), deadline, PATIENT_REPLIES)
                confirmed = False
            self._settled = confirmed or not self._dialect.proves
            return _judge(job, self._ask(deadline), confirmed=confirmed, provable=provable)
        except LinkError:
            self._talk.line_broke()
            self._settled = False
            return PrintResult(job.job_id, Completion.HARDWARE_ERROR, "unknown", NO_ANSWER)

    def _fenced(self, piece: Piece, deadline: float, replies: int | None = None) -> bool:
        """Send a piece and a fence; whether that was passed in ``replies`` reply time-outs."""
        self._talk.send(piece.data + self._witness.fence(piece.cuts), deadline)
        if not self._dialect.proves:
            return False
        now = time.monotonic()
        patience = deadline if replies is None else now + replies * self._reply_timeout_s
        return self._await_passed(min(deadline, patience))

    def _await_passed(self, until: float) -> bool:
        """Wait for the printer to pass the fence; give up once it says it is in trouble."""
        while True:
            reply_by = min(until, time.monotonic() + self._reply_timeout_s)
            self._talk.listen(reply_by, self._passed_or_told)
            if self._witness.passed or time.monotonic() >= until:
                return self._witness.passed
            status = self._ask(until)
            if status.device in _STOPPED and status is not STRANGER:
                return self._witness.passed
            if status.usable:
                self._talk.send(self._witness.again(), until)

    def _passed_or_told(self) -> bool:
        return self._witness.passed or self._talk.told is not None

    def _ask(self, deadline: float) -> DeviceStatus:
        self._status = self._talk.status(deadline)
        return self._status


def _joined(pieces: tuple[Piece, ...]) -> Piece:
    return Piece(b"".join(each.data for each in pieces), sum(each.cuts for each in pieces))


def _not_printed(job: PrintJob, completion: Completion, status: DeviceStatus) -> PrintResult:
    return PrintResult(job.job_id, completion, "not_printed", status)


def _judge(job: PrintJob, after: DeviceStatus, *, confirmed: bool, provable: bool) -> PrintResult:
    """Say what the answers prove. Paper or cover gone after the answer take nothing back."""
    if after.device is DeviceState.HARDWARE_ERROR:
        return PrintResult(job.job_id, Completion.HARDWARE_ERROR, "unknown", after)
    if after in (NO_ANSWER, STRANGER) or (provable and not confirmed and after.usable):
        return PrintResult(job.job_id, Completion.TIME_OUT, "unknown", after)
    if not confirmed and not after.usable:
        return PrintResult(job.job_id, Completion.DEVICE_NOT_READY, "unknown", after)
    return PrintResult(job.job_id, Completion.SUCCESS, "printed" if confirmed else "unknown", after)


def _refuse(command: object, completion: Completion, status: DeviceStatus) -> object:
    if isinstance(command, PrintJob):
        return _not_printed(command, completion, status)
    return NotRun(completion, status)


def _build(link: Link, options: Options, _wiring: Wiring) -> EscposDriver:
    profile, dialect = str(options["profile"]), str(options["dialect"])
    own = "custom" if profile == KPM150 else "epson"
    return EscposDriver(
        link,
        profile=profile,
        dialect=own if dialect == "auto" else dialect,
        reply_timeout_s=float(options["reply_timeout_s"]),
        poll_interval_s=float(options["poll_interval_s"]),
    )


MODEL = Model(
    kind=KIND,
    options={
        "profile": "default",
        "dialect": "auto",
        "reply_timeout_s": REPLY_TIMEOUT_S,
        "poll_interval_s": POLL_INTERVAL_S,
    },
    build=_build,
    choices={
        **SERIAL_CHOICES,
        "profile": usable_profiles(),
        "dialect": ("auto", *DIALECTS),
        "transport": TRANSPORTS,
    },
    refuse=_refuse,
    open_link=open_printer,
    link_options={**SERIAL_OPTIONS, "transport": "auto"},
)
