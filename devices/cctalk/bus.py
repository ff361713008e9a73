"""Questions and answers on a ccTalk bus: echo, time-outs, and repetition where it does no harm.

One wire carries both directions, so an adapter hears what it sends: that echo is taken off and
must be what was sent. Frames carry no number, so a late reply could pass for the next one's. After
any failure the line must therefore have been silent for two reply time-outs (doubled at each
further failure, up to eight), and a simple poll must be answered as one, before anything else
is asked. Replies up to three time-outs late are so dropped, and none is ever taken for another's.

Sharing. Every model opens a port of its own. A ``Bus`` keeps nothing of a device, and a
``Station`` nothing of the line, so that coin acceptor, validator and hopper could share one bus:
what is missing is one owner of the port for several supervisors, and a lock around ``exchange``.
"""

import time
from collections.abc import Callable

from devices.cctalk.faults import BusFault, Fault
from devices.cctalk.protocol import (
    ACK,
    BUSY,
    HOST,
    NAK,
    SIMPLE_POLL,
    Command,
    Frame,
    FrameParser,
    Mode,
    Spoilt,
)
from devices.link import Link

REPLY_TIMEOUT_S = 0.2
PATIENCE_S = 1.0
BUSY_PAUSE_S = 0.05
FIRST_QUIET = 2
LONGEST_QUIET = 8
MAX_TRIES = 8
_READ_BYTES = 64
_FOREVER = float("inf")


class Bus:
    """The line: one exchange at a time, used by one thread.

    ``echo`` says whether the adapter gives back what it sends. Raises ``BusFault``, and what
    the link raises (``LinkError``).
    """

    def __init__(self, link: Link, *, echo: bool, reply_timeout_s: float) -> None:
        self._link = link
        self._echo = echo
        self._reply_timeout_s = reply_timeout_s
        self._quiet_s = FIRST_QUIET * reply_timeout_s
        self._last_byte_s = time.monotonic()
        self._last_fault = Fault.SLOW
        self.in_step = False

    def wait_for_quiet(self, deadline: float) -> None:
        """Drop what still comes until the line was silent long enough.

        Where time runs out first it raises ``NOISE`` if bytes kept coming for longer than a reply
        takes, else the last failure.
        """
        began = time.monotonic()
        while (left := self._last_byte_s + self._quiet_s - time.monotonic()) > 0:
            if time.monotonic() >= deadline:
                noisy = self._last_byte_s - began > self._reply_timeout_s
                fault = Fault.NOISE if noisy else self._last_fault
                raise BusFault(fault, "listening", "the line was not silent enough", sent=False)
            self._read(_READ_BYTES, min(left, deadline - time.monotonic()))

    def exchange(self, request: bytes, mode: Mode, name: str, deadline: float) -> Frame:
        """Send ``request`` once and return the one whole frame that comes back in time."""
        if self._read(_READ_BYTES, 0.0):
            raise self._failed(Fault.NOISE, name, "bytes came that nobody asked for", sent=False)
        left = deadline - time.monotonic()
        if left <= 0:
            fault = Fault.SLOW if self.in_step else self._last_fault
            raise BusFault(fault, name, "no time was left to ask", sent=False)
        self._link.write(request)
        until = time.monotonic() + min(self._reply_timeout_s, left)
        if self._echo:
            self._take_echo(request, name, until)
        reply = self._take_reply(FrameParser(mode, _FOREVER), name, until)
        self._quiet_s = FIRST_QUIET * self._reply_timeout_s
        self.in_step = True
        return reply

    def close(self) -> None:
        """Give the port back."""
        self._link.close()

    def distrust(self) -> None:
        """A frame came that was no answer: get in step again before the next question."""
        self._fall_out_of_step(Fault.FOREIGN_REPLY)

    def _take_echo(self, request: bytes, name: str, until: float) -> None:
        heard = b""
        while len(heard) < len(request):
            data = self._read(len(request) - len(heard), until - time.monotonic())
            heard += data
            if not request.startswith(heard):
                raise self._failed(Fault.WRONG_ECHO, name, f"{heard.hex(' ')} came back")
            if not data and time.monotonic() >= until:
                raise self._failed(Fault.NO_ECHO, name, f"{len(heard)} of {len(request)} bytes")

    def _take_reply(self, parser: FrameParser, name: str, until: float) -> Frame:
        while True:
            data = self._read(_READ_BYTES, until - time.monotonic())
            found = parser.feed(data, 0.0)
            if found:
                return self._only(found, parser.pending, name)
            if not data and time.monotonic() >= until:
                if parser.pending:
                    raise self._failed(Fault.HALF_REPLY, name, f"{parser.pending} bytes came")
                raise self._failed(Fault.NO_REPLY, name, "in time")

    def _only(self, found: list[Frame | Spoilt], more: int, name: str) -> Frame:
        reply = found[0]
        if isinstance(reply, Spoilt):
            raise self._failed(Fault.SPOILT_REPLY, name, reply.what)
        if len(found) > 1 or more:
            raise self._failed(Fault.FOREIGN_REPLY, name, "more than one came")
        return reply

    def _read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._link.read(max_bytes, max(0.0, timeout_s))
        if data:
            self._last_byte_s = time.monotonic()
        return data

    def _failed(self, fault: Fault, name: str, what: str, *, sent: bool = True) -> BusFault:
        self._fall_out_of_step(fault)
        return BusFault(fault, name, what, sent=sent)

    def _fall_out_of_step(self, fault: Fault) -> None:
        self._last_fault = fault
        if self.in_step:
            self._quiet_s = FIRST_QUIET * self._reply_timeout_s
        else:
            self._quiet_s = min(2 * self._quiet_s, LONGEST_QUIET * self._reply_timeout_s)
        self.in_step = False
        self._last_byte_s = time.monotonic()


