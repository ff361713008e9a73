"""One tap, one answer: the second of a double tap never answers the next question."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kiosk.flow.events import HelpHeard, PartChanged
from kiosk.flow.facts import HelpState, Typed
from kiosk.flow.follow.states import FollowEnding, FollowNumber
from kiosk.flow.identity.states import TypeBirth, TypeIssue
from kiosk.flow.states import GiveEmail, Registering
from kiosk.flow.touches import GaveEmail
from kiosk.flow.world import Part, PartState
from kiosk.touch_guard import SETTLE_S, TouchGuard
from tests.unit.kiosk_ui.every_state import PERSON, SERVICES, STATES

BORN = TypeBirth(replace(PERSON, document=None), Typed("01", "10203040", "6", then=SERVICES[0]))


def tap(bench: Any, name: str) -> None:
    """A finger as the window hears of it: no frame is waited for, and nobody looks first."""
    from kivy.base import EventLoop

    from kiosk.touch import Finger

    control = next(each for each in bench.app.controls() if each.name == name)
    finger = Finger(*control.to_window(control.center_x, control.center_y))
    EventLoop.post_dispatch_input("begin", finger)
    EventLoop.post_dispatch_input("end", finger)


def frames_for(seconds: float) -> None:
    from kivy.base import EventLoop

    begun = time.monotonic()
    EventLoop.idle()
    while time.monotonic() - begun < seconds:
        EventLoop.idle()


def birth_typed(bench: Any) -> None:
    bench.show(BORN)
    bench.touch.type_keys("01011980")
    bench.engine.posted.clear()


def test_two_taps_between_two_frames_are_one_answer(bench: Any) -> None:
    birth_typed(bench)
    tap(bench, "continue")
    tap(bench, "continue")
    bench.frames()
    assert len(bench.engine.posted) == 1
    assert isinstance(bench.engine.state.at, TypeIssue)


def test_two_enters_between_two_frames_are_one_answer(bench: Any) -> None:
    birth_typed(bench)
    bench.app.ring.put(bench.named("continue"))
    bench.app.key("enter")
    bench.app.key("enter")
    bench.frames()
    assert len(bench.engine.posted) == 1


def asked_of_the_address(bench: Any) -> None:
    """A likely slip was typed; the first tap made the same page ask about it."""
    bench.show(STATES["give_email"])
    bench.touch.type_keys("juan@outlok.com")
    bench.frames()
    bench.engine.posted.clear()
    tap(bench, "continue")
    frames_for(0)
    assert bench.engine.state.at.doubt


def test_a_second_tap_does_not_answer_what_the_same_page_asks_next(bench: Any) -> None:
    asked_of_the_address(bench)
    tap(bench, "continue")
    frames_for(0)
    assert isinstance(bench.engine.state.at, GiveEmail)
    assert len(bench.engine.posted) == 1
    bench.shift(SETTLE_S)
    tap(bench, "continue")
    bench.frames()
    assert isinstance(bench.engine.state.at, Registering), "asked once, meant twice"


def test_a_second_enter_does_not_either(bench: Any) -> None:
    bench.show(STATES["give_email"])
    bench.touch.type_keys("juan@outlok.com")
    bench.app.ring.put(bench.named("continue"))
    bench.app.key("enter")
    frames_for(0)
    bench.app.key("enter")
    frames_for(0)
    assert isinstance(bench.engine.state.at, GiveEmail)


def test_a_double_tap_at_a_number_is_no_mistake_at_its_ending(bench: Any) -> None:
    bench.show(FollowNumber(replace(PERSON, document=None)))
    bench.touch.type_keys("A0100042K")
    bench.frames()
    tap(bench, "continue")
    frames_for(0)
    tap(bench, "continue")
    frames_for(0)
    assert bench.engine.state.at == FollowEnding(bench.engine.state.at.person, "A01-00042-K")


def test_typing_fast_loses_no_letter_while_devices_tell_things(bench: Any) -> None:
    """Every tap a frame after the last, and news that refreshes the page between them."""
    bench.show(STATES["give_email"])
    bench.frames()
    for number, char in enumerate("juan@inpe"):
        tap(bench, f"key:{char}")
        bench.engine.post(PartChanged(Part.PRINTER, PartState(number % 2 == 0, "x")))
        bench.engine.post(HelpHeard(HelpState.CALLED))
        frames_for(0)
    assert bench.app.page.draft == "juan@inpe"


def test_leaving_twice_from_the_question_leaves_once(bench: Any) -> None:
    bench.show(STATES["choose_service"])
    bench.shift(bench.app.idle.quiet + 0.1)
    bench.frames()
    bench.engine.posted.clear()
    tap(bench, "leave")
    tap(bench, "leave")
    bench.frames()
    assert len(bench.engine.posted) == 1


def test_the_pause_is_over_when_it_is_over() -> None:
    now = [100.0]
    drawn: list[Callable[[], None]] = []
    guard = TouchGuard(lambda: now[0], drawn.append)
    assert not guard.settling
    assert (guard.takes_answer(), guard.takes_answer()) == (True, False)
    guard.drained(changed=True)
    assert guard.settling
    assert guard.takes_answer(), "what is settling is swallowed at the touch, not at the answer"
    now[0] += 10 * SETTLE_S
    assert guard.settling, "the frame is not drawn yet, nobody has seen the change"
    drawn.pop()()
    assert guard.settling
    now[0] += SETTLE_S
    assert not guard.settling
    guard.drained(changed=False)
    guard.drained(changed=True)
    assert not guard.settling, "news of a device alone makes nobody wait"


@pytest.fixture
def careless(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The broken variant: every answer counts, and only a new page makes anybody wait."""
    monkeypatch.setattr(TouchGuard, "takes_answer", lambda _guard: True)
    monkeypatch.setattr(TouchGuard, "drained", lambda _guard, *, changed: changed)
    return bench


@pytest.mark.negative_control
def test_a_careless_screen_is_caught(careless: Any) -> None:
    with pytest.raises(AssertionError):
        test_two_taps_between_two_frames_are_one_answer(careless)
    asked_of_the_address(careless)
    tap(careless, "continue")
    frames_for(0)
    assert any(isinstance(each, GaveEmail) for each in careless.engine.posted)
    assert isinstance(careless.engine.state.at, Registering)
