"""PURE: a payment in doubt: nobody knows yet whether the money was taken."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from queue_server.payments.model.paid import Means

# A kiosk finds most of them out by itself; what it has not found out by then needs a person.
SHOWN_AFTER = timedelta(seconds=60)


class Ended(StrEnum):
    """The definite answer that ends a doubt."""

    NOT_CHARGED = "not_charged"
    CHARGED = "charged"
    RETURNED = "returned"  # charged, and given back
    CLAIMED = "claimed"  # a claim stands for it


class Finding(StrEnum):
    """What staff did or saw, without an answer yet. A list: free text could hold personal data."""

    TERMINAL_LOOKED_AT = "terminal_looked_at"
    ACQUIRER_ASKED = "acquirer_asked"
    KIOSK_OFF = "kiosk_off"
    PERSON_WAITS = "person_waits"
    PERSON_LEFT = "person_left"


class Proof(StrEnum):
    """What a supervisor's definite word rests on."""

    TERMINAL_JOURNAL = "terminal_journal"
    ACQUIRER_STATEMENT = "acquirer_statement"
    GATEWAY_STATEMENT = "gateway_statement"
    CASH_COUNT = "cash_count"


@dataclass(frozen=True)
class NewDoubt:
    """A payment whose outcome a kiosk does not know. `why`: a word of its program."""

    payment: UUID
    application: UUID | None
    means: Means
    amount_centimos: int
    since: datetime
    why: str


@dataclass(frozen=True)
class Doubt:
    """A doubt as it stands. `ended_by`: who gave the definite answer, as the event log names them.

    `contradicted`: the kiosk's definite answer came later and is another one than the staff's.
    """

    payment: str
    kiosk: str
    application: str | None
    means: Means
    amount_centimos: int
    since: datetime
    why: str
    ended: Ended | None
    ended_by: str | None
    finding: Finding | None
    contradicted: bool

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a definite answer, or for a person who looks at two."""
        return self.ended is None or self.contradicted
