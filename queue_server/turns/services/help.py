"""Somebody at a kiosk asks for a person: raised there, acknowledged at a console."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import insert, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables

_H = tables.help_calls
COMING_FOR = timedelta(minutes=2)
"""How long a kiosk says that somebody comes."""


class CallState(StrEnum):
    """How the call of a place stands, as the place itself is told."""

    NONE = "none"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"  # since at most `COMING_FOR`


@dataclass(frozen=True)
class HelpCall:
    """An open call: from which place, why, since when."""

    id: str
    place: str
    reason: str
    raised_at: datetime


def raise_help(uow: UnitOfWork, actor: Actor, reason: str) -> HelpCall:
    """Ask for a person at `actor`'s place. While a call is open there, it stays the same one."""
    standing = next(
        (each for each in open_calls(uow, actor.site) if each.place == actor.name), None
    )
    call = standing or HelpCall(str(uuid4()), actor.name, reason, uow.now)
    if standing is None:
        row = {"id": call.id, "site": actor.site, "place": call.place}
        uow.connection.execute(insert(_H), {**row, "reason": reason, "raised_at": uow.now})
    uow.record(actor, "help.raised", help=call.id, place=call.place)
    return call


def acknowledge_help(uow: UnitOfWork, actor: Actor, help_id: str) -> None:
    """`actor` goes there. Raises Problem 404, 409 when somebody else already does."""
    row = uow.connection.execute(
        select(_H).where(_H.c.site == actor.site, _H.c.id == help_id)
    ).one_or_none()
    if row is None:
        raise Problem(404, "unknown_help", "Este pedido de ayuda no existe.")
    if row.acknowledged_by is not None:
        words = f"{row.acknowledged_by} ya fue a ayudar en {row.place}."
        raise Problem(409, "already_acknowledged", words)
    uow.connection.execute(
        update(_H)
        .where(_H.c.id == help_id)
        .values(acknowledged_at=uow.now, acknowledged_by=actor.name)
    )
    uow.record(actor, "help.acknowledged", help=help_id, place=row.place, by=actor.name)


def open_calls(uow: UnitOfWork, site: str) -> list[HelpCall]:
    """The calls nobody has acknowledged, oldest first."""
    rows = uow.connection.execute(
        select(_H).where(_H.c.site == site, _H.c.acknowledged_at.is_(None)).order_by(_H.c.raised_at)
    )
    return [HelpCall(row.id, row.place, row.reason, row.raised_at) for row in rows]


def call_of(uow: UnitOfWork, site: str, place: str) -> CallState:
    """How the newest call of `place` stands."""
    newest = uow.connection.execute(
        select(_H.c.acknowledged_at)
        .where(_H.c.site == site, _H.c.place == place)
        .order_by(_H.c.raised_at.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return CallState.NONE
    if newest.acknowledged_at is None:
        return CallState.OPEN
    is_recent = uow.now - newest.acknowledged_at < COMING_FOR
    return CallState.ACKNOWLEDGED if is_recent else CallState.NONE
