"""The page of cash boxes: how full each is, every emptying, and what whoever looks may do."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from queue_server.core.desk import DeskOf
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments.model.boxes import (
    ALARMS,
    COUNTED,
    EmptyingState,
    Level,
    Reason,
    Sort,
    total,
)
from queue_server.payments.services import boxes, emptyings
from queue_server.payments.services.boxes import Box
from queue_server.payments.services.emptyings import Emptying
from queue_server.staff.api import ResolverOf
from queue_server.staff.model import Role

router = APIRouter(prefix="/api/v1/cash-boxes", tags=["payments: cash boxes"])
_S = EmptyingState
_MAY_OPEN = (Role.CASHIER, Role.SUPERVISOR)
_OUT = (_S.CONFIRMED, _S.TAKEN)


class BoxBody(BaseModel):
    """One box. `pieces` and `amount_centimos` are what its kiosk's books say, null while it is out
    and not counted: whoever counts must not know. `counted` is what staff found, `left_coins` what
    a hopper has after its count."""

    id: UUID
    number: int
    serial: str
    device: str
    sort: Sort
    coin_centimos: int
    capacity: int
    level: Level
    alarm: bool
    lost: bool
    percent: int | None
    pieces: dict[str, int] | None
    amount_centimos: int | None
    start_coins: int | None
    given_coins: int | None
    doubtful_coins: int | None
    opened_at: str
    told_at: str
    closed_at: str | None
    counted: dict[str, int] | None
    found_coins: int | None
    loaded_coins: int | None
    taken_coins: int | None
    left_coins: int | None
    agrees: bool | None
    difference_centimos: int | None


class EmptyingBody(BaseModel):
    """One emptying, its boxes, and what this person may do about it."""

    id: UUID
    kiosk: str
    state: EmptyingState
    lapsed: bool
    serials: list[str]
    asked_by: str
    asked_at: str
    confirmed_by: str | None
    closed_at: str | None
    placed_at: str | None
    placed_by: str | None
    slips: dict[str, str]
    entered_by: str | None
    counted_by: str | None
    counted_at: str | None
    reason: Reason | None
    settled_by: str | None
    difference_centimos: int | None
    boxes: list[BoxBody]
    may: list[str]


class KioskBoxesBody(BaseModel):
    """One kiosk's boxes. `told_at`: its oldest news of those that are in; `may_ask`: this person
    may begin to take some out now."""

    kiosk: str
    told_at: str
    may_ask: bool
    boxes: list[BoxBody]


class CashBoxesBody(BaseModel):
    """All boxes of the site at one instant; the page then follows `/api/v1/feed`."""

    now: str
    event_id: int
    person: str
    kiosks: list[KioskBoxesBody]
    emptyings: list[EmptyingBody]
    left_behind: list[BoxBody]


@router.get("", response_model=CashBoxesBody)
async def overview(desk: DeskOf, who: ResolverOf) -> JSONResponse:
    """How full every box is, and every emptying that is not long past."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        known = emptyings.at_site(uow, actor.site)
        out: dict[str, list[Box]] = {each.id: [] for each in known}
        for box in boxes.of(uow, out.keys()):
            out[box.emptying or ""].append(box)
        return {
            "now": uow.now.isoformat(),
            "event_id": uow.last_event_id(actor.site),
            "person": actor.name,
            "kiosks": _kiosks(uow, actor, known),
            "emptyings": [_emptying(each, out[each.id], actor) for each in known],
            "left_behind": [_box(each, blind=False) for each in boxes.left_behind(uow, actor.site)],
        }

    return JSONResponse(await desk.look(who, read))


def _kiosks(uow: UnitOfWork, actor: Actor, known: list[Emptying]) -> list[dict[str, Any]]:
    by_kiosk: dict[str, list[Box]] = {}
    for box in boxes.in_place(uow, actor.site):
        by_kiosk.setdefault(box.kiosk, []).append(box)
    under_way = {each.kiosk: each for each in known if _is_under_way(each)}
    return [
        {
            "kiosk": kiosk,
            "told_at": min(each.told_at for each in found).isoformat(),
            "may_ask": actor.role in _MAY_OPEN and kiosk not in under_way,
            "boxes": [_box(each, blind=_is_meant(each, under_way.get(kiosk))) for each in found],
        }
        for kiosk, found in by_kiosk.items()
    ]


