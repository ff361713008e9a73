"""Nobody gets out of the screen: no key, no gesture of the window, no settings, no modules."""

from typing import Any

import pytest

ESCAPE, F1, F12 = 27, 282, 293
OUT = {
    "Escape": (ESCAPE, []),
    **{f"F{number}": (F1 + number - 1, []) for number in range(1, 13)},
    "Alt+F4": (285, ["alt"]),
    "Ctrl+C": (99, ["ctrl"]),
    "Ctrl+Q": (113, ["ctrl"]),
    "Ctrl+E": (101, ["ctrl"]),
    "Ctrl+Alt+Delete": (127, ["ctrl", "alt"]),
    "Super": (311, ["meta"]),
    "Print": (316, []),
    "Menu": (319, []),
}


def escapes(window: Any) -> list[str]:
    """The keys that Kivy's own handlers, or the system's, would hear of."""
    return [
        name
        for name, (code, held) in OUT.items()
        if not window.dispatch("on_key_down", code, 0, None, list(held))
    ]


def test_no_key_leads_out_or_anywhere(bench: Any, kivy_window: Any) -> None:
    before = (bench.touch.screen(), bench.engine.posted.copy())
    assert escapes(kivy_window) == []
    bench.frames()
    assert (bench.touch.screen(), bench.engine.posted) == before


@pytest.mark.parametrize("held", ["ctrl", "alt", "meta"])
def test_a_key_held_with_another_moves_no_ring(bench: Any, kivy_window: Any, held: str) -> None:
    tab = 9
    kivy_window.dispatch("on_key_down", tab, 0, None, [held])
    assert bench.app.ring.on is None
    kivy_window.dispatch("on_key_down", tab, 0, None, ["shift", "numlock"])
    assert bench.app.ring.on is not None


@pytest.mark.negative_control
def test_a_window_without_our_handler_is_caught(bench: Any, kivy_window: Any) -> None:
    """The broken variant listens to no key at all, so Kivy hears them."""
    handler = bench.app._window_handlers["on_key_down"]
    kivy_window.unbind(on_key_down=handler)
    try:
        assert "Escape" in escapes(kivy_window)
    finally:
        kivy_window.bind(on_key_down=handler)


def test_kivys_own_ways_out_are_shut(bench: Any, kivy_window: Any) -> None:
    from kivy.config import Config

    assert Config.getint("kivy", "exit_on_escape") == 0
    assert list(Config.items("modules")) == [], "no inspector, no console, no monitor"
    assert Config.items("input") == [("mouse", "mouse,disable_multitouch")]
    assert bench.app.use_kivy_settings is False
    assert bench.app.open_settings() is False
    assert kivy_window.dispatch("on_request_close") is True, "the window stays"
    assert kivy_window.dispatch("on_request_close", source="keyboard") is True
    assert kivy_window.children == [bench.app.root], "nothing was laid over the kiosk"
