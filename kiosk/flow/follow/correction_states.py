"""Where a person stands whose e-mail was mistyped."""

from dataclasses import dataclass

from kiosk.flow.facts import Doubt, EmailProblem, NotCorrected
from kiosk.flow.follow.states import FollowedOnes
from kiosk.flow.person import Person


@dataclass(frozen=True)
class GiveNumber:
    """Which application? The number is on the paper. `typed`: the one given before."""

    person: Person
    problem: NotCorrected | None = None
    typed: str = ""


@dataclass(frozen=True)
class GiveNewEmail:
    """The right address for application `number`. `problem`, `typed` as in GiveEmail.

    `before`: the application it was begun from, None for whoever gave its number.
    """

    person: Person
    number: str
    problem: EmailProblem | None = None
    doubt: Doubt | None = None
    typed: str = ""
    before: FollowedOnes | None = None


@dataclass(frozen=True)
class CorrectingEmail:
    """The server changes the address of application `number`."""

    person: Person
    number: str
    email: str
    before: FollowedOnes | None = None


@dataclass(frozen=True)
class EmailCorrected:
    """From now on everything of the application goes to `email`."""

    person: Person
    email: str