class Station:
    """One device on a bus, by its address. Give it time with ``until`` before asking.

    ``has_answered`` is True once any reply of it was good. ``doubtful`` is True after a command was
    not answered well, even if a repetition was: the device may have lost power in between.
    """

    def __init__(self, bus: Bus, address: int, mode: Mode) -> None:
        self._bus = bus
        self.address = address
        self._mode: Mode = mode
        self._limit = 0.0
        self._deadline = 0.0
        self.has_answered = False
        self.doubtful = False

    def until(self, deadline: float) -> None:
        """Ask nothing after ``deadline`` (monotonic seconds)."""
        self._limit = deadline

    def ask(self, command: Command, data: bytes = b"") -> bytes:
        """Return the data of the reply, asking again where the command allows it.

        It is tried for a second at most. A command that is not ``repeatable`` is sent once.
        Raises ``BusFault``; for such a command its ``sent`` tells whether the device may have got
        it.
        """
        self._deadline = min(self._limit, time.monotonic() + PATIENCE_S)
        last: BusFault | None = None
        for _ in range(MAX_TRIES):
            try:
                return self._ask_once(command, data)
            except BusFault as fault:
                self.doubtful = True
                if fault.fault is Fault.SLOW and last is not None:
                    break
                last = fault
            if last.sent and not command.repeatable:
                break
            if time.monotonic() + BUSY_PAUSE_S >= self._deadline:
                break
            if last.fault in (Fault.BUSY, Fault.REFUSED):
                time.sleep(BUSY_PAUSE_S)
        assert last is not None
        raise last

    def ask_twice(self, command: Command, data: bytes = b"") -> bytes:
        """Return data that two replies agree on: one damaged reply in 256 has a right checksum."""
        first = self.ask(command, data)
        if self._mode == "crc":
            return first
        return agreed(lambda: self.ask(command, data), first, command.name)

    def _ask_once(self, command: Command, data: bytes) -> bytes:
        if not self._bus.in_step:
            self._bus.wait_for_quiet(self._deadline)
            try:
                self._exchange(SIMPLE_POLL, b"")
            except BusFault as fault:
                raise BusFault(fault.fault, SIMPLE_POLL.name, fault.what, sent=False) from None
        return self._exchange(command, data)

    def _exchange(self, command: Command, data: bytes) -> bytes:
        request = Frame(self.address, HOST, command.header, data).to_bytes(self._mode)
        reply = self._bus.exchange(request, self._mode, command.name, self._deadline)
        if reply.destination != HOST or reply.source not in (None, self.address):
            self._bus.distrust()
            what = f"from {reply.source} to {reply.destination}"
            raise BusFault(Fault.FOREIGN_REPLY, command.name, what)
        self.has_answered = True
        if reply.header in (NAK, BUSY):
            fault = Fault.REFUSED if reply.header == NAK else Fault.BUSY
            raise BusFault(fault, command.name, f"header {reply.header}")
        if reply.header != ACK or len(reply.data) not in command.replies:
            self._bus.distrust()
            what = f"header {reply.header} with {len(reply.data)} bytes"
            raise BusFault(Fault.FOREIGN_REPLY, command.name, what)
        return reply.data


def agreed(ask: Callable[[], bytes], first: bytes, name: str) -> bytes:
    """Ask until two answers in a row are alike, four times at most; else ``SPOILT_REPLY``."""
    for _ in range(4):
        second = ask()
        if second == first:
            return first
        first = second
    raise BusFault(Fault.SPOILT_REPLY, name, "it answers differently each time")
