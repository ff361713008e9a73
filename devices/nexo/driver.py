"""Takes card payments on a nexo terminal, each at most once, and says what is known of them.

A payment is sent once. If its reply does not come, or cannot be used, the terminal is asked what
became of it (TransactionStatus with the payment's own ServiceID) until the deadline; it is never
sent again. When time runs out the terminal is first told to stop, so that nobody pays after the
kiosk gave up.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from devices.driver import Capabilities, Model, NotRun, Options, Wiring
from devices.errors import LinkError, LinkRefused
from devices.kinds.card_terminal import (
    COMPLETIONS,
    KIND,
    TOO_LATE,
    CardResult,
    Command,
    Pay,
    QueryPayment,
    Reverse,
    not_sent,
)
from devices.kinds.card_terminal import Abort as AbortCommand
from devices.kinds.self_test import SelfTest, SelfTestResult, Step
from devices.link import HttpLink
from devices.nexo.exchange import Exchange, new_service_id
from devices.nexo.health import MUTE, NOT_NEXO, NOT_THERE, status_of, status_of_failure
from devices.nexo.members import MAX_CENTIMOS, MAX_MESSAGE_BYTES
from devices.nexo.protocol import (
    Abort,
    Diagnosis,
    Login,
    Message,
    MessageRefused,
    Payment,
    Reply,
    Request,
    Reversal,
    TransactionStatus,
)
from devices.nexo.verdict import Asked, Verdict, judge, judge_status
from devices.status import Completion, DeviceStatus

REPLY_TIMEOUT_S = 3.0
SETTLE_S = 15.0
POLL_INTERVAL_S = 5.0
RECOVERY_INTERVAL_S = 1.0
RETRY_FIRST_S = 0.1
RETRY_LAST_S = 2.0
ABSENT_TWICE = 2

_NOT_TOLD = "the terminal could not be reached"
_INVALID = "no terminal would take this command"


def now_utc() -> datetime:
    """The time that goes into messages."""
    return datetime.now(UTC)


class NexoDriver:
    """One terminal; each message travels on a connection of its own, so a cut hurts one only.

    ``settle_s`` is kept at the end of a transaction's time (a third of it at most) to find out
    what became of it.
    """

    def __init__(
        self,
        link: Exchange,
        *,
        sale_id: str = "KIOSK",
        poi_id: str = "TERMINAL",
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        settle_s: float = SETTLE_S,
        poll_interval_s: float = POLL_INTERVAL_S,
        utc_now: Callable[[], datetime] = now_utc,
    ) -> None:
        self._link = link
        self._sale_id = sale_id
        self._poi_id = poi_id
        self._reply_timeout_s = reply_timeout_s
        self._settle_s = settle_s
        self._poll_interval_s = poll_interval_s
        self._utc_now = utc_now
        self._logged_in = False
        self._status = NOT_THERE

    @property
    def capabilities(self) -> Capabilities:
        """It pays, answers about past payments, reverses them, and can be told to stop."""
        return {"pay": True, "query": True, "reverse": True, "abort": True}

    @property
    def poll_interval_s(self) -> float:
        """Seconds between two diagnoses; fewer while it is out of order, to be back soon."""
        if self._status.usable:
            return self._poll_interval_s
        return min(self._poll_interval_s, RECOVERY_INTERVAL_S)

    def probe(self) -> DeviceStatus:
        """Log in, then diagnose."""
        return self.poll()

    def poll(self) -> DeviceStatus:
        """Ask for the terminal's health, logging in first where the session is not open."""
        deadline = time.monotonic() + self._reply_timeout_s
        try:
            self._status = self._log_in(deadline) or self._diagnose(deadline)
        except (LinkError, MessageRefused) as trouble:
            self._status = self._status_of(trouble)
        return self._status

    def execute(self, command: object, deadline: float) -> CardResult | SelfTestResult | NotRun:
        """Carry out a command of this kind before ``deadline`` (monotonic seconds).

        An ``Abort`` may come on another thread; it shares nothing with what is running.
        """
        if isinstance(command, Pay):
            return self._pay(command, deadline)
        if isinstance(command, Reverse):
            return self._reverse(command, deadline)
        if isinstance(command, QueryPayment):
            return self._query(command, deadline)
        if isinstance(command, AbortCommand):
            return self._stop_payment(command, deadline)
        if isinstance(command, SelfTest):
            return self._test(deadline)
        return NotRun(Completion.UNSUPPORTED_COMMAND, self._status)

    def close(self) -> None:
        """Send nothing more."""
        self._link.close()

    def _pay(self, command: Pay, deadline: float) -> CardResult:
        asked = Asked("Payment", command.service_id, command.amount_centimos, command.currency)
        amount = command.amount_centimos
        body = Payment(command.reference, self._utc_now(), amount, command.currency)
        return self._result(self._transact(asked, body, deadline))

    def _reverse(self, command: Reverse, deadline: float) -> CardResult:
        paid = command.payment
        asked = Asked("Reversal", command.service_id, paid.amount_centimos, "")
        body = Reversal(paid.stan, paid.at, paid.amount_centimos, command.why)
        return self._result(self._transact(asked, body, deadline))

    def _query(self, command: QueryPayment, deadline: float) -> CardResult:
        amount = command.amount_centimos
        asked = Asked("Payment", command.service_id, amount, command.currency)
        if not _can_send(self._message(self._question_about(asked))):
            return self._result(Verdict("unknown", _INVALID))
        return self._result(self._inquire(asked, deadline))

    def _stop_payment(self, command: AbortCommand, deadline: float) -> CardResult:
        body = Abort("Payment", command.service_id, self._sale_id, self._poi_id)
        try:
            self._post(self._message(body), min(deadline, self._patience()))
        except LinkRefused:
            return self._result(Verdict("not_started", _NOT_TOLD))
        except LinkError:
            return self._result(Verdict("unknown", "the terminal may not have been told"))
        except MessageRefused:
            return self._result(Verdict("not_started", _INVALID))
        return self._result(Verdict("in_progress", "told to stop; the payment's result decides"))

    def _transact(self, asked: Asked, body: Payment | Reversal, deadline: float) -> Verdict:
        """Send a transaction once, and find out what became of it."""
        request = self._message(body, asked.service_id)
        if asked.amount_centimos not in range(1, MAX_CENTIMOS + 1) or not _can_send(request):
            return Verdict("not_started", _INVALID)
        refusal = self._open_session(deadline)
        if refusal is not None:
            return Verdict("not_started", refusal)
        left = deadline - time.monotonic()
        if left <= 0:
            return Verdict("not_started", TOO_LATE)
        settle_at = deadline - min(self._settle_s, left / 3)
        try:
            return self._send_once(asked, request, settle_at, deadline)
        except LinkRefused:
            self._logged_in, self._status = False, NOT_THERE
            return Verdict("not_started", _NOT_TOLD)

    def _send_once(
        self, asked: Asked, request: Message, settle_at: float, deadline: float
    ) -> Verdict:
        """Raises ``LinkRefused`` only when ``request`` was not sent."""
        try:
            verdict = judge(asked, self._exchange(request, settle_at))
        except LinkRefused:
            raise
        except (LinkError, MessageRefused):
            verdict = Verdict("unknown", "its reply was lost", final=False)
        if verdict.final:
            return verdict
        found = self._settle(asked, settle_at, deadline)
        if found.outcome == "not_found" and verdict.outcome == "not_started":
            return verdict
        return found

    def _settle(self, asked: Asked, stop_at: float, deadline: float) -> Verdict:
        """Ask what became of a transaction; from ``stop_at`` on, tell the terminal to stop first.

        ``not_found`` counts when it is said twice: a request may still be on its way in.
        """
        stopped = asked.category != "Payment"
        absent, gap = 0, RETRY_FIRST_S
        while time.monotonic() < deadline:
            if not stopped and time.monotonic() >= stop_at:
                stopped = True
                self._stop_payment(AbortCommand(asked.service_id), deadline)
            verdict = self._look_up(asked, deadline)
            absent = absent + 1 if verdict.outcome == "not_found" else 0
            if absent >= ABSENT_TWICE or _is_settled(verdict):
                return verdict
            gap = _pause(gap, deadline if stopped else min(stop_at, deadline))
        return Verdict("unknown", "the terminal did not say what became of it in time")

    def _inquire(self, asked: Asked, deadline: float) -> Verdict:
        """Ask until the terminal says anything definite, ``in_progress`` included."""
        gap = RETRY_FIRST_S
        verdict = Verdict("unknown", "the terminal did not answer in time")
        while time.monotonic() < deadline:
            verdict = self._look_up(asked, deadline)
            if verdict.final:
                return verdict
            gap = _pause(gap, deadline)
        return verdict

    def _look_up(self, asked: Asked, deadline: float) -> Verdict:
        """Ask once for the repeated reply; whatever goes wrong is ``unknown`` and not final."""
        until = min(deadline, self._patience())
        refusal = self._open_session(until)
        if refusal is not None:
            return Verdict("unknown", refusal, final=False)
        try:
            reply = self._exchange(self._message(self._question_about(asked)), until)
        except (LinkError, MessageRefused):
            return Verdict("unknown", "the terminal did not answer", final=False)
        verdict = judge_status(asked, reply)
        self._logged_in = verdict.reason != "LoggedOut"
        return verdict

    def _test(self, deadline: float) -> SelfTestResult:
        """Log in, diagnose, and ask about a payment that never was; takes no money."""
        self._logged_in = False
        refusal = self._open_session(deadline)
        steps = [Step("session (Login)", refusal is None, refusal or "open")]
        if refusal is None:
            health = self.poll()
            steps.append(Step("health (Diagnosis)", health.usable, health.detail or "ready"))
            verdict = self._look_up(Asked("Payment", new_service_id(), None, ""), deadline)
            known = verdict.outcome == "not_found"
            steps.append(Step("lost replies (TransactionStatus)", known, verdict.reason))
        return SelfTestResult.of(tuple(steps), self._status)

    def _open_session(self, deadline: float) -> str | None:
        """Log in where needed; returns why it was not possible, and sets the status then."""
        if self._logged_in:
            return None
        try:
            refused = self._log_in(min(deadline, self._patience()))
        except (LinkError, MessageRefused) as trouble:
            refused = self._status_of(trouble)
        if refused is None:
            return None
        self._status = refused
        return refused.detail

    def _status_of(self, trouble: LinkError | MessageRefused) -> DeviceStatus:
        """What a question that failed says of the terminal; one that is away has no session."""
        if isinstance(trouble, MessageRefused):
            return NOT_NEXO
        if isinstance(trouble, LinkRefused):
            self._logged_in = False
            return NOT_THERE
        return MUTE

    def _log_in(self, deadline: float) -> DeviceStatus | None:
        """Open the session unless it is open; returns the status of a terminal that refuses."""
        if self._logged_in:
            return None
        reply = self._ask(Login(self._utc_now()), deadline)
        self._logged_in = reply.result == "Success"
        return None if self._logged_in else status_of_failure(reply.condition)

    def _diagnose(self, deadline: float) -> DeviceStatus:
        reply = self._ask(Diagnosis(), deadline)
        if reply.condition == "LoggedOut":
            self._logged_in = False
        return status_of(reply)

    def _ask(self, body: Request, deadline: float) -> Reply:
        """Return the terminal's reply to ``body``; raises ``LinkError`` or ``MessageRefused``."""
        request = self._message(body)
        return self._exchange(request, deadline).must_answer(request)

    def _exchange(self, request: Message, deadline: float) -> Message:
        """Send ``request``, return the reply to it; raises ``LinkError`` or ``MessageRefused``."""
        reply = Message.from_bytes(self._post(request, deadline))
        reply.must_answer(request)
        return reply

    def _post(self, request: Message, deadline: float) -> bytes:
        return self._link.exchange(request.to_bytes(), deadline, MAX_MESSAGE_BYTES)

    def _message(self, body: Request, service_id: str | None = None) -> Message:
        chosen = new_service_id() if service_id is None else service_id
        return Message(chosen, self._sale_id, self._poi_id, body)

    def _question_about(self, asked: Asked) -> TransactionStatus:
        return TransactionStatus(asked.category, asked.service_id, self._sale_id, self._poi_id)

    def _patience(self) -> float:
        return time.monotonic() + self._reply_timeout_s

    def _result(self, verdict: Verdict) -> CardResult:
        completion = COMPLETIONS[verdict.outcome]
        if verdict.reason == _INVALID or (verdict.outcome == "unknown" and verdict.evidence):
            completion = Completion.INVALID_DATA
        elif verdict.reason == TOO_LATE:
            completion = Completion.TIME_OUT
        return CardResult(
            verdict.outcome, completion, verdict.evidence, verdict.reason, self._status
        )


