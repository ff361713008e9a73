"""Numbers a kiosk gives out while the server is away, and how they come back into the line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, insert, select, text

from queue_server.core.clock import local_day, midnight_after
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.clock_trust import arrival
from queue_server.turns.model.hours import ticket_minutes
from queue_server.turns.model.site import Service, SiteRules
from queue_server.turns.model.slip import SlipLine, offline_slip
from queue_server.turns.model.ticket import (
    AttentionClass,
    IdentityClaim,
    Ticket,
    TicketState,
    Wish,
    ticket_number,
)
from queue_server.turns.services import change
from queue_server.turns.services.issue import offered, open_visit
from queue_server.turns.services.numbers import take_numbers
from queue_server.turns.services.rules import site_rules

_T, _B, _P = tables.tickets, tables.blocks, tables.paper_calls


@dataclass(frozen=True)
class Block:
    """Numbers `first`..`last` of a series that only this kiosk may give out until `expires_at`.

    `windows`: when tickets of the service are given out on that day, [from, until) each, in the
    site's zone. `slips`: their paper, with places for number, day and time.
    """

    id: str
    service: str
    series: str
    day: date
    first: int
    last: int
    reserved_at: datetime
    expires_at: datetime
    windows: tuple[tuple[datetime, datetime], ...]
    slips: Mapping[AttentionClass, tuple[SlipLine, ...]]


@dataclass(frozen=True)
class Slip:
    """One ticket the kiosk printed on its own: its id and number, when by the kiosk's clock."""

    ticket_id: str
    number: int
    wish: Wish
    issued_at: datetime
    identity: IdentityClaim | None = None


def reserve(uow: UnitOfWork, actor: Actor, service_code: str, size: int) -> Block:
    """`size` fresh numbers of the service for this kiosk, today.

    Raises Problem 404; 409 for a service with a daily quota: what lies reserved and is never given
    out would be missing from it.
    """
    rules = site_rules(uow, actor.site)
    service = offered(rules, service_code)
    if service.daily_quota is not None:
        words = f"«{service.name}» tiene un cupo diario: sus turnos solo se dan con conexión."
        raise Problem(409, "quota_not_reserved", words, service=service.code)
    day = local_day(uow.now, rules.zone)
    last = take_numbers(uow, actor.site, day, service, size)
    block = Block(
        id=str(uuid4()),
        service=service.code,
        series=service.series,
        day=day,
        first=last - size + 1,
        last=last,
        reserved_at=uow.now,
        expires_at=midnight_after(day, rules.zone),
        windows=_windows(rules, service, day),
        slips={each: _paper(rules, service, each) for each in AttentionClass},
    )
    uow.connection.execute(
        insert(_B),
        {
            "id": block.id,
            "site": actor.site,
            "kiosk": actor.name,
            "service": service.code,
            "day": day,
            "series": service.series,
            "first": block.first,
            "last": last,
            "reserved_at": block.reserved_at,
        },
    )
    uow.record(
        actor, "block.reserved", block=block.id, series=block.series, first=block.first, last=last
    )
    return block


def merge(
    uow: UnitOfWork, actor: Actor, block_id: str, kiosk_now: datetime, slips: Sequence[Slip]
) -> list[Ticket]:
    """Bring printed tickets into the line, each with its arrival time when the kiosk's clock can
    be trusted. One that came before is answered as it stands now.

    Raises Problem 404 for a block of somebody else, 409 for a number outside it or taken.
    """
    block = _block(uow, actor, block_id)
    rules = site_rules(uow, actor.site)
    called = _called_on_paper(uow, block)
    merged, fresh = [], []
    for slip in slips:
        known = _merged_before(uow, block, slip)
        if known is None:
            at = arrival(
                slip.issued_at, kiosk_now, uow.now, block.reserved_at, rules.clock_limit_s
            ).at
            ticket = _ticket(uow, rules, block, slip, _after_earlier(uow, rules, block, slip, at))
            state = _state(ticket, local_day(uow.now, rules.zone), called)
            known = change.add(uow, actor, replace(ticket, state=state), "turno en papel")
            fresh.append(known)
        merged.append(known)
    uow.record(
        actor,
        "tickets.merged",
        block=block_id,
        tickets=[_event_row(each) for each in fresh],
    )
    return merged


def called_on_paper(uow: UnitOfWork, actor: Actor, series: str, up_to: int) -> list[Ticket]:
    """Staff called printed numbers by voice up to this one: they are over, also those that are
    merged later. Raises Problem 404, 409 for a number that was not given out today."""
    rules = site_rules(uow, actor.site)
    if series not in {each.series for each in rules.services.values()}:
        raise Problem(404, "unknown_series", "Ningún servicio usa esta letra; revísela.")
    day = local_day(uow.now, rules.zone)
    label = ticket_number(series, up_to)
    if up_to > _last_given(uow, actor.site, day, series):
        words = f"El número {label} aún no se ha entregado hoy; revíselo."
        raise Problem(409, "not_given_out", words)
    mark = uow.upsert(_P).values(site=actor.site, day=day, series=series, up_to=up_to)
    mark = mark.on_conflict_do_update(
        index_elements=["site", "day", "series"], set_={"up_to": mark.excluded.up_to}
    )
    uow.connection.execute(mark)
    over = [
        change.move(uow, actor, ticket, TicketState.FINISHED, "llamado en papel")
        for ticket in _waiting_up_to(uow, actor.site, day, series, up_to)
    ]
    uow.record(
        actor,
        "tickets.called_on_paper",
        series=series,
        up_to=up_to,
        tickets=[each.id for each in over],
    )
    return over


