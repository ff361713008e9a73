"""Kind ``card_terminal``: card payments, their reversal, and what may be kept of them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from devices.status import Completion, DeviceStatus

KIND = "card_terminal"
PAYMENT_DEADLINE_S = 90.0
"""What a person needs to find, present and confirm a card: the usual deadline of a ``Pay``."""

Outcome = Literal[
    "approved", "declined", "aborted", "not_found", "in_progress", "unknown", "not_started"
]
ReversalReason = Literal["CustCancel", "MerchantCancel", "Malfunction", "Unable2Compl"]


@dataclass(frozen=True, slots=True)
class CardEvidence:
    """The only things about a card payment that may leave a driver.

    ``terminal_id`` is the acquirer's name for the terminal, ``rrn`` the acquirer's number of the
    transaction, ``stan`` the terminal's own; ``masked_last4`` is four digits; a text the terminal
    did not give, or gave in a form that might hide a card number, is ``""``. Where a protocol
    tells neither, ``terminal_id`` is configured and ``at`` is when the kiosk had the answer.
    """

    service_id: str
    amount_centimos: int
    terminal_id: str
    authorisation_code: str
    rrn: str
    stan: str
    masked_last4: str
    scheme: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pay:
    """Take ``amount_centimos`` from a card, once.

    ``service_id`` (1..10 letters and digits, unique for 48 h) is written down by the caller
    before this is submitted: it is what ``QueryPayment`` asks about after a crash.
    """

    service_id: str
    reference: str
    amount_centimos: int
    currency: str = "PEN"


@dataclass(frozen=True, slots=True)
class QueryPayment:
    """Ask what became of the ``Pay`` with this ``service_id``; takes no money.

    With ``amount_centimos`` the answer is ``approved`` only for exactly this amount; without it
    the caller compares the evidence. A terminal that cannot be asked, and has not said it since,
    answers ``unknown`` with ``unsupportedCommand``: a person must look into its journal.
    """

    service_id: str
    amount_centimos: int | None = None
    currency: str = "PEN"


@dataclass(frozen=True, slots=True)
class Reverse:
    """Give back the whole of an approved payment; ``service_id`` is the reversal's own."""

    service_id: str
    payment: CardEvidence
    why: ReversalReason = "Malfunction"


@dataclass(frozen=True, slots=True)
class Abort:
    """Tell the terminal to stop the running ``Pay`` with this ``service_id``.

    It passes beside the queue. Its own result only says whether the terminal was told
    (``in_progress``): the result of the ``Pay`` says how that ended. Withdraw a ``Pay`` that has
    not begun with ``Future.cancel()`` instead.
    """

    service_id: str


@dataclass(frozen=True, slots=True)
class CardResult:
    """How a command ended.

    - ``approved``: the money moved (of a ``Reverse``: it went back); ``evidence`` is complete.
    - ``declined``, ``aborted``: it did not, in the terminal's own words.
    - ``not_found``: the terminal has never seen this ``service_id``.
    - ``in_progress``: the terminal is still at it.
    - ``unknown``: it may have moved; ask again later, and never pay again meanwhile.
    - ``not_started``: nothing about it was sent, or the terminal refused to begin.

    ``reason`` is an English word or line for staff and logs. ``evidence`` beside ``unknown`` is
    what the terminal claims and we do not accept, such as another amount. ``status`` is the
    terminal's health when last asked.
    """

    outcome: Outcome
    completion: Completion
    evidence: CardEvidence | None
    reason: str
    status: DeviceStatus


@dataclass(frozen=True, slots=True)
class Totals:
    """Read what the terminal counted since its last close; takes and gives no money.

    With ``close`` that period ends and the next one begins. If the answer is lost, ask again with
    the ``period`` that was read before: a closed one keeps its totals. A terminal that counts
    nothing for us answers ``unsupportedCommand``.
    """

    close: bool = False
    period: str = ""


TotalsOutcome = Literal["told", "not_found", "unknown"]


@dataclass(frozen=True, slots=True)
class TerminalTotals:
    """What a terminal counted in one period: payments taken, and those that went back again.

    A reversed payment stands in both. ``period`` is the terminal's own name of it.
    """

    terminal_id: str
    period: str
    payments: int
    payments_centimos: int
    reversals: int
    reversals_centimos: int


@dataclass(frozen=True, slots=True)
class TotalsResult:
    """``told`` has totals. ``not_found``: the terminal knows no such period. ``unknown``: no usable
    answer; a period that was to be closed may be closed now."""

    outcome: TotalsOutcome
    completion: Completion
    totals: TerminalTotals | None
    reason: str
    status: DeviceStatus


Command = Pay | QueryPayment | Reverse | Abort

COMPLETIONS: Mapping[Outcome, Completion] = {
    "approved": Completion.SUCCESS,
    "declined": Completion.COMMAND_ERROR_CODE,
    "aborted": Completion.CANCELED,
    "not_found": Completion.COMMAND_ERROR_CODE,
    "in_progress": Completion.SUCCESS,
    "unknown": Completion.TIME_OUT,
    "not_started": Completion.DEVICE_NOT_READY,
}
"""How a command ends, in the XFS words, unless more is known about why."""

TOO_LATE = "its deadline passed before it was sent"


def not_sent(command: Command, completion: Completion, status: DeviceStatus) -> CardResult:
    """Answer for a command that never reached the terminal; of a query that proves nothing."""
    if isinstance(command, QueryPayment):
        return CardResult("unknown", completion, None, "it was not asked", status)
    reason = TOO_LATE if completion is Completion.TIME_OUT else "it was not sent"
    return CardResult("not_started", completion, None, reason, status)
