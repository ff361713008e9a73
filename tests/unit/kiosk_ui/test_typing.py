"""Typing an e-mail address on the screen: every key, the caret's line, and what is forgotten."""

from typing import Any

import pytest

from kiosk.flow.states import At
from kiosk.flow.touches import GaveEmail
from kiosk.theme import HIGH_CONTRAST, MM_PER_PX_22, Theme
from kiosk.widgets.mask import masked_email

LONG = "maria.del.rosario.quispe@universidad.example.com"
ENDLESS = "a" * 64 + "@" + "b" * 60 + ".com"


def typed(bench: Any) -> str:
    return bench.app.page.draft


def shown_line(bench: Any) -> Any:
    from kiosk.widgets.address import Address

    return next(each for each in bench.app.page.walk() if isinstance(each, Address))


@pytest.fixture
def keys(bench: Any, states: dict[str, At]) -> Any:
    """A bench in front of the empty keyboard."""
    bench.show(states["give_email"])
    return bench


def test_an_address_typed_by_touch_is_given_exactly(keys: Any) -> None:
    addresses = ["juan@example.com", "a.b_c-d+e@x9.pe", LONG]
    for address in addresses:
        keys.touch.type_keys(address)
        keys.touch.touch("continue")
        keys.app._guard.drained(changed=False)
        keys.app.page.draft = ""
    assert keys.engine.posted == [GaveEmail(address) for address in addresses]


def test_every_character_of_an_address_has_its_key(keys: Any) -> None:
    everything = "abcdefghijklmnopqrstuvwxyz0123456789@._-+"
    keys.touch.type_keys(everything)
    assert typed(keys) == everything


def test_endings_and_backspace(keys: Any) -> None:
    for touched, left in [
        (["j", "u", "backspace", "o"], "jo"),
        (["backspace"], ""),
        (["a", "n", "a", "@gmail.com"], "ana@gmail.com"),
        (["a", "n", "a", "@", "@hotmail.com"], "ana@hotmail.com"),
        (["a", "@gmail.com", "@hotmail.com"], "a@hotmail.com"),
        (["@gmail.com", "backspace"], "@gmail.co"),
    ]:
        for key in touched:
            keys.touch.touch(f"key:{key}")
        assert typed(keys) == left
        keys.app.page.draft = ""


def test_what_is_typed_is_shown_at_once_and_never_beside_its_line(keys: Any) -> None:
    for theme in (Theme(), Theme(MM_PER_PX_22).with_large_text(True)):
        keys.app.theme = theme
        for address in ("", "j", "juan@example.com", LONG, ENDLESS):
            keys.app.page.draft = address
            keys.frames(4)
            assert keys.faults() == []
            line = shown_line(keys)
            whole = line.text.replace("\n", "")
            assert whole == address or (whole.startswith("…") and address.endswith(whole[1:]))
            assert (whole == address) is (address != ENDLESS)
            assert line.y >= 0
            assert line.top <= line.parent.height


def test_an_incomplete_address_is_told_in_place_and_stays(keys: Any) -> None:
    keys.touch.type_keys("juan@exam")
    keys.touch.touch("continue")
    keys.frames()
    assert keys.touch.screen() == "give_email"
    assert any("Falta algo" in each for each in keys.touch.texts())
    keys.touch.type_keys("ple.com")
    assert typed(keys) == "juan@example.com"


def test_what_was_typed_outlives_news_and_another_look_but_not_the_screen(keys: Any) -> None:
    keys.touch.type_keys("juan@")
    page = keys.app.page
    keys.put_world(public_address=False)
    keys.frames()
    assert keys.app.page is page
    assert typed(keys) == "juan@"
    keys.app.theme = Theme().with_palette(HIGH_CONTRAST)
    keys.frames()
    assert keys.app.page is not page
    assert (page.draft, typed(keys)) == ("", "juan@")
    keys.frames()
    assert shown_line(keys).text == "juan@"
    page = keys.app.page
    keys.touch.touch("back")
    keys.frames()
    assert keys.touch.screen() == "confirm_name"
    assert page.draft == ""
    keys.touch.touch("confirm")
    keys.frames()
    assert typed(keys) == ""


def test_a_physical_keyboard_types_nothing_but_the_keypad_moves_the_ring(
    keys: Any, kivy_window: Any
) -> None:
    down, enter, letter_a = 274, 13, 97
    kivy_window.dispatch("on_key_down", letter_a, 0, "a", [])
    kivy_window.dispatch("on_textinput", "a")
    assert typed(keys) == ""
    for key in (down, down, enter):
        kivy_window.dispatch("on_key_down", key, 0, None, [])
    assert typed(keys) == "q"  # from the first key one row down
    assert keys.engine.posted == []


def test_a_pressed_key_looks_pressed(keys: Any) -> None:
    from kivy.base import EventLoop

    from kiosk.touch import Finger

    key = keys.named("key:g")
    before = key.coat
    finger = Finger(*key.to_window(*key.center))
    EventLoop.post_dispatch_input("begin", finger)
    assert key.coat != before
    EventLoop.post_dispatch_input("end", finger)
    assert typed(keys) == "g"


def test_a_mask_shows_one_letter_and_the_domain() -> None:
    assert masked_email("carmen@example.com") == "c****@example.com"
    assert masked_email("@example.com") == "****@example.com"


@pytest.mark.negative_control
def test_a_key_below_twenty_millimetres_is_caught(keys: Any) -> None:
    keys.named("key:g").width = 19 / keys.app.theme.mm_per_px
    assert "too small to touch: key:g" in keys.faults()


@pytest.mark.negative_control
def test_keys_that_lie_over_each_other_are_caught(keys: Any) -> None:
    keys.named("key:g").x += 30
    assert any(fault.startswith("overlap") and "key:h" in fault for fault in keys.faults())