def _windows(
    rules: SiteRules, service: Service, day: date
) -> tuple[tuple[datetime, datetime], ...]:
    minutes = ticket_minutes(rules.openings, rules.closures, day, service.opens, service.closes)
    # By the wall clock of the zone, also on a day on which it is changed.
    midnight = datetime.combine(day, time(), ZoneInfo(rules.zone))
    return tuple(
        (midnight + timedelta(minutes=begins), midnight + timedelta(minutes=ends))
        for begins, ends in minutes
    )


def _paper(rules: SiteRules, service: Service, who: AttentionClass) -> tuple[SlipLine, ...]:
    return offline_slip(
        site_name=rules.name,
        attention_class=who,
        service_name=service.name,
        complaints=rules.complaints,
    )


def _block(uow: UnitOfWork, actor: Actor, block_id: str) -> Any:
    row = uow.connection.execute(
        select(_B).where(_B.c.site == actor.site, _B.c.kiosk == actor.name, _B.c.id == block_id)
    ).one_or_none()
    if row is None:
        words = "Este bloque de números no es de este equipo; avise a soporte."
        raise Problem(404, "unknown_block", words)
    return row


def _merged_before(uow: UnitOfWork, block: Any, slip: Slip) -> Ticket | None:
    """The ticket of this slip if it came before. Raises Problem 409 when another has its number."""
    label = ticket_number(block.series, slip.number)
    if not block.first <= slip.number <= block.last:
        words = f"El número {label} no pertenece al bloque reservado."
        raise Problem(409, "number_outside_block", words, number=label)
    taken = uow.connection.execute(
        select(_T).where(
            _T.c.site == block.site,
            _T.c.day == block.day,
            _T.c.series == block.series,
            _T.c.number == slip.number,
        )
    ).one_or_none()
    if taken is not None and taken.id != slip.ticket_id:
        words = f"El número {label} ya lo tiene otro turno."
        raise Problem(409, "number_taken", words, number=label)
    return change.of_row(taken) if taken else None


def _after_earlier(
    uow: UnitOfWork, rules: SiteRules, block: Any, slip: Slip, at: datetime
) -> datetime:
    """`at`, or just after whoever was given a smaller number of the block and stands a bit later.

    A block's numbers are given out in their order; that news of one took longer than news of the
    next is no reason to overtake.
    """
    earlier = select(func.max(_T.c.arrived_at)).where(
        _T.c.site == block.site,
        _T.c.day == block.day,
        _T.c.series == block.series,
        _T.c.number >= block.first,
        _T.c.number < slip.number,
    )
    last: datetime | None = uow.connection.execute(earlier).scalar()
    if last is None or not at <= last <= at + timedelta(seconds=rules.clock_limit_s):
        return at
    return min(last + timedelta(microseconds=1), uow.now)


def _ticket(uow: UnitOfWork, rules: SiteRules, block: Any, slip: Slip, at: datetime) -> Ticket:
    if change.find(uow, rules.code, slip.ticket_id) is not None:
        raise Problem(409, "ticket_taken", "Este turno ya tiene otro número; avise a soporte.")
    return Ticket(
        id=slip.ticket_id,
        site=rules.code,
        visit=open_visit(uow, rules.code, block.day, slip.identity),
        service=block.service,
        day=block.day,
        queue_day=block.day,
        series=block.series,
        number=slip.number,
        attention_class=slip.wish.attention_class,
        state=TicketState.WAITING,
        arrived_at=at,
        due_at=at,
        attention_reason=slip.wish.attention_reason,
        people=slip.wish.people,
        then=slip.wish.then,
    )


def _state(ticket: Ticket, today: date, called: int) -> TicketState:
    if ticket.number <= called:
        return TicketState.FINISHED
    return TicketState.WAITING if ticket.day == today else TicketState.EXPIRED


def _event_row(ticket: Ticket) -> dict[str, Any]:
    return {
        "ticket": ticket.id,
        "number": ticket.label,
        "service": ticket.service,
        "attention_class": ticket.attention_class,
        "arrived_at": ticket.arrived_at.isoformat(),
        "state": ticket.state,
    }


def _called_on_paper(uow: UnitOfWork, block: Any) -> int:
    mark = select(_P.c.up_to).where(
        _P.c.site == block.site, _P.c.day == block.day, _P.c.series == block.series
    )
    return uow.connection.execute(mark).scalar() or 0


def _last_given(uow: UnitOfWork, site: str, day: date, series: str) -> int:
    counter = tables.series_counters
    last = select(counter.c.last_number).where(
        counter.c.site == site, counter.c.day == day, counter.c.series == series
    )
    return uow.connection.execute(last).scalar() or 0


def _waiting_up_to(uow: UnitOfWork, site: str, day: date, series: str, up_to: int) -> list[Ticket]:
    rows = uow.connection.execute(
        select(_T)
        .where(
            _T.c.site == bindparam("site"),
            _T.c.day == bindparam("day"),
            _T.c.series == bindparam("series"),
            _T.c.number <= bindparam("up_to"),
            text(tables.IS_CALLABLE),
        )
        .order_by(_T.c.number),
        {"site": site, "day": day, "series": series, "up_to": up_to},
    )
    return [change.of_row(row) for row in rows.all()]
