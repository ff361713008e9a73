"""What can happen to a kiosk: touches, device reports, answers of the server, time."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kiosk.flow.facts import (
    EmailProblem,
    Found,
    HelpState,
    NotCorrected,
    NotPaid,
    NotPossible,
    NoTurn,
    Offer,
    Order,
    Outcome,
    Owed,
    PrintState,
    ReadProblem,
    Ticket,
    VoucherProblem,
)
from kiosk.flow.follow.states import Followed, FollowedClaim, NotFollowed
from kiosk.flow.pairing import PairingChanged
from kiosk.flow.person import Document
from kiosk.flow.staff.events import ClosureChanged, StaffAnswer
from kiosk.flow.touches import Touch
from kiosk.flow.world import Held, Part, PartState, Service


# --- time --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class IdleExpired:
    """Nobody touched anything for the whole of the screen's time-out, warning included."""


# --- devices -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class PartChanged:
    """A part became usable or unusable."""

    part: Part
    state: PartState


@dataclass(frozen=True)
class JournalChanged:
    """The kiosk can, or cannot, write down what it does."""

    usable: bool


@dataclass(frozen=True)
class DocumentTaken:
    """The reader read a document whose check digits all agree.

    Its `type` is "" where the person must say which kind it is. `session`: a fresh random id, for
    the person who begins with their document. `beside`: another document was read a moment before.
    """

    document: Document
    session: UUID | None = field(default=None, compare=False)
    beside: bool = False


@dataclass(frozen=True)
class NumberTaken:
    """A bar code told the number of a document of `type` and nothing else.

    `check`: of a DNI, a character that may stand beside it, where the code proved the number.
    """

    type: str
    number: str
    check: str = ""


@dataclass(frozen=True)
class DocumentProblem:
    """The reader read something that cannot be trusted."""

    problem: ReadProblem


@dataclass(frozen=True)
class SlipPrinted:
    """What is known about the slip sent to the printer by effect `effect_id`."""

    effect_id: UUID
    result: PrintState


# --- server ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ServerSeen:
    """The queue server answered: what this site offers now, on the local day `today`."""

    site: str
    services: tuple[Service, ...]
    backend: bool = False
    fee_centimos: int | None = None
    public_address: bool = False
    wallet: bool = False
    complaints: str = ""
    today: date | None = None


@dataclass(frozen=True)
class ServerLost:
    """The queue server did not answer within its deadline; or it did, and `turned_away` this kiosk:
    its credential is not good any more, and nobody would ever hear of what it gives out."""

    turned_away: bool = False


@dataclass(frozen=True)
class TicketIssued:
    """The server issued the turn asked for by effect `effect_id`."""

    effect_id: UUID
    ticket: Ticket


@dataclass(frozen=True)
class TicketRefused:
    """The server will not issue this turn, and why.

    `words`: its sentence for the person, said only where `why` has none.
    """

    effect_id: UUID
    words: str = ""
    why: NoTurn = NoTurn.OTHER


@dataclass(frozen=True)
class TicketUnanswered:
    """The server did not answer: it may, or may not, have issued the turn."""

    effect_id: UUID


@dataclass(frozen=True)
class NumbersChanged:
    """What this kiosk could give out by itself; `site` as the numbers' paper names it."""

    site: str
    numbers: tuple[Held, ...]


@dataclass(frozen=True)
class ApplicationsFollowed:
    """Where the person's applications stand; at least one."""

    effect_id: UUID
    found: tuple[Followed, ...]


@dataclass(frozen=True)
class ClaimFollowed:
    """Where the claim stands."""

    effect_id: UUID
    claim: FollowedClaim


@dataclass(frozen=True)
class FollowRefused:
    """Nothing can be said of what was asked about, and why."""

    effect_id: UUID
    problem: NotFollowed


@dataclass(frozen=True)
class HelpHeard:
    """How this kiosk's call for help stands, as the server or its silence says."""

    standing: HelpState


# --- the certificate -----------------------------------------------------------------------------
@dataclass(frozen=True)
class ApplicantChecked:
    """The certificate can be asked for."""

    effect_id: UUID
    offer: Offer


@dataclass(frozen=True)
class ApplicantRefused:
    """It cannot, and why; nothing was charged.

    `until`: the last day of the certificate that can be sent again instead, where there is one.
    """

    effect_id: UUID
    reason: NotPossible
    until: date | None = None