def _can_send(message: Message) -> bool:
    try:
        message.to_bytes()
    except MessageRefused:
        return False
    return True


def _is_settled(verdict: Verdict) -> bool:
    return verdict.final and verdict.outcome not in ("not_found", "in_progress")


def _pause(gap: float, until: float) -> float:
    """Wait ``gap`` seconds, at most to ``until``; returns the next gap, twice as long."""
    time.sleep(max(0.01, min(gap, until - time.monotonic())))
    return min(2 * gap, RETRY_LAST_S)


def _refuse(command: object, completion: Completion, status: DeviceStatus) -> object:
    if isinstance(command, Command):
        return not_sent(command, completion, status)
    return NotRun(completion, status)


def _open_link(port: str, _options: Options) -> HttpLink:
    return HttpLink(port)


def _build(link: HttpLink, options: Options, _wiring: Wiring) -> NexoDriver:
    return NexoDriver(
        link,
        sale_id=str(options["sale_id"]),
        poi_id=str(options["poi_id"]),
        reply_timeout_s=float(options["reply_timeout_s"]),
        settle_s=float(options["settle_s"]),
        poll_interval_s=float(options["poll_interval_s"]),
    )


MODEL = Model(
    kind=KIND,
    options={
        "sale_id": "KIOSK",
        "poi_id": "TERMINAL",
        "reply_timeout_s": REPLY_TIMEOUT_S,
        "settle_s": SETTLE_S,
        "poll_interval_s": POLL_INTERVAL_S,
    },
    build=_build,
    choices={},
    refuse=_refuse,
    open_link=_open_link,
    port_scheme="http",
    link_options={},
    beside=(AbortCommand,),
)
