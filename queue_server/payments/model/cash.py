"""PURE: cash that was kept: each note and coin with the id under which it pays once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

# A fee in the smallest coins, and a good many more.
MOST_PIECES = 1000
_KIOSK_SIGNS = 64 - 1 - 36


@dataclass(frozen=True)
class Piece:
    """One note or coin a device has kept.

    `id` is minted by the kiosk's journal: a device's event counter goes round after 255 and begins
    anew after a reset, so `serial` and `counter` alone come again. `item`: the device's own name of
    the denomination.
    """

    id: UUID
    serial: str
    counter: int
    amount_centimos: int
    item: str


@dataclass(frozen=True)
class CashPayment:
    """A fee paid in cash. `taken_centimos`: what was kept; `change_centimos`: what is more than the
    fee, given back or claimed."""

    id: UUID
    amount_centimos: int
    taken_centimos: int
    change_centimos: int
    pieces: Sequence[Piece]
    paid_at: datetime

    def reference(self, kiosk: str) -> str:
        """What names this payment to the centre, at most 64 characters: kiosk and payment."""
        return f"{re.sub(r'[^0-9A-Za-z._-]', '', kiosk)[:_KIOSK_SIGNS]}:{self.id}"

    @property
    def adds_up(self) -> bool:
        """Whether the pieces are what was taken, and fee and change too."""
        pieces = sum(piece.amount_centimos for piece in self.pieces)
        return pieces == self.taken_centimos == self.amount_centimos + self.change_centimos
