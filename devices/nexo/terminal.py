"""A simulated terminal without its network: sessions, one payment at a time, and its ledger."""

import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devices.nexo.ledger import Entry, Ledger
from devices.nexo.protocol import (
    Abort,
    Diagnosis,
    DiagnosisReply,
    Login,
    LoginReply,
    Message,
    Payment,
    PaymentReply,
    Reply,
    Reversal,
    ReversalReply,
    StatusReply,
    TransactionStatus,
)
from devices.nexo.totals import (
    Counted,
    GetTotals,
    GetTotalsReply,
    Reconciliation,
    ReconciliationReply,
)


@dataclass(frozen=True, slots=True)
class Manners:
    """How the terminal behaves until it is told otherwise.

    ``fate`` is what becomes of a payment: ``answer``, ``no reply`` or ``lose request``;
    ``silent`` holds the connection then, instead of cutting it. ``card_stays``: people forget their
    card, and the terminal is busy until it is taken.
    """

    refuse_with: str = ""
    fate: str = "answer"
    silent: bool = False
    mute: bool = False
    busy: bool = False
    card_stays: bool = False
    stuffed: bool = False
    spoil: str = "none"
    delay_ms: int = 0
    authorise: int | None = None


class Terminal:
    """Answers one message at a time; while a payment waits for its person others get through."""

    def __init__(self, folder: Path | None = None) -> None:
        self.manners = Manners()
        self._ledger = Ledger(folder)
        self._changed = threading.Condition()
        self._sessions: set[str] = set()
        self._card_inside = False

    def behave(self, **changes: Any) -> Manners:
        """Change some manners; returns them all."""
        with self._changed:
            self.manners = replace(self.manners, **changes)
            self._changed.notify_all()
            return self.manners

    def answer(self, message: Message) -> Message | None:
        """Do what ``message`` asks and return the reply; None for one that has no reply."""
        with self._changed:
            if isinstance(message.body, Abort):
                self._abort(message.body)
                return None
            return replace(message, body=self._answer(message))

    def cancel(self) -> bool:
        """Let the customer cancel the payment in progress; False if there is none."""
        with self._changed:
            running = self._in_progress()
            if running is not None:
                self._end(running.service_id, "aborted", "Cancel")
        return running is not None

    def card_taken(self) -> bool:
        """Let the person take their card; False if there is none inside."""
        with self._changed:
            was_inside, self._card_inside = self._card_inside, False
        return was_inside

    def lose_power(self) -> None:
        """Forget the sessions and drop what was in progress; the ledger stays."""
        with self._changed:
            self._sessions.clear()
            self._ledger.lose_power()
            self._changed.notify_all()

    def show(self) -> dict[str, object]:
        """Return what was booked, as the command ``ledger`` shows it."""
        with self._changed:
            return {
                "payments": [entry.row for entry in self._ledger.entries("Payment")],
                "reversals": [entry.row for entry in self._ledger.entries("Reversal")],
                "duplicates": self._ledger.duplicates,
            }

    def _answer(self, message: Message) -> Reply:
        body = message.body
        logged_in = message.sale_id in self._sessions
        if isinstance(body, Login):
            self._sessions.add(message.sale_id)
            return LoginReply("Success")
        if isinstance(body, Payment):
            return self._pay(message, body, "" if logged_in else "LoggedOut")
        if isinstance(body, Reversal):
            return self._reverse(message, body, "" if logged_in else "LoggedOut")
        if isinstance(body, TransactionStatus):
            return self._repeat(body) if logged_in else StatusReply("Failure", "LoggedOut")
        if isinstance(body, GetTotals | Reconciliation):
            return self._count(body, "" if logged_in else "LoggedOut")
        if isinstance(body, Diagnosis) and logged_in:
            health = "Busy" if self._is_busy() or self._in_progress() else "OK"
            return DiagnosisReply("Success", "", health, True, True)
        return DiagnosisReply("Failure", "LoggedOut")

    def _is_busy(self) -> bool:
        return self.manners.busy or self._card_inside

    def _pay(self, message: Message, body: Payment, refusal: str) -> PaymentReply:
        refusal = refusal or self._refusal(message)
        if refusal:
            return PaymentReply("Failure", refusal)
        amount = self.manners.authorise
        self._book(
            message,
            reference=body.reference,
            amount_centimos=body.amount_centimos,
            authorised_centimos=body.amount_centimos if amount is None else amount,
            currency=body.currency,
        )
        self._wait_for_person(message.service_id)
        self._card_inside = self.manners.card_stays
        refused = self.manners.refuse_with
        state = "declined" if refused else "approved"
        return _payment_reply(self._end(message.service_id, state, refused))

    def _refusal(self, message: Message) -> str:
        if self._ledger.find(message.service_id) is not None:
            self._ledger.count_duplicate()
            return "NotAllowed"
        return "Busy" if self._is_busy() or self._in_progress() else ""

    def _wait_for_person(self, service_id: str) -> None:
        """Let the ordered delay pass, until somebody ends the payment."""
        began = time.monotonic()
        while self._is_in_progress(service_id):
            left = began + self.manners.delay_ms / 1000 - time.monotonic()
            if left <= 0:
                return
            self._changed.wait(left)

    def _reverse(self, message: Message, body: Reversal, refusal: str) -> ReversalReply:
        refusal = refusal or self._refusal(message)
        if refusal:
            return ReversalReply("Failure", refusal)
        paid = self._payment_numbered(body.stan, body.amount_centimos)
        entry = self._book(
            message,
            reference=body.stan,
            amount_centimos=body.amount_centimos,
            authorised_centimos=body.amount_centimos,
            currency="" if paid is None else paid.currency,
        )
        if paid is None:
            return _reversal_reply(self._end(entry.service_id, "declined", "NotFound"))
        self._ledger.end(paid.service_id, "reversed")
        return _reversal_reply(self._end(entry.service_id, "approved"))

    def _book(self, message: Message, **asked: Any) -> Entry:
        entry = Entry(
            number=self._ledger.next_number(),
            category=message.category,
            service_id=message.service_id,
            sale_id=message.sale_id,
            poi_id=message.poi_id,
            at=datetime.now(UTC).isoformat(),
            **asked,
        )
        self._ledger.book(entry)
        return entry

    def _payment_numbered(self, stan: str, amount: int) -> Entry | None:
        for entry in self._ledger.entries("Payment"):
            if (entry.stan, entry.state, entry.authorised_centimos) == (stan, "approved", amount):
                return entry
        return None

    def _repeat(self, body: TransactionStatus) -> StatusReply:
        entry = self._ledger.find(body.of_service_id)
        if entry is None or entry.category != body.of_category:
            return StatusReply("Failure", "NotFound")
        if entry.state == "in_progress":
            return StatusReply("Failure", "InProgress")
        reply = _payment_reply if entry.category == "Payment" else _reversal_reply
        repeated = Message(entry.service_id, entry.sale_id, entry.poi_id, reply(entry))
        return StatusReply("Success", "", repeated)

    def _count(
        self, body: GetTotals | Reconciliation, refusal: str
    ) -> GetTotalsReply | ReconciliationReply:
        reply = GetTotalsReply if isinstance(body, GetTotals) else ReconciliationReply
        refusal = refusal or ("Busy" if self.manners.busy or self._in_progress() else "")
        if refusal:
            return reply("Failure", refusal)
        period = self._ledger.period
        if isinstance(body, Reconciliation) and body.period:
            if not body.period.isdigit() or not 0 < int(body.period) < period:
                return reply("Failure", "NotFound")
            period = int(body.period)
        elif isinstance(body, Reconciliation):
            self._ledger.close()
        return reply("Success", "", str(period), _counted(self._ledger.of_period(period)))

    def forget(self, service_id: str) -> bool:
        """Lose a transaction from the ledger; False when there is none."""
        with self._changed:
            return self._ledger.forget(service_id)

    def _abort(self, body: Abort) -> None:
        if self._is_in_progress(body.of_service_id):
            self._end(body.of_service_id, "aborted", "Aborted")

    def _end(self, service_id: str, state: str, condition: str = "") -> Entry:
        entry = self._ledger.end(service_id, state, condition)
        self._changed.notify_all()
        return entry

    def _is_in_progress(self, service_id: str) -> bool:
        entry = self._ledger.find(service_id)
        return entry is not None and entry.state == "in_progress"

    def _in_progress(self) -> Entry | None:
        running = [each for each in self._ledger.entries("Payment") if each.state == "in_progress"]
        return running[0] if running else None


