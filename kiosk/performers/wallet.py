"""Has the server open a wallet's code, shows it, and follows it until it is known how it ended."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid5

import structlog

from devices.wallet_qr.objects import QrRefused
from devices.wallet_qr.protocol import read
from kiosk.doubts import advance
from kiosk.flow.effects import ShowWalletCode
from kiosk.flow.events import Charged, ChargeUnknown, Event, NotCharged, WalletShown
from kiosk.flow.facts import NotPaid
from kiosk.journal import EffectState, Journal, JournalFailed
from kiosk.order import Means, OrderState
from kiosk.queue_client import Answer, Granted, QueueClient, Refused
from kiosk.runner import Outcome

OPEN_DEADLINE_S = 12.0
CANCEL_DEADLINE_S = 10.0
LOOK_EVERY_S = 0.5
# Longer nobody is left standing before a code that may have been paid.
SILENCE_S = 30.0
# A code given up ends within this time, and every code long before the other.
STOPPING_S = 45.0
LONGEST_S = 900.0
_PAID = "paid"
_NOT_PAID = {
    "refused": NotPaid.DECLINED,
    "expired": NotPaid.EXPIRED,
    "canceled": NotPaid.ABORTED,
    "to_refund": NotPaid.REFUND_COMING,
    "refunded": NotPaid.REFUND_COMING,
}
_KEPT = "refund_refused"  # by the gateway: staff see to it
_REFUND = ("to_refund", "refunded", _KEPT)
_ENDS = (_PAID, _KEPT, *_NOT_PAID)

log = structlog.get_logger("wallet")


class WalletDesk:
    """Carries out ShowWalletCode. The server alone asks the gateway, and holds what was paid."""

    lane = "wallet"
    kind = "show_wallet_code"

    def __init__(
        self,
        client: QueueClient,
        journal: Journal,
        tell: Callable[[Event], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._journal = journal
        self._tell = tell
        self._monotonic = monotonic
        self._changed = threading.Lock()
        self._stopped: UUID | None = None
        self._closing = False

    def stop(self, payment: UUID) -> None:
        """Give the code of `payment` up. From any thread; returns at once."""
        with self._changed:
            self._stopped = payment

    def close(self) -> None:
        """The kiosk ends: give up whatever code is shown. From any thread; returns at once."""
        with self._changed:
            self._closing = True

    def body(self, effect: ShowWalletCode) -> Mapping[str, Any]:
        return {
            "application": str(effect.order.application),
            "amount_centimos": effect.order.amount_centimos,
        }

    def perform(self, effect: ShowWalletCode) -> Outcome:
        payment, application = effect.effect_id, effect.order.application
        orders = self._journal.orders
        with orders.claim(application, wait=True):
            if orders.of_payment(payment) is None:
                try:
                    orders.begin(application, Means.WALLET, payment)
                except JournalFailed:
                    return _not_paid(payment, NotPaid.NOT_STARTED)
                if not self._show(effect):
                    self._give_up(application, payment)
                    orders.step(application, OrderState.DECLINED)
                    return _not_paid(payment, NotPaid.NOT_STARTED)
            word = self._follow(application, payment)
            note(self._journal, application, word)
        return _outcome(payment, word)

    def lost(self, effect: ShowWalletCode, *, begun: bool) -> Event:
        if begun:
            return ChargeUnknown(effect.effect_id)
        return NotCharged(effect.effect_id, NotPaid.NOT_STARTED)

    def _show(self, effect: ShowWalletCode) -> bool:
        """Ask for the code and show it; False when none was to be had, so that nobody can pay."""
        payment, order = effect.effect_id, effect.order
        body = {"payment_id": str(payment), "amount_centimos": order.amount_centimos}
        path = f"/api/v1/applications/{order.application}/wallet"
        answer = self._client.put(path, body, payment, OPEN_DEADLINE_S)
        ends = self._monotonic() + OPEN_DEADLINE_S
        while _state(answer) == "opening" and self._monotonic() < ends:
            time.sleep(LOOK_EVERY_S)
            answer = look(self._client, order.application, payment)
        match answer:
            case Granted({"state": "waiting", "payload": str(payload)}):
                return self._shown(payment, payload, order.amount_centimos)
            case _:
                log.warning("no wallet code", application=str(order.application))
                return False

    def _shown(self, payment: UUID, payload: str, amount: int) -> bool:
        try:
            read(payload, amount)
        except QrRefused as error:
            log.error("a wallet code that must not be shown", why=str(error))
            return False
        self._tell(WalletShown(payment, payload))
        return True

    def _follow(self, application: UUID, payment: UUID) -> str | None:
        """How the code ended, in the server's word; None when nobody could say in time."""
        begun = heard = self._monotonic()
        ends, given_up = begun + LONGEST_S, False
        while self._monotonic() < min(heard + SILENCE_S, ends):
            state = _state(look(self._client, application, payment))
            if state in _ENDS:
                return state
            if state is not None:
                heard = self._monotonic()
            if self._is_stopped(payment) and not given_up:
                ends = min(ends, self._monotonic() + STOPPING_S)
                given_up = self._give_up(application, payment)
            time.sleep(LOOK_EVERY_S)
        return None

    def _give_up(self, application: UUID, payment: UUID) -> bool:
        return give_up(self._client, application, payment)

    def _is_stopped(self, payment: UUID) -> bool:
        with self._changed:
            return self._stopped == payment or self._closing


def look(client: QueueClient, application: UUID, payment: UUID) -> Answer:
    """Where a code stands at the server."""
    return client.get(f"/api/v1/applications/{application}/wallet/{payment}")


def give_up(client: QueueClient, application: UUID, payment: UUID) -> bool:
    """Have the code canceled; True when the server has taken that. What was paid before counts."""
    path = f"/api/v1/applications/{application}/wallet/{payment}/cancel"
    answer = client.put(path, None, uuid5(payment, "cancel"), CANCEL_DEADLINE_S)
    return isinstance(answer, Granted)


def word_of(answer: Answer) -> str | None:
    """How a code ended, for `note`; None while it has not, or nobody knows.

    A code the server never heard of was never shown to anybody.
    """
    if isinstance(answer, Refused) and answer.kind == "unknown_payment":
        return "canceled"
    state = _state(answer)
    return state if state in _ENDS else None


def note(journal: Journal, application: UUID, word: str | None) -> None:
    """Write down how a code ended. What was paid is the server's already."""
    with journal.together():
        if word is None:
            advance(journal, application, OrderState.UNKNOWN)
        elif word == _PAID:
            advance(journal, application, OrderState.PAID)
            journal.orders.step(application, OrderState.ACCEPTED)
        elif word in _REFUND:  # it was charged, and goes back without this kiosk
            advance(journal, application, OrderState.RETURNING)
            back = OrderState.OWED if word == _KEPT else OrderState.RETURNED
            journal.orders.step(application, back)
        else:
            advance(journal, application, OrderState.DECLINED)


def _state(answer: Answer) -> str | None:
    match answer:
        case Granted({"state": str(state)}):
            return state
        case _:
            return None


def _not_paid(payment: UUID, reason: NotPaid) -> Outcome:
    return Outcome(EffectState.FAILED, NotCharged(payment, reason), reason)


def _outcome(payment: UUID, word: str | None) -> Outcome:
    if word is None or word == _KEPT:
        return Outcome(EffectState.UNKNOWN, ChargeUnknown(payment), word or "no answer")
    if word == _PAID:
        return Outcome(EffectState.DONE, Charged(payment), word)
    return _not_paid(payment, _NOT_PAID[word])
