"""Takes card payments on a Concert E terminal, each at most once, and says what is known.

The protocol cannot be asked about a payment, so a payment is ``unknown`` for good from the moment
its request may have arrived until the terminal's own answer is here. Only that answer makes it
``approved`` or ``declined``; only a refusal of the request, or no session at all, ``not_started``.
"""

import contextlib
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from devices.concert.health import HEALTH, KEEPING_QUIET, SILENT
from devices.concert.line import TICK_S, TRIES, Called, Line
from devices.concert.memory import Memory
from devices.concert.protocol import (
    ALWAYS_ASK,
    LONG_ANSWER,
    MAX_CENTIMOS,
    SHORT_ANSWER,
    TERMINAL_DECIDES,
    FrameRefused,
    Request,
    Signal,
)
from devices.concert.seven_bits import SevenBitLink, has_seven_bits, open_line
from devices.concert.verdict import Asked, Verdict, compare, judge
from devices.driver import SERIAL_CHOICES, Capabilities, Model, NotRun, Options, Wiring
from devices.errors import LinkError
from devices.kinds.card_terminal import (
    COMPLETIONS,
    KIND,
    TOO_LATE,
    Abort,
    CardResult,
    Command,
    Pay,
    QueryPayment,
    Reverse,
    not_sent,
)
from devices.kinds.self_test import SelfTest, SelfTestResult, Step
from devices.link import Link
from devices.status import Completion, DeviceStatus

REPLY_TIMEOUT_S = 1.0
SETTLE_S = 15.0
SESSION_S = 2.0
POLL_INTERVAL_S = 5.0
RECOVERY_INTERVAL_S = 1.0
ATTENTIVE_INTERVAL_S = 0.5
ATTENTIVE_S = 300.0
CURRENCY = "PEN"

_INVALID = "no terminal would take this command"
_NO_QUESTIONS = "this terminal answers no questions: look the payment up in its journal"
_NO_REVERSAL = "this terminal cannot give back a payment of before: staff must do it"
_STILL_DUE = "the answer to a payment of before may still come, and could pass for this one's"
_BROKE = "the line broke after the request may have arrived"
_SERVICE_ID = re.compile(r"[A-Za-z0-9]{1,10}")


def now_utc() -> datetime:
    """The time of the kiosk: the terminal tells none."""
    return datetime.now(UTC)


