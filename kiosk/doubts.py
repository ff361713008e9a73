"""Steps of an order in which it becomes unknown, or known again, whether money moved.

The server hears of both, so that it sells nobody a second certificate meanwhile, and staff see it.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kiosk.journal import Journal
from kiosk.journal.effects import now
from kiosk.journal.orders import OrderEntry
from kiosk.journal.outgoing import Outgoing
from kiosk.news import doubt_begun, doubt_ended
from kiosk.order import OrderState

_ENDS: Mapping[OrderState, str] = {
    OrderState.PAID: "charged",
    OrderState.DECLINED: "not_charged",
    OrderState.RETURNING: "returned",
}


def advance(
    journal: Journal,
    application: UUID,
    state: OrderState,
    evidence: Mapping[str, Any] | None = None,
    why: str = "no answer",
    *,
    proven: bool = True,
) -> None:
    """Bring an order to `state`, and write the news about a doubt in the same unit.

    Not `proven`: the kiosk goes on, and staff end the doubt at the server.
    Raises IllegalStep, JournalFailed.
    """
    with journal.together():
        before = journal.orders.entry(application)
        journal.orders.step(application, state, evidence)
        if before is None or before.payment is None or before.state is state:
            return
        if state is OrderState.UNKNOWN:
            journal.outgoing.put(_begun(before, before.payment, why))
        elif before.state is OrderState.UNKNOWN and proven:
            journal.outgoing.put(doubt_ended(before.payment, _ENDS[state]))


def _begun(entry: OrderEntry, payment: UUID, why: str) -> Outgoing:
    means = entry.means or "card"
    return doubt_begun(payment, entry.application, means, entry.amount_centimos, now(), why)
