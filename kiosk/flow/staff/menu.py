"""The staff's own menu: opened by a code from the console, never while a person is served."""

from dataclasses import replace
from typing import get_args
from uuid import UUID, uuid5

from kiosk.flow.staff.events import (
    ChoreEnded,
    ChoseChore,
    ChoseClosure,
    ChosePart,
    ChosePort,
    CloseKiosk,
    DevicesTested,
    KeepCalibration,
    LookForPorts,
    MenuOpened,
    MenuRefused,
    MovePart,
    NotePaper,
    OpenMenu,
    OpenStaff,
    PortsSeen,
    PressedMarks,
    RestartKiosk,
    StaffEffect,
    TestDevices,
    TypedCode,
)
from kiosk.flow.staff.states import (
    Chore,
    ChoreNews,
    CodeProblem,
    Staff,
    StaffAtWork,
    StaffCalibration,
    StaffClosing,
    StaffCode,
    StaffMenu,
    StaffOpening,
    StaffParts,
    StaffPorts,
    StaffTested,
    Visit,
)
from kiosk.flow.states import At, OutOfService, State, Welcome
from kiosk.flow.touches import Back

STAFF: tuple[type, ...] = get_args(Staff)
CODE_DIGITS = 6

Next = tuple[At, tuple[StaffEffect, ...]]
_ENDED = {
    Chore.PAPER: (ChoreNews.PAPER_WELL, ChoreNews.PAPER_FAILED),
    Chore.PORTS: (ChoreNews.PORT_TAKEN, ChoreNews.PORT_SILENT),
    Chore.CALIBRATE: (ChoreNews.CALIBRATED, ChoreNews.FAILED),
}
_OTHERWISE = (None, ChoreNews.FAILED)


def answers(state: State, event: object) -> bool:
    """Whether `step` here answers to `event`, and no journey of a person."""
    return isinstance(event, OpenStaff) or isinstance(state.at, STAFF)


def is_busy(at: At) -> bool:
    """True while the kiosk does what staff asked for."""
    return isinstance(at, StaffOpening | StaffAtWork)


def step(state: State, event: object) -> Next:
    """The answer to `event` of a member of staff, or to who wants to be taken for one."""
    match state.at, event:
        case Welcome() | OutOfService(), OpenStaff(visit):
            return StaffCode(visit), ()
        case StaffCode() as at, TypedCode(text):
            return _try(at, text)
        case StaffOpening() as at, MenuOpened(asked, asked_by, chores) if asked == at.asked:
            # What is done from now on is told to the server under the key that opened the menu.
            return StaffMenu(Visit(asked, asked_by, chores)), ()
        case StaffOpening() as at, ChoreEnded(asked) if asked == at.asked:
            return StaffCode(at.visit, CodeProblem.AWAY, at.tries), ()
        case StaffOpening() as at, MenuRefused(asked, problem) if asked == at.asked:
            return StaffCode(at.visit, problem, at.tries), ()
        case StaffMenu(visit), ChoseChore(chore) if chore in visit.chores:
            return _begin(state, visit, chore)
        case StaffAtWork() as at, _:
            return _ended(state, at, event)
        case StaffTested() | StaffClosing() | StaffParts() | StaffCalibration() as at, Back():
            return StaffMenu(at.visit), ()
        case StaffPorts(before), Back():
            return before, ()
        case StaffClosing(visit), ChoseClosure(closure) if closure is not None:
            asked = _next_id(visit)
            effect = CloseKiosk(asked, visit.id, closure)
            return _work(visit, Chore.SERVICE, asked), (effect,)
        case StaffParts() as at, ChosePart(name):
            part = next((each for each in at.parts if each.name == name), None)
            return (at if part is None else StaffPorts(at, part)), ()
        case StaffPorts() as at, ChosePort(port) if port in at.before.ports:
            asked = _next_id(at.visit)
            effect = MovePart(asked, at.visit.id, at.part.name, port)
            return _work(at.visit, Chore.PORTS, asked), (effect,)
        case StaffCalibration(visit), PressedMarks(marks, felt):
            asked = _next_id(visit)
            effect = KeepCalibration(asked, visit.id, marks, felt)
            return _work(visit, Chore.CALIBRATE, asked), (effect,)
        case at, _:
            return at, ()


def _try(at: StaffCode, text: str) -> Next:
    if len(text) != CODE_DIGITS or not (text.isascii() and text.isdecimal()):
        return replace(at, problem=CodeProblem.SHORT), ()
    asked = uuid5(at.visit, f"code {at.tries}")
    return StaffOpening(at.visit, asked, at.tries + 1), (OpenMenu(asked, text),)


def _begin(state: State, visit: Visit, chore: Chore) -> Next:
    """A chore that asks nothing begins at once."""
    asked = _next_id(visit)
    match chore:
        case Chore.CALIBRATE:
            return StaffCalibration(visit), ()
        case Chore.SERVICE if state.world.closure is None:
            return StaffClosing(visit), ()
        case Chore.SERVICE:
            return _work(visit, chore, asked), (CloseKiosk(asked, visit.id, None),)
        case Chore.SELF_TEST:
            return _work(visit, chore, asked), (TestDevices(asked, visit.id),)
        case Chore.PAPER:
            return _work(visit, chore, asked), (NotePaper(asked, visit.id),)
        case Chore.PORTS:
            return _work(visit, chore, asked), (LookForPorts(asked, visit.id),)
        case Chore.RESTART:
            return _work(visit, chore, asked), (RestartKiosk(asked, visit.id),)


def _ended(state: State, at: StaffAtWork, event: object) -> Next:
    match event:
        case DevicesTested(asked, parts, report) if asked == at.asked:
            return StaffTested(at.visit, parts, report), ()
        case PortsSeen(asked, parts, ports) if asked == at.asked:
            return StaffParts(at.visit, parts, ports), ()
        case ChoreEnded(asked, well) if asked == at.asked:
            return _told(state, at, well=well), ()
        case _:
            return at, ()


def _told(state: State, at: StaffAtWork, *, well: bool) -> At:
    if at.chore is Chore.CALIBRATE and not well:
        return StaffCalibration(at.visit, again=True)
    if at.chore is Chore.SERVICE and well:
        closed = state.world.closure is not None
        return StaffMenu(at.visit, ChoreNews.CLOSED if closed else ChoreNews.OPENED)
    ends = _ENDED.get(at.chore, _OTHERWISE)
    return StaffMenu(at.visit, ends[0 if well else 1])


def _work(visit: Visit, chore: Chore, asked: UUID) -> StaffAtWork:
    return StaffAtWork(replace(visit, done=visit.done + 1), chore, asked)


def _next_id(visit: Visit) -> UUID:
    return uuid5(visit.id, f"chore {visit.done}")
