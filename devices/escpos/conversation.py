"""Talks with a printer over its link: asks for status, sorts what comes, hears its witness."""

import time
from collections import deque
from collections.abc import Callable

from devices.escpos.dialect import Dialect
from devices.escpos.findings import NO_ANSWER, STRANGER
from devices.link import WRITE_TIMEOUT_S, Link
from devices.status import DeviceStatus

MAX_QUIET_FACTOR = 16
READ_BYTES = 256
MAX_READS = 256
SLOWEST_BYTES_PER_S = 400
MAX_ANSWERS = 16
LONGEST_HEADER = bytes(8)


class Conversation:
    """One printer over one link, in one dialect; every message goes to ``hear`` as well.

    Real-time answers do not say which question they answer. After one failed to come, late ones
    may be on their way, so nothing is asked until the line was silent for one reply time-out,
    doubled at each further failure up to 16 (8 s): that is the longest delay this bears. An answer
    that is there before a question is nobody's (noise, or a picture that held a question): taken
    for the next one it would shift all that follow, so it too is waited out.

    A line that broke may have left the printer amid the head of a command, where a question would
    be taken for its length. So the first question on a line comes behind a few NUL, which end any
    head with a length of nothing and mean nothing otherwise.
    """

    def __init__(
        self, link: Link, dialect: Dialect, reply_timeout_s: float, hear: Callable[[object], None]
    ) -> None:
        self._link = link
        self._dialect = dialect
        self._reply_timeout_s = reply_timeout_s
        self._hear = hear
        self._parser = dialect.parser()
        self._strays = 0
        self._answers: deque[object] = deque(maxlen=MAX_ANSWERS)
        self._in_step = False
        self._amid_head = True
        self._quiet_s = reply_timeout_s
        self._quiet_since = time.monotonic()
        self.told: DeviceStatus | None = None  # came unasked since the last status round

    def send(self, data: bytes, deadline: float) -> None:
        """Hand over ``data`` before ``deadline``, with time enough for a slow line."""
        patience = WRITE_TIMEOUT_S + len(data) / SLOWEST_BYTES_PER_S
        if data:
            self._link.write(data, max(0.0, min(patience, deadline - time.monotonic())))

    def status(self, deadline: float) -> DeviceStatus:
        """Ask every question of the dialect before ``deadline``.

        ``NO_ANSWER`` unless each was answered; ``STRANGER`` when something came that fits nothing,
        be it beside an answer: among other devices' bytes some look like one.
        """
        strays = self._strays
        answers = self._round(deadline)
        self.told = None
        if answers is not None:
            return self._dialect.status(answers)
        return STRANGER if self._strays > strays else NO_ANSWER

    def listen(self, until: float, enough: Callable[[], bool]) -> bool:
        """Read and sort messages until ``enough()`` or the time ``until``; read at least once."""
        while not enough():
            self._sort(self._link.read(READ_BYTES, until - time.monotonic()))
            if time.monotonic() >= until:
                return enough()
        return True

    def line_broke(self) -> None:
        """Expect late answers and a printer amid a command."""
        self._in_step = False
        self._amid_head = True

    def close(self) -> None:
        """Give the port back."""
        self._link.close()

    def _round(self, deadline: float) -> list[object] | None:
        if not self._dialect.questions:
            self._drain()
            return []
        self._mind_unasked()
        if not self._in_step and not self._wait_for_quiet(deadline):
            return None
        if self._amid_head:
            self._link.write(LONGEST_HEADER, self._reply_timeout_s)
            self._amid_head = False
        strays = self._strays
        answers: list[object] = []
        for question in self._dialect.questions:
            self._link.write(question, self._reply_timeout_s)
            self._quiet_since = time.monotonic()
            reply_by = min(deadline, self._quiet_since + self._reply_timeout_s)
            self.listen(reply_by, lambda: bool(self._answers))
            if len(self._answers) != 1 or self._strays > strays:
                self._fall_out_of_step()
                return None
            answers.append(self._answers.popleft())
        self._quiet_s = self._reply_timeout_s
        return answers

    def _mind_unasked(self) -> None:
        """Fall out of step where an answer came that no question was asked for."""
        self.listen(0.0, lambda: False)
        if self._answers:
            self._in_step = False

    def _drain(self) -> None:
        """Throw away what came unasked, a bounded lot of it; notices a line that broke."""
        for _ in range(MAX_READS):
            if not self._link.read(READ_BYTES, 0.0):
                return

    def _fall_out_of_step(self) -> None:
        self._in_step = False
        longest = MAX_QUIET_FACTOR * self._reply_timeout_s
        self._quiet_s = min(2 * self._quiet_s, longest)

    def _wait_for_quiet(self, deadline: float) -> bool:
        """Drop late answers until the line was silent long enough; False if it was not yet."""
        while (quiet_at := self._quiet_since + self._quiet_s) > time.monotonic():
            if time.monotonic() >= deadline:
                return False
            self.listen(min(deadline, quiet_at), lambda: False)
        silent_since = self._quiet_since
        self.listen(0.0, lambda: False)
        self._in_step = self._quiet_since == silent_since
        self._answers.clear()
        self._parser = self._dialect.parser()
        return self._in_step

    def _sort(self, data: bytes) -> None:
        if data:
            self._quiet_since = time.monotonic()
        before = self._parser.strays
        for message in self._parser.feed(data):
            self.told = self._dialect.told(message) or self.told
            if self._dialect.is_answer(message):
                self._answers.append(message)
            self._hear(message)
        self._strays += self._parser.strays - before
