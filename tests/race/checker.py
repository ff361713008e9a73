"""Judges a run from two sides: what clients were told, and what stands in the database.

It reads the tables with plain SQL and shares no rule with the services but the table of legal
transitions.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from queue_server.core.db import Database
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.ticket import AT_COUNTER, CALLABLE, IN_LINE, TRANSITIONS, TicketState
from tests.race.history import History, Operation

_LEGAL = {(before, str(after)) for before, after in TRANSITIONS}
_DONE = {
    "finish": {"finished", "transferred"},
    "start": {"serving"},
    "no-show": {"no_show", "waiting"},
    "hold": {"on_hold"},
    "transfer": {"transferred"},
    "cancel": {"cancelled"},
}


@dataclass(frozen=True)
class Period:
    """One row of the chain of a ticket."""

    ticket: str
    position: int
    before: str
    state: str
    counter: str | None
    actor: str
    began: float
    ended: float | None


@dataclass
class Stored:
    """What the database holds at the end."""

    tickets: dict[str, Any]
    chains: dict[str, list[Period]]
    counts: dict[tuple[str, str], int]


def read(database: Database) -> Stored:
    """Everything the judgement needs."""

    def look(uow: UnitOfWork) -> Stored:
        chains: dict[str, list[Period]] = defaultdict(list)
        periods = tables.periods
        for row in uow.connection.execute(
            select(periods).order_by(periods.c.ticket, periods.c.position)
        ):
            chains[row.ticket].append(
                Period(
                    row.ticket, row.position, row.from_state, row.state, row.counter, row.actor,
                    _instant(row.started_at), row.ended_at and _instant(row.ended_at),
                )
            )  # fmt: skip
        lines = tables.line_counts
        return Stored(
            {row.id: row for row in uow.connection.execute(select(tables.tickets))},
            chains,
            {
                (row.service, row.attention_class): row.people
                for row in uow.connection.execute(select(lines).where(lines.c.people > 0))
            },
        )

    return database.read(look)


def faults(history: History, stored: Stored) -> list[str]:
    """Everything that is wrong, in words; empty when the promises were kept."""
    found: list[str] = []
    found += [f"server error: {each}" for each in history.server_errors()]
    found += _illegal_paths(stored)
    found += _numbers(history, stored)
    found += _two_at_a_counter(stored)
    found += _called_twice(history, stored)
    found += _lost(history, stored)
    found += _wrong_counts(stored)
    found += _out_of_order(history, stored)
    return found


def _instant(at: datetime) -> float:
    return at.timestamp()


def _illegal_paths(stored: Stored) -> Iterable[str]:
    for ticket_id, chain in stored.chains.items():
        before, ended = "", chain[0].began
        for place, period in enumerate(chain, 1):
            if period.position != place or period.before != before:
                yield f"{ticket_id}: chain broken at {period}"
            if (period.before, period.state) not in _LEGAL:
                yield f"{ticket_id}: illegal change {period.before} -> {period.state}"
            if period.began < ended - 1e-6 or (period.ended or period.began) < period.began:
                yield f"{ticket_id}: time runs backwards at {period}"
            if (period.ended is None) != (place == len(chain)):
                yield f"{ticket_id}: a period is open in the middle, or the last one is not"
            before, ended = period.state, period.ended or period.began
        if stored.tickets[ticket_id].state != before:
            yield f"{ticket_id}: says {stored.tickets[ticket_id].state}, its chain {before}"


def _numbers(history: History, stored: Stored) -> Iterable[str]:
    taken: dict[tuple[Any, ...], str] = {}
    for ticket_id, row in stored.tickets.items():
        key = (row.day, row.series, row.number)
        if key in taken:
            yield f"number {key} given to {ticket_id} and {taken[key]}"
        taken[key] = ticket_id
    for each in history.of("issue"):
        row = stored.tickets.get(each.body["ticket_id"])
        if row is None:
            yield f"an acknowledged ticket is lost: {each.body['number']}"
        elif f"{row.series}-{row.number:03d}" != each.body["number"]:
            yield f"ticket {row.id} was told another number: {each.body['number']}"


def _two_at_a_counter(stored: Stored) -> Iterable[str]:
    at: dict[str, list[Period]] = defaultdict(list)
    for chain in stored.chains.values():
        for period in chain:
            if period.state in AT_COUNTER and period.counter:
                at[period.counter].append(period)
    for counter, periods in at.items():
        periods.sort(key=lambda each: each.began)
        for first, second in pairwise(periods):
            until = first.ended or float("inf")
            if first.ticket != second.ticket and second.began < until - 1e-6:
                yield f"{counter}: {first.ticket} and {second.ticket} at the same time"


def _called_twice(history: History, stored: Stored) -> Iterable[str]:
    """Each acknowledged call is a period of its own at the counter that asked."""
    told: dict[tuple[str, str], int] = defaultdict(int)
    for each in history.of("call"):
        told[each.body["ticket_id"], each.subject] += 1
    for (ticket_id, counter), times in told.items():
        calls = [
            period
            for period in stored.chains.get(ticket_id, [])
            if period.state == TicketState.CALLED
            and period.counter == counter
            and period.before in CALLABLE
        ]
        if len(calls) < times:
            yield f"{ticket_id}: {counter} was told {times} calls, the chain has {len(calls)}"


def _lost(history: History, stored: Stored) -> Iterable[str]:
    for kind, states in _DONE.items():
        for each in history.of(kind):
            began, ended = each.began - 0.01, each.ended + 0.01
            done = any(
                period.state in states and began <= period.began <= ended
                for period in stored.chains.get(each.subject, [])
            )
            if not done:
                yield f"an acknowledged {kind} of {each.subject} left no period"


def _wrong_counts(stored: Stored) -> Iterable[str]:
    real: dict[tuple[str, str], int] = defaultdict(int)
    for row in stored.tickets.values():
        if row.state in IN_LINE:
            real[row.service, row.attention_class] += 1
    if dict(real) != stored.counts:
        yield f"lines hold {dict(real)}, the counts say {stored.counts}"


def _out_of_order(history: History, stored: Stored) -> Iterable[str]:
    """A call must not pass over somebody who, all the while it was asked, could be called and
    was before the one it took: the same line, an earlier arrival."""
    lines: dict[tuple[str, str], list[tuple[float, float, float, str]]] = defaultdict(list)
    for issued in history.of("issue"):
        row = stored.tickets[issued.body["ticket_id"]]
        until = stored.chains[row.id][0].ended or float("inf")
        # In line for certain only once the kiosk had its answer.
        lines[_service(row), row.attention_class].append(
            (_instant(row.arrived_at), issued.ended, until, row.id)
        )
    for each in history.of("call"):
        yield from _passed_over(each, lines, stored)


def _passed_over(each: Operation, lines: Any, stored: Stored) -> Iterable[str]:
    taken = stored.chains[each.body["ticket_id"]]
    call = next(
        (p for p in taken if p.state == "called" and each.began - 0.01 <= p.began <= each.ended),
        None,
    )
    if call is None or call.position != 2:
        return  # returned, resumed or transferred tickets have a place of their own
    row = stored.tickets[each.body["ticket_id"]]
    mine = _instant(row.arrived_at)
    for arrived, began, ended, other in lines[_service(row), row.attention_class]:
        if arrived < mine and began < each.began and ended > each.ended:
            yield f"{each.client} took {row.id} over {other}, who had waited longer all the while"


def _service(row: Any) -> str:
    """The service of the first wait; a later transfer changes the row."""
    return _FIRST_SERVICE[row.series]


_FIRST_SERVICE = {"I": "information", "R": "review", "C": "conduct"}
