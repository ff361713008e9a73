"""What a terminal counted: the messages GetTotals and Reconciliation, and what they prove. Pure.

A terminal counts from one close to the next; each such period has a name (POIReconciliationID).
Only how many and how much is read: totals by brand, shift or cashier are added up.
Source: nexo Sale to POI protocol 3.x, GetTotals, Reconciliation, TransactionTotals, PaymentTotals.
"""
# pyright: strict

from dataclasses import dataclass
from typing import Any, cast

from devices.kinds.card_terminal import TerminalTotals, Totals, TotalsOutcome, TotalsResult
from devices.nexo.members import CENTIMOS, MAX_CENTIMOS, Codec, Member, is_tree, kept, text
from devices.status import Completion, DeviceStatus

CURRENCY = "PEN"
PAID, GONE_BACK = ("Debit",), ("ReverseDebit", "Credit")
NOTHING_MOVED = ("Declined", "Failed")
_MOST_TRANSACTIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class Counted:
    """Payments and what went back, numbers and whole céntimos."""

    payments: int = 0
    payments_centimos: int = 0
    reversals: int = 0
    reversals_centimos: int = 0


@dataclass(frozen=True, slots=True)
class GetTotals:
    """Ask what was counted since the last close; changes nothing."""


@dataclass(frozen=True, slots=True)
class GetTotalsReply:
    """What was counted so far. ``period``: the name of the one that goes on."""

    result: str
    condition: str = ""
    period: str = ""
    counted: Counted | None = None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Close the period (``SaleReconciliation``), or ask again what a closed one had, by its name
    (``PreviousReconciliation``)."""

    kind: str
    period: str = ""


@dataclass(frozen=True, slots=True)
class ReconciliationReply:
    """What was counted in the period with this name, which is closed."""

    result: str
    condition: str = ""
    period: str = ""
    counted: Counted | None = None


def question_of(command: Totals) -> GetTotals | Reconciliation:
    """The message that asks it."""
    if command.period:
        return Reconciliation("PreviousReconciliation", command.period)
    return Reconciliation("SaleReconciliation") if command.close else GetTotals()


def judge_totals(
    command: Totals, reply: object, terminal_id: str, status: DeviceStatus
) -> TotalsResult:
    """What a reply proves; of another period than asked for, nothing."""
    if not isinstance(reply, GetTotalsReply | ReconciliationReply):
        return not_told("unknown", "it gave no totals", status)
    if reply.result == "Failure" and reply.condition == "NotFound":
        return not_told("not_found", "it knows no such period", status)
    counted = reply.counted
    if reply.result != "Success" or counted is None or not reply.period:
        return not_told("unknown", reply.condition or "it gave no totals", status)
    if command.period not in ("", reply.period):
        return not_told("unknown", "it told of another period", status)
    totals = TerminalTotals(
        terminal_id,
        reply.period,
        counted.payments,
        counted.payments_centimos,
        counted.reversals,
        counted.reversals_centimos,
    )
    return TotalsResult("told", Completion.SUCCESS, totals, "", status)


def not_told(outcome: TotalsOutcome, reason: str, status: DeviceStatus) -> TotalsResult:
    """An answer without totals."""
    found = outcome == "not_found"
    completion = Completion.COMMAND_ERROR_CODE if found else Completion.TIME_OUT
    return TotalsResult(outcome, completion, None, reason, status)


def _read_counted(value: Any) -> Counted:
    lines = [line for row in _listed(value) for line in _lines_of(row)]
    paid = [(count, sum_) for kind, count, sum_ in lines if kind in PAID]
    back = [(count, sum_) for kind, count, sum_ in lines if kind in GONE_BACK]
    return Counted(
        sum(count for count, _ in paid),
        sum(sum_ for _, sum_ in paid),
        sum(count for count, _ in back),
        sum(sum_ for _, sum_ in back),
    )


def _lines_of(row: Any) -> list[tuple[str, int, int]]:
    if not is_tree(row) or row.get("PaymentCurrency", CURRENCY) != CURRENCY:
        raise ValueError
    return [_line_of(each) for each in _listed(row.get("PaymentTotals", []))]


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError
    return cast("list[Any]", value)


def _line_of(line: Any) -> tuple[str, int, int]:
    """A kind that nobody knows may have moved money: then nothing is believed."""
    if not is_tree(line):
        raise ValueError
    kind, count, sum_ = (
        line.get(name) for name in ("TransactionType", "TransactionCount", "TransactionAmount")
    )
    if not isinstance(kind, str) or kind not in (*PAID, *GONE_BACK, *NOTHING_MOVED):
        raise ValueError
    if type(count) is not int or not 0 <= count <= _MOST_TRANSACTIONS:
        raise ValueError
    centimos = CENTIMOS.read(sum_)
    assert isinstance(centimos, int)
    return kind, count, centimos


def _write_counted(value: Counted) -> object:
    lines = (
        (PAID[0], value.payments, value.payments_centimos),
        (GONE_BACK[0], value.reversals, value.reversals_centimos),
    )
    if any(centimos > MAX_CENTIMOS for _, _, centimos in lines):
        raise ValueError
    totals = [
        {
            "TransactionType": kind,
            "TransactionCount": count,
            "TransactionAmount": CENTIMOS.write(centimos),
        }
        for kind, count, centimos in lines
        if count
    ]
    return [{"PaymentInstrumentType": "Card", "PaymentCurrency": CURRENCY, "PaymentTotals": totals}]


_PERIOD = kept(r"[A-Za-z0-9./-]{1,32}")
TOTALS_REPLY = (
    Member("period", "POIReconciliationID", _PERIOD, False),
    Member("counted", "TransactionTotals", Codec(_read_counted, _write_counted), False),
)
RECONCILIATION = (
    Member("kind", "ReconciliationType", text("SaleReconciliation|PreviousReconciliation")),
    Member("period", "POIReconciliationID", text(r"[A-Za-z0-9./-]{1,32}"), False),
)
