"""The staff's own menu in the flow: only where nobody is served, and it always ends."""

from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.flow.effects import Effect
from kiosk.flow.events import Event, IdleExpired
from kiosk.flow.facts import PrintState
from kiosk.flow.staff.events import (
    ChoreEnded,
    ChoseChore,
    ChoseClosure,
    ChosePart,
    ChosePort,
    CloseKiosk,
    ClosureChanged,
    DevicesTested,
    LookForPorts,
    MenuOpened,
    MenuRefused,
    MovePart,
    OpenMenu,
    OpenStaff,
    PortsSeen,
    PressedMarks,
    StaffEffect,
    TestDevices,
    TypedCode,
)
from kiosk.flow.staff.states import (
    Chore,
    ChoreNews,
    CodeProblem,
    PlacedPart,
    Staff,
    StaffAtWork,
    StaffCode,
    StaffMenu,
    StaffOpening,
)
from kiosk.flow.states import OutOfService, State, Welcome
from kiosk.flow.step import is_busy, step
from kiosk.flow.touches import Back, Cancel, Start
from kiosk.flow.turn import person_of
from kiosk.flow.world import Closure, Obstacle
from tests.support.flow import DOCUMENT, SEEN, after

VISIT = UUID(int=5)
STAFF = get_args(Staff)
EFFECTS = get_args(StaffEffect)
OPEN = after(State(), SEEN)
PARTS = (PlacedPart("reader", "document_reader", "/dev/a"),)


def entered(chores: tuple[Chore, ...] = tuple(Chore)) -> State:
    asking, (effect,) = step(after(OPEN, OpenStaff(VISIT)), TypedCode("048213"))
    assert isinstance(effect, OpenMenu)
    return after(asking, MenuOpened(effect.effect_id, "jefe", chores))


def test_the_code_is_asked_of_the_server_each_try_under_its_own_key() -> None:
    asking, (first,) = step(after(OPEN, OpenStaff(VISIT)), TypedCode("111111"))
    assert isinstance(first, OpenMenu)
    refused = after(asking, MenuRefused(first.effect_id, CodeProblem.WRONG))
    assert isinstance(refused.at, StaffCode)
    assert refused.at.problem is CodeProblem.WRONG
    _, (second,) = step(refused, TypedCode("111111"))
    assert isinstance(second, OpenMenu)
    assert first.effect_id != second.effect_id


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12a456", "１２３４５６"])
def test_what_is_no_code_is_not_asked_about(text: str) -> None:
    state, effects = step(after(OPEN, OpenStaff(VISIT)), TypedCode(text))
    assert effects == ()
    assert state.at == StaffCode(VISIT, CodeProblem.SHORT)


def test_nothing_is_done_that_the_code_is_not_good_for() -> None:
    state = entered((Chore.PAPER,))
    assert step(state, ChoseChore(Chore.RESTART)) == (state, ())
    _, effects = step(state, ChoseChore(Chore.PAPER))
    assert len(effects) == 1


def test_a_session_cannot_begin_inside_the_menu_nor_the_menu_inside_a_session() -> None:
    inside = entered()
    assert step(inside, Start(uuid4())) == (inside, ())
    served = after(OPEN, Start(uuid4()))
    assert step(served, OpenStaff(VISIT)) == (served, ())


def test_an_answer_to_somebody_else_opens_nothing() -> None:
    asking = after(OPEN, OpenStaff(VISIT), TypedCode("048213"))
    assert after(asking, MenuOpened(uuid4(), "jefe", tuple(Chore))) == asking
    assert after(OPEN, MenuOpened(uuid4(), "jefe", tuple(Chore))) == OPEN


def test_a_closed_kiosk_says_so_once_the_menu_is_left() -> None:
    state, (effect,) = step(
        after(entered(), ChoseChore(Chore.SERVICE)), ChoseClosure(Closure.CLEANING)
    )
    assert isinstance(effect, CloseKiosk)
    told = after(state, ClosureChanged(Closure.CLEANING), ChoreEnded(effect.effect_id, well=True))
    assert isinstance(told.at, StaffMenu)
    assert told.at.news is ChoreNews.CLOSED
    left = after(told, Cancel())
    assert left.at == OutOfService(Obstacle.CLEANING)
    assert step(left, Start(uuid4()))[0].at == left.at
    assert isinstance(after(left, ClosureChanged(None)).at, Welcome)


