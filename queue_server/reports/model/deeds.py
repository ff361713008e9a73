"""PURE: what an event row says of each ticket: one deed a ticket, whatever the kind of event."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Logged:
    """An event row as the reports read it."""

    id: int
    actor: str
    kind: str
    body: Mapping[str, Any]
    at: datetime


class What(StrEnum):
    """What happened to a ticket."""

    ARRIVED = "arrived"
    CALLED = "called"
    STARTED = "started"
    FINISHED = "finished"
    NOBODY_CAME = "nobody_came"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    RECLASSED = "reclassed"
    CANCELLED = "cancelled"
    HANDED_OVER = "handed_over"
    CALLED_ON_PAPER = "called_on_paper"
    UNDONE = "undone"
    EXPIRED = "expired"
    CARRIED = "carried"
    CLOSED = "closed"


@dataclass(frozen=True)
class Deed:
    """One thing that happened to one ticket.

    `service`: the one of the line it joins (arrived), goes on to (finished, transferred; "" for
    none) or was called for. `counter` "": none. `until`: back in line from then on (nobody came,
    held). `served_s`: seconds since the call. `state`: how a ticket came into the log that never
    waited there (`serving`, `finished`, `expired`).
    """

    ticket: str
    what: What
    at: datetime
    number: str = ""
    service: str = ""
    attention_class: str = ""
    counter: str = ""
    until: datetime | None = None
    served_s: int = 0
    state: str = ""


class Unreadable(ValueError):
    """An event of a known kind does not have its shape; the log is older or newer than this."""


def deeds(event: Logged) -> Sequence[Deed]:
    """What `event` says of tickets, none for a kind that says nothing. Raises Unreadable."""
    read = _READERS.get(event.kind)
    if read is None:
        return ()
    try:
        return tuple(read(event))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"event {event.id} ({event.kind}): {error!r}") from error


def _one(what: What, **names: str) -> Callable[[Logged], Iterable[Deed]]:
    """A reader of a one-ticket event; `names`: field of the deed -> member of the body."""

    def read(event: Logged) -> Iterable[Deed]:
        words: dict[str, Any] = {
            field: str(event.body[member] or "") for field, member in names.items()
        }
        yield Deed(ticket=event.body["ticket"], what=what, at=event.at, **words)

    return read


def _issued(event: Logged) -> Iterable[Deed]:
    body = event.body
    direct = body["route"] == "direct"
    yield Deed(
        ticket=body["ticket"],
        what=What.ARRIVED,
        at=_instant(body["arrived_at"]),
        number=body["number"],
        service=body["service"],
        attention_class=body["attention_class"],
        counter=body["counter"] if direct else "",
        state="serving" if direct else "",
    )


def _finished(event: Logged) -> Iterable[Deed]:
    body = event.body
    yield Deed(
        ticket=body["ticket"],
        what=What.FINISHED,
        at=event.at,
        counter=body["counter"],
        service=body["then"],
        served_s=max(0, int(body["served_s"])),
    )


def _no_show(event: Logged) -> Iterable[Deed]:
    body = event.body
    until = _instant(body["returns_at"]) if body["returns_at"] else None
    yield Deed(ticket=body["ticket"], what=What.NOBODY_CAME, at=event.at, until=until)


def _held(event: Logged) -> Iterable[Deed]:
    body = event.body
    until = _instant(body["return_at"]) if body["return_at"] else None
    yield Deed(ticket=body["ticket"], what=What.HELD, at=event.at, until=until)


def _merged(event: Logged) -> Iterable[Deed]:
    for row in event.body["tickets"]:
        yield Deed(
            ticket=row["ticket"],
            what=What.ARRIVED,
            at=_instant(row["arrived_at"]),
            number=row["number"],
            service=row["service"],
            attention_class=row["attention_class"],
            state="" if row["state"] == "waiting" else row["state"],
        )


def _called_on_paper(event: Logged) -> Iterable[Deed]:
    for ticket in event.body["tickets"]:
        yield Deed(ticket=ticket, what=What.CALLED_ON_PAPER, at=event.at)


def _day_closed(event: Logged) -> Iterable[Deed]:
    ends = (("finished", What.CLOSED), ("expired", What.EXPIRED), ("carried", What.CARRIED))
    for name, what in ends:
        for row in event.body[name]:
            yield Deed(ticket=row["ticket"], what=what, at=event.at)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"an instant without zone: {text}")
    return instant


_READERS: dict[str, Callable[[Logged], Iterable[Deed]]] = {
    "ticket.issued": _issued,
    "ticket.called": _one(What.CALLED, service="service", counter="counter"),
    "ticket.started": _one(What.STARTED),
    "ticket.finished": _finished,
    "ticket.no_show": _no_show,
    "ticket.held": _held,
    "ticket.resumed": _one(What.RESUMED),
    "ticket.transferred": _one(What.TRANSFERRED, service="to_service"),
    "ticket.class_changed": _one(What.RECLASSED, attention_class="attention_class"),
    "ticket.cancelled": _one(What.CANCELLED),
    "ticket.handed_over": _one(What.HANDED_OVER, counter="counter"),
    "ticket.undone": _one(What.UNDONE),
    "tickets.merged": _merged,
    "tickets.called_on_paper": _called_on_paper,
    "day.closed": _day_closed,
}
