"""PURE: a claim: money that is owed to whoever holds its code, and where it stands.

    in_doubt ──▶ open ──▶ redeemed
        ╰──────────┴────▶ withdrawn

`in_doubt`: it is not proven yet that the money was taken, so it cannot be paid out. `withdrawn`: it
was settled otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from queue_server.payments.model.cash import Piece
from queue_server.payments.model.paid import Means


class ClaimState(StrEnum):
    """Where a claim stands."""

    IN_DOUBT = "in_doubt"
    OPEN = "open"  # it can be redeemed at a window
    REDEEMED = "redeemed"
    WITHDRAWN = "withdrawn"


_S = ClaimState
# Every change of state that may ever happen; the database holds the same table.
TRANSITIONS: tuple[tuple[str, ClaimState], ...] = (
    ("", _S.IN_DOUBT),
    ("", _S.OPEN),
    (_S.IN_DOUBT, _S.OPEN),
    (_S.OPEN, _S.REDEEMED),
    (_S.IN_DOUBT, _S.WITHDRAWN),
    (_S.OPEN, _S.WITHDRAWN),
)
# Of these the money is still owed, or may be.
LIVE = (ClaimState.IN_DOUBT, ClaimState.OPEN)


class ClaimReason(StrEnum):
    """Why money is owed."""

    CASH_NOT_RETURNED = "cash_not_returned"
    CHANGE_NOT_GIVEN = "change_not_given"
    PAID_BUT_REFUSED = "paid_but_refused"
    NOT_REGISTERED = "not_registered"  # charged, and the server will not take it
    FOUND_LATE = "found_late"  # money told of after its session was settled
    REFUND_REFUSED = "refund_refused"  # by the wallets' gateway; only staff make such a claim


class Settled(StrEnum):
    """Why a claim was withdrawn."""

    NOT_CHARGED = "not_charged"
    REVERSED = "reversed"  # at the terminal, or by the gateway
    PAID_BY_KIOSK = "paid_by_kiosk"  # it gave the cash after all
    REGISTERED = "registered"  # the payment serves its application after all


class Maker(StrEnum):
    """Who made a claim."""

    KIOSK = "kiosk"
    STAFF = "staff"


class Given(StrEnum):
    """How staff gave the money."""

    CASH = "cash"  # at the window
    TRANSFER = "transfer"  # a bank transfer was ordered


@dataclass(frozen=True)
class NewClaim:
    """A claim as its kiosk printed it. `code`: as it is kept (`claim_code.typed_code`).

    `proven`: the money was taken, as far as the kiosk can prove it. `pieces`: of cash that belongs
    to no paid application.
    """

    id: UUID
    code: str = field(repr=False)
    application: UUID | None
    payment: UUID | None
    means: Means
    amount_centimos: int
    reason: ClaimReason
    proven: bool
    made_at: datetime
    pieces: Sequence[Piece] = ()
    maker: Maker = Maker.KIOSK


@dataclass(frozen=True)
class News:
    """What a kiosk learned of its claim later: a smaller amount, that the money was taken, or that
    it was settled otherwise."""

    amount_centimos: int | None = None
    proven: bool = False
    withdrawn: Settled | None = None


@dataclass(frozen=True)
class Claim:
    """A claim as it stands. `withdrawn_for` is there exactly when it is withdrawn, and who gave the
    money, how, where and when, when it is redeemed."""

    id: str
    kiosk: str
    application: str | None
    payment: str | None
    means: Means
    amount_centimos: int
    reason: ClaimReason
    state: ClaimState
    made_at: datetime
    changed_at: datetime
    withdrawn_for: Settled | None = None
    given: Given | None = None
    given_by: str | None = None
    given_at_counter: str | None = None
    given_at: datetime | None = None


def first_state(proven: bool) -> ClaimState:
    """Where a claim begins."""
    return ClaimState.OPEN if proven else ClaimState.IN_DOUBT
