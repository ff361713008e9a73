"""Kind ``cash_acceptor``: notes and coins taken in, each credited exactly once. Pure.

After XFS4IoT's CashAcceptor (``CashInStart`` … ``CashInEnd`` or ``CashInRollback``). A note waits
in escrow (the intermediate stacker) until the caller says ``KeepNote`` or ``ReturnNote``; coins
have no escrow and are kept as they fall.

**Credit.** Money counts when the ``CreditBook`` has it, and never otherwise: the driver hands
each piece over through ``CreditBook.commit``, which writes the device's event counter and the
credit in one transaction, and only then reports it or tells the device to go on. After a crash
of either side the counters say what was not yet committed.

**Sessions.** The book also keeps which cash-in is open, so that money told of after a crash
belongs to the person who gave it. After the device or the kiosk came back nothing is taken until
``CashInStart`` is given again: with the same session it goes on. A note found in escrow then goes
back.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from devices.status import Completion, DeviceStatus

KIND = "cash_acceptor"
CURRENCY = "PEN"

Outcome = Literal["done", "not_done", "unknown"]


@dataclass(frozen=True, slots=True)
class Credit:
    """One note or coin the device has kept.

    ``serial`` is the device's sort and serial number (``bill-12345678``) and ``counter`` its event
    counter when it told of the money: no two credits of one device between two resets have both
    alike. ``item`` is the device's own name for the denomination (``PE0020A``). ``session`` is
    the cash-in it came in, ``""`` for money that came when none was open.
    """

    serial: str
    counter: int
    amount_centimos: int
    item: str
    session: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What a ``CreditBook`` knows of one device.

    ``counter`` is the last event counter committed. ``accepted`` is the device's own lifetime
    count of accepted pieces as far as they are in the book (None where it keeps none).
    ``session`` is the cash-in that is open (``""``: none) and ``session_centimos`` what this
    device was credited with for it. ``events_lost`` is why the book may lack money the device
    took (``""``: it lacks none); it stays until ``Reconciled``. ``under_way`` is what the driver of
    a device without an event counter must still know of a note it told the device to keep, in its
    own words: a book keeps it unread.
    """

    counter: int
    accepted: int | None = None
    session: str = ""
    session_centimos: int = 0
    events_lost: str = ""
    under_way: str = ""


class CreditBook(Protocol):
    """Where credits are kept; written by the driver's thread only. A kiosk's is its journal."""

    def tally(self, serial: str) -> Tally | None:
        """What was last committed of this device; None: never seen."""
        ...

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        """Write ``tally`` and ``credits`` durably in one transaction.

        Raises whatever the store raises; the driver then takes no more money, and before it tries
        again it asks for the ``tally``: a commit that failed after it was durable is not repeated.
        """
        ...


@dataclass(frozen=True, slots=True)
class CashInStart:
    """Take money for ``session`` (1..64 characters): only these denominations, in céntimos.

    An empty tuple takes every denomination the device knows.
    """

    session: str
    accept_centimos: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class KeepNote:
    """Stack the note in escrow: it becomes a credit when the device says so."""

    session: str


@dataclass(frozen=True, slots=True)
class ReturnNote:
    """Give the note in escrow back."""

    session: str


@dataclass(frozen=True, slots=True)
class CashInEnd:
    """Take nothing more for ``session``; a note still in escrow goes back."""

    session: str


@dataclass(frozen=True, slots=True)
class CashInRollback:
    """Take nothing more and give back what can be given back: the note in escrow.

    What is stacked or fell into the cash box cannot come back by this device; the result tells
    how much that is, for change from a dispenser or a claim.
    """

    session: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Staff counted and settled: a device out of service for lost events may serve again."""


@dataclass(frozen=True, slots=True)
class CashResult:
    """How a command ended.

    ``credited_centimos`` is what this device was credited with for the session so far; 0 beside
    ``not_done`` says nothing (the credits are in the book). ``returned_centimos`` is what this
    command gave back. ``unknown``: the device did not say in time where the note went; a later
    report (``Credited``, ``NoteReturned``, ``EventsLost``) tells. ``reason`` is an English line
    for staff.
    """

    outcome: Outcome
    completion: Completion
    credited_centimos: int
    returned_centimos: int
    reason: str
    status: DeviceStatus


@dataclass(frozen=True, slots=True)
class NoteHeld:
    """A note waits in escrow for ``KeepNote`` or ``ReturnNote``."""

    session: str
    amount_centimos: int
    item: str


@dataclass(frozen=True, slots=True)
class Credited:
    """This credit has been committed to the ``CreditBook``."""

    credit: Credit


@dataclass(frozen=True, slots=True)
class NoteReturned:
    """The note that was in escrow is in the person's hands (or in the mouth of the device)."""

    session: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A piece was not accepted and went straight back; ``why`` is an English word for staff."""

    session: str
    why: str


@dataclass(frozen=True, slots=True)
class EventsLost:
    """Pieces may have been taken that nobody was told of: out of service until ``Reconciled``.

    ``missing`` is how many pieces the device's own count is ahead of the book (negative: behind),
    None where it keeps no count. An ID-003 acceptor reports each piece in doubt by itself: 1.
    Reported again at every start until ``Reconciled``.
    """

    serial: str
    reason: str
    missing: int | None


Report = NoteHeld | Credited | NoteReturned | Rejected | EventsLost
