"""Where one person stands: one frozen dataclass per screen, and the state around them."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from kiosk.flow.world import Obstacle, Service, World


class AttentionClass(StrEnum):
    """Ley 28683: beneficiaries are attended first."""

    GENERAL = "general"
    PREFERENTIAL = "preferential"


@dataclass(frozen=True)
class Document:
    """What the identity document says: enough to identify, nothing more.

    `type` is the two-digit code of the State's registers (01 DNI, 04 CE, 07 passport …).
    """

    type: str
    number: str
    birth_date: date
    surname: str = ""
    given_names: str = ""


@dataclass(frozen=True)
class Ticket:
    """A turn as the server issued it. `ahead` counts the people to be called before."""

    ticket_id: str
    number: str
    service: str
    attention_class: AttentionClass
    ahead: int
    site: str
    issued_at: str


class ReadProblem(StrEnum):
    """Why a document could not be taken; all of them end in "vuelva a pasar su documento"."""

    CHECK_DIGIT = "check_digit"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"


class PrintState(StrEnum):
    """What is known about the slip on paper."""

    PRINTING = "printing"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Person:
    """The applicant of this session. `session` is minted at the first touch, once."""

    session: UUID
    attention_class: AttentionClass
    document: Document | None = None


@dataclass(frozen=True)
class OutOfService:
    """Nothing can be finished here; says why and where to go."""

    reason: Obstacle


@dataclass(frozen=True)
class Welcome:
    """Nobody is here; the first touch starts a session."""


@dataclass(frozen=True)
class ReadDocument:
    """Waiting for the identity document in the reader."""

    person: Person
    problem: ReadProblem | None = None
    attempts: int = 0


@dataclass(frozen=True)
class ChooseService:
    """The person is known (or the reader is down) and says what they came for."""

    person: Person
    services: tuple[Service, ...]
    problem: str = ""


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


At = OutOfService | Welcome | ReadDocument | ChooseService | TakingTurn | TicketReady


@dataclass(frozen=True)
class State:
    """The whole kiosk: its surroundings and where the person stands."""

    world: World = field(default_factory=World)
    at: At = field(default_factory=lambda: OutOfService(Obstacle.SERVER_AWAY))