class ConcertDriver:
    """One terminal over one link.

    ``settle_s`` is kept at the end of a payment's time (a third of it at most) to tell the
    terminal to stop and hear its answer. ``session_s`` of silence ends a request that may be half
    open in the terminal: until then nothing is sent that could complete it.
    """

    def __init__(
        self,
        link: Link,
        *,
        pos_number: str = "01",
        terminal_id: str = "CONCERT",
        long_answer: bool = False,
        always_authorise: bool = False,
        echoes_private: bool = False,
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        settle_s: float = SETTLE_S,
        session_s: float = SESSION_S,
        poll_interval_s: float = POLL_INTERVAL_S,
        utc_now: Callable[[], datetime] = now_utc,
    ) -> None:
        self._link = link
        self._line = Line(link, reply_timeout_s)
        self._pos_number = pos_number
        self._terminal_id = terminal_id
        self._answer = LONG_ANSWER if long_answer else SHORT_ANSWER
        self._authorisation = ALWAYS_ASK if always_authorise else TERMINAL_DECIDES
        self._echoes_private = echoes_private
        self._settle_s = settle_s
        self._session_s = session_s
        self._poll_interval_s = poll_interval_s
        self._utc_now = utc_now
        self._memory = Memory()
        self._running = self._stopped = ""
        self._quiet_until = time.monotonic() + session_s
        self._attentive_until = 0.0
        self._status = SILENT

    @property
    def capabilities(self) -> Capabilities:
        """It pays and can be told to stop; the protocol knows no earlier payment."""
        return {"pay": True, "query": False, "reverse": False, "abort": True}

    @property
    def poll_interval_s(self) -> float:
        """Seconds between two calls; few while an answer may come late, or out of order."""
        if self._answer_is_due:
            return min(self._poll_interval_s, ATTENTIVE_INTERVAL_S)
        if not self._status.usable:
            return min(self._poll_interval_s, RECOVERY_INTERVAL_S)
        return self._poll_interval_s

    def probe(self) -> DeviceStatus:
        """Let what a connection before this one left open come to its end, then call."""
        self._keep_quiet(self._quiet_until)
        return self.poll()

    def poll(self) -> DeviceStatus:
        """Call once and hang up; an answer that comes late is taken instead."""
        if time.monotonic() < self._quiet_until:
            self._keep_quiet(time.monotonic() + TICK_S)
            self._status = KEEPING_QUIET
        else:
            self._status = HEALTH[self._call(self._patience())]
            if self._status.usable:
                self._line.say(Signal.EOT)
        return self._status

    def execute(self, command: object, deadline: float) -> CardResult | SelfTestResult | NotRun:
        """Carry out a command of this kind before ``deadline`` (monotonic seconds).

        An ``Abort`` may come on another thread; it only leaves word for the payment that runs.
        """
        if isinstance(command, Pay):
            return self._pay(command, deadline)
        if isinstance(command, QueryPayment):
            return self._query(command)
        if isinstance(command, Reverse):
            verdict = Verdict("not_started", _NO_REVERSAL)
            return self._result(verdict, Completion.UNSUPPORTED_COMMAND)
        if isinstance(command, Abort):
            return self._stop(command)
        if isinstance(command, SelfTest):
            return self._test(deadline)
        return NotRun(Completion.UNSUPPORTED_COMMAND, self._status)

    def close(self) -> None:
        """Give the port back."""
        self._link.close()

    def _pay(self, command: Pay, deadline: float) -> CardResult:
        try:
            frame = self._request(command).to_bytes()
        except FrameRefused:
            return self._result(Verdict("not_started", _INVALID), Completion.INVALID_DATA)
        known = self._memory.of(command.service_id)
        if known is not None and known.outcome != "not_started":
            return self._result(compare(known, command.amount_centimos))
        asked = self._asked(command.service_id, command.amount_centimos)
        self._running = command.service_id
        try:
            return self._take(asked, frame, deadline)
        finally:
            self._running = self._stopped = ""

    def _take(self, asked: Asked, frame: bytes, deadline: float) -> CardResult:
        """Open a session and take the payment in it."""
        try:
            refusal = self._open_session(deadline)
            self._line.drop()
        except LinkError as lost:
            return self._result(Verdict("not_started", str(lost)))
        if refusal is not None:
            return self._result(Verdict("not_started", refusal))
        if time.monotonic() >= deadline:
            return self._result(Verdict("not_started", TOO_LATE), Completion.TIME_OUT)
        if not self._echoes_private and self._answer_is_due:
            with contextlib.suppress(LinkError):  # a break shows at the next poll
                self._line.say(Signal.EOT)
            return self._result(Verdict("not_started", _STILL_DUE))
        self._memory.begin(asked)
        try:
            verdict = self._transact(asked, frame, deadline)
        except LinkError:
            verdict = Verdict("unknown", _BROKE)
        self._attentive_until = time.monotonic() + ATTENTIVE_S
        self._memory.settle(asked.service_id, verdict)
        return self._result(verdict)

    @property
    def _answer_is_due(self) -> bool:
        """Whether the terminal may still answer a payment whose answer we did not hear."""
        return self._memory.unanswered is not None and time.monotonic() < self._attentive_until

    def _transact(self, asked: Asked, frame: bytes, deadline: float) -> Verdict:
        """Hand over the request in the open session and wait for the answer to it."""
        if self._is_stopped(asked):
            self._line.say(Signal.EOT)
            self._memory.answered()
            return Verdict("aborted", "stopped before it was sent")
        delivered = self._line.deliver(frame, deadline)
        if delivered == "taken":
            self._line.say(Signal.EOT)
            return self._await_answer(asked, deadline)
        self._quiet_until = time.monotonic() + self._session_s
        if delivered == "refused":
            self._memory.answered()
            return Verdict("not_started", "the terminal refused the request: check its settings")
        return Verdict("unknown", "the terminal did not say that it took the request")

    def _await_answer(self, asked: Asked, deadline: float) -> Verdict:
        """Wait for the person; tell the terminal to stop when asked to, or when time runs out."""
        left = deadline - time.monotonic()
        stop_at = deadline - min(self._settle_s, left / 3)
        told = False

        def each_turn() -> None:
            nonlocal told
            if not told and (self._is_stopped(asked) or time.monotonic() >= stop_at):
                told = True
                self._line.say(Signal.EOT)

        answer = self._line.answer(deadline, each_turn)
        if answer is None:
            return Verdict("unknown", "the terminal gave no usable answer in time")
        self._memory.answered()
        return judge(asked, answer, self._utc_now(), stopped=told)

    def _open_session(self, deadline: float) -> str | None:
        """Get the terminal's attention; returns why it was not possible, and sets the status."""
        self._keep_quiet(min(self._quiet_until, deadline))
        for _ in range(TRIES):
            called = self._call(deadline)
            if called == "ready":
                return None
            self._status = HEALTH[called]
            if called == "busy" or time.monotonic() >= deadline:
                break
            self._line.wait_for_silence(min(deadline, time.monotonic() + TRIES))
        return self._status.detail

    def _call(self, deadline: float) -> Called:
        """Call the terminal; take its answer where it has one to give.

        What calls and then has no answer is no terminal: a line that sends back what it gets.
        """
        called = self._line.call(deadline)
        if called == "calling" and not self._take_late(min(deadline, self._patience())):
            return "strange"
        return called

    def _keep_quiet(self, until: float) -> None:
        """Send nothing until then, but for taking a late answer."""
        while (left := until - time.monotonic()) > 0:
            if self._line.hear(time.monotonic() + left) is Signal.ENQ:
                self._take_late(self._patience())

    def _take_late(self, until: float) -> bool:
        """Take the answer to a payment of before, remember what it proves; False if none came."""
        answer = self._line.answer(until, lambda: None, called=True)
        if answer is None:
            return False
        asked = self._memory.unanswered
        if self._echoes_private and _SERVICE_ID.fullmatch(answer.private):
            asked = asked if asked and asked.service_id == answer.private else None
            asked = asked or self._asked(answer.private, None)
        if asked is not None:
            self._memory.answered()
            verdict = judge(asked, answer, self._utc_now(), stopped=False)
            self._memory.settle(asked.service_id, verdict)
        return True

    def _patience(self) -> float:
        return time.monotonic() + TRIES * self._line.reply_timeout_s

    def _query(self, command: QueryPayment) -> CardResult:
        """What this connection heard of a payment; nobody can be asked.

        That it was not started here says nothing about a connection before this one.
        """
        known = self._memory.of(command.service_id)
        unheard = known is None or known.outcome in ("unknown", "not_started")
        if known is None or unheard or command.currency != CURRENCY:
            evidence = None if known is None else known.evidence
            verdict = Verdict("unknown", _NO_QUESTIONS, evidence)
            return self._result(verdict, Completion.UNSUPPORTED_COMMAND)
        return self._result(compare(known, command.amount_centimos))

    def _stop(self, command: Abort) -> CardResult:
        if not self._running or command.service_id != self._running:
            return self._result(Verdict("not_started", "no such payment is running"))
        self._stopped = command.service_id
        return self._result(Verdict("in_progress", "told to stop; the payment's result decides"))

    def _is_stopped(self, asked: Asked) -> bool:
        return self._stopped == asked.service_id

    def _test(self, deadline: float) -> SelfTestResult:
        """Call, hang up, and call again: what ends a session is understood. Takes no money."""
        steps: list[Step] = []
        for name in ("answers a call (ENQ)", "ends a session (EOT) and answers again"):
            refusal = self._open_session(deadline)
            steps.append(Step(name, refusal is None, refusal or "ready"))
            if refusal is not None:
                break
            self._line.say(Signal.EOT)
            self._status = HEALTH["ready"]
        return SelfTestResult.of(tuple(steps), self._status)

    def _request(self, command: Pay) -> Request:
        """Raises ``FrameRefused`` for a command no terminal would take."""
        payable = range(1, MAX_CENTIMOS + 1)
        if command.currency != CURRENCY or command.amount_centimos not in payable:
            raise FrameRefused("the amount cannot be asked for")
        if not _SERVICE_ID.fullmatch(command.service_id):
            raise FrameRefused("the service id cannot be sent")
        return Request(
            self._pos_number,
            command.amount_centimos,
            answer=self._answer,
            private=command.service_id if self._echoes_private else "",
            authorisation=self._authorisation,
        )

    def _asked(self, service_id: str, amount_centimos: int | None) -> Asked:
        return Asked(
            service_id, self._pos_number, amount_centimos, self._terminal_id, self._echoes_private
        )

    def _result(self, verdict: Verdict, completion: Completion | None = None) -> CardResult:
        if completion is None:
            odd = verdict.outcome == "unknown" and verdict.evidence is not None
            completion = Completion.INVALID_DATA if odd else COMPLETIONS[verdict.outcome]
        return CardResult(
            verdict.outcome, completion, verdict.evidence, verdict.reason, self._status
        )


