"""What kiosks tell of their cash boxes: how they fill, and where one ends and the next begins."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.boxes import Filling, HopperCount, Level, Sort

_boxes = tables.cash_boxes


@dataclass(frozen=True)
class ToldBox:
    """A box as its kiosk has it. `revision` only grows; `start_coins`: of a hopper that was counted
    when its filling began; `lost`: the device had lost count when it was closed."""

    id: UUID
    number: int
    serial: str
    device: str
    sort: Sort
    coin_centimos: int
    capacity: int
    level: Level
    revision: int
    filling: Filling
    start_coins: int | None
    lost: bool
    opened_at: datetime


@dataclass(frozen=True)
class Box:
    """A box as the server has it. `emptying`: the one in which it was taken out; one that is closed
    without it was left behind by a kiosk that lost its journal."""

    id: str
    kiosk: str
    number: int
    serial: str
    device: str
    sort: Sort
    coin_centimos: int
    capacity: int
    level: Level
    filling: Filling
    start_coins: int | None
    lost: bool
    opened_at: datetime
    told_at: datetime
    closed_at: datetime | None
    emptying: str | None
    counted: Mapping[int, int] | None
    hopper: HopperCount | None
    left_coins: int | None
    agrees: bool | None
    difference_centimos: int | None


def tell(uow: UnitOfWork, actor: Actor, told: Sequence[ToldBox]) -> None:
    """Keep how the boxes of the kiosk `actor` stand; what was overtaken on its way is dropped.

    Raises Problem 409 when a number belongs to another box.
    """
    uow.lock_site(actor.site)
    before = {each.id: each.level for each in in_place(uow, actor.site, actor.name)}
    for each in told:
        keep(uow, actor, each)
    changed = {
        each.number: each.level
        for each in in_place(uow, actor.site, actor.name)
        if before.get(each.id) is not each.level
    }
    if changed:
        words = {str(number): str(level) for number, level in changed.items()}
        uow.record(actor, "boxes.level", kiosk=actor.name, levels=words)


def keep(uow: UnitOfWork, actor: Actor, told: ToldBox) -> None:
    """Write down one box that is in its place, without an event. Raises Problem 409."""
    row = _row(uow, str(told.id))
    if row is None:
        _leave_behind(uow, actor, told)
        _begin(uow, actor, told)
    elif _is_of(row, actor) and row.closed_at is None and told.revision >= row.revision:
        _update(uow, told, told_at=uow.now)


def end(uow: UnitOfWork, actor: Actor, told: ToldBox, emptying: str, closed_at: datetime) -> None:
    """Write down a box that was taken out in `emptying`, with what should lie in it."""
    row = _row(uow, str(told.id))
    if row is None:
        _leave_behind(uow, actor, told)
        _begin(uow, actor, told)
    elif not _is_of(row, actor) or row.emptying is not None:
        return
    _update(uow, told, told_at=uow.now, closed_at=closed_at, emptying=emptying)


def in_place(uow: UnitOfWork, site: str, kiosk: str | None = None) -> list[Box]:
    """The boxes that are in now, by kiosk; what takes money before what gives it."""
    found = (_boxes.c.site == site) & _boxes.c.closed_at.is_(None)
    if kiosk is not None:
        found &= _boxes.c.kiosk == kiosk
    order = (_boxes.c.kiosk, _boxes.c.sort, _boxes.c.serial)
    return [
        opened(row) for row in uow.connection.execute(select(_boxes).where(found).order_by(*order))
    ]


def of(uow: UnitOfWork, emptyings: Collection[str]) -> list[Box]:
    """The boxes that were taken out in these emptyings, by number."""
    found = select(_boxes).where(_boxes.c.emptying.in_(emptyings)).order_by(_boxes.c.number)
    return [opened(row) for row in uow.connection.execute(found)]


def left_behind(uow: UnitOfWork, site: str) -> list[Box]:
    """Boxes whose kiosk lost its journal, so that nobody knows where the next one began."""
    found = (
        select(_boxes)
        .where(_boxes.c.site == site, _boxes.c.closed_at.is_not(None), _boxes.c.emptying.is_(None))
        .order_by(_boxes.c.closed_at.desc())
        .limit(50)
    )
    return [opened(row) for row in uow.connection.execute(found)]


def last_number(uow: UnitOfWork, site: str, kiosk: str) -> int:
    """The highest number a box of `kiosk` has here; 0 before its first."""
    highest = select(func.max(_boxes.c.number)).where(
        _boxes.c.site == site, _boxes.c.kiosk == kiosk
    )
    return uow.connection.execute(highest).scalar() or 0


def coins_at_first(uow: UnitOfWork, box: Box, site: str) -> int | None:
    """With how many coins a hopper's filling began: as its last count left it, or as its kiosk
    says; None where nobody knows."""
    before = (
        select(_boxes.c.left_coins)
        .where(
            _boxes.c.site == site,
            _boxes.c.kiosk == box.kiosk,
            _boxes.c.serial == box.serial,
            _boxes.c.number < box.number,
        )
        .order_by(_boxes.c.number.desc())
        .limit(1)
    )
    left = uow.connection.execute(before).scalar()
    return box.start_coins if left is None else left


def opened(row: Row[Any]) -> Box:
    """A row as the rules know it."""
    hopper = None
    if row.sort == Sort.HOPPER and row.loaded_coins is not None:
        hopper = HopperCount(row.found_coins, row.loaded_coins, row.taken_coins)
    return Box(
        row.id,
        row.kiosk,
        row.number,
        row.serial,
        row.device,
        Sort(row.sort),
        row.coin_centimos,
        row.capacity,
        Level(row.level),
        Filling(_numbers(row.pieces), row.given_coins, row.doubtful_coins),
        row.start_coins,
        row.lost,
        row.opened_at,
        row.told_at,
        row.closed_at,
        row.emptying,
        None if row.counted is None else _numbers(row.counted),
        hopper,
        row.left_coins,
        row.agrees,
        row.difference_centimos,
    )


def as_json(pieces: Mapping[int, int]) -> dict[str, int]:
    """Pieces as a JSON object has them: names are text."""
    return {str(worth): count for worth, count in sorted(pieces.items())}


def _numbers(pieces: Mapping[str, int]) -> dict[int, int]:
    return {int(worth): count for worth, count in pieces.items()}


def _row(uow: UnitOfWork, box: str) -> Row[Any] | None:
    return uow.connection.execute(select(_boxes).where(_boxes.c.id == box)).one_or_none()


def _is_of(row: Row[Any], actor: Actor) -> bool:
    return (row.site, row.kiosk) == (actor.site, actor.name)


def _leave_behind(uow: UnitOfWork, actor: Actor, told: ToldBox) -> None:
    """A new box in a place where another should be: its end is told in an emptying, or never."""
    uow.connection.execute(
        update(_boxes)
        .where(
            _boxes.c.site == actor.site,
            _boxes.c.kiosk == actor.name,
            _boxes.c.serial == told.serial,
            _boxes.c.closed_at.is_(None),
        )
        .values(closed_at=uow.now)
    )


def _begin(uow: UnitOfWork, actor: Actor, told: ToldBox) -> None:
    taken = select(_boxes.c.id).where(
        _boxes.c.site == actor.site, _boxes.c.kiosk == actor.name, _boxes.c.number == told.number
    )
    if uow.connection.execute(taken).first() is not None:
        words = "Otra caja de este quiosco tiene ese número; siga desde el último."
        last = last_number(uow, actor.site, actor.name)
        raise Problem(409, "box_number_taken", words, last_number=last)
    row = {
        "id": str(told.id),
        "site": actor.site,
        "kiosk": actor.name,
        "number": told.number,
        "serial": told.serial,
        "device": told.device,
        "sort": told.sort,
        "opened_at": told.opened_at,
        "told_at": uow.now,
        **_standing(told),
    }
    uow.connection.execute(insert(_boxes).values(row))


def _update(uow: UnitOfWork, told: ToldBox, **more: Any) -> None:
    uow.connection.execute(
        update(_boxes).where(_boxes.c.id == str(told.id)).values(**_standing(told), **more)
    )


def _standing(told: ToldBox) -> dict[str, Any]:
    return {
        "coin_centimos": told.coin_centimos,
        "capacity": told.capacity,
        "level": told.level,
        "revision": told.revision,
        "pieces": as_json(told.filling.pieces),
        "start_coins": told.start_coins,
        "given_coins": told.filling.given,
        "doubtful_coins": told.filling.doubtful,
        "lost": told.lost,
    }
