"""What kiosks still remember of the time that was lost when an older copy was put back.

The event of the newest restore is found by its id alone: it is the first of a million.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from queue_server.backup.model import EVENT_STEP
from queue_server.core.audit import RESTORED
from queue_server.core.clock import local_day
from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.tables import event_counters, events
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables as turns
from queue_server.turns.model.site import SiteRules
from queue_server.turns.model.ticket import (
    AttentionClass,
    Ticket,
    TicketState,
    parse_number,
)
from queue_server.turns.services import change
from queue_server.turns.services.issue import open_visit
from queue_server.turns.services.rules import site_rules

# A kiosk's clock and ours need not agree.
SLACK = timedelta(minutes=10)
_LAST = Prepared(
    select(event_counters.c.last_id).where(event_counters.c.site == bindparam("of_site"))
)
_AT = Prepared(
    select(events.c.id, events.c.body, events.c.at).where(
        events.c.site == bindparam("of_site"),
        events.c.id == bindparam("of_id"),
        events.c.kind == RESTORED,
    )
)


@dataclass(frozen=True)
class Restoration:
    """The newest restore of a site: its event, the instant of the copy, and when it went on.

    `numbers`: by series, the last number of that day that may have been given before it.
    """

    event: int
    made_at: datetime
    restored_at: datetime
    numbers: dict[str, int]


@dataclass(frozen=True)
class KnownBlock:
    """A block that a kiosk holds, as the server reserved it."""

    id: str
    service: str
    first: int
    last: int
    reserved_at: datetime


@dataclass(frozen=True)
class KnownTurn:
    """A turn that a kiosk gave out: `id` is that of its request, `number` as printed."""

    id: str
    number: str
    at: datetime


def restoration(uow: UnitOfWork, site: str) -> Restoration | None:
    """The newest restore of `site`; None when it never was restored."""
    last: int | None = _LAST.scalar(uow.connection, {"of_site": site})
    if last is None or last < EVENT_STEP:
        return None
    keys = {"of_site": site, "of_id": last // EVENT_STEP * EVENT_STEP + 1}
    row = _AT.one_or_none(uow.connection, keys)
    if row is None:
        return None
    body: dict[str, Any] = row.body
    return Restoration(row.id, datetime.fromisoformat(body["made_at"]), row.at, body["numbers"])


def remember(
    uow: UnitOfWork,
    actor: Actor,
    event: int,
    blocks: Sequence[KnownBlock],
    given: Sequence[KnownTurn],
) -> tuple[int, int]:
    """Take back what the copy lacks: how many blocks and turns that were. What is known stays.

    Only what was reserved or given in the lost time, with numbers from before the jump, is taken.
    Raises Problem 409 when `event` is not the newest restore.
    """
    uow.lock_site(actor.site)
    lost = restoration(uow, actor.site)
    if lost is None or lost.event != event:
        words = "El servidor se recuperó de nuevo; pregunte otra vez por la recuperación."
        raise Problem(409, "another_restoration", words)
    rules = site_rules(uow, actor.site)
    fresh_blocks = [each for each in blocks if _take_block(uow, actor, rules, lost, each)]
    fresh_turns = [each for each in given if _take_turn(uow, actor, rules, lost, each)]
    uow.record(
        actor,
        "backup.told_again",
        restored=event,
        blocks=[each.id for each in fresh_blocks],
        turns=[each.number for each in fresh_turns],
    )
    return len(fresh_blocks), len(fresh_turns)


def _take_block(
    uow: UnitOfWork, actor: Actor, rules: SiteRules, lost: Restoration, block: KnownBlock
) -> bool:
    service = rules.services.get(block.service)
    if service is None or not _in_lost_time(lost, block.reserved_at):
        return False
    if block.last > lost.numbers.get(service.series, 0):
        return False
    row = {
        "id": block.id,
        "site": actor.site,
        "kiosk": actor.name,
        "service": service.code,
        "day": local_day(block.reserved_at, rules.zone),
        "series": service.series,
        "first": block.first,
        "last": block.last,
        "reserved_at": block.reserved_at,
    }
    put = uow.upsert(turns.blocks).values(row).on_conflict_do_nothing(index_elements=["id"])
    return uow.connection.execute(put).rowcount > 0


def _take_turn(
    uow: UnitOfWork, actor: Actor, rules: SiteRules, lost: Restoration, turn: KnownTurn
) -> bool:
    read = parse_number(turn.number)
    if read is None or not _in_lost_time(lost, turn.at):
        return False
    series, number = read
    service = next((each for each in rules.services.values() if each.series == series), None)
    day = local_day(turn.at, rules.zone)
    if service is None or number > lost.numbers.get(series, 0):
        return False
    if _is_known(uow, actor.site, turn.id, (day, series, number)):
        return False
    at = min(turn.at, uow.now)
    today = day == local_day(uow.now, rules.zone)
    ticket = Ticket(
        id=turn.id,
        site=actor.site,
        visit=open_visit(uow, actor.site, day, None),
        service=service.code,
        day=day,
        queue_day=day,
        series=series,
        number=number,
        attention_class=AttentionClass.GENERAL,
        state=TicketState.WAITING if today else TicketState.EXPIRED,
        arrived_at=at,
        due_at=at,
        attention_reason="",
        people=1,
        then=(),
    )
    change.add(uow, actor, ticket, "recuperado de un equipo")
    return True


def _is_known(uow: UnitOfWork, site: str, id_: str, key: tuple[object, str, int]) -> bool:
    c = turns.tickets.c
    day, series, number = key
    same = (c.site == site) & (c.day == day) & (c.series == series) & (c.number == number)
    found = select(c.id).where(same | (c.id == id_)).limit(1)
    return uow.connection.execute(found).first() is not None


def _in_lost_time(lost: Restoration, at: datetime) -> bool:
    return lost.made_at - SLACK <= at <= lost.restored_at + SLACK
