"""The staff's own menu on the screen: found by who knows, read, reached and hit like any other."""

from typing import Any
from uuid import UUID

import pytest

from kiosk.comfort import Comfort
from kiosk.flow.staff.events import ChoseChore, OpenStaff, PressedMarks, TypedCode
from kiosk.flow.staff.states import Chore, StaffCalibration, StaffCode, StaffMenu
from kiosk.flow.states import OutOfService, ReadDocument, Welcome
from kiosk.flow.world import Obstacle
from kiosk.staff.combination import KEYS, REST_S
from kiosk.theme import MM_PER_PX_22, Theme
from tests.unit.kiosk_ui.every_state import PERSON, STATES, VISIT

STAFF = {name: at for name, at in STATES.items() if name.startswith("staff_")}
LARGE = Comfort(large=True)
HOLD_S = 3.0


def hold(bench: Any, seconds: float) -> None:
    """Put a finger on the initials, and lift it after `seconds`."""
    from kivy.base import EventLoop

    from kiosk.touch import Finger
    from kiosk.widgets.initials import Initials

    initials = next(each for each in bench.app.page.walk() if isinstance(each, Initials))
    finger = Finger(*initials.to_window(*initials.center))
    bench.app.looked_at()
    EventLoop.post_dispatch_input("begin", finger)
    bench.shift(seconds)
    bench.frames(3)
    EventLoop.post_dispatch_input("end", finger)
    bench.frames(3)


def test_initials_that_are_held_ask_for_the_code(bench: Any) -> None:
    bench.show(Welcome())
    hold(bench, HOLD_S + 0.1)
    assert bench.touch.screen() == "staff_code"
    bench.touch.type_keys("048213")
    bench.touch.touch("continue")
    bench.frames()
    assert bench.engine.posted[-1] == TypedCode("048213")
    assert bench.touch.screen() == "staff_at_work"


def test_a_short_touch_on_the_initials_means_nothing(bench: Any) -> None:
    bench.show(Welcome())
    hold(bench, HOLD_S - 0.5)
    assert bench.touch.screen() == "welcome"
    bench.shift(HOLD_S)
    bench.frames()
    assert bench.touch.screen() == "welcome"


def test_while_a_person_is_served_nobody_gets_to_the_menu(bench: Any) -> None:
    bench.show(ReadDocument(PERSON))
    hold(bench, HOLD_S + 0.1)
    assert bench.touch.screen() == "read_document"


@pytest.mark.negative_control
def test_a_flow_that_opens_the_menu_in_the_middle_is_caught(bench: Any) -> None:
    """The broken variant answers to held initials wherever a person stands."""
    bench.show(ReadDocument(PERSON))
    bench.engine.put(StaffCode(UUID(int=1)))
    bench.frames()
    with pytest.raises(AssertionError):
        assert bench.touch.screen() == "read_document"


def test_the_menu_goes_by_itself_within_a_minute(bench: Any) -> None:
    bench.show(StaffMenu(VISIT))
    bench.shift(30)
    bench.frames()
    assert bench.touch.screen() == "staff_menu"
    bench.shift(20)
    bench.frames()
    assert bench.touch.screen() == "idle_warning"
    bench.shift(11)
    bench.frames(4)
    assert bench.touch.screen() == "welcome"


def test_only_what_the_code_is_good_for_is_there(bench: Any) -> None:
    bench.show(STATES["staff_menu-few"])
    chores = [each for each in bench.touch.controls() if each.startswith("chore:")]
    assert chores == ["chore:paper", "chore:self_test", "chore:service"]
    bench.touch.touch("chore:paper")
    bench.frames()
    assert bench.engine.posted[-1] == ChoseChore(Chore.PAPER)


def test_five_presses_tell_where_marks_stood_and_fingers_were_felt(bench: Any) -> None:
    from kivy.base import EventLoop

    from kiosk.touch import Finger

    bench.show(StaffCalibration(VISIT))
    for _ in range(5):
        mark = bench.app.page.ids.mark
        x, y = mark.to_window(*mark.center)
        finger = Finger(x + 30, y - 20)
        bench.app.looked_at()
        EventLoop.post_dispatch_input("begin", finger)
        EventLoop.post_dispatch_input("end", finger)
        bench.frames(2)
    told = next(each for each in bench.engine.posted if isinstance(each, PressedMarks))
    assert len(set(told.marks)) == 5
    for mark, felt in zip(told.marks, told.felt, strict=True):
        assert felt == pytest.approx((mark[0] + 30 / 1080, mark[1] + 20 / 1920), abs=0.002)


@pytest.mark.parametrize(
    "theme",
    [
        pytest.param(Theme(), id="27 inches"),
        pytest.param(Theme(mm_per_px=MM_PER_PX_22).dressed(LARGE), id="22 inches, large text"),
    ],
)
def test_everything_staff_see_can_be_read_reached_and_hit(bench: Any, theme: Theme) -> None:
    bench.app.theme = theme
    faults = {}
    for name, at in STAFF.items():
        bench.show(at)
        faults[name] = bench.faults()
    assert {name: found for name, found in faults.items() if found} == {}


def test_held_initials_are_an_event_that_no_other_screen_answers_to(bench: Any) -> None:
    bench.show(StaffMenu(VISIT))
    bench.engine.post(OpenStaff(UUID(int=3)))
    bench.frames()
    assert bench.touch.screen() == "staff_menu"


def press_keys(bench: Any, *keys: str) -> None:
    """Keys of a keypad, one a frame, after hands were off it for a while."""
    bench.shift(REST_S)
    for key in keys:
        bench.app.key(key)
        bench.frames(1)
    bench.frames(2)


def test_a_combination_of_keys_opens_the_code_screen_and_nothing_but_it(bench: Any) -> None:
    bench.show(Welcome())
    press_keys(bench, *KEYS)
    assert bench.touch.screen() == "staff_code"
    asked = [each for each in bench.engine.posted if isinstance(each, OpenStaff)]
    assert len(asked) == 1
    assert bench.engine.effects == [], "nothing is asked of the server, nothing done"


def test_where_the_touch_panel_is_broken_the_code_is_typed_by_keys(bench: Any) -> None:
    bench.show(OutOfService(Obstacle.REPAIR))
    press_keys(bench, *KEYS)
    for name in ("key:0", "key:4", "key:8", "key:2", "key:1", "key:3", "continue"):
        for _ in range(60):
            if bench.app.ring.on is not None and bench.app.ring.on.name == name:
                break
            bench.app.key("right")
        bench.app.key("enter")
    bench.frames()
    assert bench.engine.posted[-1] == TypedCode("048213")


def test_while_a_person_is_served_the_keys_open_nothing(bench: Any) -> None:
    bench.show(ReadDocument(PERSON))
    press_keys(bench, *KEYS)
    assert bench.touch.screen() == "read_document"


@pytest.mark.negative_control
def test_keys_mashed_without_a_rest_open_nothing(bench: Any) -> None:
    """The same keys; only the rest before them is missing."""
    bench.show(Welcome())
    press_keys(bench, "down", *KEYS)
    with pytest.raises(AssertionError):
        assert bench.touch.screen() == "staff_code"
