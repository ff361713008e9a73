"""PURE: the words and rules of the queue: states, legal transitions, who is next and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TicketState(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CALLED = "called"
    FINISHED = "finished"


class AttentionClass(StrEnum):
    """Ley 28683 art. 1: beneficiaries are attended before everybody else."""

    GENERAL = "general"
    PREFERENTIAL = "preferential"


# Every change of state that may ever happen. The database holds the same table and refuses a
# period that does not follow it. "" is the state before the ticket exists.
TRANSITIONS: tuple[tuple[str, TicketState], ...] = (
    ("", TicketState.WAITING),
    (TicketState.WAITING, TicketState.CALLED),
    (TicketState.CALLED, TicketState.FINISHED),
)

OPEN_AT_COUNTER = (TicketState.CALLED,)


@dataclass(frozen=True)
class Head:
    """The ticket at the head of one (service, class) line. `due_at`: arrival or agreed return."""

    ticket_id: str
    number: str
    attention_class: AttentionClass
    due_at: datetime
    arrived_at: datetime


@dataclass(frozen=True)
class Choice:
    """Who is next, and the reason as staff read it ("preferente, 4 min")."""

    head: Head
    reason: str


def ticket_number(series: str, number: int) -> str:
    """The number people read: series letter and at least three digits, e.g. `J-042`."""
    return f"{series}-{number:03d}"


def next_strict(heads: Iterable[Head], now: datetime) -> Choice | None:
    """Preferential before general, arrival order inside a class. None when nobody is due.

    Ties on `due_at` are broken by ticket id, so that the choice never depends on row order.
    """
    due = [head for head in heads if head.due_at <= now]
    if not due:
        return None
    head = min(due, key=_strict_order)
    return Choice(head, _reason(head, now))


def _strict_order(head: Head) -> tuple[bool, datetime, str]:
    return (head.attention_class is AttentionClass.GENERAL, head.due_at, head.ticket_id)


def _reason(head: Head, now: datetime) -> str:
    words = {AttentionClass.PREFERENTIAL: "preferente", AttentionClass.GENERAL: "general"}
    minutes = max(0, int((now - head.arrived_at).total_seconds() // 60))
    return f"{words[head.attention_class]}, {minutes} min"


@dataclass(frozen=True)
class TicketView:
    """A ticket as kiosks and staff see it; nothing here identifies the person."""

    ticket_id: str
    number: str
    service: str
    service_name: str
    attention_class: AttentionClass
    state: TicketState
    day: date
    arrived_at: datetime
    counter: str | None = None
    ahead: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class ServiceRow:
    """One service of a site as the kiosk offers it. `kind`: `turn` or `certificate`."""

    code: str
    name: str
    series: str
    kind: str


@dataclass(frozen=True)
class IdentityClaim:
    """The identity document shown at the kiosk: two-digit type code, number, birth date."""

    type: str
    number: str
    birth_date: date | None = None
