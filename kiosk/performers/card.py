"""Charges a card, once; and asks the terminal what became of a charge whose answer was lost."""

from collections.abc import Mapping
from concurrent.futures import CancelledError
from typing import Any
from uuid import UUID

from devices.errors import DeviceError
from devices.kinds.card_terminal import (
    PAYMENT_DEADLINE_S,
    CardEvidence,
    CardResult,
    Command,
    Pay,
    QueryPayment,
    not_sent,
)
from devices.status import Completion, DeviceState, DeviceStatus
from kiosk.doubts import advance
from kiosk.flow.effects import ChargeCard
from kiosk.flow.events import Charged, ChargeUnknown, Event, NotCharged
from kiosk.flow.facts import NotPaid
from kiosk.journal import EffectState, Journal, JournalFailed
from kiosk.order import Means, OrderState, service_id
from kiosk.performers.printer import Commands
from kiosk.runner import Outcome

QUERY_DEADLINE_S = 10.0
SLACK_S = 5.0
_NOT_PAID = {
    "declined": NotPaid.DECLINED,
    "aborted": NotPaid.ABORTED,
    "not_found": NotPaid.NOT_STARTED,
    "not_started": NotPaid.NOT_STARTED,
}


class CardDesk:
    """Carries out ChargeCard. A payment that was begun is never begun again, only asked about."""

    lane = "terminal"
    kind = "charge_card"

    def __init__(self, terminal: Commands | None, journal: Journal) -> None:
        self._terminal = terminal
        self._journal = journal
        self._orders = journal.orders

    def body(self, effect: ChargeCard) -> Mapping[str, Any]:
        return {
            "application": str(effect.order.application),
            "amount_centimos": effect.order.amount_centimos,
            "service_id": service_id(effect.effect_id),
        }

    def perform(self, effect: ChargeCard) -> Outcome:
        application, payment = effect.order.application, effect.effect_id
        with self._orders.claim(application, wait=True):
            if self._orders.of_payment(payment) is not None:
                result = ask_terminal(self._terminal, payment, effect.order.amount_centimos)
            else:
                try:
                    self._orders.begin(application, Means.CARD, payment)
                except JournalFailed:
                    return _outcome(payment, OrderState.DECLINED, None)
                result = self._charge(effect)
            state = note(self._journal, application, result)
        return _outcome(payment, state, result)

    def lost(self, effect: ChargeCard, *, begun: bool) -> Event:
        if begun:
            return ChargeUnknown(effect.effect_id)
        return NotCharged(effect.effect_id, NotPaid.NOT_STARTED)

    def _charge(self, effect: ChargeCard) -> CardResult | None:
        order = effect.order
        pay = Pay(service_id(effect.effect_id), order.number, order.amount_centimos)
        return submit(self._terminal, pay, PAYMENT_DEADLINE_S)


def ask_terminal(terminal: Commands | None, payment: UUID, amount: int) -> CardResult | None:
    """What became of `payment` of `amount` céntimos; takes no money. None without an answer.

    A question that could not be asked ("not_started") says nothing about the payment.
    """
    result = submit(terminal, QueryPayment(service_id(payment), amount), QUERY_DEADLINE_S)
    return None if result is None or result.outcome == "not_started" else result


def submit(terminal: Commands | None, command: Command, deadline_s: float) -> CardResult | None:
    """The terminal's result of `command`; None when it is not known.

    What waited behind somebody's payment for so long is withdrawn: it was never begun.
    """
    if terminal is None:
        return None
    try:
        future = terminal.submit(command, deadline_s)
    except DeviceError:
        return None
    try:
        result = future.result(deadline_s + SLACK_S)
    except TimeoutError:
        busy = DeviceStatus(DeviceState.DEVICE_BUSY)
        return not_sent(command, Completion.TIME_OUT, busy) if future.cancel() else None
    except (CancelledError, DeviceError):
        return None
    return result if isinstance(result, CardResult) else None


def note(journal: Journal, application: UUID, result: CardResult | None) -> OrderState:
    """Write down what the terminal said, and return the order's state."""
    state = _state(result)
    proven = result.evidence if result is not None and state is OrderState.PAID else None
    evidence = evidence_body(proven) if proven is not None else None
    advance(journal, application, state, evidence, why=result.outcome if result else "no answer")
    return state


def evidence_body(proven: CardEvidence) -> dict[str, Any]:
    """What is kept of a charged card, and what the server is told: nothing else."""
    return {
        "amount_centimos": proven.amount_centimos,
        "terminal_id": proven.terminal_id,
        "authorisation_code": proven.authorisation_code,
        "rrn": proven.rrn or proven.service_id,
        "stan": proven.stan,
        "masked_last4": proven.masked_last4,
        "scheme": proven.scheme,
        "paid_at": proven.at.isoformat(),
    }


def _state(result: CardResult | None) -> OrderState:
    if result is None or result.outcome in ("unknown", "in_progress"):
        return OrderState.UNKNOWN
    return OrderState.PAID if result.outcome == "approved" else OrderState.DECLINED


def _outcome(payment: UUID, state: OrderState, result: CardResult | None) -> Outcome:
    word = result.outcome if result else "no answer"
    match state:
        case OrderState.PAID:
            return Outcome(EffectState.DONE, Charged(payment), word)
        case OrderState.DECLINED:
            event = NotCharged(payment, _NOT_PAID.get(word, NotPaid.NOT_STARTED))
            return Outcome(EffectState.FAILED, event, word)
        case _:
            return Outcome(EffectState.UNKNOWN, ChargeUnknown(payment), word)
