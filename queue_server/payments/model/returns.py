"""PURE: money that must go back, because the centre refused an application that was paid.

    owed ──▶ under_way ──▶ returned
      │          │ ╰─▶ stuck ──▶ returned, under_way
      ╰──────────┴─────────┴──▶ claimed ──▶ returned

Its kiosk says `under_way` before it gives anything: from then on no claim can be made of it without
a person's word that nothing was given.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from queue_server.payments.model.paid import Means

# A kiosk that nobody has heard of for so long gives nothing back by itself.
SILENT_AFTER = timedelta(minutes=10)


class ReturnState(StrEnum):
    """Where a return stands."""

    OWED = "owed"
    UNDER_WAY = "under_way"
    RETURNED = "returned"
    CLAIMED = "claimed"  # a claim stands for it
    STUCK = "stuck"  # the kiosk cannot, or does not know whether it did


_S = ReturnState
# Every change of state that may ever happen; the database holds the same table.
TRANSITIONS: tuple[tuple[str, ReturnState], ...] = (
    ("", _S.OWED),
    (_S.OWED, _S.UNDER_WAY),
    (_S.UNDER_WAY, _S.RETURNED),
    (_S.UNDER_WAY, _S.STUCK),
    (_S.OWED, _S.STUCK),
    (_S.STUCK, _S.UNDER_WAY),
    (_S.STUCK, _S.RETURNED),
    *((each, _S.CLAIMED) for each in (_S.OWED, _S.UNDER_WAY, _S.STUCK)),
    # The claim was withdrawn: the kiosk gave it back after all.
    (_S.CLAIMED, _S.RETURNED),
)
OPEN = (ReturnState.OWED, ReturnState.UNDER_WAY, ReturnState.STUCK)
# Its kiosk still sees to it.
OF_KIOSK = (ReturnState.OWED, ReturnState.UNDER_WAY)
BY_KIOSK = (Means.CARD, Means.CASH)  # a voucher is free again, a wallet's gateway refunds


class ReturnStanding(StrEnum):
    """How the money of an application stands, as its kiosk is told."""

    NONE = "none"
    OWED = "owed"
    UNDER_WAY = "under_way"
    RETURNED = "returned"
    CLAIMED = "claimed"


class Result(StrEnum):
    """What a kiosk says of a return."""

    UNDER_WAY = "under_way"
    RETURNED = "returned"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class NeedsPerson(StrEnum):
    """Why a return stands on the staff's list."""

    REFUSED = "refused"
    UNKNOWN = "unknown"
    DAY_OVER = "day_over"
    KIOSK_SILENT = "kiosk_silent"


@dataclass(frozen=True)
class Evidence:
    """What a terminal proved of a reversal; the only fields that are kept."""

    terminal_id: str
    rrn: str
    stan: str
    authorisation_code: str
    at: datetime


@dataclass(frozen=True)
class Return:
    """A return as it stands. `day`: the payment's, local. `trouble`: what the kiosk said last."""

    payment: str
    application: str
    kiosk: str
    means: Means
    amount_centimos: int
    state: ReturnState
    trouble: NeedsPerson | None
    day: date
    owed_at: datetime


def needs_person(
    of: Return, today: date, last_heard: datetime | None, now: datetime
) -> NeedsPerson | None:
    """Why a person must see to it now; None while its kiosk does."""
    if of.state is ReturnState.STUCK:
        return of.trouble or NeedsPerson.UNKNOWN
    if of.day < today:
        return NeedsPerson.DAY_OVER
    heard = last_heard is not None and now - last_heard < SILENT_AFTER
    return None if heard else NeedsPerson.KIOSK_SILENT


def standing_of(state: ReturnState | None) -> ReturnStanding:
    """What the kiosk is told. One that is stuck is still owed."""
    if state is None:
        return ReturnStanding.NONE
    return ReturnStanding.OWED if state is ReturnState.STUCK else ReturnStanding(state)
