"""Where a person stands who types their document, or is asked something because of it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kiosk.flow.facts import Typed, TypingProblem
from kiosk.flow.person import Document, Person
from kiosk.flow.world import Service

if TYPE_CHECKING:
    from kiosk.flow.states import At


@dataclass(frozen=True)
class ChooseDocument:
    """Which document do you have? `read`: one that was read and did not say of which kind it is."""

    person: Person
    typed: Typed = field(default_factory=Typed)
    read: Document | None = None


@dataclass(frozen=True)
class TypeNumber:
    """The document's number."""

    person: Person
    typed: Typed
    problem: TypingProblem | None = None


@dataclass(frozen=True)
class TypeCheck:
    """The character that stands beside the number of a DNI."""

    person: Person
    typed: Typed
    problem: TypingProblem | None = None


@dataclass(frozen=True)
class TypeBirth:
    """The day of birth: eight figures, DDMMYYYY."""

    person: Person
    typed: Typed
    problem: TypingProblem | None = None


@dataclass(frozen=True)
class TypeIssue:
    """The day on which a DNI was issued: eight figures, DDMMYYYY."""

    person: Person
    typed: Typed
    problem: TypingProblem | None = None


@dataclass(frozen=True)
class OfferPreference:
    """Before a turn for `service`: may you be attended first? Nothing is to be proved."""

    person: Person
    service: Service


@dataclass(frozen=True)
class FinishFirst:
    """Another document was shown in the middle of a session; `before` goes on where it stood."""

    person: Person
    before: "At"


Typing = ChooseDocument | TypeNumber | TypeCheck | TypeBirth | TypeIssue
Identity = Typing | OfferPreference | FinishFirst
