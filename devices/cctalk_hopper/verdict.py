"""What became of a payout, from the counters before it and the device's answers now. Pure."""
# pyright: strict

from dataclasses import dataclass, replace

from devices.cctalk.events import ACCEPT_MODULUS, LAST_COUNTER
from devices.cctalk_hopper.protocol import HopperStatus
from devices.kinds.cash_dispenser import Outcome, Payout


@dataclass(frozen=True, slots=True)
class Verdict:
    """``outcome`` None: it is still paying, or coins may still come: ask again."""

    outcome: Outcome | None
    paid: int = 0
    reason: str = ""

    def applied_to(self, payout: Payout) -> Payout:
        """The payout as it ended; ``outcome`` must be known."""
        if self.outcome == "unknown":
            return replace(payout, outcome="unknown")
        unpaid = payout.coins - self.paid
        return replace(payout, outcome=self.outcome, paid=self.paid, unpaid=unpaid)


def judge(
    payout: Payout, status: HopperStatus, dispensed: int | None, *, refused: bool = False
) -> Verdict:
    """Say what came out, or that nobody can.

    ``dispensed`` is the lifetime count now (168), which survives a reset; ``refused`` that 167 was
    answered with NAK. Where both witnesses speak they must agree: some makes move the event
    counter for a command they refused, and leave the figures of the payout before.
    """
    if status.remaining:
        return Verdict(None, reason="it is still paying")
    counted = _counted(payout, dispensed)
    if refused and not counted:
        return _of(payout, 0)
    if status.counter == payout.counter % LAST_COUNTER + 1:
        if counted is not None and counted != status.paid:
            return Verdict("unknown", reason="its two counts of coins disagree")
        return _of(payout, status.paid)
    if status.counter == 0 and counted is not None:
        return _of(payout, counted)
    if status.counter == payout.counter != 0 and not counted:
        return _of(payout, 0)
    return Verdict("unknown", reason="it was reset, or another program used it")


def _counted(payout: Payout, dispensed: int | None) -> int | None:
    if dispensed is None or payout.dispensed is None:
        return None
    return (dispensed - payout.dispensed) % ACCEPT_MODULUS


def _of(payout: Payout, paid: int) -> Verdict:
    if paid > payout.coins:
        return Verdict("unknown", reason="it counts more coins than it was told to give")
    if paid == payout.coins:
        return Verdict("paid", paid)
    if paid:
        return Verdict("partly", paid, "it ran empty, jammed or lost power")
    return Verdict("not_paid", 0, "no coin came out")
