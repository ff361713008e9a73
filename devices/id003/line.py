"""Questions and answers on the line to a validator, with time-outs and harmless repetition.

Frames carry no number, so a late reply could pass for the next one's. After any failure the line
must therefore have been silent for two reply time-outs (doubled at each further failure, up to
eight), and one status request must be answered and is forgotten, before anything else is asked.
"""

import time

from devices.id003.faults import Fault, LineFault
from devices.id003.protocol import (
    ACK,
    INVALID_COMMAND,
    STATUS_REQUEST,
    Command,
    Frame,
    FrameParser,
    Spoilt,
    Status,
)
from devices.link import Link

REPLY_TIMEOUT_S = 0.3
FIRST_QUIET = 2
LONGEST_QUIET = 8
MAX_TRIES = 8
_STATUS_TRIES = 6
_READ_BYTES = 64
_FOREVER = float("inf")


class Line:
    """One validator on one link, used by one thread. Give it time with ``until`` before asking.

    ``has_answered`` is True once any reply was good. ``gap`` is True after something was not
    answered well, even if a repetition was: states may have been missed. Raises ``LineFault``,
    and what the link raises (``LinkError``).
    """

    def __init__(self, link: Link, reply_timeout_s: float) -> None:
        self._link = link
        self._reply_timeout_s = reply_timeout_s
        self._quiet_s = reply_timeout_s
        self._last_byte_s = time.monotonic()
        self._last_fault = Fault.SLOW
        self._deadline = 0.0
        self._in_step = False
        self._last_status: Status | None = None
        self.has_answered = False
        self.gap = True

    def until(self, deadline: float) -> None:
        """Ask nothing after ``deadline`` (monotonic seconds)."""
        self._deadline = deadline

    def ask(self, command: Command, data: bytes = b"") -> bytes:
        """Return the data of the answer, asking again where the command allows it."""
        return self._ask(command, data).data

    def tell(self, command: Command) -> None:
        """Send a command that is not answered."""
        if not self._in_step:
            self._get_in_step()
        self._link.write(Frame(command.code).to_bytes())

    def status(self) -> Status:
        """The status; one that is new is asked until it is the same twice: it decides on money."""
        for _ in range(_STATUS_TRIES):
            now = self._status_once()
            if now == self._last_status:
                return now
            self._last_status = now
        raise LineFault(Fault.SPOILT_REPLY, STATUS_REQUEST.name, "it differs each time")

    def close(self) -> None:
        """Give the port back."""
        self._link.close()

    def _status_once(self) -> Status:
        found = Status.of(self._ask(STATUS_REQUEST, b""))
        assert found is not None  # _check saw to that
        return found

    def _ask(self, command: Command, data: bytes) -> Frame:
        for _ in range(MAX_TRIES - 1):
            try:
                return self._ask_once(command, data)
            except LineFault as fault:
                if fault.fault is Fault.REFUSED or (fault.sent and not command.repeatable):
                    raise
                if time.monotonic() >= self._deadline:
                    raise
        return self._ask_once(command, data)

    def _ask_once(self, command: Command, data: bytes) -> Frame:
        if not self._in_step:
            self._get_in_step()
        return self._exchange(command, data)

    def _get_in_step(self) -> None:
        self._wait_for_quiet()
        try:
            self._exchange(STATUS_REQUEST, b"")
        except LineFault as fault:
            raise LineFault(fault.fault, STATUS_REQUEST.name, fault.what, sent=False) from None

    def _wait_for_quiet(self) -> None:
        began = time.monotonic()
        while (left := self._last_byte_s + self._quiet_s - time.monotonic()) > 0:
            if time.monotonic() >= self._deadline:
                noisy = self._last_byte_s - began > self._reply_timeout_s
                fault = Fault.NOISE if noisy else self._last_fault
                raise LineFault(fault, "listening", "the line was not silent enough", sent=False)
            self._read(min(left, self._deadline - time.monotonic()))

    def _exchange(self, command: Command, data: bytes) -> Frame:
        if self._read(0.0):
            what = "bytes came that nobody asked for"
            raise self._failed(Fault.NOISE, command, what, sent=False)
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise LineFault(Fault.SLOW, command.name, "no time was left to ask", sent=False)
        request = Frame(command.code, data)
        self._link.write(request.to_bytes())
        reply = self._take_reply(command, time.monotonic() + min(self._reply_timeout_s, left))
        self._check(command, request, reply)
        self._quiet_s = FIRST_QUIET * self._reply_timeout_s
        self._in_step = True
        self.has_answered = True
        return reply

    def _take_reply(self, command: Command, until: float) -> Frame:
        parser = FrameParser(_FOREVER)
        while True:
            data = self._read(until - time.monotonic())
            found = parser.feed(data, 0.0)
            if found:
                return self._only(found, parser.pending, command)
            if not data and time.monotonic() >= until:
                if parser.pending:
                    raise self._failed(Fault.HALF_REPLY, command, f"{parser.pending} bytes came")
                raise self._failed(Fault.NO_REPLY, command, "in time")

    def _only(self, found: list[Frame | Spoilt], more: int, command: Command) -> Frame:
        reply = found[0]
        if isinstance(reply, Spoilt):
            raise self._failed(Fault.SPOILT_REPLY, command, reply.what)
        if len(found) > 1 or more:
            raise self._failed(Fault.FOREIGN_REPLY, command, "more than one came")
        return reply

    def _check(self, command: Command, request: Frame, reply: Frame) -> None:
        if reply == Frame(INVALID_COMMAND):
            self.has_answered = True
            raise LineFault(Fault.REFUSED, command.name, "4B")
        fits = {
            "status": Status.of(reply) is not None,
            "ack": reply == Frame(ACK),
            "echo": reply == request,
            "data": reply.code == command.code,
            "none": False,
        }[command.answer]
        if not fits:
            what = f"code {reply.code:02X} with {len(reply.data)} bytes"
            raise self._failed(Fault.FOREIGN_REPLY, command, what)

    def _read(self, timeout_s: float) -> bytes:
        data = self._link.read(_READ_BYTES, max(0.0, timeout_s))
        if data:
            self._last_byte_s = time.monotonic()
        return data

    def _failed(self, fault: Fault, command: Command, what: str, *, sent: bool = True) -> LineFault:
        self._last_fault = fault
        if self._in_step:
            self._quiet_s = FIRST_QUIET * self._reply_timeout_s
        else:
            self._quiet_s = min(2 * self._quiet_s, LONGEST_QUIET * self._reply_timeout_s)
        self._in_step = False
        self._last_status = None
        self.gap = True
        self._last_byte_s = time.monotonic()
        return LineFault(fault, command.name, what, sent=sent)
