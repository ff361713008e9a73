"""The same figures once more, counted from the periods of the queue by other means.

What was undone is taken out of the chain of periods first; what is left is read period by period.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables

IN_LINE, AT_COUNTER = ("waiting", "transferred"), ("called", "serving")


@dataclass
class Counted:
    """What there is to compare."""

    arrivals: Counter[str] = field(default_factory=Counter)
    waits: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    served: defaultdict[tuple[str, str], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    no_shows: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    edges: Counter[datetime] = field(default_factory=Counter)


def count(uow: UnitOfWork, zone: str) -> Counted:
    """Every ticket of the database."""
    counted, periods, t = Counted(), tables.periods, tables.tickets
    chains: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = uow.connection.execute(select(periods).order_by(periods.c.ticket, periods.c.position))
    for row in rows.mappings():
        chain = chains[row["ticket"]]
        if row["reason"] == "deshecho":
            undone = chain.pop()
            assert undone["state"] != row["state"]
            chain[-1]["ended_at"] = row["ended_at"]
            if undone["reason"].startswith("sigue"):
                chain[-1]["state"] = "called"
        else:
            chain.append(dict(row))
    for ticket in uow.connection.execute(select(t)):
        counted.arrivals[f"{ticket.arrived_at.astimezone(ZoneInfo(zone)):%H}"] += 1
        _walk(counted, chains[ticket.id])
        counted.ends[ticket.state] += 1
    return counted


def _walk(counted: Counted, chain: list[dict[str, Any]]) -> None:
    waited: float | None = None
    service, called_at = "", None
    for before, now in zip([None, *chain[:-1]], chain, strict=True):
        came_from = before["state"] if before else ""
        if now["state"] in IN_LINE:
            if came_from not in (*IN_LINE, "on_hold"):
                waited = None if now["reason"].startswith("ausente") else 0.0
            elif came_from == "on_hold" and waited is None and _put_aside(chain, before):
                waited = 0.0
            end = now["ended_at"]
            if waited is not None and end:
                waited += (end - now["started_at"]).total_seconds()
            counted.edges[now["started_at"]] += 1
            if end:
                counted.edges[end] -= 1
        if now["state"] == "on_hold" and came_from in AT_COUNTER:
            waited = None
        if now["state"] == "called" and came_from not in AT_COUNTER:
            if waited is not None:
                counted.waits[now["service"]].append(round(waited))
            called_at = now["started_at"]
        if now["state"] == "serving" and before is None:
            called_at = now["started_at"]
        if came_from in AT_COUNTER and _attended(now) and before and called_at:
            took = int((now["started_at"] - called_at).total_seconds())
            counted.served[before["service"], before["counter"]].append(took)
        if now["reason"].startswith("ausente") or now["state"] == "no_show":
            counted.no_shows[service or now["service"]] += 1
        service = now["service"]


def _attended(now: dict[str, Any]) -> bool:
    closed = now["reason"] == "cierre del día"
    return (now["state"] == "finished" and not closed) or now["reason"].startswith("sigue")


def _put_aside(chain: list[dict[str, Any]], hold: dict[str, Any] | None) -> bool:
    """Whether this hold began at a counter."""
    place = chain.index(hold) if hold else 0
    while place and chain[place]["state"] == "on_hold":
        place -= 1
    return chain[place]["state"] in AT_COUNTER
