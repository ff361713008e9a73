"""One end of a Concert line: calls the other, hands over a frame, waits for one."""

import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

from devices.concert.protocol import Answer, Damaged, Ear, Noise, Signal
from devices.errors import LinkError
from devices.link import Link

Heard = Signal | Answer | Damaged | Noise
Called = Literal["ready", "busy", "calling", "strange", "silent"]
Delivered = Literal["taken", "refused", "unclear"]

TRIES = 3
READ_BYTES = 256
TICK_S = 0.05


class Line:
    """Whatever is waited for ends after ``reply_timeout_s``, or at the deadline given.

    Every method may raise ``LinkError``.
    """

    def __init__(self, link: Link, reply_timeout_s: float) -> None:
        self.reply_timeout_s = reply_timeout_s
        self._link = link
        self._ear: Ear[Answer] = Ear(Answer.from_text)
        self._waiting: deque[Heard] = deque()
        self._last_s = 0.0

    def hear(self, until: float) -> Heard | None:
        """What comes next before ``until`` (monotonic seconds), or None."""
        while not self._waiting:
            left = until - time.monotonic()
            if left <= 0:
                return None
            self._listen(min(left, TICK_S))
        return self._waiting.popleft()

    def drop(self) -> bool:
        """Forget what came unasked; True if the terminal called last: it wants to be heard."""
        self._listen(0.0)
        calling = False
        for _ in range(READ_BYTES):
            if not self._waiting:
                self._listen(0.0)
            if not self._waiting:
                break
            calling = self._waiting.popleft() is Signal.ENQ
        self._waiting.clear()
        return calling

    def say(self, signal: Signal) -> None:
        """Send one signal."""
        self._link.write(bytes([signal]), self.reply_timeout_s)

    def call(self, deadline: float) -> Called:
        """Ask for a session once; what comes first decides, other sounds are waited out.

        A frame that begins and does not end is a sound too: no terminal answers a call with one.
        """
        if self.drop():
            return "calling"
        self.say(Signal.ENQ)
        until = min(deadline, time.monotonic() + self.reply_timeout_s)
        heard = self.hear(until)
        if heard is None and self._ear.pending:
            return "strange"
        if heard is None or heard in _CALLED:
            return _CALLED[heard]
        while self.hear(until) is not None:
            pass
        return "strange"

    def wait_for_silence(self, deadline: float) -> None:
        """Let late replies pass, until nothing came for one time-out or ``deadline`` passed."""
        until = time.monotonic() + self.reply_timeout_s
        while (left := min(until, deadline) - time.monotonic()) > 0:
            if self.hear(time.monotonic() + left) is not None:
                until = time.monotonic() + self.reply_timeout_s

    def deliver(self, frame: bytes, deadline: float) -> Delivered:
        """Hand over a frame in the session that is open; again, when it is refused, thrice at most.

        A refusal counts if nothing follows it: on a noisy line it may have been noise.
        """
        for attempt in range(TRIES):
            if attempt:
                self.drop()
            self._link.write(frame)
            reply = self._reply(deadline)
            if reply is Signal.ACK:
                return "taken"
            if reply is not Signal.NAK:
                return "unclear"
        follows = self.hear(min(deadline, time.monotonic() + self.reply_timeout_s))
        return "refused" if follows is None else "unclear"

    def answer(
        self, deadline: float, each_turn: Callable[[], None], *, called: bool = False
    ) -> Answer | None:
        """Wait for the terminal's call and its answer, and see it off; None when none was usable.

        ``each_turn`` is called about 20 times a second; ``called``: its call was heard already. A
        damaged answer is asked for again, thrice at most.
        """
        refused = 0
        in_session = called
        if called:
            self.say(Signal.ACK)
        while time.monotonic() < deadline:
            each_turn()
            heard = self.hear(min(deadline, time.monotonic() + TICK_S))
            if isinstance(heard, Answer):
                with contextlib.suppress(LinkError):  # a line that breaks now takes nothing back
                    self._see_off()
                return heard
            if heard is Signal.ENQ:
                in_session = True
                self.say(Signal.ACK)
            elif isinstance(heard, Damaged) and in_session:
                refused += 1
                if refused > TRIES:
                    return None
                self.say(Signal.NAK)
            elif heard is Signal.EOT and refused:
                return None  # the terminal gave its answer up
        return None

    def _see_off(self) -> None:
        """Confirm its answer and wait for its EOT; confirm again where our ACK was lost."""
        self.say(Signal.ACK)
        ends = time.monotonic() + TRIES * self.reply_timeout_s
        while (heard := self._within_timeout(ends)) not in (None, Signal.EOT):
            if heard is Signal.ENQ or isinstance(heard, Answer):
                self.say(Signal.ACK)

    def _reply(self, deadline: float) -> Signal | None:
        """The next ACK or NAK; None when neither came in time."""
        until = min(deadline, time.monotonic() + self.reply_timeout_s)
        while (heard := self.hear(until)) is not None:
            if heard in (Signal.ACK, Signal.NAK):
                return Signal(heard)
        return None

    def _within_timeout(self, ends: float) -> Heard | None:
        return self.hear(min(ends, time.monotonic() + self.reply_timeout_s))

    def _listen(self, seconds: float) -> None:
        data = self._link.read(READ_BYTES, seconds)
        now = time.monotonic()
        if data:
            self._last_s = now
            self._waiting.extend(self._ear.feed(data))
        elif self._ear.pending and now - self._last_s > self.reply_timeout_s:
            self._waiting.extend(self._ear.silence())


_CALLED: dict[object, Called] = {
    None: "silent",
    Signal.ACK: "ready",
    Signal.NAK: "busy",
    Signal.ENQ: "calling",
}