def _payment_reply(entry: Entry) -> PaymentReply:
    if entry.state not in ("approved", "reversed"):
        return PaymentReply("Failure", entry.condition, stan=entry.stan, at=entry.moment)
    return PaymentReply(
        result="Success",
        amount_centimos=entry.authorised_centimos,
        currency=entry.currency,
        terminal_id="SIM00001",
        authorisation_code=f"{entry.number:06d}",
        rrn=f"{entry.number:012d}",
        stan=entry.stan,
        masked_last4="4242",
        scheme="visa",
        at=entry.moment,
    )


def _reversal_reply(entry: Entry) -> ReversalReply:
    if entry.state != "approved":
        return ReversalReply("Failure", entry.condition, stan=entry.stan, at=entry.moment)
    return ReversalReply("Success", "", entry.authorised_centimos, entry.stan, entry.moment)


def _counted(entries: list[Entry]) -> Counted:
    """A payment that was reversed was taken first, and counts as taken."""
    paid = [
        each.authorised_centimos
        for each in entries
        if each.category == "Payment" and each.state in ("approved", "reversed")
    ]
    back = [
        each.authorised_centimos
        for each in entries
        if each.category == "Reversal" and each.state == "approved"
    ]
    return Counted(len(paid), sum(paid), len(back), sum(back))
