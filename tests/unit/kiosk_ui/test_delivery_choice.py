"""How the certificate is had is one plain choice: an address and the code, the code, a window."""

from typing import Any

import pytest

from kiosk.flow.states import At

BOTH = "Llega ahí, y aquí con un código QR."


def choice(bench: Any, at: At, *, public: bool) -> tuple[str, ...]:
    """What is said of the ways at the keyboard, and what the other button promises."""
    bench.put_world(public_address=public)
    bench.show(at)
    said = bench.touch.texts()
    ways = [each for each in said if "QR" in each or "en papel" in each or "Ahí" in each]
    return (*ways, bench.named("no_email").label)


@pytest.mark.parametrize("name", ["give_email", "give_email-again"])
def test_where_phones_reach_the_server_it_is_both_or_the_code_alone(
    bench: Any, states: dict[str, At], name: str
) -> None:
    said = choice(bench, states[name], public=True)
    assert said[0] == BOTH
    assert said[-1] == "No tengo o no sé: QR"


@pytest.mark.parametrize("name", ["give_email", "give_email-again"])
def test_where_they_do_not_a_window_is_named_and_no_code(
    bench: Any, states: dict[str, At], name: str
) -> None:
    said = choice(bench, states[name], public=False)
    assert said[-1] == "No tengo o no sé: en papel"
    assert not any("QR" in each for each in said)
    bench.touch.touch("no_email")
    bench.frames()
    after = " ".join(bench.touch.texts())
    assert "Recójalo en el módulo" in after
    assert "código" not in after


def test_what_was_promised_as_both_is_there_at_the_end(bench: Any, states: dict[str, At]) -> None:
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


@pytest.mark.negative_control
def test_a_code_that_is_promised_where_there_is_none_would_be_seen(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant promises the same everywhere."""
    from kiosk.screens.certificate.give_email import GiveEmailScreen

    same = ("Lo recibe con un código QR.", "No tengo o no sé: QR")
    monkeypatch.setattr(GiveEmailScreen, "_choice", lambda _page, _at, *, public: same)  # noqa: ARG005
    assert any("QR" in each for each in choice(bench, states["give_email"], public=False))