def _is_under_way(of: Emptying) -> bool:
    """Somebody asked for it, and boxes are still in their places, or are out."""
    pending = of.state in (_S.ASKED, *_OUT) and not of.lapsed
    return pending or (of.closed_at is not None and of.placed_at is None)


def _is_meant(box: Box, of: Emptying | None) -> bool:
    """Whether this box is about to be taken out, and so counted by whoever looks."""
    return of is not None and of.closed_at is None and box.serial in of.serials


def _emptying(of: Emptying, out: list[Box], actor: Actor) -> dict[str, Any]:
    is_counted = of.state in COUNTED
    return {
        "id": of.id,
        "kiosk": of.kiosk,
        "state": of.state,
        "lapsed": of.lapsed,
        "serials": list(of.serials),
        "asked_by": of.asked_by,
        "asked_at": of.asked_at.isoformat(),
        "confirmed_by": of.confirmed_by,
        "closed_at": of.closed_at and of.closed_at.isoformat(),
        "placed_at": of.placed_at and of.placed_at.isoformat(),
        "placed_by": of.placed_by,
        "slips": {str(copy): state for copy, state in of.slips.items()},
        "entered_by": of.entered_by,
        "counted_by": of.counted_by,
        "counted_at": of.counted_at and of.counted_at.isoformat(),
        "reason": of.reason,
        "settled_by": of.settled_by,
        "difference_centimos": sum(each.difference_centimos or 0 for each in out)
        if is_counted
        else None,
        "boxes": [_box(each, blind=not is_counted) for each in out],
        "may": _may(of, actor),
    }


def _may(of: Emptying, actor: Actor) -> list[str]:
    """What `actor` may do about it; each is checked again when it is done."""
    if of.state is _S.DIFFERS:
        decides = actor.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)
        recount = ["again"] if actor.role == Role.SUPERVISOR else []
        return [*_placing(of, actor), *(["explain"] if decides else []), *recount]
    if actor.role not in _MAY_OPEN:
        return []
    mine = actor.name == of.asked_by
    match of.state:
        case _S.ASKED if not of.lapsed:
            return ["cancel"] if mine else ["confirm", "cancel"]
        case _S.CONFIRMED if not of.lapsed:
            return ["cancel"]
        case _S.CLOSED:
            return [*_placing(of, actor), "enter"]
        case _S.ENTERED:
            second = [] if actor.name == of.entered_by else ["confirm_count"]
            return [*_placing(of, actor), *second, "again"]
        case _:
            return _placing(of, actor)


def _placing(of: Emptying, actor: Actor) -> list[str]:
    out = of.closed_at is not None and of.placed_at is None
    return ["placed"] if out and actor.role in _MAY_OPEN else []


def _box(of: Box, *, blind: bool) -> dict[str, Any]:
    """`blind`: without what should be in it, as long as somebody is to count it."""
    in_it = sum(of.filling.pieces.values())
    known = not blind and (of.sort is Sort.ACCEPTOR or bool(of.filling.pieces))
    return {
        "id": of.id,
        "number": of.number,
        "serial": of.serial,
        "device": of.device,
        "sort": of.sort,
        "coin_centimos": of.coin_centimos,
        "capacity": of.capacity,
        "level": of.level,
        "alarm": of.level in ALARMS or of.lost,
        "lost": of.lost,
        "percent": min(100, in_it * 100 // of.capacity) if known else None,
        "pieces": boxes.as_json(of.filling.pieces) if known else None,
        "amount_centimos": total(of.filling.pieces) if known else None,
        "start_coins": None if blind else of.start_coins,
        "given_coins": None if blind else of.filling.given,
        "doubtful_coins": None if blind else of.filling.doubtful,
        "opened_at": of.opened_at.isoformat(),
        "told_at": of.told_at.isoformat(),
        "closed_at": of.closed_at and of.closed_at.isoformat(),
        "counted": None if of.counted is None else boxes.as_json(of.counted),
        "found_coins": of.hopper and of.hopper.found,
        "loaded_coins": of.hopper and of.hopper.loaded,
        "taken_coins": of.hopper and of.hopper.taken,
        "left_coins": of.left_coins,
        "agrees": of.agrees,
        "difference_centimos": of.difference_centimos,
    }
