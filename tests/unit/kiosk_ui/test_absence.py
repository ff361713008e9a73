"""Nobody is there any more: the question, the answer, the end. Kivy's clock is shifted forwards."""

from typing import Any

import pytest

from kiosk.flow.effects import ForgetPerson
from kiosk.flow.events import IdleExpired
from kiosk.flow.states import At, Welcome
from kiosk.flow.touches import Cancel


def pass_time(bench: Any, seconds: float) -> None:
    bench.shift(seconds)
    bench.frames(3)


def test_a_person_left_alone_is_asked_and_then_forgotten(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["choose_service"])
    pass_time(bench, bench.app.idle.quiet + 0.1)
    assert bench.touch.screen() == "idle_warning"
    assert bench.touch.controls() == ["stay", "leave"]
    assert bench.faults() == []
    left = bench.app.warning.seconds
    pass_time(bench, 5)
    assert left - 10 <= bench.app.warning.seconds <= left - 5, "a busy machine is a little late"
    pass_time(bench, bench.app.idle.warning)
    assert IdleExpired() in bench.engine.posted
    assert bench.touch.screen() == "welcome"
    assert any(isinstance(each, ForgetPerson) for each in bench.engine.effects)


class Bell:
    """Counts how often it was rung."""

    rung = 0

    def ring(self) -> None:
        self.rung += 1


def test_the_question_is_heard_once_as_well_as_seen(bench: Any, states: dict[str, At]) -> None:
    before, bench.app.chime = bench.app.chime, Bell()
    try:
        bench.show(states["choose_service"])
        pass_time(bench, bench.app.idle.quiet - 1)
        assert bench.app.chime.rung == 0
        pass_time(bench, 1.1)
        pass_time(bench, 5)
        assert bench.app.warning.seconds > 0
        assert bench.app.chime.rung == 1
    finally:
        bench.app.chime = before


def test_one_touch_extends_and_touches_nothing_below(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["choose_service"])
    pass_time(bench, bench.app.idle.quiet + 0.1)
    bench.touch.touch("stay")
    bench.frames()
    assert bench.touch.screen() == "choose_service"
    pass_time(bench, bench.app.idle.quiet - 1)
    assert bench.touch.screen() == "choose_service"
    assert bench.engine.posted == []


def test_a_touch_anywhere_beside_the_question_also_extends(
    bench: Any, states: dict[str, At]
) -> None:
    from kivy.base import EventLoop

    from kiosk.touch import Finger

    bench.show(states["choose_service"])
    cancel = next(each for each in bench.app.page.walk() if getattr(each, "name", "") == "cancel")
    pass_time(bench, bench.app.idle.quiet + 0.1)
    finger = Finger(*cancel.center)
    EventLoop.post_dispatch_input("begin", finger)
    bench.frames()
    EventLoop.post_dispatch_input("end", finger)
    bench.frames()
    assert bench.touch.screen() == "choose_service"
    assert bench.engine.posted == []


def test_the_person_may_end_it_from_the_question(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["choose_service"])
    pass_time(bench, bench.app.idle.quiet + 0.1)
    bench.touch.touch("leave")
    bench.frames()
    assert bench.engine.posted == [Cancel()]
    assert bench.touch.screen() == "welcome"


def test_news_of_a_device_is_a_sign_of_life(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["read_document"])
    pass_time(bench, bench.app.idle.quiet + 0.1)
    assert bench.touch.screen() == "idle_warning"
    bench.show(states["read_document-unreadable-1"])
    assert bench.touch.screen() == "read_document"


@pytest.mark.parametrize(
    "name",
    [
        "welcome",
        "out_of_service-server_away",
        "taking_turn",
        "checking_applicant",
        "registering",
        "sending_again",
        "correcting_email",
        "paying_by_card",
        "working",
        "certificate_ready-printing",
    ],
)
def test_where_nobody_can_leave_nobody_is_asked(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name])
    for _ in range(5):
        pass_time(bench, 30)
    assert bench.app.warning is None
    assert bench.engine.posted == []


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("terms", 120), ("ready_to_pay", 120), ("payment_unknown-printed", 180), ("give_email", 45)],
)
def test_reading_and_paying_are_given_time_and_then_ended(
    bench: Any, states: dict[str, At], name: str, seconds: int
) -> None:
    bench.show(states[name])
    pass_time(bench, seconds - bench.app.idle.warning - 10)  # a busy machine adds some of its own
    assert bench.app.warning is None
    pass_time(bench, 10)
    assert bench.touch.screen() == "idle_warning"
    pass_time(bench, bench.app.idle.warning)
    assert bench.touch.screen() == "welcome"
    assert any(isinstance(each, ForgetPerson) for each in bench.engine.effects)


def test_the_patience_of_one_screen_does_not_pass_to_the_next(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["terms"])
    pass_time(bench, 60)
    assert bench.app.warning is None
    bench.show(states["confirm_name"])
    pass_time(bench, bench.app.idle.quiet + 0.1)
    assert bench.touch.screen() == "idle_warning"


def test_arrow_keys_move_a_ring_and_enter_touches(bench: Any, kivy_window: Any) -> None:
    down, enter, escape, f1 = 274, 13, 27, 282
    bench.show(Welcome())
    assert [each.name for each in bench.app.page.walk() if getattr(each, "ringed", False)] == []
    before = bench.touch.controls().index("start_preferential") + 1
    for key in [down] * before:
        kivy_window.dispatch("on_key_down", key, 0, None, [])
    ringed = [each.name for each in bench.app.page.walk() if getattr(each, "ringed", False)]
    assert ringed == ["start_preferential"]
    for key in (escape, f1):
        kivy_window.dispatch("on_key_down", key, 0, None, [])
    assert bench.engine.posted == []
    kivy_window.dispatch("on_key_down", enter, 0, None, [])
    (event,) = bench.engine.posted
    assert event.preferential


def test_nobody_gets_out(bench: Any, kivy_window: Any) -> None:
    assert kivy_window.dispatch("on_request_close")
    assert not bench.app.open_settings()
    assert not bench.app.use_kivy_settings
