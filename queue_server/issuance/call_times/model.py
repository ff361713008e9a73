"""PURE: how calls to the centre are counted: by operation, by outcome, by how long they took."""

from dataclasses import dataclass, field
from enum import StrEnum

from queue_server.issuance.model import NotKnown, Refused, TryLater, Unknown
from queue_server.payments.model.day_books import TakingsNotTold
from queue_server.payments.model.vouchers import NotAnswered

# Seconds; a call is over after 8, or what `deadline_s` says, at most 30.
EDGES_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
# What is asked of the centre, probes aside.
OPERATIONS = (
    "consultarTitular",
    "solicitarCertificado",
    "consultarSolicitud",
    "obtenerCertificado",
    "validarPago",
    "consultarRecaudacion",
)


class CallOutcome(StrEnum):
    """What came of a call."""

    ANSWERED = "answered"
    REFUSED = "refused"  # a typed no
    NOT_KNOWN = "not_known"  # the centre never heard of it
    TRY_LATER = "try_later"  # nothing was done
    UNKNOWN = "unknown"  # the reply was lost, or is none of the contract
    FAILED = "failed"  # a mistake of ours


def outcome_of(answer: object) -> CallOutcome:
    """What `answer`, one of the port's closed answers, amounts to."""
    match answer:
        case Refused():
            return CallOutcome.REFUSED
        case NotKnown():
            return CallOutcome.NOT_KNOWN
        case TryLater():
            return CallOutcome.TRY_LATER
        case Unknown() | NotAnswered() | TakingsNotTold():
            return CallOutcome.UNKNOWN
        case _:
            return CallOutcome.ANSWERED


def place_of(took_s: float) -> int:
    """Which of the edges a call falls under; one more than there are beyond the last."""
    return next((place for place, edge in enumerate(EDGES_S) if took_s <= edge), len(EDGES_S))


Key = tuple[str, str, int]


@dataclass
class Counts:
    """Calls not written down yet: (operation, outcome, place) -> how many, and their seconds."""

    held: dict[Key, tuple[int, float]] = field(default_factory=dict[Key, tuple[int, float]])

    def add(self, key: Key, calls: int, seconds: float) -> None:
        """Count some more."""
        before = self.held.get(key, (0, 0.0))
        self.held[key] = before[0] + calls, before[1] + seconds
