"""What Enter presses looks pressed for a moment, as under a finger, and keeps its ring."""

from typing import Any

import pytest

from kiosk.flow.states import At


def pressed(bench: Any, name: str) -> tuple[bool, bool, Any]:
    """Ring the control and press Enter: whether it looks pressed and ringed now, and its coat."""
    control = bench.named(name)
    bench.app.ring.put(control)
    bench.app.key("enter")
    return control.state == "down", control.ringed, control.coat


def test_a_key_of_the_keyboard_looks_pressed_and_is_lifted_again(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["give_email"])
    before = bench.named("key:a").coat
    down, ringed, coat = pressed(bench, "key:a")
    assert (down, ringed) == (True, True)
    assert coat != before
    assert bench.app.page.draft == "a"
    bench.shift(0.2)
    bench.frames()
    assert bench.named("key:a").state == "normal"
    assert bench.named("key:a").coat == before


def test_pressed_twice_it_says_two_things_and_is_lifted_once(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["give_email"])
    pressed(bench, "key:a")
    bench.frames()
    pressed(bench, "key:a")
    assert bench.app.page.draft == "aa"
    bench.shift(0.2)
    bench.frames()
    assert bench.named("key:a").state == "normal"


@pytest.mark.negative_control
def test_a_press_that_cannot_be_seen_is_caught(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant only does what it is told."""
    from kiosk.widgets.control import Control

    def unseen(control: Any) -> None:
        control.dispatch("on_press")
        control.dispatch("on_release")

    monkeypatch.setattr(Control, "press", unseen)
    bench.show(states["give_email"])
    assert pressed(bench, "key:a")[0] is False
