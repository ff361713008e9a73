"""Where a person stands whose e-mail was mistyped."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.flow.facts import Doubt, EmailProblem, NotCorrected
from kiosk.flow.follow.states import FollowedOnes
from kiosk.flow.person import Person

if TYPE_CHECKING:
    from kiosk.flow.states import CertificateReady, GoesOn, InReview


@dataclass(frozen=True)
class GiveNumber:
    """Which application? The number is on the paper. `typed`: the one given before."""

    person: Person
    problem: NotCorrected | None = None
    typed: str = ""


@dataclass(frozen=True)
class GiveNewEmail:
    """The right address for application `number`. `problem`, `typed` as in GiveEmail.

    `before`: where the address was found wrong, None for whoever gave the number.
    """

    person: Person
    number: str
    problem: EmailProblem | NotCorrected | None = None
    doubt: Doubt | None = None
    typed: str = ""
    before: "WhereWrong | None" = None


@dataclass(frozen=True)
class CorrectingEmail:
    """The server changes the address of application `number`."""

    person: Person
    number: str
    email: str
    before: "WhereWrong | None" = None


@dataclass(frozen=True)
class EmailCorrected:
    """From now on everything of application `number` goes to `email`.

    `before`: the result it was begun from, as it now stands; None from anywhere else.
    """

    person: Person
    email: str
    number: str
    before: "CertificateReady | InReview | None" = None


if TYPE_CHECKING:
    WhereWrong = FollowedOnes | CertificateReady | InReview | GoesOn | EmailCorrected
