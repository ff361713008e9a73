"""A closed kiosk says what still works, and that works; what it does not name does nothing."""

from dataclasses import replace
from uuid import UUID

import pytest

from kiosk.flow.closed import Open, still_open
from kiosk.flow.effects import IssueTicket
from kiosk.flow.events import DocumentTaken, Event, JournalChanged, ServerLost
from kiosk.flow.staff.events import ClosureChanged
from kiosk.flow.states import OutOfService, State
from kiosk.flow.step import step
from kiosk.flow.touches import (
    AlreadyApplied,
    Back,
    CallHelp,
    Cancel,
    Choose,
    OpenGuide,
    SeeApplication,
    SeeServices,
    Start,
    TakeTurn,
)
from kiosk.flow.world import Closure, Obstacle, turn_obstacle
from tests.support.flow import DOCUMENT, INFORMATION, SEEN, after, open_kiosk

SOMEBODY = UUID(int=3)
TOUCH: dict[Open, Event] = {
    Open.FOLLOW: AlreadyApplied(SOMEBODY),
    Open.GUIDE: OpenGuide(SOMEBODY),
    Open.HELP: CallHelp(),
}
NO_SERVICES = replace(SEEN, services=())
CLOSED: dict[str, tuple[Event, tuple[Open, ...]]] = {
    "server away": (ServerLost(), (Open.GUIDE,)),
    "journal down": (JournalChanged(usable=False), (Open.GUIDE, Open.HELP)),
    "no services": (NO_SERVICES, (Open.FOLLOW, Open.GUIDE, Open.HELP)),
    **{
        f"staff: {closure}": (ClosureChanged(closure), (Open.GUIDE, Open.HELP))
        for closure in Closure
    },
}


def closed(why: str) -> State:
    state = after(open_kiosk(), CLOSED[why][0])
    assert isinstance(state.at, OutOfService)
    return state


def untrue(state: State, named: tuple[Open, ...]) -> list[Open]:
    """What is named and does nothing, or is not named and could be had."""
    return [
        each
        for each, touch in TOUCH.items()
        if each is not Open.HELP and (step(state, touch)[0] != state) != (each in named)
    ]


@pytest.mark.parametrize("why", CLOSED)
def test_what_is_named_works_and_nothing_else_does(why: str) -> None:
    state = closed(why)
    assert still_open(state.world) == CLOSED[why][1]
    assert untrue(state, still_open(state.world)) == []
    assert step(state, Start(SOMEBODY)) == (state, ())


@pytest.mark.negative_control
def test_a_list_that_promises_too_much_is_caught() -> None:
    assert untrue(closed("server away"), tuple(Open)) == [Open.FOLLOW]
    assert untrue(closed("no services"), ()) == [Open.FOLLOW, Open.GUIDE]


def test_who_followed_something_leaves_a_kiosk_that_is_still_closed() -> None:
    state = closed("no services")
    menu = after(state, AlreadyApplied(SOMEBODY))
    asked = after(menu, SeeApplication(), DocumentTaken(DOCUMENT))
    assert asked.at != menu.at
    assert step(menu, Back())[0] == menu, "there are no services to go back to"
    assert after(menu, Cancel()).at == OutOfService(Obstacle.NO_SERVICES)


@pytest.mark.parametrize("closure", Closure)
def test_a_kiosk_that_staff_closed_gives_no_turn_by_the_way_of_information(
    closure: Closure,
) -> None:
    state = closed(f"staff: {closure}")
    service = after(state, OpenGuide(SOMEBODY), SeeServices(), Choose(INFORMATION.code))
    _, effects = step(service, TakeTurn())
    assert not any(isinstance(each, IssueTicket) for each in effects)
    assert turn_obstacle(state.world, INFORMATION) is Obstacle(closure)
