"""The paper of claims that no screen printed: after a crash, or for money that came to light later.

A code is money for whoever holds it. So it is printed only while its owner may still be there and
nobody else stands at the screen; afterwards staff show it (docs/claims.md), and showing the
document again tells of it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kiosk.flow.facts import Order
from kiosk.flow.states import At
from kiosk.flow.step import is_busy
from kiosk.flow.turn import person_of
from kiosk.journal import Journal
from kiosk.journal.claims import Claim, SlipState
from kiosk.performers.printer import Commands, print_once
from kiosk.slips import claim_slip

STILL_THERE = timedelta(minutes=15)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ClaimSlips:
    """Prints what the journal says has no paper yet, when the printer is `ready`."""

    def __init__(
        self,
        journal: Journal,
        printer: Commands | None,
        ready: Callable[[], bool],
        at: Callable[[], At],
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._journal = journal
        self._printer = printer
        self._ready = ready
        self._at = at
        self._clock = clock

    def print_owed(self) -> None:
        """Print each once, unless it is too late; what is known of its paper is in the journal.

        What the screen knows of is on the receipt of whoever stands there.
        """
        for claim in self._journal.claims.without_slip():
            if not self._may_be_there(claim):
                self._journal.claims.slip_is(claim.code, SlipState.NOT_PRINTED)
            elif self._ready() and _is_for(self._at(), claim):
                self._print(claim)

    def _print(self, claim: Claim) -> None:
        self._journal.claims.slip_is(claim.code, SlipState.PRINTING)
        result = print_once(self._printer, claim_slip(str(claim.id), claim))
        self._journal.claims.slip_is(claim.code, SlipState(result))

    def _may_be_there(self, claim: Claim) -> bool:
        begun = self._journal.orders.begun_at(claim.payment)
        return begun is not None and abs(self._clock() - begun) < STILL_THERE


def _is_for(at: At, claim: Claim) -> bool:
    """Whether its paper may come out now: for its owner, or for nobody at the screen."""
    if person_of(at) is None:
        return True
    order = getattr(at, "order", None)
    if not isinstance(order, Order) or is_busy(at):
        return False
    on_receipt = any(owed.code == claim.code for owed in order.owed)
    return order.application == claim.application and not on_receipt
