"""How the certificate is had is one plain choice: an address, or on without one."""

from typing import Any

import pytest

from kiosk.flow.states import At
from kiosk.theme import MM_PER_PX_22, Theme

KEYBOARDS = ("give_email", "give_email-again")


def warns(bench: Any) -> bool:
    """Whether whoever types is told what a wrong address does."""
    return "puede llegarle a otra persona" in bench.said()


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("name", KEYBOARDS)
def test_the_other_way_is_to_go_on_without_an_address(
    bench: Any, states: dict[str, At], name: str, public: bool
) -> None:
    bench.put_world(public_address=public)
    bench.show(states[name])
    assert bench.named("no_email").label == "Seguir sin correo"
    assert "QR" not in bench.said(), "a word few know, and the next screen shows it"
    bench.touch.touch("no_email")
    bench.frames()
    assert "Recójalo en el módulo" in bench.said()
    assert ("código" in bench.said()) is public


@pytest.mark.parametrize("theme", [Theme(), Theme(MM_PER_PX_22).with_large_text(True)])
def test_what_a_wrong_address_does_is_said_before_it_is_typed(
    bench: Any, states: dict[str, At], theme: Theme
) -> None:
    bench.show(states["give_email"], theme)
    assert warns(bench)


@pytest.mark.negative_control
def test_a_keyboard_without_the_warning_would_be_seen(bench: Any, states: dict[str, At]) -> None:
    """The broken variant says nothing; of a new address the words are others."""
    bench.show(states["give_email-new"])
    assert not warns(bench)


def test_what_is_no_button_does_not_look_like_one(bench: Any, states: dict[str, At]) -> None:
    from kiosk.widgets.control import shown
    from kiosk.widgets.panel import Panel

    bench.put_world(public_address=True)
    bench.show(states["without_email"])
    assert not [each for each in shown(bench.app.page) if isinstance(each, Panel)]
    assert "Descárguelo en su celular" in bench.touch.texts()


def test_there_are_the_address_and_the_code_at_the_end(bench: Any, states: dict[str, At]) -> None:
    from kiosk.widgets.control import shown
    from kiosk.widgets.qr_picture import QrPicture

    bench.show(states["certificate_ready-printed"])
    assert any("@" in each for each in bench.touch.texts())
    assert any(isinstance(each, QrPicture) for each in shown(bench.app.page))


def test_the_usual_way_has_no_touch_more(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["give_email"])
    bench.touch.type_keys("juan@example.com")
    bench.touch.touch("continue")
    bench.frames()
    assert bench.touch.screen() == "registering"
