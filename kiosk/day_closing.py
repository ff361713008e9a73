"""Tells the server of each day's money, and has the terminal say what it counted, when nobody pays.

A report is written among the outgoing news when its content changed: of today at most once a minute
and only while nobody stands there, of the days before at once.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import structlog

from devices.driver import NotRun
from devices.errors import DeviceError
from devices.kinds.card_terminal import TerminalTotals, Totals, TotalsResult
from devices.status import Completion
from kiosk import day_report
from kiosk.day_report import Acceptor, Coins, DayFacts, Pieces, Terminal, local_day
from kiosk.journal import Journal
from kiosk.journal.days import Reading
from kiosk.journal.outgoing import Outgoing
from kiosk.order import Means
from kiosk.performers.printer import Commands

LOOK_EVERY_S = 5.0
# Nothing is done this soon after the start, and no report of today follows another one sooner.
QUIET_S = 60.0
# Nothing happened, and yet the terminal is asked again: somebody else may have used it.
READ_AGAIN_S = 600.0
# Less than it takes from the first touch to a card: nobody ever waits for it.
TOTALS_DEADLINE_S = 4.0
SLACK_S = 1.0
LATE_DAYS = 7
# A reversal of which nobody knows the end moves nothing any more after that time.
MOVES_FOR = timedelta(minutes=2)
# A terminal gives back on the same day only.
REVERSED_WITHIN = timedelta(days=2)
PATH = "/api/v1/day-reports"
_NAMES = UUID("6f1f2b1e-4a57-4a0a-9d0b-1c5b7c2f9a10")

log = structlog.get_logger("day close")


class DayReports:
    """Looks again and again; one thread. `idle`: nobody stands at the kiosk."""

    def __init__(
        self,
        journal: Journal,
        terminal: Commands | None,
        idle: Callable[[], bool],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._days = journal.days
        self._terminal = terminal
        self._idle = idle
        self._now = now
        self._monotonic = monotonic
        self._quiet_until = monotonic() + QUIET_S
        self._read_at = float("-inf")
        self._told = "told"
        self._seen: tuple[Any, ...] = ()

    def look(self) -> None:
        """Read the terminal where it is time to, and write the reports that changed."""
        if self._monotonic() < self._quiet_until or not self._idle():
            return
        today = local_day(self._now())
        first = self._first_day(today)
        self._days.look_in_the_morning(today.isoformat())
        self._read_terminal(today)
        mark = (today, self._told, *self._days.mark())
        if mark == self._seen:
            return
        self._quiet_until = self._monotonic() + QUIET_S
        told = [self._tell(day) for day in _days_until(today, first)]
        if all(told):
            self._seen = mark

    def _first_day(self, today: date) -> date:
        """The first day of which this journal can speak."""
        first = date.fromisoformat(self._days.first_day(today.isoformat()))
        began = self._days.began()
        return min(first, local_day(datetime.fromisoformat(began))) if began else first

    # --- reports -------------------------------------------------------------------------------
    def _tell(self, day: date) -> bool:
        """Write the report of `day` if it changed; False while an earlier one waits."""
        before, waits = self._days.reported(day.isoformat())
        if waits:
            return False
        body = day_report.report(self._facts(day))
        digest = day_report.digest(body)
        if digest == before:
            return True
        made_at = self._now().isoformat()
        news = Outgoing(uuid5(_NAMES, f"{digest}:{made_at}"), PATH, {**body, "made_at": made_at})
        with self._journal.together():
            self._journal.outgoing.put(news)
            self._days.report_written(day.isoformat(), digest, str(news.id))
        log.info("day", day=day.isoformat(), payments=len(body["payments"]))
        return True

    def _facts(self, day: date) -> DayFacts:
        since, before = day_report.bounds(day)
        days = self._days
        return DayFacts(
            day,
            days.tries(since, before),
            [Pieces(*row) for row in days.pieces(since, before)],
            [_coins(row) for row in days.coins(since, before)],
            days.claimed(since, before),
            self._acceptors(day),
            self._terminals(day),
            days.refused_news(),
        )

    def _acceptors(self, day: date) -> list[Acceptor]:
        """Each acceptor's counts from the first look of `day` to the first of the next, or now."""
        found: list[Acceptor] = []
        for serial, (accepted, pieces, lost) in self._days.acceptors().items():
            mornings = self._days.mornings(serial, day.isoformat())
            if not mornings:
                continue
            (first, pieces_before), (last, pieces_after) = (*mornings, (accepted, pieces))[:2]
            counted = None if first is None or last is None else last - first
            found.append(Acceptor(serial, counted, pieces_after - pieces_before, lost))
        return found

    # --- the terminal --------------------------------------------------------------------------
    def _terminals(self, day: date) -> list[Terminal]:
        if self._terminal is None:
            return []
        readings = self._days.readings(day.isoformat())
        since, before = day_report.bounds(day)
        if not readings:
            cards = [each for each in self._days.tries(since, before) if each.means == Means.CARD]
            sums = day_report.booked(cards, "", before)
            told = "not_available" if self._told == "not_available" else "not_answered"
            return [Terminal(None, told, *sums)] if cards else []
        return [self._compared(each, day) for each in readings]

    def _compared(self, reading: Reading, day: date) -> Terminal:
        tries = self._days.tries(_earlier(reading.opened), f"{reading.at}~")
        sums = day_report.booked(tries, reading.opened, reading.at)
        ended = reading.closed or day == local_day(self._now())
        return Terminal(reading, "told" if ended else "not_answered", *sums)

    def _read_terminal(self, today: date) -> None:
        """Have it say what it counted: after something happened, every ten minutes, and to close
        the period when its day is over. Never while a card may be moving."""
        period, opened = self._days.open_period(), self._days.last_close()
        day = _day_of(period, opened, today)
        waited = self._monotonic() - self._read_at
        due = waited >= READ_AGAIN_S or self._days.mark() != self._seen[2:]
        closes = day < today and waited >= QUIET_S
        if self._terminal is None or not (due or closes) or self._is_moving():
            return
        self._read_at = self._monotonic()
        if period is not None and period.closing:
            self._ask_about_close(period)
        elif opened is None and not self._days.began():
            self._begin()
        else:
            start = opened.at if opened else ""
            self._read_period(day, start, close=day < today)

    def _begin(self) -> None:
        """What it counted before this journal began is nobody's here."""
        at = self._now().isoformat()
        totals = self._ask(Totals(close=True))
        if totals is not None:
            self._days.read(_reading(totals, "", "", at, closed=True))

    def _read_period(self, day: date, opened: str, *, close: bool) -> None:
        at = self._now().isoformat()
        totals = self._ask(Totals())
        if totals is None or self._is_moving():
            return
        reading = _reading(totals, day.isoformat(), opened, at)
        self._days.read(replace(reading, closing=close))
        if not close:
            return
        closed = self._ask(Totals(close=True))
        if closed is not None:
            self._days.read(_reading(closed, day.isoformat(), opened, at, closed=True))

    def _ask_about_close(self, period: Reading) -> None:
        """It was told to close and did not answer: it has, or it never heard of it."""
        totals = self._ask(Totals(period=period.period))
        if totals is not None:
            self._days.read(_reading(totals, period.day, period.opened, period.at, closed=True))
        elif self._told == "not_found":
            self._days.read(replace(period, closing=False))

    def _is_moving(self) -> bool:
        lately = (self._now() - MOVES_FOR).isoformat()
        return self._days.card_moves(lately) or not self._idle()

    def _ask(self, command: Totals) -> TerminalTotals | None:
        assert self._terminal is not None
        try:
            future = self._terminal.submit(command, TOTALS_DEADLINE_S)
            result = future.result(TOTALS_DEADLINE_S + SLACK_S)
        except (TimeoutError, CancelledError, DeviceError):
            result = None
        self._told = _word(result)
        return result.totals if isinstance(result, TotalsResult) else None


