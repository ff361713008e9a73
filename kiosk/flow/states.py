"""Where one person stands: one frozen dataclass per screen, and the state around them."""

from dataclasses import dataclass, field

from kiosk.flow.facts import (
    Counted,
    Doubt,
    EmailProblem,
    Found,
    HelpState,
    InForce,
    NotPaid,
    NotPossible,
    NoTurn,
    Offer,
    Order,
    PrintState,
    ReadProblem,
    Ticket,
)
from kiosk.flow.follow.correction_states import CorrectingEmail as CorrectingEmail
from kiosk.flow.follow.correction_states import EmailCorrected as EmailCorrected
from kiosk.flow.follow.correction_states import GiveNewEmail as GiveNewEmail
from kiosk.flow.follow.correction_states import GiveNumber as GiveNumber
from kiosk.flow.follow.states import Follow, FollowedOnes
from kiosk.flow.guide.states import Guiding
from kiosk.flow.identity.states import Identity
from kiosk.flow.pairing import NotPaired as NotPaired
from kiosk.flow.paying.voucher_states import CheckingVoucher as CheckingVoucher
from kiosk.flow.paying.voucher_states import GiveDay as GiveDay
from kiosk.flow.paying.voucher_states import GiveSequence as GiveSequence
from kiosk.flow.paying.voucher_states import TypeDay as TypeDay
from kiosk.flow.person import Person
from kiosk.flow.staff.states import Staff
from kiosk.flow.world import Obstacle, Service, World


@dataclass(frozen=True)
class OutOfService:
    """Nothing can be finished here; says why and where to go."""

    reason: Obstacle


@dataclass(frozen=True)
class Welcome:
    """Nobody is here; the first touch starts a session."""


@dataclass(frozen=True)
class ReadDocument:
    """Waiting for the identity document in the reader. `then`: the service that asked for it."""

    person: Person
    problem: ReadProblem | None = None
    attempts: int = 0
    then: Service | None = None


@dataclass(frozen=True)
class ChooseService:
    """The person is known (or the reader is down) and says what they came for.

    `no_turn`: why the turn they chose was not given, None when nothing is wrong; `problem`: the
    server's sentence about it. `no_paper`: the number they were given did not come out on paper,
    and counts for nothing.
    """

    person: Person
    services: tuple[Service, ...]
    problem: str = ""
    no_paper: bool = False
    no_turn: NoTurn | None = None


@dataclass(frozen=True)
class TakingTurn:
    """The server is being asked for a place in the queue."""

    person: Person
    service: Service


@dataclass(frozen=True)
class TicketReady:
    """The turn exists; its slip is being printed, was printed, or could not be."""

    person: Person
    ticket: Ticket
    print_state: PrintState = PrintState.PRINTING


# --- the certificate -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Terms:
    """What the certificate is, what it costs, and what is done with the person's data."""

    person: Person
    service: Service


@dataclass(frozen=True)
class CheckingApplicant:
    """The centre is asked who this is and whether a certificate can be asked for."""

    person: Person
    service: Service


@dataclass(frozen=True)
class CannotApply:
    """No certificate here and now, and why; a turn is offered where it helps.

    `in_force`: what can be sent again for nothing, None when there is no such certificate.
    """

    person: Person
    reason: NotPossible
    in_force: InForce | None = None


@dataclass(frozen=True)
class GoesOn:
    """What this document began before, here or at another kiosk, goes on; nothing is sold.

    `then`: where whoever only has money to collect goes on, None where nothing is sold.
    """

    person: Person
    found: Found
    then: "ConfirmName | CannotApply | None" = None


@dataclass(frozen=True)
class ConfirmName:
    """Is this you? Shows the masked name and the fee."""

    person: Person
    service: Service
    offer: Offer


@dataclass(frozen=True)
class GiveEmail:
    """Where the certificate goes. `problem` while the typed text is no address.

    `doubt`: asked about once; whoever gives the same again means it. `typed`: what stood there
    before, for whoever comes back.
    """

    person: Person
    service: Service
    offer: Offer
    problem: EmailProblem | None = None
    doubt: Doubt | None = None
    typed: str = ""


@dataclass(frozen=True)
class GiveEmailAgain:
    """Where the certificate in force is sent. `problem` as in GiveEmail.

    `before`: the application it was asked for at; None where another was about to be sold.
    """

    person: Person
    in_force: InForce
    problem: EmailProblem | None = None
    doubt: Doubt | None = None
    typed: str = ""
    before: FollowedOnes | None = None


@dataclass(frozen=True)
class WithoutEmail:
    """No address: how the certificate is had then. `before`: where it was asked for."""

    person: Person
    before: GiveEmail | GiveEmailAgain


@dataclass(frozen=True)
class SendingAgain:
    """The server is asked to send the certificate in force; nothing is charged."""

    person: Person
    in_force: InForce


