"""Touches between two screens: none answers a question that nobody has seen yet."""

from typing import Any

import pytest

from kiosk.flow.states import At


def tap(bench: Any, x: float, y: float) -> None:
    from kivy.base import EventLoop

    from kiosk.touch import Finger

    finger = Finger(x, y)
    EventLoop.post_dispatch_input("begin", finger)
    EventLoop.post_dispatch_input("end", finger)


def test_a_double_tap_does_not_press_what_appears_under_the_finger(
    bench: Any, states: dict[str, At]
) -> None:
    from kivy.base import EventLoop

    bench.show(states["confirm_name"])
    bench.app._guard.moved()
    there = bench.named("confirm").center
    tap(bench, *there)
    assert bench.engine.posted == []
    EventLoop.idle()
    bench.shift(0.25)
    tap(bench, *there)
    assert len(bench.engine.posted) == 1


@pytest.mark.negative_control
def test_a_screen_that_listens_at_once_is_caught(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kivy.base import EventLoop

    monkeypatch.setattr("kiosk.touch_guard.SETTLE_S", 0)
    bench.show(states["confirm_name"])
    bench.app._guard.moved()
    EventLoop.idle()
    tap(bench, *bench.named("confirm").center)
    assert len(bench.engine.posted) == 1


def test_a_finger_lifted_after_the_screen_went_says_nothing(
    bench: Any, states: dict[str, At]
) -> None:
    from kivy.base import EventLoop

    from kiosk.touch import Finger

    bench.show(states["terms"])
    finger = Finger(*bench.named("accept").center)
    EventLoop.post_dispatch_input("begin", finger)
    bench.show(states["choose_service"])
    EventLoop.post_dispatch_input("end", finger)
    bench.frames()
    assert bench.engine.posted == []
