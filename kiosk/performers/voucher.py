"""Presents what the bank printed, and waits a little for what the centre says of it."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from kiosk.flow.effects import PresentVoucher
from kiosk.flow.events import Event, VoucherRefused, VoucherTaken, VoucherWaits
from kiosk.flow.facts import VoucherProblem
from kiosk.journal import EffectState
from kiosk.queue_client import Away, Granted, QueueClient, Refused
from kiosk.runner import Outcome

PRESENT_DEADLINE_S = 8.0
ANSWER_DEADLINE_S = 15.0
LOOK_EVERY_S = 0.2
_PROBLEMS = {
    "payment_not_found": VoucherProblem.NOT_FOUND,
    "payment_used": VoucherProblem.USED,
    "payment_of_another": VoucherProblem.OF_ANOTHER,
    "payment_too_little": VoucherProblem.TOO_LITTLE,
    "payment_tries": VoucherProblem.TRIES,
}
# An earlier try of this application arrived, and only its answer was lost.
_HELD = ("payment_waits", "already_paid")


class VoucherDesk:
    """Carries out PresentVoucher. The server holds the voucher from its first answer on; before
    that nothing is called kept, and the same may be presented again."""

    lane = "server"
    kind = "present_voucher"

    def __init__(
        self, client: QueueClient, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._monotonic = monotonic

    def body(self, effect: PresentVoucher) -> Mapping[str, Any]:
        return {
            "voucher_id": str(effect.effect_id),
            "sequence": effect.sequence,
            "paid_on": effect.paid_on.isoformat(),
        }

    def perform(self, effect: PresentVoucher) -> Outcome:
        application = effect.order.application
        path = f"/api/v1/applications/{application}/voucher"
        answer = self._client.put(
            path, dict(self.body(effect)), effect.effect_id, PRESENT_DEADLINE_S
        )
        match answer:
            case Granted():
                return self._followed(effect.effect_id, application)
            case Refused(_, kind, _) if kind in _HELD:
                return self._followed(effect.effect_id, application)
            case Refused(_, kind, _):
                return _refused(effect.effect_id, kind)
            case Away(reason):
                return Outcome(EffectState.UNKNOWN, _away(effect.effect_id), reason)

    def lost(self, effect: PresentVoucher, *, begun: bool) -> Event:
        if begun:
            return _away(effect.effect_id)
        return VoucherRefused(effect.effect_id, VoucherProblem.NOT_ACCEPTED)

    def _followed(self, effect: UUID, application: UUID) -> Outcome:
        """What the centre says; nothing in time, or nothing visible yet: the server keeps it."""
        ends = self._monotonic() + ANSWER_DEADLINE_S
        while self._monotonic() < ends:
            answer = self._client.get(f"/api/v1/applications/{application}")
            standing = answer.body["payment"] if isinstance(answer, Granted) else "checking"
            if standing == "applied":
                return Outcome(EffectState.DONE, VoucherTaken(effect), standing)
            if standing == "not_visible":
                kept = VoucherWaits(effect, not_visible=True)
                return Outcome(EffectState.DONE, kept, standing)
            if standing.startswith("payment_"):
                return _refused(effect, standing)
            time.sleep(LOOK_EVERY_S)
        return Outcome(EffectState.DONE, VoucherWaits(effect), "kept")


def _away(effect: UUID) -> VoucherRefused:
    """Perhaps the server has it, perhaps it never arrived: nobody is told that it is kept."""
    return VoucherRefused(effect, VoucherProblem.AWAY)


def _refused(effect: UUID, kind: str) -> Outcome:
    problem = _PROBLEMS.get(kind, VoucherProblem.NOT_ACCEPTED)
    return Outcome(EffectState.FAILED, VoucherRefused(effect, problem), kind)