def _day_of(period: Reading | None, closed: Reading | None, today: date) -> date:
    """The day of the period that goes on: the one on which the last one was closed."""
    if closed is not None:
        return local_day(datetime.fromisoformat(closed.at))
    return date.fromisoformat(period.day) if period is not None else today


def _earlier(opened: str) -> str:
    """From when on payments may have been given back in a period that began then; '0': ever."""
    if not opened:
        return "0"
    return (datetime.fromisoformat(opened) - REVERSED_WITHIN).isoformat()


def _word(result: object) -> str:
    """What is known of the terminal's totals, in one word."""
    match result:
        case TotalsResult(outcome, _, _, _, _):
            return outcome
        case NotRun(Completion.UNSUPPORTED_COMMAND, _):
            return "not_available"
        case _:
            return "unknown"


def _reading(
    totals: TerminalTotals, day: str, opened: str, at: str, *, closed: bool = False
) -> Reading:
    return Reading(
        day,
        totals.terminal_id,
        totals.period,
        opened,
        at,
        closed,
        False,
        totals.payments,
        totals.payments_centimos,
        totals.reversals,
        totals.reversals_centimos,
    )


def _coins(row: Any) -> Coins:
    """What one coin is worth stands at the end of the payout's id."""
    return Coins(row["payment"], row["serial"], int(row["payout"].rpartition(":")[2]), row["paid"])


def _days_until(today: date, first: date) -> Sequence[date]:
    """The last days of which this journal can speak, the newest first."""
    return [day for back in range(LATE_DAYS + 1) if (day := today - timedelta(days=back)) >= first]
