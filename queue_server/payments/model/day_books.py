"""PURE: the five books of one day's money as they are compared: what each says, nothing else.

Amounts are whole céntimos. A payment's **day** is the local day of the instant when it *began*,
which its kiosk wrote before anything could move money; where no kiosk told of it, the day it was
paid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from queue_server.payments.model.paid import Means


class Tried(StrEnum):
    """Where a try to pay stands by its kiosk's journal."""

    KEPT = "kept"  # it pays for its application, and the server has said so
    UNTOLD = "untold"  # charged; the server has not acknowledged it
    UNDER_WAY = "under_way"  # money may be moving at this moment
    IN_DOUBT = "in_doubt"
    BACK = "back"  # all of it went back
    OWED = "owed"  # a claim, or somebody of the staff, must see to it
    NOTHING = "nothing"  # not charged


# What these took pays for an application.
CHARGED = (Tried.KEPT, Tried.UNTOLD)


@dataclass(frozen=True)
class JournalPayment:
    """One try to pay. `asked_centimos`: the fee. Of it and beside it: what came in, what went out
    again (coins, a reversal), what the kiosk made claims of.

    `terminal_id`, `rrn`, `last4`: what may be kept of a card; "" where there is none.
    """

    payment: str
    application: str
    means: Means
    began_at: datetime
    stands: Tried
    asked_centimos: int
    taken_centimos: int = 0
    given_centimos: int = 0
    claimed_centimos: int = 0
    terminal_id: str = ""
    rrn: str = ""
    last4: str = ""

    @property
    def fee_centimos(self) -> int:
        """What of it pays for its application."""
        return self.asked_centimos if self.stands in CHARGED else 0


class Told(StrEnum):
    """Whether a terminal's totals are there."""

    TOLD = "told"
    NOT_ANSWERED = "not_answered"
    NOT_AVAILABLE = "not_available"  # a terminal that keeps no totals for us


@dataclass(frozen=True)
class Sums:
    """How many payments or reversals, and how much in all."""

    count: int = 0
    centimos: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.count + other.count, self.centimos + other.centimos)


@dataclass(frozen=True)
class TerminalPeriod:
    """What a terminal counted between two of its closes, beside what the journal has of that time.

    `closed`: the kiosk has closed it; else it goes on.
    """

    terminal_id: str
    period: str
    told: Told
    closed: bool
    payments: Sums
    reversals: Sums
    booked_payments: Sums
    booked_reversals: Sums


@dataclass(frozen=True)
class Denomination:
    """How many pieces of one worth."""

    item: str
    amount_centimos: int
    pieces: int


@dataclass(frozen=True)
class AcceptorCount:
    """One acceptor: the pieces booked for the day's payments, and its own lifetime count.

    `counted` and `booked`: how many pieces the device and the journal counted from the day's first
    look to its last; `counted` is None where a device keeps no count. `events_lost`: "" or why the
    device itself says that the book may lack money.
    """

    serial: str
    pieces: Sequence[Denomination]
    counted: int | None
    booked: int
    events_lost: str = ""

    @property
    def centimos(self) -> int:
        """What it took in."""
        return sum(each.amount_centimos * each.pieces for each in self.pieces)


@dataclass(frozen=True)
class HopperCount:
    """What one hopper gave for the day's payments."""

    serial: str
    coin_centimos: int
    coins: int

    @property
    def centimos(self) -> int:
        """The worth of the coins that came out."""
        return self.coin_centimos * self.coins


@dataclass(frozen=True)
class KioskReport:
    """What one kiosk says of one day. `untold`: news the server had not heard by then."""

    kiosk: str
    made_at: datetime
    payments: Sequence[JournalPayment] = ()
    terminals: Sequence[TerminalPeriod] = ()
    acceptors: Sequence[AcceptorCount] = ()
    hoppers: Sequence[HopperCount] = ()
    untold: int = 0


class Held(StrEnum):
    """What the server holds of a payment."""

    SERVES = "serves"  # it pays for its application
    GOES_BACK = "goes_back"  # it must go back, and has not yet
    BACK = "back"
    CLAIMED = "claimed"  # a claim stands for it
    NOTHING = "nothing"  # only claims, or a doubt, name it


@dataclass(frozen=True)
class ServerPayment:
    """One payment as the server has it. `price_centimos`: what was recorded, 0 where nothing was.

    `taken_centimos`: notes and coins by the server's own count, None where the means is another.
    `claimed_centimos`: claims that its kiosk made and that were not withdrawn; `withdrawn_centimos`
    those that were; `staff_claimed_centimos`: claims that staff made of it.
    """

    payment: str
    application: str | None
    kiosk: str
    means: Means
    held: Held
    price_centimos: int = 0
    taken_centimos: int | None = None
    claimed_centimos: int = 0
    withdrawn_centimos: int = 0
    staff_claimed_centimos: int = 0
    reference: str = ""

    @property
    def fee_centimos(self) -> int:
        """What of it pays for its application."""
        return self.price_centimos if self.held is Held.SERVES else 0

    @property
    def owed_centimos(self) -> int:
        """What somebody holds a claim for."""
        return self.claimed_centimos + self.staff_claimed_centimos


class CentreState(StrEnum):
    """What the centre did with an application."""

    ISSUED = "issued"
    UNDER_REVIEW = "under_review"
    REFUSED = "refused"


@dataclass(frozen=True)
class CentreTaking:
    """One application in the centre's ledger, and what it was told had paid for it."""

    application: str
    means: Means
    amount_centimos: int
    reference: str
    paid_at: datetime
    state: CentreState

    @property
    def fee_centimos(self) -> int:
        """What the centre counts as taken: nothing for what it refused."""
        return 0 if self.state is CentreState.REFUSED else self.amount_centimos


@dataclass(frozen=True)
class CentreBook:
    """What the centre says. `asked_at` None: it has not answered for this day."""

    asked_at: datetime | None
    takings: Mapping[str, CentreTaking] = field(default_factory=dict[str, CentreTaking])


@dataclass(frozen=True)
class DayBooks:
    """All books of one site and day. `kiosks`: those that should have told of it; `reports`: those
    that did, by kiosk. `voucher` payments are the server's alone: no kiosk took anything."""

    day: date
    kiosks: Sequence[str]
    reports: Mapping[str, KioskReport]
    payments: Sequence[ServerPayment]
    centre: CentreBook


# --- what the centre is asked --------------------------------------------------------------------
@dataclass(frozen=True)
class TakingsPage:
    """One page of the centre's ledger of a day. `count` and `centimos`: of all its pages; what was
    refused is listed and counted, too."""

    page: int
    pages: int
    count: int
    centimos: int
    takings: Sequence[CentreTaking]


@dataclass(frozen=True)
class TakingsNotTold:
    """No usable answer; ask again. `reason`: one word for staff."""

    reason: str


class CentreLedger(Protocol):
    """Who keeps the centre's ledger (`consultarRecaudacion`); issuance implements it."""

    def takings(self, day: date, page: int) -> TakingsPage | TakingsNotTold:
        """What the centre recorded for this site on `day`, Peru's, page by page from 1."""
        ...
