"""PURE: the words of money: fees by day, and what proves a payment."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID


class Means(StrEnum):
    """How the fee was paid."""

    CARD = "card"


@dataclass(frozen=True)
class Fee:
    """What a service costs from a day on, in céntimos."""

    valid_from: date
    amount_centimos: int


@dataclass(frozen=True)
class CardPayment:
    """A charged card as the terminal proved it; the only card fields that are ever kept.

    `id` is the kiosk's own id of this try to pay. `rrn`: the acquirer's retrieval reference.
    """

    id: UUID
    amount_centimos: int
    terminal_id: str
    authorisation_code: str
    rrn: str
    stan: str
    masked_last4: str
    scheme: str
    paid_at: datetime

    @property
    def reference(self) -> str:
        """What names this payment to the centre, at most 64 characters: terminal, RRN, instant.

        An RRN alone comes again: on another terminal, or after one was replaced.
        """
        terminal = re.sub(r"[^0-9A-Za-z._-]", "", self.terminal_id)[-20:]
        rrn = re.sub(r"[^0-9A-Za-z._-]", "", self.rrn)[-24:]
        return f"{terminal}:{rrn}:{self.paid_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def fee_on(day: date, fees: Iterable[Fee]) -> int | None:
    """The fee in force on `day`, in céntimos; None when none has begun."""
    begun = [fee for fee in fees if fee.valid_from <= day]
    return max(begun, key=lambda fee: fee.valid_from).amount_centimos if begun else None
