"""What was found in boxes: one person enters it without seeing what should be there, another
confirms it, and only then both are compared."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.boxes import (
    EmptyingState,
    HopperCount,
    Reason,
    Sort,
    Verdict,
    judge_box,
    judge_hopper,
)
from queue_server.payments.services import boxes, emptyings
from queue_server.payments.services.boxes import Box
from queue_server.payments.services.emptyings import Emptying

Found = Mapping[int, int] | HopperCount
_boxes = tables.cash_boxes
_NOTHING: dict[str, Any] = {"agrees": None, "difference_centimos": None, "left_coins": None}
_NOBODY: dict[str, Any] = {"entered_by": None, "entered_role": None, "entered_at": None}
_NO_SECOND: dict[str, Any] = {"counted_by": None, "counted_role": None, "counted_at": None}


def enter(uow: UnitOfWork, actor: Actor, emptying: str, found: Mapping[str, Found]) -> Emptying:
    """What `actor` found in each box (by its id): pieces by denomination, or a hopper's coins.

    Raises Problem 404, 409 when it is not to be counted now, 422 when a box is missing or not one
    of them.
    """
    uow.lock_site(actor.site)
    of = emptyings.find(uow, actor.site, emptying)
    if of.state is not EmptyingState.CLOSED:
        raise _not_now(of)
    out = {each.id: each for each in boxes.of(uow, {emptying})}
    if out.keys() != found.keys():
        words = "Falta el conteo de alguna caja de este vaciado, o sobra una."
        raise Problem(422, "boxes_missing", words)
    for box, count in found.items():
        _write(uow, out[box], count)
    emptyings.move(
        uow,
        of,
        EmptyingState.ENTERED,
        entered_by=actor.name,
        entered_role=actor.role,
        entered_at=uow.now,
    )
    emptyings.tell(uow, actor, emptying, "emptying.entered", kiosk=of.kiosk)
    return emptyings.find(uow, actor.site, emptying)


def confirm(uow: UnitOfWork, actor: Actor, emptying: str) -> Emptying:
    """A second person found the same: compare it with what the kiosk's books say.

    Raises Problem 404, 409 for the same person, two without a supervisor, or nothing entered.
    """
    uow.lock_site(actor.site)
    of = emptyings.find(uow, actor.site, emptying)
    if of.state is not EmptyingState.ENTERED:
        raise _not_now(of)
    emptyings.demand_two(of.entered_by or "", of.entered_role or "", actor)
    verdicts = [_judge(uow, actor.site, each) for each in boxes.of(uow, {emptying})]
    agrees = all(each.agrees for each in verdicts)
    emptyings.move(
        uow,
        of,
        EmptyingState.SETTLED if agrees else EmptyingState.DIFFERS,
        counted_by=actor.name,
        counted_role=actor.role,
        counted_at=uow.now,
        counts=of.counts + 1,
        settled_by=actor.name if agrees else None,
    )
    difference = sum(each.difference_centimos for each in verdicts)
    emptyings.tell(
        uow,
        actor,
        emptying,
        "emptying.counted",
        kiosk=of.kiosk,
        agrees=agrees,
        difference_centimos=difference,
    )
    return emptyings.find(uow, actor.site, emptying)


def again(uow: UnitOfWork, actor: Actor, emptying: str) -> Emptying:
    """Count again: the second person found something else, or a supervisor wants to know.

    Raises Problem 404, 409.
    """
    uow.lock_site(actor.site)
    of = emptyings.find(uow, actor.site, emptying)
    by_supervisor = of.state is EmptyingState.DIFFERS and actor.role == "supervisor"
    if of.state is not EmptyingState.ENTERED and not by_supervisor:
        raise _not_now(of)
    uow.connection.execute(update(_boxes).where(_boxes.c.emptying == emptying).values(**_NOTHING))
    emptyings.move(uow, of, EmptyingState.CLOSED, **_NOBODY, **_NO_SECOND)
    emptyings.tell(uow, actor, emptying, "emptying.count_again", kiosk=of.kiosk)
    return emptyings.find(uow, actor.site, emptying)


def explain(uow: UnitOfWork, actor: Actor, emptying: str, reason: Reason) -> Emptying:
    """A supervisor says why a count differs; that ends it. Raises Problem 404, 409."""
    uow.lock_site(actor.site)
    of = emptyings.find(uow, actor.site, emptying)
    if of.state is not EmptyingState.DIFFERS:
        raise _not_now(of)
    emptyings.move(uow, of, EmptyingState.SETTLED, reason=reason, settled_by=actor.name)
    emptyings.tell(uow, actor, emptying, "emptying.explained", kiosk=of.kiosk, reason=reason)
    return emptyings.find(uow, actor.site, emptying)


def differing(uow: UnitOfWork, site: str) -> list[tuple[Emptying, int]]:
    """Counts that wait for a supervisor's word, and by how many céntimos each differs."""
    found = [each for each in emptyings.at_site(uow, site) if each.state is EmptyingState.DIFFERS]
    by_id = {each.id: 0 for each in found}
    for box in boxes.of(uow, by_id.keys()):
        by_id[box.emptying or ""] += box.difference_centimos or 0
    return [(each, by_id[each.id]) for each in found]


def _write(uow: UnitOfWork, box: Box, count: Found) -> None:
    if isinstance(count, HopperCount) is not (box.sort is Sort.HOPPER):
        words = f"La caja {box.number} se cuenta de otra forma; actualice la página."
        raise Problem(422, "boxes_missing", words)
    if isinstance(count, HopperCount):
        values: dict[str, Any] = {
            "found_coins": count.found,
            "loaded_coins": count.loaded,
            "taken_coins": count.taken,
        }
    else:
        values = {"counted": boxes.as_json({each: n for each, n in count.items() if n})}
    uow.connection.execute(update(_boxes).where(_boxes.c.id == box.id).values(**values))


def _judge(uow: UnitOfWork, site: str, box: Box) -> Verdict:
    if box.hopper is not None:
        start = boxes.coins_at_first(uow, box, site)
        verdict = judge_hopper(box.coin_centimos, start, box.filling, box.hopper)
    else:
        verdict = judge_box(box.filling.pieces, box.counted or {})
    uow.connection.execute(
        update(_boxes)
        .where(_boxes.c.id == box.id)
        .values(
            agrees=verdict.agrees,
            difference_centimos=verdict.difference_centimos,
            left_coins=verdict.left_coins,
        )
    )
    return verdict


def _not_now(of: Emptying) -> Problem:
    words = {
        EmptyingState.ENTERED: "Ya hay un conteo; otra persona tiene que confirmarlo.",
        EmptyingState.CLOSED: "Primero una persona tiene que contar.",
        EmptyingState.DIFFERS: "Hay una diferencia: un supervisor la explica o pide otro conteo.",
        EmptyingState.SETTLED: "Este vaciado ya está cerrado.",
    }.get(of.state, "El quiosco aún no cerró sus cajas.")
    return Problem(409, "not_to_count", words, state=of.state)
