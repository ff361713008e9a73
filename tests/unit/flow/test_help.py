"""A call for a person: on every screen, one call, gone when it is over."""

from dataclasses import replace
from uuid import uuid4

import pytest

from kiosk.flow import help as calling
from kiosk.flow.effects import CallStaff, ForgetPerson
from kiosk.flow.events import DocumentTaken, HelpHeard, ServerLost
from kiosk.flow.facts import HelpState
from kiosk.flow.states import OutOfService, State, Welcome
from kiosk.flow.step import step
from kiosk.flow.touches import CallHelp, Cancel, Start
from tests.support.flow import DOCUMENT, SESSION, after, open_kiosk, ready_to_pay

CALLED, COMING = HelpHeard(HelpState.CALLED), HelpHeard(HelpState.COMING)


@pytest.mark.parametrize("before", [State(), open_kiosk(), ready_to_pay()])
def test_help_can_be_called_wherever_the_person_stands(before: State) -> None:
    called, effects = step(before, CallHelp())
    assert called == replace(before, help=HelpState.CALLING)
    assert effects == (CallStaff(),)


@pytest.mark.parametrize("standing", calling.STANDING)
def test_a_second_touch_is_the_same_call(standing: HelpState) -> None:
    before = replace(open_kiosk(), help=standing)
    assert step(before, CallHelp()) == (before, ())


@pytest.mark.negative_control
def test_a_flow_that_forgets_the_call_would_make_two() -> None:
    """The broken variant loses the call on the next screen; the check above catches it."""
    called = after(open_kiosk(), CallHelp(), CALLED)
    forgetful = replace(after(called, Start(SESSION)), help=HelpState.NOT_CALLED)
    assert step(forgetful, CallHelp())[1] == (CallStaff(),)


def test_who_could_not_be_told_may_be_called_again() -> None:
    away = after(open_kiosk(), ServerLost(), CallHelp(), HelpHeard(HelpState.NO_ANSWER))
    assert away.help is HelpState.NO_ANSWER
    assert step(away, CallHelp())[1] == (CallStaff(),)


def test_a_call_survives_screens_and_ends_once_somebody_comes_and_the_session_is_over() -> None:
    called = after(open_kiosk(), CallHelp(), CALLED, Start(SESSION), DocumentTaken(DOCUMENT))
    assert called.help is HelpState.CALLED
    left, effects = step(called, Cancel())
    assert (left.at, left.help) == (Welcome(), HelpState.CALLED)
    assert effects == (ForgetPerson(SESSION),)
    next_person = uuid4()
    ended = after(called, COMING, Cancel(), Start(next_person))
    assert ended.help is HelpState.NOT_CALLED


def test_older_news_does_not_end_a_call_that_is_just_being_made() -> None:
    making = after(open_kiosk(), CallHelp())
    assert after(making, HelpHeard(HelpState.NOT_CALLED)) == making


def test_who_comes_next_is_not_told_that_somebody_comes_to_the_one_before() -> None:
    """The answer was on its way when the session ended."""
    assert after(open_kiosk(), COMING).help is HelpState.NOT_CALLED


def test_a_closed_kiosk_calls_too() -> None:
    closed = after(open_kiosk(), ServerLost())
    assert isinstance(closed.at, OutOfService)
    assert step(closed, CallHelp())[1] == (CallStaff(),)


def test_that_nobody_could_be_told_is_not_said_to_the_next_person() -> None:
    called = after(open_kiosk(), CallHelp(), HelpHeard(HelpState.NO_ANSWER))
    begun = after(called, Start(SESSION))
    assert begun.help is HelpState.NOT_CALLED
    again = after(begun, CallHelp(), HelpHeard(HelpState.NO_ANSWER))
    assert after(again, CallHelp()).help is HelpState.CALLING, "in one's own session it stands"
    open_call = after(open_kiosk(), CallHelp(), HelpHeard(HelpState.CALLED), Start(SESSION))
    assert open_call.help is HelpState.CALLED, "staff are on their way"