@dataclass(frozen=True)
class Registering:
    """The server takes the order before the first céntimo moves. `asked`: where it was typed."""

    person: Person
    offer: Offer
    email: str | None
    asked: GiveEmail | None = None


@dataclass(frozen=True)
class ReadyToPay:
    """The order stands; the next touch starts the card terminal.

    `back_centimos`: the cash that was given back after the last try. `asked`: where the address was
    typed, while nothing has been tried and it can still be corrected.
    """

    person: Person
    order: Order
    problem: NotPaid | None = None
    back_centimos: int = 0
    asked: GiveEmail | None = None


@dataclass(frozen=True)
class PayingByCard:
    """The terminal has the person's attention; nothing can be cancelled here."""

    person: Person
    order: Order


@dataclass(frozen=True)
class PayingByCash:
    """Notes and coins are let in. `stopping`: no more; what is inside is on its way back.

    `wanted`: which of them (céntimos) are taken now, empty until it is known. `pieces`: those that
    were taken. `counted`: what the journal decided of them, None as long as more is let in.
    """

    person: Person
    order: Order
    inserted_centimos: int = 0
    stopping: bool = False
    wanted: tuple[int, ...] = ()
    pieces: tuple[int, ...] = ()
    counted: Counted | None = None
    absent: bool = False  # its owner walked away: nobody is asked how else they pay

    @property
    def missing_centimos(self) -> int:
        """What is still to be put in."""
        return max(0, self.order.amount_centimos - self.inserted_centimos)


@dataclass(frozen=True)
class PayingByWallet:
    """A wallet's code is asked for (`payload` None), then shown. `stopping`: it is given up."""

    person: Person
    order: Order
    payload: str | None = None
    stopping: bool = False
    absent: bool = False  # as in PayingByCash


@dataclass(frozen=True)
class PaymentWaits:
    """The bank's payment does not show yet. It is kept; its owner is told.

    `other_way`: it is certain that it does not pay now, so nobody pays twice another way.
    """

    person: Person
    order: Order
    print_state: PrintState = PrintState.PRINTING
    other_way: bool = False


@dataclass(frozen=True)
class HoldsClaim:
    """Not all of the cash could be given back: the slip is worth the rest at a window.

    `wants_turn`: they were on their way to a window when the code was shown first.
    """

    person: Person
    order: Order
    print_state: PrintState = PrintState.PRINTING
    wants_turn: bool = False


@dataclass(frozen=True)
class PaymentUnknown:
    """An answer was lost. It is being asked for; the slip carries the number."""

    person: Person
    order: Order
    print_state: PrintState = PrintState.PRINTING


@dataclass(frozen=True)
class Working:
    """Paid. The server is told, and the centre issues."""

    person: Person
    order: Order


@dataclass(frozen=True)
class CertificateReady:
    """Issued. The same words with and without records. `link` only with a public address."""

    person: Person
    order: Order
    link: str | None = None
    print_state: PrintState = PrintState.PRINTING


@dataclass(frozen=True)
class InReview:
    """People at the centre decide; the result comes by e-mail, or a turn is taken."""

    person: Person
    order: Order
    print_state: PrintState = PrintState.PRINTING


@dataclass(frozen=True)
class StillWorking:
    """Accepted, but the outcome takes longer than a person should stand here."""

    person: Person
    order: Order
    print_state: PrintState = PrintState.PRINTING


@dataclass(frozen=True)
class PaidButRefused:
    """The centre refused after the fee was taken: staff return it, the slip is the proof."""

    person: Person
    order: Order
    print_state: PrintState = PrintState.PRINTING


WithReceipt = (
    PaymentUnknown
    | PaymentWaits
    | HoldsClaim
    | CertificateReady
    | InReview
    | StillWorking
    | PaidButRefused
)
Again = CannotApply | GiveEmailAgain | SendingAgain | WithoutEmail
Certificate = (
    Terms
    | CheckingApplicant
    | GoesOn
    | ConfirmName
    | GiveEmail
    | Registering
    | ReadyToPay
    | PayingByCard
    | PayingByCash
    | PayingByWallet
    | GiveSequence
    | GiveDay
    | TypeDay
    | CheckingVoucher
    | Working
    | WithReceipt
)
Correction = GiveNumber | GiveNewEmail | CorrectingEmail | EmailCorrected
At = (
    OutOfService
    | NotPaired
    | Welcome
    | ReadDocument
    | Identity
    | ChooseService
    | TakingTurn
    | TicketReady
    | Certificate
    | Again
    | Correction
    | Follow
    | Guiding
    | Staff
)


@dataclass(frozen=True)
class State:
    """The whole kiosk: its surroundings, where the person stands, and whether they called help."""

    world: World = field(default_factory=World)
    at: At = field(default_factory=lambda: OutOfService(Obstacle.SERVER_AWAY))
    help: HelpState = HelpState.NOT_CALLED
