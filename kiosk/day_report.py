"""PURE: what a kiosk says of one day's money, as the server's API takes it (docs/day_close.md).

A payment belongs to the local day of the instant when it began, which the journal wrote before
anything could move money; whatever became of it later is told under that day.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kiosk.journal.days import Reading, Try
from kiosk.order import Means, OrderState

ZONE = ZoneInfo("America/Lima")
_STANDS: Mapping[OrderState, str] = {
    OrderState.PAYING: "under_way",
    OrderState.RETURNING: "under_way",
    OrderState.UNKNOWN: "in_doubt",
    OrderState.PAID: "untold",
    OrderState.ACCEPTED: "kept",
    OrderState.RETURNED: "back",
    OrderState.OWED: "owed",
    OrderState.DECLINED: "nothing",
    OrderState.ABANDONED: "nothing",
}
# The terminal is at it, or about to be.
MOVING = (OrderState.PAYING, OrderState.RETURNING)


@dataclass(frozen=True)
class Pieces:
    """Notes or coins of one worth from one acceptor, for one payment ('' or unknown: for none)."""

    payment: str
    serial: str
    item: str
    amount_centimos: int
    pieces: int


@dataclass(frozen=True)
class Coins:
    """Coins of one worth that one hopper gave for one payment."""

    payment: str
    serial: str
    coin_centimos: int
    coins: int


@dataclass(frozen=True)
class Acceptor:
    """An acceptor's own count and the book's, over the day (`counted` None: it keeps none)."""

    serial: str
    counted: int | None
    booked: int
    events_lost: str


@dataclass(frozen=True)
class Terminal:
    """A terminal's period of the day. `reading` None: it did not answer, though asked."""

    reading: Reading | None
    told: str
    booked_payments: tuple[int, int]
    booked_reversals: tuple[int, int]


@dataclass(frozen=True)
class DayFacts:
    """All that the journal has of one day."""

    day: date
    tries: Sequence[Try]
    pieces: Sequence[Pieces]
    coins: Sequence[Coins]
    claimed: Mapping[str, int]
    acceptors: Sequence[Acceptor]
    terminals: Sequence[Terminal]
    untold: int


def local_day(instant: datetime) -> date:
    """The day at the site when it is `instant`."""
    return instant.astimezone(ZONE).date()


def bounds(day: date) -> tuple[str, str]:
    """The first instant of a local day and the first one after it, as the journal writes them."""
    begins, ends = (
        datetime.combine(each, time(), ZONE).astimezone(UTC)
        for each in (day, day + timedelta(days=1))
    )
    return begins.isoformat(), ends.isoformat()


def booked(tries: Sequence[Try], opened: str, at: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Card payments begun after `opened` and up to `at`, and reversals that began in that time:
    how many and how much of each."""
    cards = [each for each in tries if each.means == Means.CARD and each.charged]
    paid = [each.amount_centimos for each in cards if opened < each.begun_at <= at]
    back = [
        each.amount_centimos
        for each in cards
        if each.state is OrderState.RETURNED and opened < each.returning_at <= at
    ]
    return (len(paid), sum(paid)), (len(back), sum(back))


def report(facts: DayFacts) -> dict[str, Any]:
    """The body of the report, but for the instant at which it is made."""
    return {
        "day": facts.day.isoformat(),
        "payments": [_payment(facts, each) for each in facts.tries],
        "terminals": [_terminal(each) for each in facts.terminals],
        "acceptors": _acceptors(facts),
        "hoppers": _hoppers(facts.coins),
        "untold": facts.untold,
    }


def digest(body: Mapping[str, Any]) -> str:
    """The same for the same content."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _payment(facts: DayFacts, of: Try) -> dict[str, Any]:
    evidence = json.loads(of.evidence) if of.evidence else {}
    return {
        "payment_id": of.payment,
        "application": of.application,
        "means": of.means,
        "began_at": of.begun_at,
        "stands": _STANDS[of.state],
        "asked_centimos": of.amount_centimos,
        "taken_centimos": _taken(facts, of),
        "given_centimos": _given(facts, of),
        "claimed_centimos": facts.claimed.get(of.payment, 0),
        **{name: evidence.get(name, "") for name in ("terminal_id", "rrn", "masked_last4")},
    }


def _taken(facts: DayFacts, of: Try) -> int:
    if of.means == Means.CASH:
        mine = (each for each in facts.pieces if each.payment == of.payment)
        return sum(each.amount_centimos * each.pieces for each in mine)
    return of.amount_centimos if of.charged else 0


def _given(facts: DayFacts, of: Try) -> int:
    if of.means == Means.CASH:
        mine = (each for each in facts.coins if each.payment == of.payment)
        return sum(each.coin_centimos * each.coins for each in mine)
    return of.amount_centimos if of.state is OrderState.RETURNED else 0


def _terminal(of: Terminal) -> dict[str, Any]:
    reading = of.reading
    payments = (reading.payments, reading.payments_centimos) if reading else (0, 0)
    reversals = (reading.reversals, reading.reversals_centimos) if reading else (0, 0)
    return {
        "terminal_id": reading.terminal if reading else "",
        "period": reading.period if reading else "",
        "told": of.told,
        "closed": reading.closed if reading else False,
        "payments": _sums(payments),
        "reversals": _sums(reversals),
        "booked_payments": _sums(of.booked_payments),
        "booked_reversals": _sums(of.booked_reversals),
    }


def _sums(sums: tuple[int, int]) -> dict[str, int]:
    return {"count": sums[0], "centimos": sums[1]}


def _acceptors(facts: DayFacts) -> list[dict[str, Any]]:
    worth: dict[str, dict[tuple[int, str], int]] = defaultdict(lambda: defaultdict(int))
    for each in facts.pieces:
        worth[each.serial][each.amount_centimos, each.item] += each.pieces
    known = {each.serial: each for each in facts.acceptors}
    return [
        {
            "serial": serial,
            "pieces": [
                {"item": item, "amount_centimos": amount, "pieces": pieces}
                for (amount, item), pieces in sorted(worth[serial].items())
            ],
            "counted": known[serial].counted if serial in known else None,
            "booked": known[serial].booked if serial in known else 0,
            "events_lost": known[serial].events_lost[:200] if serial in known else "",
        }
        for serial in sorted({*known, *worth})
    ]


def _hoppers(coins: Sequence[Coins]) -> list[dict[str, Any]]:
    given: dict[tuple[str, int], int] = defaultdict(int)
    for each in coins:
        given[each.serial, each.coin_centimos] += each.coins
    return [
        {"serial": serial, "coin_centimos": coin, "coins": count}
        for (serial, coin), count in sorted(given.items())
    ]
