"""Hands a charged order to the server, and waits a little for what becomes of an application."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import structlog

from kiosk.flow.effects import DeliverOrder
from kiosk.flow.events import ApplicationSettled, Event, MoneyOwed
from kiosk.flow.facts import Outcome as Settled
from kiosk.flow.facts import Owed
from kiosk.journal import EffectState, Journal
from kiosk.journal.orders import OrderEntry
from kiosk.order import OrderState
from kiosk.owing import owed_of, refused_for_good
from kiosk.queue_client import REPLY_EXPIRED, Answer, Granted, QueueClient, Refused
from kiosk.runner import Outcome

log = structlog.get_logger("delivery")

HAND_OVER_DEADLINE_S = 8.0
OUTCOME_DEADLINE_S = 20.0
LOOK_EVERY_S = 0.1
_FOR_GOOD = (404, 409, 422)
_SETTLED = {
    "issued": Settled.ISSUED,
    "under_review": Settled.UNDER_REVIEW,
    "refused": Settled.REFUSED,
}


class DeliveryDesk:
    """Carries out DeliverOrder."""

    lane = "server"
    kind = "deliver_order"

    def __init__(self, client: QueueClient, journal: Journal) -> None:
        self._client = client
        self._journal = journal
        self._orders = journal.orders

    def body(self, effect: DeliverOrder) -> Mapping[str, Any]:
        return {"application": str(effect.order.application), "payment": str(effect.payment)}

    def perform(self, effect: DeliverOrder) -> Outcome:
        application = effect.order.application
        with self._orders.claim(application, wait=True):
            entry = self._orders.entry(application)
            taken = effect.payment is None or (
                entry is not None and hand_over(self._client, self._journal, entry)
            )
        if not taken and (owed := self._owed(effect)):
            return Outcome(EffectState.FAILED, MoneyOwed(effect.effect_id, owed), "owed")
        if not taken:
            settled = ApplicationSettled(effect.effect_id, Settled.PENDING)
            return Outcome(EffectState.FAILED, settled, "the server has not taken it yet")
        outcome, link = settled_as(self._client, application)
        settled = ApplicationSettled(effect.effect_id, outcome, link)
        return Outcome(EffectState.DONE, settled, outcome)

    def _owed(self, effect: DeliverOrder) -> tuple[Owed, ...]:
        """What its owner holds instead of a certificate: the server will never take it."""
        entry = self._orders.entry(effect.order.application)
        if entry is None or effect.payment is None or entry.state is not OrderState.OWED:
            return ()
        claims = self._journal.claims.of_payment(effect.payment)
        return tuple(owed_of(each) for each in claims if each.amount_centimos)

    def lost(self, effect: DeliverOrder, *, begun: bool) -> Event:
        return ApplicationSettled(effect.effect_id, Settled.PENDING)


def settled_as(
    client: QueueClient, application: UUID, monotonic: Callable[[], float] = time.monotonic
) -> tuple[Settled, str | None]:
    """What became of an application the server holds, and its link; PENDING when it takes long.

    Asks for at most `OUTCOME_DEADLINE_S` seconds.
    """
    ends = monotonic() + OUTCOME_DEADLINE_S
    while monotonic() < ends:
        answer = client.get(f"/api/v1/applications/{application}")
        if isinstance(answer, Granted) and answer.body["state"] in _SETTLED:
            return _SETTLED[answer.body["state"]], answer.body["link"]
        time.sleep(LOOK_EVERY_S)
    return Settled.PENDING, None


def hand_over(client: QueueClient, journal: Journal, entry: OrderEntry) -> bool:
    """Give a paid order to the server; True once it has acknowledged it.

    The payment's id is the idempotency key, so it may be told as often as it takes. What the server
    refuses for good becomes a claim: staff find out why, the person keeps the code.
    """
    if entry.state is OrderState.ACCEPTED:
        return True
    if entry.state is not OrderState.PAID or entry.evidence is None or entry.payment is None:
        return False
    path = f"/api/v1/applications/{entry.application}/{entry.means}"
    body = {"payment_id": str(entry.payment), **entry.evidence}
    answer = client.put(path, body, entry.payment, HAND_OVER_DEADLINE_S)
    if isinstance(answer, Granted) or _was_taken(answer):
        journal.orders.step(entry.application, OrderState.ACCEPTED)
        return True
    if isinstance(answer, Refused) and answer.status in _FOR_GOOD:
        refused_for_good(journal, entry, entry.payment, answer.kind)
    log.warning("payment not handed over", application=str(entry.application), answer=str(answer))
    return False


def _was_taken(answer: Answer) -> bool:
    """Whether the server took this very request so long ago that it forgot what it said."""
    return isinstance(answer, Refused) and answer.kind == REPLY_EXPIRED
