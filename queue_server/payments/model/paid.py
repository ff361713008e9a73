"""PURE: what proves that the fee was paid."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

# What a terminal names things by has at most so many signs (nexo); longer it leaves no driver.
CARD_TEXT = 64


class Means(StrEnum):
    """How the fee was paid."""

    CARD = "card"
    VOUCHER = "voucher"
    CASH = "cash"
    WALLET = "wallet"


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


@dataclass(frozen=True)
class Paid:
    """What paid for an application, as the centre is told. `reference`: at most 64 characters."""

    means: Means
    amount_centimos: int
    reference: str
    paid_at: datetime
