"""What a hopper's commands are answered with, from what the payout book holds. Pure."""

from dataclasses import dataclass

from devices.driver import NotRun
from devices.kinds.cash_dispenser import (
    Dispense,
    DispenseResult,
    Outcome,
    Payout,
    QueryDispense,
)
from devices.status import Action, Completion, DeviceState, DeviceStatus


@dataclass(frozen=True, slots=True)
class Answers:
    """Results in the words of one hopper: what one coin is worth, and how it is now."""

    coin_centimos: int
    status: DeviceStatus

    def of(self, payout: Payout | None, reason: str = "") -> DispenseResult:
        """What became of ``payout``; None: it was never begun."""
        if payout is None:
            return self.say("not_paid", Completion.SUCCESS, reason="it was never begun")
        if payout.outcome is None:
            reason = reason or "it is still open; a report will tell"
            return self.say("unknown", Completion.TIME_OUT, reason=reason)
        done = payout.outcome == "paid"
        completion = Completion.SUCCESS if done else Completion.COMMAND_ERROR_CODE
        paid, unpaid = payout.paid or 0, payout.unpaid or 0
        return self.say(payout.outcome, completion, paid, unpaid, reason)

    def say(
        self,
        outcome: Outcome,
        completion: Completion,
        paid: int = 0,
        unpaid: int = 0,
        reason: str = "",
    ) -> DispenseResult:
        """A result with this hopper's coin and status."""
        worth = self.coin_centimos
        return DispenseResult(outcome, completion, paid, unpaid, worth, reason, self.status)


def book_status(what: str) -> DeviceStatus:
    """The payout book failed: nothing may be given."""
    detail = (
        f"the payout book cannot be written ({what}): nothing is given until it can; check the "
        "kiosk's disk"
    )
    return DeviceStatus(DeviceState.HARDWARE_ERROR, {}, Action.MAINTENANCE, detail)


def refuse(command: object, completion: Completion, status: DeviceStatus) -> object:
    """Answer for a command that never reached the driver: only the book can say more."""
    if isinstance(command, (Dispense, QueryDispense)):
        reason = "it was not sent to the device"
        return DispenseResult("unknown", completion, 0, 0, 0, reason, status)
    return NotRun(completion, status)
