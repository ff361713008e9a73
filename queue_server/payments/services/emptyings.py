"""Taking boxes out of a kiosk: one person asks, another confirms, the kiosk carries it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, case, insert, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.boxes import (
    OVER,
    PENDING,
    CopyState,
    EmptyingState,
    Reason,
    has_lapsed,
    may_together,
    same_person,
)
from queue_server.payments.services import boxes
from queue_server.payments.services.boxes import ToldBox

_emptyings = tables.emptyings
LISTED = 60


@dataclass(frozen=True)
class Emptying:
    """An emptying as it stands. `lapsed`: it is too late for its kiosk to begin."""

    id: str
    kiosk: str
    serials: tuple[str, ...]
    state: EmptyingState
    asked_by: str
    asked_role: str
    asked_at: datetime
    confirmed_by: str | None
    closed_at: datetime | None
    placed_at: datetime | None
    placed_by: str | None
    slips: dict[int, CopyState]
    entered_by: str | None
    entered_role: str | None
    counted_by: str | None
    counted_at: datetime | None
    counts: int
    adopted: int
    reason: Reason | None
    settled_by: str | None
    lapsed: bool


def ask(uow: UnitOfWork, actor: Actor, kiosk: str, serials: Sequence[str]) -> Emptying:
    """Begin an emptying of these boxes of `kiosk`; it then waits for a second person.

    Raises Problem 404 for a box that is not there, 409 while another one is not finished.
    """
    uow.lock_site(actor.site)
    there = {each.serial for each in boxes.in_place(uow, actor.site, kiosk)}
    if not serials or not set(serials) <= there:
        words = "Este quiosco no tiene esa caja, o aún no informó de ella; espere a que aparezca."
        raise Problem(404, "unknown_box", words)
    _refuse_second(uow, actor.site, kiosk)
    id_ = str(uuid4())
    row = {
        "id": id_,
        "site": actor.site,
        "kiosk": kiosk,
        "serials": sorted(set(serials)),
        "came_from": "",
        "state": EmptyingState.ASKED,
        "asked_by": actor.name,
        "asked_role": actor.role,
        "asked_at": uow.now,
        "slips": {},
        "counts": 0,
        "adopted": 0,
        "changed_at": uow.now,
    }
    uow.connection.execute(insert(_emptyings).values(row))
    tell(uow, actor, id_, "emptying.asked", kiosk=kiosk)
    return find(uow, actor.site, id_)


def confirm(uow: UnitOfWork, actor: Actor, emptying: str) -> Emptying:
    """The second person, with a session of their own; from now on the kiosk is told.

    Raises Problem 404, 409 for the same person, two people without a supervisor, or too late.
    """
    uow.lock_site(actor.site)
    of = find(uow, actor.site, emptying)
    if of.state is not EmptyingState.ASKED or of.lapsed:
        raise _over(of)
    demand_two(of.asked_by, of.asked_role, actor)
    move(
        uow,
        of,
        EmptyingState.CONFIRMED,
        confirmed_by=actor.name,
        confirmed_role=actor.role,
        confirmed_at=uow.now,
    )
    tell(uow, actor, emptying, "emptying.confirmed", kiosk=of.kiosk)
    return find(uow, actor.site, emptying)


def cancel(uow: UnitOfWork, actor: Actor, emptying: str) -> Emptying:
    """Give it up, as long as the kiosk has not begun. Raises Problem 404, 409."""
    uow.lock_site(actor.site)
    of = find(uow, actor.site, emptying)
    if of.state not in (EmptyingState.ASKED, EmptyingState.CONFIRMED):
        raise _over(of)
    move(uow, of, EmptyingState.LAPSED)
    tell(uow, actor, emptying, "emptying.canceled", kiosk=of.kiosk)
    return find(uow, actor.site, emptying)


def take(uow: UnitOfWork, actor: Actor, emptying: str) -> Emptying:
    """Whether the kiosk `actor` may begin now; asked before it closes anything.

    Raises Problem 404, 409 when it is too late, or it was given up.
    """
    uow.lock_site(actor.site)
    of = of_kiosk(uow, actor, emptying)
    if of.state not in (EmptyingState.CONFIRMED, EmptyingState.TAKEN) or of.lapsed:
        raise _over(of)
    if of.state is EmptyingState.CONFIRMED:
        move(uow, of, EmptyingState.TAKEN)
    tell(uow, actor, emptying, "emptying.taken", kiosk=of.kiosk)
    return find(uow, actor.site, emptying)


def closed(
    uow: UnitOfWork,
    actor: Actor,
    emptying: str,
    at: datetime,
    ended: Sequence[ToldBox],
    begun: Sequence[ToldBox],
) -> Emptying:
    """The kiosk `actor` has ended these boxes and begun those. What has happened is taken, also
    when it was believed to be too late; told again it stays as it is. Raises Problem 404."""
    uow.lock_site(actor.site)
    of = of_kiosk(uow, actor, emptying)
    if of.closed_at is None:
        for each in ended:
            boxes.end(uow, actor, each, emptying, at)
        for each in begun:
            boxes.keep(uow, actor, each)
        move(uow, of, EmptyingState.CLOSED, closed_at=at)
    numbers = [each.number for each in ended]
    tell(uow, actor, emptying, "emptying.closed", kiosk=of.kiosk, boxes=numbers)
    return find(uow, actor.site, emptying)


def placed(uow: UnitOfWork, actor: Actor, emptying: str) -> Emptying:
    """The boxes are in their places; `actor`: who says so, a person or the kiosk itself.

    Raises Problem 404, 409 while nothing was taken out.
    """
    uow.lock_site(actor.site)
    of = (
        of_kiosk(uow, actor, emptying) if actor.role == "kiosk" else find(uow, actor.site, emptying)
    )
    if of.closed_at is None:
        words = "El quiosco aún no cerró sus cajas; espere a que imprima el papel."
        raise Problem(409, "not_closed", words)
    if of.placed_at is None:
        uow.connection.execute(
            update(_emptyings)
            .where(_emptyings.c.id == emptying)
            .values(placed_at=uow.now, placed_by=actor.name, changed_at=uow.now)
        )
    tell(uow, actor, emptying, "emptying.placed", kiosk=of.kiosk)
    return find(uow, actor.site, emptying)


def slip(uow: UnitOfWork, actor: Actor, emptying: str, copy: int, state: CopyState) -> Emptying:
    """What its kiosk knows about a copy of the paper. Raises Problem 404."""
    uow.lock_site(actor.site)
    of = of_kiosk(uow, actor, emptying)
    slips = {str(number): str(known) for number, known in {**of.slips, copy: state}.items()}
    uow.connection.execute(
        update(_emptyings).where(_emptyings.c.id == emptying).values(slips=slips)
    )
    tell(uow, actor, emptying, "emptying.slip", copy=copy, slip=state)
    return find(uow, actor.site, emptying)


def adopted(uow: UnitOfWork, actor: Actor, emptying: str, count: int) -> Emptying:
    """Its kiosk took over what was counted. Raises Problem 404."""
    uow.lock_site(actor.site)
    of = of_kiosk(uow, actor, emptying)
    uow.connection.execute(
        update(_emptyings)
        .where(_emptyings.c.id == emptying)
        .values(adopted=max(of.adopted, min(count, of.counts)))
    )
    tell(uow, actor, emptying, "emptying.adopted", count=count)
    return find(uow, actor.site, emptying)


def for_kiosk(uow: UnitOfWork, actor: Actor) -> list[Emptying]:
    """What the kiosk `actor` must know: what it shall carry out, whether its boxes are in place,
    and counts it has not taken over; oldest first."""
    mine = _of_kiosk_rows(uow, actor.site, actor.name)
    newest = next((each.id for each in mine if each.closed_at is not None), None)
    wanted = [
        each
        for each in mine
        if (each.state in (EmptyingState.CONFIRMED, EmptyingState.TAKEN) and not each.lapsed)
        or each.id == newest
        or each.adopted < each.counts
    ]
    return wanted[::-1]


def at_site(uow: UnitOfWork, site: str) -> list[Emptying]:
    """The emptyings of a site that are not finished, then the rest, newest first; at most
    `LISTED`."""
    is_over = case((_emptyings.c.state.in_(OVER), 1), else_=0)
    found = select(_emptyings).where(_emptyings.c.site == site)
    rows = uow.connection.execute(
        found.order_by(is_over, _emptyings.c.asked_at.desc()).limit(LISTED)
    )
    return [_opened(row, uow.now) for row in rows]


def find(uow: UnitOfWork, site: str, emptying: str) -> Emptying:
    """An emptying of this site. Raises Problem 404."""
    row = uow.connection.execute(
        select(_emptyings).where(_emptyings.c.id == emptying, _emptyings.c.site == site)
    ).one_or_none()
    if row is None:
        raise Problem(404, "unknown_emptying", "No encontramos este vaciado en el módulo.")
    return _opened(row, uow.now)


def of_kiosk(uow: UnitOfWork, actor: Actor, emptying: str) -> Emptying:
    """An emptying of the kiosk `actor`. Raises Problem 404."""
    of = find(uow, actor.site, emptying)
    if of.kiosk != actor.name:
        raise Problem(404, "unknown_emptying", "Este vaciado es de otro quiosco.")
    return of


def demand_two(first: str, first_role: str, second: Actor) -> None:
    """Two different people, one of them a supervisor. Raises Problem 409."""
    if same_person(first, second.name):
        words = "Lo tiene que confirmar otra persona, con su propia sesión."
        raise Problem(409, "same_person", words)
    if not may_together(first_role, second.role):
        words = "Una de las dos personas tiene que ser supervisor."
        raise Problem(409, "supervisor_needed", words)


def move(uow: UnitOfWork, of: Emptying, state: EmptyingState, **values: Any) -> None:
    """Bring it to `state`; an illegal change fails in the database."""
    uow.connection.execute(
        update(_emptyings)
        .where(_emptyings.c.id == of.id)
        .values(came_from=of.state, state=state, changed_at=uow.now, **values)
    )


def tell(uow: UnitOfWork, actor: Actor, emptying: str, kind: str, **words: Any) -> None:
    """Record the unit's event about an emptying, and that it is the newest."""
    event = uow.record(actor, kind, emptying=emptying, **words)
    uow.connection.execute(
        update(_emptyings).where(_emptyings.c.id == emptying).values(last_event=event)
    )