@dataclass(frozen=True)
class ApplicationFound:
    """What this document began before is not over.

    `rest`: what else was answered, where all that is not over is money to collect.
    """

    effect_id: UUID
    found: Found
    rest: "ApplicantChecked | ApplicantRefused | None" = None


@dataclass(frozen=True)
class OrderRegistered:
    """The server holds the order; `number` is the one people keep."""

    effect_id: UUID
    order: Order


@dataclass(frozen=True)
class Charged:
    """The fee was taken, proven. `owed`: change that could not be given; `change_centimos`: what
    certainly came out."""

    effect_id: UUID
    owed: tuple[Owed, ...] = ()
    change_centimos: int = 0


@dataclass(frozen=True)
class NotCharged:
    """Nothing was taken, or all of it went back; proven."""

    effect_id: UUID
    reason: NotPaid


@dataclass(frozen=True)
class ChargeUnknown:
    """An answer was lost, and nobody could be asked in time."""

    effect_id: UUID


@dataclass(frozen=True)
class CashSeen:
    """So much is in the box now; money may still be on its way.

    `wanted`: the notes and coins (céntimos) that are let in next, as far as that is known.
    `pieces`: those the journal holds, in céntimos each.
    """

    effect_id: UUID
    inserted_centimos: int
    wanted: tuple[int, ...] = ()
    pieces: tuple[int, ...] = ()


@dataclass(frozen=True)
class CashCounted:
    """No more is let in, and the journal has decided: whether the fee is paid, and how many
    céntimos go back: change, or what was not enough."""

    effect_id: UUID
    paid: bool
    back_centimos: int


@dataclass(frozen=True)
class VoucherTaken:
    """The bank's payment shows, and pays for the application."""

    effect_id: UUID


@dataclass(frozen=True)
class VoucherWaits:
    """The server keeps it, and its owner is told later.

    `not_visible`: the centre said that it does not show yet; else nobody could say in time.
    """

    effect_id: UUID
    not_visible: bool = False


@dataclass(frozen=True)
class VoucherRefused:
    """It does not pay, and why."""

    effect_id: UUID
    problem: VoucherProblem


@dataclass(frozen=True)
class WalletShown:
    """The code a wallet can pay; checked, for exactly the fee."""

    effect_id: UUID
    payload: str


@dataclass(frozen=True)
class MoneyOwed:
    """It could not all be given back: claims hold the rest."""

    effect_id: UUID
    owed: tuple[Owed, ...]


@dataclass(frozen=True)
class ApplicationSettled:
    """The server told what became of it. `link`: the private download, where phones reach it."""

    effect_id: UUID
    outcome: Outcome
    link: str | None = None


@dataclass(frozen=True)
class SentAgain:
    """The server took the request to send again, and what became of it. `link` as above."""

    effect_id: UUID
    order: Order
    outcome: Outcome
    link: str | None = None


@dataclass(frozen=True)
class NothingToSend:
    """No certificate of this person is in force any more; a new one can be asked for."""

    effect_id: UUID


@dataclass(frozen=True)
class EmailChanged:
    """The server sends everything to the new address."""

    effect_id: UUID


@dataclass(frozen=True)
class EmailNotChanged:
    """It does not, and why."""

    effect_id: UUID
    problem: NotCorrected | EmailProblem


Event = (
    Touch
    | IdleExpired
    | PartChanged
    | JournalChanged
    | ClosureChanged
    | StaffAnswer
    | DocumentTaken
    | NumberTaken
    | DocumentProblem
    | SlipPrinted
    | ServerSeen
    | ServerLost
    | TicketIssued
    | TicketRefused
    | TicketUnanswered
    | NumbersChanged
    | PairingChanged
    | HelpHeard
    | ApplicationsFollowed
    | ClaimFollowed
    | FollowRefused
    | ApplicantChecked
    | ApplicantRefused
    | ApplicationFound
    | OrderRegistered
    | Charged
    | NotCharged
    | ChargeUnknown
    | CashSeen
    | CashCounted
    | VoucherTaken
    | VoucherWaits
    | VoucherRefused
    | WalletShown
    | MoneyOwed
    | ApplicationSettled
    | SentAgain
    | NothingToSend
    | EmailChanged
    | EmailNotChanged
)
