"""Takes card payments on a nexo terminal, each at most once, and says what is known of them.

A payment is sent once. If its reply does not come, or cannot be used, the terminal is asked what
became of it (TransactionStatus with the payment's own ServiceID) until the deadline; it is never
sent again. When time runs out, or the terminal does not know it, the terminal is told to stop it by
its ServiceID, so that nobody pays after the kiosk gave up. "Not found" is believed only when it
lasts: the payment may be on its way in.
"""

import time
from collections.abc import Callable
from datetime import datetime

from devices.driver import Capabilities, Model, NotRun, Options, Wiring
from devices.errors import LinkError, LinkRefused
from devices.kinds.card_terminal import (
    KIND,
    TOO_LATE,
    CardResult,
    Command,
    Pay,
    QueryPayment,
    Reverse,
    Totals,
    TotalsResult,
    not_sent,
)
from devices.kinds.card_terminal import Abort as AbortCommand
from devices.kinds.self_test import SelfTest, SelfTestResult, Step
from devices.link import HttpLink
from devices.nexo.asking import RETRY_FIRST_S, Absence, pause
from devices.nexo.exchange import Exchange, new_service_id, now_utc
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
from devices.nexo.totals import judge_totals, not_told, question_of
from devices.nexo.verdict import INVALID, Asked, Verdict, judge, judge_status, result_of
from devices.status import Completion, DeviceState, DeviceStatus

REPLY_TIMEOUT_S = 3.0
SETTLE_S = 15.0
POLL_INTERVAL_S = 5.0
RECOVERY_INTERVAL_S = 1.0

_NOT_TOLD = "the terminal could not be reached"
_TOO_EARLY = "it was not found, but not for long enough to be sure"
Result = CardResult | TotalsResult | SelfTestResult | NotRun
_ITSELF = (DeviceState.ONLINE, DeviceState.DEVICE_BUSY, DeviceState.HARDWARE_ERROR)


class NexoDriver:
    """One terminal; each message travels on a connection of its own, so a cut hurts one only.

    ``settle_s`` is kept at the end of a transaction's time (a third of it at most) to find out
    what became of it. A reply may take ``reply_timeout_s``; so long must "not found" last.
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
        """It pays, answers about past payments, reverses them, can be told to stop, and counts."""
        return {"pay": True, "query": True, "reverse": True, "abort": True, "totals": True}

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

    def execute(self, command: object, deadline: float) -> Result:
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
        if isinstance(command, Totals):
            return self._count(command, deadline)
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
        if not self._message(self._question_about(asked)).can_be_sent:
            return self._result(Verdict("unknown", INVALID))
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
            return self._result(Verdict("not_started", INVALID))
        return self._result(Verdict("in_progress", "told to stop; the payment's result decides"))

    def _transact(self, asked: Asked, body: Payment | Reversal, deadline: float) -> Verdict:
        """Send a transaction once, and find out what became of it."""
        request = self._message(body, asked.service_id)
        if asked.amount_centimos not in range(1, MAX_CENTIMOS + 1) or not request.can_be_sent:
            return Verdict("not_started", INVALID)
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
            reply = self._exchange(request, settle_at)
        except LinkRefused:
            raise
        except (LinkError, MessageRefused):
            return self._settle(asked, settle_at, deadline, lost=True)
        verdict = judge(asked, reply)
        if verdict.final:
            return verdict
        refused = verdict.outcome == "not_started"
        found = self._settle(asked, settle_at, deadline, lost=not refused)
        return verdict if refused and found.outcome == "not_found" else found

    def _settle(self, asked: Asked, stop_at: float, deadline: float, *, lost: bool) -> Verdict:
        """Ask what became of a transaction; from ``stop_at`` on, tell the terminal to stop first.

        Where its reply was ``lost``, ``not_found`` counts only after the terminal was told to
        stop, and when it lasts. A payment that began in spite of that is told again.
        """
        is_payment = asked.category == "Payment"
        told = not is_payment
        absence, gap = Absence(self._reply_timeout_s if lost else 0.0), RETRY_FIRST_S
        while (asked_s := time.monotonic()) < deadline:
            if not told and asked_s >= stop_at:
                told = self._tell_to_stop(asked, deadline)
            verdict = self._look_up(asked, deadline)
            if verdict.settled:
                return verdict
            if verdict.outcome != "not_found":
                absence.ended()
                told = told and not (is_payment and verdict.outcome == "in_progress")
            elif lost and not told:
                if told := self._tell_to_stop(asked, deadline):
                    continue  # what it says from here on counts
            elif absence.lasts(asked_s):
                return verdict
            gap = pause(gap, min(stop_at, deadline) if asked_s < stop_at else deadline)
        return Verdict("unknown", "the terminal did not say what became of it in time")

    def _tell_to_stop(self, asked: Asked, deadline: float) -> bool:
        return self._stop_payment(AbortCommand(asked.service_id), deadline).outcome == "in_progress"

    def _inquire(self, asked: Asked, deadline: float) -> Verdict:
        """Ask until the terminal says anything definite, ``in_progress`` included.

        ``not_found`` is, where the terminal itself is up and it lasts: see ``Absence``.
        """
        absence, gap = Absence(self._reply_timeout_s), RETRY_FIRST_S
        verdict = Verdict("unknown", "the terminal did not answer in time")
        while (asked_s := time.monotonic()) < deadline:
            found = self._look_up(asked, deadline)
            if found.outcome != "not_found":
                if found.final:
                    return found
                verdict = found
                absence.ended()
            elif self._is_up(deadline):
                if absence.lasts(asked_s):
                    return found
                verdict = Verdict("unknown", _TOO_EARLY, final=False)
            gap = pause(gap, deadline)
        return verdict

    def _is_up(self, deadline: float) -> bool:
        """Whether the terminal itself answers (Diagnosis), not only what stands before it."""
        try:
            self._status = self._diagnose(min(deadline, self._patience()))
        except (LinkError, MessageRefused) as trouble:
            self._status = self._status_of(trouble)
        return self._status.device in _ITSELF

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

    def _count(self, command: Totals, deadline: float) -> TotalsResult:
        """Ask once: to read changes nothing, and a period that was closed can be asked about."""
        if (refusal := self._open_session(deadline)) is not None:
            return not_told("unknown", refusal, self._status)
        try:
            reply = self._ask(question_of(command), deadline)
        except (LinkError, MessageRefused) as trouble:
            self._status = self._status_of(trouble)
            return not_told("unknown", self._status.detail, self._status)
        result = judge_totals(command, reply, self._poi_id, self._status)
        self._logged_in = result.reason != "LoggedOut"
        return result

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
        return result_of(verdict, self._status)


def _refuse(command: object, completion: Completion, status: DeviceStatus) -> object:
    if isinstance(command, Command):
        return not_sent(command, completion, status)
    return NotRun(completion, status)


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
    open_link=lambda port, _options: HttpLink(port),
    port_scheme="http",
    link_options={},
    beside=(AbortCommand,),
)
