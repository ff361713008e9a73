"""Offers cash only while the fee can be paid with it: exactly, or with the change there is."""

from collections.abc import Callable

from kiosk.cash.rules import acceptable
from kiosk.cash.till import Till

LOOK_EVERY_S = 1.0


class CashOffer:
    """Bars the acceptors while no way of putting in money ends at the fee."""

    def __init__(self, till: Till, fee_centimos: Callable[[], int | None]) -> None:
        self._till = till
        self._fee = fee_centimos

    def look(self) -> None:
        """Once: can the fee be paid in cash now?"""
        fee = self._fee()
        if fee is None or not self._till.can_take():
            return  # nothing is sold, or the devices themselves say why not
        wanted = acceptable(fee, self._till.stocks(), self._till.taken())
        self._till.gate.short_of_change(not wanted)
