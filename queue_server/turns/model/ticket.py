"""PURE: the words of the queue: states of a ticket, legal changes, attention classes, numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TicketState(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    TRANSFERRED = "transferred"  # waits again, sent on by a counter or for the visit's next service
    ON_HOLD = "on_hold"
    CALLED = "called"
    SERVING = "serving"
    FINISHED = "finished"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class AttentionClass(StrEnum):
    """Ley 28683 art. 1: beneficiaries are attended before everybody else."""

    GENERAL = "general"
    PREFERENTIAL = "preferential"


IN_LINE = (TicketState.WAITING, TicketState.TRANSFERRED)
CALLABLE = (*IN_LINE, TicketState.ON_HOLD)
AT_COUNTER = (TicketState.CALLED, TicketState.SERVING)
ENDED = (
    TicketState.FINISHED,
    TicketState.NO_SHOW,
    TicketState.CANCELLED,
    TicketState.EXPIRED,
)
NOT_YET = ""  # before the ticket exists


def _from(
    before: Iterable[TicketState], *after: TicketState
) -> tuple[tuple[str, TicketState], ...]:
    return tuple((state, each) for state in before for each in after)


# Every change of state that may ever happen. The database holds the same table and refuses a
# period that does not follow it.
TRANSITIONS: tuple[tuple[str, TicketState], ...] = (
    # Issued; served at once without waiting; given out on paper and already called by voice, or
    # on a day that is over.
    (NOT_YET, TicketState.WAITING),
    (NOT_YET, TicketState.SERVING),
    (NOT_YET, TicketState.FINISHED),
    (NOT_YET, TicketState.EXPIRED),
    # Out of the line. Finished: its printed number was called by voice.
    *_from(
        CALLABLE,
        TicketState.CALLED,
        TicketState.TRANSFERRED,
        TicketState.ON_HOLD,
        TicketState.CANCELLED,
        TicketState.EXPIRED,
        TicketState.FINISHED,
    ),
    (TicketState.ON_HOLD, TicketState.WAITING),
    # At a counter. The same state again: another counter or operator took it over.
    (TicketState.CALLED, TicketState.SERVING),
    (TicketState.CALLED, TicketState.CALLED),
    (TicketState.SERVING, TicketState.SERVING),
    # Back in line: a call taken back, or nobody came and the rule lets the ticket return.
    (TicketState.CALLED, TicketState.WAITING),
    *_from(
        AT_COUNTER,
        TicketState.ON_HOLD,
        TicketState.TRANSFERRED,
        TicketState.FINISHED,
        TicketState.NO_SHOW,
        TicketState.CANCELLED,
    ),
    # Undone within a minute; a person who missed the call comes back.
    (TicketState.FINISHED, TicketState.CALLED),
    (TicketState.FINISHED, TicketState.SERVING),
    (TicketState.NO_SHOW, TicketState.CALLED),
    (TicketState.NO_SHOW, TicketState.WAITING),
)


def is_legal(before: str, after: TicketState) -> bool:
    """True when a ticket may go from `before` ("": not issued yet) to `after`."""
    return (before, after) in _LEGAL


_LEGAL = frozenset(TRANSITIONS)


def ticket_number(series: str, number: int) -> str:
    """The number people read: series letter and at least three digits, e.g. `J-042`."""
    return f"{series}-{number:03d}"


def parse_number(text: str) -> tuple[str, int] | None:
    """Series and number of what a person typed (`J-042`, `j42`), None when it is neither."""
    plain = text.strip().upper().replace("-", "").replace(" ", "")
    series = plain.rstrip("0123456789")
    digits = plain[len(series) :]
    if not 1 <= len(series) <= 2 or not series.isalpha() or not 1 <= len(digits) <= 6:
        return None
    return series, int(digits)


@dataclass(frozen=True)
class Wish:
    """What somebody queues for. `then`: further services of the same visit, in order.

    `people`: how many came together (1..20) and are served as one.
    """

    service: str
    attention_class: AttentionClass = AttentionClass.GENERAL
    attention_reason: str = ""
    people: int = 1
    then: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ticket:
    """A ticket as it stands; nothing here identifies the person.

    `day` belongs to the number, `queue_day` to the line. `due_at` None: on hold until resumed.
    `aimed_at`: `counter:<code>`, `pool:<code>`, or "" for whoever serves the service.
    """

    id: str
    site: str
    visit: str
    service: str
    day: date
    queue_day: date
    series: str
    number: int
    attention_class: AttentionClass
    state: TicketState
    arrived_at: datetime
    due_at: datetime | None
    attention_reason: str = ""
    people: int = 1
    then: tuple[str, ...] = ()
    aimed_at: str = ""
    counter: str | None = None
    called_at: datetime | None = None
    no_shows: int = 0

    @property
    def label(self) -> str:
        """The number people read."""
        return ticket_number(self.series, self.number)


@dataclass(frozen=True)
class IdentityClaim:
    """The identity document shown at the kiosk: two-digit type code, number, birth date."""

    type: str
    number: str
    birth_date: date | None = None