def _refuse(command: object, completion: Completion, status: DeviceStatus) -> object:
    if isinstance(command, Command):
        return not_sent(command, completion, status)
    return NotRun(completion, status)


def _build(link: Link, options: Options, _wiring: Wiring) -> ConcertDriver:
    return ConcertDriver(
        SevenBitLink(link) if has_seven_bits(options) else link,
        pos_number=str(options["pos_number"]),
        terminal_id=str(options["terminal_id"]),
        long_answer=options["answer"] == "long",
        always_authorise=bool(options["always_authorise"]),
        echoes_private=bool(options["echoes_private"]),
        reply_timeout_s=float(options["reply_timeout_s"]),
        settle_s=float(options["settle_s"]),
        session_s=float(options["session_s"]),
        poll_interval_s=float(options["poll_interval_s"]),
    )


MODEL = Model(
    kind=KIND,
    options={
        "pos_number": "01",
        "terminal_id": "CONCERT",
        "answer": "short",
        "always_authorise": False,
        "echoes_private": False,
        "characters": "8N1",
        "reply_timeout_s": REPLY_TIMEOUT_S,
        "settle_s": SETTLE_S,
        "session_s": SESSION_S,
        "poll_interval_s": POLL_INTERVAL_S,
    },
    build=_build,
    choices={
        **SERIAL_CHOICES,
        "answer": ("short", "long"),
        "characters": ("8N1", "7E1"),
        "pos_number": tuple(f"{number:02}" for number in range(1, 100)),
    },
    refuse=_refuse,
    open_link=open_line,
    beside=(Abort,),
)
