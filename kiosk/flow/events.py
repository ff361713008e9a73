"""What can happen to a kiosk: touches, device reports, answers of the server, time."""

from dataclasses import dataclass
from uuid import UUID

from kiosk.flow.states import Document, PrintState, ReadProblem, Ticket
from kiosk.flow.world import Part, PartState, Service


# --- touches -----------------------------------------------------------------------------------
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
class DocumentTaken:
    """The reader read a document whose check digits all agree."""

    document: Document


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
    """The queue server answered: what this site offers now."""

    site: str
    services: tuple[Service, ...]
    backend: bool = False
    fee_centimos: int | None = None
    public_address: bool = False


@dataclass(frozen=True)
class ServerLost:
    """The queue server did not answer within its deadline."""


@dataclass(frozen=True)
class TicketIssued:
    """The server issued the turn asked for by effect `effect_id`."""

    effect_id: UUID
    ticket: Ticket


@dataclass(frozen=True)
class TicketRefused:
    """The server will not issue this turn; `words` is its sentence for the person."""

    effect_id: UUID
    words: str


Touch = Start | Choose | Back | Cancel | Finish
Event = (
    Start
    | Choose
    | Back
    | Cancel
    | Finish
    | IdleExpired
    | PartChanged
    | DocumentTaken
    | DocumentProblem
    | SlipPrinted
    | ServerSeen
    | ServerLost
    | TicketIssued
    | TicketRefused
)
