"""What a person can do at a kiosk: touches, and what they typed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

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
class Pay:
    """Begin to pay, by these means."""

    means: Means = Means.CARD


@dataclass(frozen=True)
class UseVoucher:
    """The fee was paid at the bank."""


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


Touch = (
    Start
    | Choose
    | Back
    | Cancel
    | Finish
    | Accept
    | Confirm
    | GaveEmail
    | Pay
    | UseVoucher
    | GaveSequence
    | GaveDay
    | OtherDay
    | TypedDay
    | SendMeAgain
    | CorrectEmail
    | GaveNumber
    | TakeTurn
)
