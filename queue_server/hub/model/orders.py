"""PURE: how an order of the hub may go on."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

LASTS, LONGEST = timedelta(hours=24), timedelta(days=7)


class OrderState(StrEnum):
    """How far an order is."""

    WAITING = "waiting"
    RELAYED = "relayed"  # the site ordered it from its kiosk
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


_ENDS = frozenset({OrderState.DONE, OrderState.FAILED, OrderState.REFUSED, OrderState.EXPIRED})
_TOLD = _ENDS | {OrderState.RELAYED}
# What the site says happened: also to an order that was called off, or given up, while the answer
# that handed it out was on its way.
_LEGAL: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.WAITING: _TOLD,
    OrderState.CANCELLED: _TOLD,
    OrderState.EXPIRED: _TOLD - {OrderState.EXPIRED},
    OrderState.RELAYED: _ENDS,
}


def may_become(before: OrderState, after: OrderState) -> bool:
    """Whether a site's word may move an order from `before` to `after`."""
    return after in _LEGAL.get(before, frozenset())