def test_a_device_moves_only_to_a_port_that_is_there() -> None:
    looking, (effect,) = step(entered(), ChoseChore(Chore.PORTS))
    assert isinstance(effect, LookForPorts)
    seen = after(looking, PortsSeen(effect.effect_id, PARTS, ("/dev/b",)))
    chosen = after(seen, ChosePart("reader"))
    assert step(chosen, ChosePort("/dev/elsewhere")) == (chosen, ())
    moving, (move,) = step(chosen, ChosePort("/dev/b"))
    assert isinstance(move, MovePart)
    silent = after(moving, ChoreEnded(move.effect_id, well=False))
    assert isinstance(silent.at, StaffMenu)
    assert silent.at.news is ChoreNews.PORT_SILENT


def test_a_chore_that_failed_unforeseen_is_over_too() -> None:
    opening = after(OPEN, OpenStaff(VISIT), TypedCode("048213"))
    assert isinstance(opening.at, StaffOpening)
    assert isinstance(after(opening, ChoreEnded(opening.at.asked, well=False)).at, StaffCode)
    testing, (effect,) = step(entered(), ChoseChore(Chore.SELF_TEST))
    assert isinstance(effect, TestDevices)
    assert isinstance(after(testing, ChoreEnded(effect.effect_id, well=False)).at, StaffMenu)


TOUCHES = st.one_of(
    st.builds(OpenStaff, st.uuids(version=4)),
    st.sampled_from([TypedCode("048213"), TypedCode("x"), Back(), Cancel(), IdleExpired()]),
    st.builds(ChoseChore, st.sampled_from(Chore)),
    st.builds(ChoseClosure, st.sampled_from([*Closure, None])),
    st.sampled_from([ChosePart("reader"), ChosePort("/dev/b"), PressedMarks((), ())]),
    st.builds(Start, st.uuids(version=4)),
    st.builds(ClosureChanged, st.sampled_from([*Closure, None])),
)


def answer_to(effect: Any, draw: Any) -> Event:
    """One of the answers the desk may give."""
    asked = effect.effect_id
    return draw(
        st.sampled_from(
            [
                MenuOpened(asked, "jefe", tuple(Chore)),
                MenuRefused(asked, CodeProblem.AWAY),
                DevicesTested(asked, (), PrintState.PRINTED),
                PortsSeen(asked, PARTS, ("/dev/b",)),
                ChoreEnded(asked, well=True),
                ChoreEnded(asked, well=False),
            ]
        )
    )


def check(state: State, effects: tuple[Effect, ...]) -> None:
    """What must hold after each event. Raises AssertionError."""
    if isinstance(state.at, STAFF):
        assert person_of(state.at) is None, "nobody is served behind the menu"
        if not is_busy(state.at):
            left, _ = step(state, IdleExpired())
            assert isinstance(left.at, Welcome | OutOfService), "the menu never ends"
    if any(isinstance(each, EFFECTS) for each in effects):
        assert isinstance(state.at, StaffAtWork | StaffOpening), "done where nobody waits for it"


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_whatever_is_touched_the_menu_ends_and_serves_nobody(data: st.DataObject) -> None:
    state, pending = OPEN, []
    for _ in range(data.draw(st.integers(1, 40))):
        if pending and data.draw(st.booleans()):
            event = answer_to(pending[-1], data.draw)
        else:
            event = data.draw(TOUCHES)
        state, effects = step(state, event)
        pending += [each for each in effects if isinstance(each, EFFECTS)]
        check(state, effects)


@pytest.mark.negative_control
def test_a_chore_begun_behind_a_persons_back_is_caught() -> None:
    """The broken variant restarts the kiosk while somebody is served."""
    served = after(OPEN, Start(uuid4()))
    with pytest.raises(AssertionError, match="nobody waits"):
        check(served, (TestDevices(uuid4(), VISIT),))


def test_a_document_passed_over_the_reader_means_nothing_inside_the_menu() -> None:
    from kiosk.flow.events import DocumentTaken

    inside = entered()
    assert step(inside, DocumentTaken(DOCUMENT)) == (inside, ())