def _of_kiosk_rows(uow: UnitOfWork, site: str, kiosk: str) -> list[Emptying]:
    found = (
        select(_emptyings)
        .where(_emptyings.c.site == site, _emptyings.c.kiosk == kiosk)
        .order_by(_emptyings.c.asked_at.desc())
        .limit(LISTED)
    )
    return [_opened(row, uow.now) for row in uow.connection.execute(found)]


def _refuse_second(uow: UnitOfWork, site: str, kiosk: str) -> None:
    """One at a time; one that came to nothing makes room."""
    for each in _of_kiosk_rows(uow, site, kiosk):
        if each.state in PENDING and each.lapsed:
            move(uow, each, EmptyingState.LAPSED)
        elif each.state in PENDING:
            words = "Ya hay un vaciado pedido para este quiosco; confírmelo o cancélelo."
            raise Problem(409, "emptying_pending", words)
        elif each.closed_at is not None and each.placed_at is None:
            words = "Las cajas de este quiosco están fuera; diga primero que están puestas."
            raise Problem(409, "boxes_out", words)


def _over(of: Emptying) -> Problem:
    if of.lapsed or of.state is EmptyingState.LAPSED:
        words = "Pasaron los 10 minutos, o alguien lo canceló. Pida otra vez el vaciado."
        return Problem(409, "emptying_lapsed", words)
    words = "Este vaciado ya siguió adelante; mire cómo está ahora."
    return Problem(409, "emptying_moved_on", words, state=of.state)


def _opened(row: Row[Any], now: datetime) -> Emptying:
    return Emptying(
        row.id,
        row.kiosk,
        tuple(row.serials),
        EmptyingState(row.state),
        row.asked_by,
        row.asked_role,
        row.asked_at,
        row.confirmed_by,
        row.closed_at,
        row.placed_at,
        row.placed_by,
        {int(copy): CopyState(state) for copy, state in row.slips.items()},
        row.entered_by,
        row.entered_role,
        row.counted_by,
        row.counted_at,
        row.counts,
        row.adopted,
        row.reason and Reason(row.reason),
        row.settled_by,
        lapsed=row.state in PENDING and has_lapsed(row.asked_at, now),
    )
