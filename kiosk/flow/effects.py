"""What the flow asks the runner to do. Every effect that leaves the kiosk carries its own id."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from kiosk.flow.states import AttentionClass, Document, Ticket
from kiosk.flow.world import Service


@dataclass(frozen=True)
class IssueTicket:
    """Ask the server for a turn; `effect_id` is the Idempotency-Key, the same on every retry."""

    effect_id: UUID
    session: UUID
    service: Service
    attention_class: AttentionClass
    document: Document | None


@dataclass(frozen=True)
class PrintTicket:
    """Print the slip of a turn, once."""

    effect_id: UUID
    session: UUID
    ticket: Ticket


@dataclass(frozen=True)
class ForgetPerson:
    """Wipe what the last person left: widgets, memory, journal rows no longer needed."""

    session: UUID


# What leaves the kiosk or moves paper: journalled before and after.
Journalled = IssueTicket | PrintTicket
Effect = Journalled | ForgetPerson


def effect_id(session: UUID, what: str) -> UUID:
    """The id of the effect named `what` in `session`: always the same for the same pair."""
    return uuid5(session, what)
