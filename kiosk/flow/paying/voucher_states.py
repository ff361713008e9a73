"""Where a person stands who paid at the bank."""

from dataclasses import dataclass

from kiosk.flow.facts import Order, VoucherProblem
from kiosk.flow.person import Person


@dataclass(frozen=True)
class GiveSequence:
    """Which payment? The sequence number is on the bank's paper. `sequence`: as typed before."""

    person: Person
    order: Order
    problem: VoucherProblem | None = None
    sequence: str = ""


@dataclass(frozen=True)
class GiveDay:
    """And of which day?"""

    person: Person
    order: Order
    sequence: str


@dataclass(frozen=True)
class TypeDay:
    """The day is typed: eight figures, DDMMYYYY. `to_come`: what was typed is after today."""

    person: Person
    order: Order
    sequence: str
    mistyped: bool = False
    to_come: bool = False


@dataclass(frozen=True)
class CheckingVoucher:
    """The centre is asked about the bank's payment."""

    person: Person
    order: Order
    sequence: str = ""
