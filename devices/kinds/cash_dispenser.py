"""Kind ``cash_dispenser``: coins given as change, each payout at most once. Pure.

A payout is written into the ``PayoutBook`` before the device is told, with the device's event
counter of that moment. Whatever happens then, the device's counter and its last payout's figures
say what came out, at once or after a restart.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from devices.status import Completion, DeviceStatus

KIND = "cash_dispenser"

Outcome = Literal["paid", "partly", "not_paid", "unknown"]


@dataclass(frozen=True, slots=True)
class Dispense:
    """Give ``coins`` (1..255) coins of this device; ``payout_id`` (1..64) is the caller's key."""

    payout_id: str
    coins: int


@dataclass(frozen=True, slots=True)
class QueryDispense:
    """Say what became of ``payout_id``; gives nothing. One never begun is ``not_paid``."""

    payout_id: str


@dataclass(frozen=True, slots=True)
class Payout:
    """One payout as the book has it.

    ``serial`` is the device's sort and serial number (``hopper-12345678``), ``counter`` its event
    counter and ``dispensed`` its lifetime count of coins (None where it keeps none), both before
    it was told. ``outcome`` is None while the payout is open. ``paid`` and ``unpaid`` are coins,
    None while it is open and where the outcome is unknown.
    """

    payout_id: str
    serial: str
    counter: int
    coins: int
    dispensed: int | None = None
    outcome: Outcome | None = None
    paid: int | None = None
    unpaid: int | None = None


class PayoutBook(Protocol):
    """Where payouts are kept; written by the driver's thread only. A kiosk's is its journal."""

    def find(self, payout_id: str) -> Payout | None:
        """This payout, or None."""
        ...

    def open_payout(self, serial: str) -> Payout | None:
        """The one payout of this device that was begun and not ended, or None."""
        ...

    def begin(self, payout: Payout) -> None:
        """Write an open payout durably, before the device is told. Raises if the id is known."""
        ...

    def end(self, payout: Payout) -> None:
        """Write how it ended durably."""
        ...


@dataclass(frozen=True, slots=True)
class DispenseResult:
    """How a payout ended: ``coins_paid`` of ``coins_paid + coins_unpaid`` came out.

    - ``paid``: all. ``partly``: some, the hopper ran empty or jammed. ``not_paid``: none.
    - ``unknown``: nobody can say yet, or ever; nothing is given again under this id. Also where a
      command was turned away before it reached the driver (``timeOut``, ``deviceNotReady``,
      ``canceled``): an earlier one may have had the same id, and the book knows.

    Both counts are 0 beside ``unknown``. ``coin_centimos`` is the value of one coin.
    """

    outcome: Outcome
    completion: Completion
    coins_paid: int
    coins_unpaid: int
    coin_centimos: int
    reason: str
    status: DeviceStatus


@dataclass(frozen=True, slots=True)
class PayoutSettled:
    """What became of a payout that a crash, a lost link or its deadline left open."""

    payout: Payout
    outcome: Outcome
