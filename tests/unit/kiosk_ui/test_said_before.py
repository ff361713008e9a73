"""What cannot be had now is said before anybody begins, in one line and in its own words."""

from typing import Any
from unittest.mock import patch

import pytest

from kiosk.flow.states import ReadyToPay
from kiosk.flow.world import Closure, Part, PartState
from tests.unit.kiosk_ui.every_state import ORDER, PERSON, SERVICES, STATES

NOTHING_HERE: dict[str, Any] = {
    "wallet": False,
    "parts": tuple(
        (part, PartState(part not in (Part.TERMINAL, Part.ACCEPTOR), "noDevice")) for part in Part
    ),
}
NOW: dict[str, tuple[dict[str, Any], str]] = {
    "centre away": ({"backend": False}, "out_of_service.backend_away"),
    "no price": ({"fee_centimos": None}, "out_of_service.no_fee"),
    "only the bank": (NOTHING_HERE, "out_of_service.no_way_to_pay"),
}


@pytest.mark.parametrize("name", NOW)
def test_the_first_screen_and_the_services_say_the_same_true_reason(bench: Any, name: str) -> None:
    world, key = NOW[name]
    bench.put_world(**world)
    bench.frames()
    said = bench.app.loc._(key)
    assert bench.touch.screen() == "welcome"
    assert bench.app.page.notice == said
    assert bench.faults() == []
    bench.show(STATES["choose_service"])
    card = bench.named("service:certificate")
    assert said in (card.note, card.reason)
    assert card.disabled is (name != "only the bank")


def test_where_all_is_well_nothing_is_said(bench: Any) -> None:
    assert bench.app.page.notice == ""
    bench.put_world(services=SERVICES[1:], backend=False)
    bench.frames()
    assert bench.app.page.notice == "", "no certificate is given here at all"


@pytest.mark.negative_control
def test_a_first_screen_that_says_nothing_is_caught(bench: Any) -> None:
    with (
        patch("kiosk.screens.start.welcome.certificate_notice", lambda _world: None),
        pytest.raises(AssertionError),
    ):
        test_the_first_screen_and_the_services_say_the_same_true_reason(bench, "centre away")


def test_with_no_device_the_way_that_is_left_is_named(bench: Any) -> None:
    bench.show(ReadyToPay(PERSON, ORDER))
    bench.put_world(**NOTHING_HERE)
    bench.frames()
    assert not bench.named("use_voucher").disabled
    texts = " ".join(bench.touch.texts())
    assert bench.app.loc._("ready_to_pay.only_bank") in texts
    assert "Toque Cancelar" not in texts
    bench.put_world(backend=False)
    bench.frames()
    assert bench.app.loc._("ready_to_pay.no_terminal") in " ".join(bench.touch.texts())


@pytest.mark.parametrize("closure", Closure)
def test_a_service_says_why_staff_closed_the_kiosk(bench: Any, closure: Closure) -> None:
    bench.show(STATES["guide_service"])
    bench.put_world(closure=closure)
    bench.frames()
    button = bench.named("take_turn")
    assert button.disabled
    assert button.reason == bench.app.loc._(f"out_of_service.{closure}")
