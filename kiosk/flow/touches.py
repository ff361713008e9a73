"""What a person can do at a kiosk: touches, and what they typed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kiosk.flow.guide.states import Topic
from kiosk.flow.staff.events import StaffTouch
from kiosk.order import Means


@dataclass(frozen=True)
class Start:
    """The first touch. `session` is a fresh random id; every effect id derives from it."""

    session: UUID
    preferential: bool = False


@dataclass(frozen=True)
class Choose:
    """A service was touched."""

    service_code: str


@dataclass(frozen=True)
class Back:
    """One screen back, where that is still possible."""


@dataclass(frozen=True)
class Cancel:
    """Leave; the session ends and nothing of it stays."""


@dataclass(frozen=True)
class Finish:
    """The person is done and takes their things."""


@dataclass(frozen=True)
class Accept:
    """The terms were read and accepted."""


@dataclass(frozen=True)
class Confirm:
    """Yes, this is me."""


@dataclass(frozen=True)
class GaveEmail:
    """An address was typed; None: the person prefers the QR code on the screen."""

    email: str | None


@dataclass(frozen=True)
class HasNoEmail:
    """The person has no e-mail, or does not want to give one. `typed`: what stood there."""

    typed: str = ""


@dataclass(frozen=True)
class Pay:
    """Begin to pay, by these means."""

    means: Means = Means.CARD


@dataclass(frozen=True)
class UseVoucher:
    """The fee was paid at the bank."""


@dataclass(frozen=True)
class PayOtherwise:
    """Another way to pay, while what the bank has does not show."""


@dataclass(frozen=True)
class GaveSequence:
    """The sequence number on the bank's paper was typed."""

    text: str


@dataclass(frozen=True)
class GaveDay:
    """The day on the bank's paper was touched."""

    day: date


@dataclass(frozen=True)
class OtherDay:
    """It was earlier than yesterday."""


@dataclass(frozen=True)
class TypedDay:
    """The day was typed: DDMMYYYY."""

    text: str


@dataclass(frozen=True)
class SendMeAgain:
    """Yes, send me the certificate I already have."""


@dataclass(frozen=True)
class CorrectEmail:
    """The address given with an application is wrong."""


@dataclass(frozen=True)
class GaveNumber:
    """An application's number was typed."""

    number: str


@dataclass(frozen=True)
class TakeTurn:
    """The person would rather see somebody at a window."""


@dataclass(frozen=True)
class AlreadyApplied:
    """Something was begun before. On the first screen `session` begins, a fresh random id."""

    session: UUID


@dataclass(frozen=True)
class SeeApplication:
    """Where does my application stand?"""


@dataclass(frozen=True)
class SeeClaim:
    """Where does the money that is owed to me stand?"""


@dataclass(frozen=True)
class TypeNumberInstead:
    """The application's number rather than the document."""


@dataclass(frozen=True)
class NextOne:
    """There are several: the next of them."""


@dataclass(frozen=True)
class AskForCertificate:
    """A certificate, for whoever looked for an earlier one."""


@dataclass(frozen=True)
class OpenGuide:
    """What is there to know? On the first screen `session` begins, a fresh random id."""

    session: UUID


@dataclass(frozen=True)
class SeeTopic:
    """One page of information."""

    topic: Topic


@dataclass(frozen=True)
class SeeServices:
    """What else is there?"""


@dataclass(frozen=True)
class Complain:
    """Where is the complaint book?"""


@dataclass(frozen=True)
class CallHelp:
    """Somebody should come to this kiosk."""


@dataclass(frozen=True)
class TypeInstead:
    """The document is typed instead of read."""


@dataclass(frozen=True)
class ChoseDocument:
    """Which document it is: the State's two-digit code, "" for any other kind."""

    type: str


@dataclass(frozen=True)
class TypedText:
    """What was typed on a screen that asks for a part of a document."""

    text: str


@dataclass(frozen=True)
class TryAgain:
    """Another document, or the same one typed once more."""


@dataclass(frozen=True)
class NotMe:
    """The document is somebody else's."""


@dataclass(frozen=True)
class Prefer:
    """Whether the person wants to be attended first."""

    yes: bool


@dataclass(frozen=True)
class GoOn:
    """On with what was begun."""


Touch = (
    Start
    | Choose
    | Back
    | Cancel
    | Finish
    | Accept
    | Confirm
    | GaveEmail
    | HasNoEmail
    | Pay
    | UseVoucher
    | PayOtherwise
    | GaveSequence
    | GaveDay
    | OtherDay
    | TypedDay
    | SendMeAgain
    | CorrectEmail
    | GaveNumber
    | TakeTurn
    | CallHelp
    | AlreadyApplied
    | SeeApplication
    | SeeClaim
    | TypeNumberInstead
    | NextOne
    | AskForCertificate
    | OpenGuide
    | SeeTopic
    | SeeServices
    | Complain
    | TypeInstead
    | ChoseDocument
    | TypedText
    | TryAgain
    | NotMe
    | Prefer
    | GoOn
    | StaffTouch
)
