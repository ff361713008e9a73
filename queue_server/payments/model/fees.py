"""PURE: what a service costs, by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Fee:
    """What a service costs from a day on, in céntimos."""

    valid_from: date
    amount_centimos: int


def fee_on(day: date, fees: Iterable[Fee]) -> int | None:
    """The fee in force on `day`, in céntimos; None when none has begun."""
    begun = [fee for fee in fees if fee.valid_from <= day]
    return max(begun, key=lambda fee: fee.valid_from).amount_centimos if begun else None
