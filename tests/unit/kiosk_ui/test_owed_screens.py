"""What is owed stands on the screen, whatever else does not work."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from kiosk.flow.facts import NotPaid, PrintState
from kiosk.flow.states import CertificateReady, GoesOn, HoldsClaim, ReadyToPay
from kiosk.flow.touches import GoOn
from kiosk.flow.world import Part, PartState
from tests.unit.kiosk_ui.every_state import ORDER, PERSON, STATES
from tests.unit.kiosk_ui.every_state.facts import OWED, OWED_TWICE

NOTHING_PAYS = tuple(
    (part, PartState(part not in (Part.TERMINAL, Part.ACCEPTOR), "hardwareError")) for part in Part
)


def test_leaving_from_the_question_shows_the_code_first(bench: Any) -> None:
    bench.show(CertificateReady(PERSON, OWED, None, PrintState.NOT_PRINTED))
    bench.shift(bench.app.idle.quiet + 0.2)
    bench.frames(3)
    assert bench.touch.screen() == "idle_warning"
    bench.touch.touch("leave")
    bench.frames(3)
    assert bench.touch.screen() == "holds_claim"
    assert any("C-7KQ2-M9XT-9" in each for each in bench.touch.texts())


def test_every_code_is_shown_where_there_are_several(bench: Any) -> None:
    bench.show(HoldsClaim(PERSON, OWED_TWICE, PrintState.NOT_PRINTED))
    texts = " ".join(bench.touch.texts())
    for owed in OWED_TWICE.owed:
        assert owed.code in texts
    assert "25.10" in texts
    assert bench.faults() == []


@pytest.mark.parametrize("problem", [NotPaid.GIVEN_BACK, NotPaid.REFUND_COMING])
def test_money_that_came_back_is_said_though_nothing_pays_any_more(
    bench: Any, problem: NotPaid
) -> None:
    bench.put_world(wallet=False, parts=NOTHING_PAYS)
    bench.show(ReadyToPay(PERSON, ORDER, problem))
    said = bench.app.page.loc._(f"ready_to_pay.{problem}")
    assert said in bench.touch.texts()


@pytest.mark.negative_control
def test_a_screen_that_says_something_else_first_is_caught(bench: Any) -> None:
    with (
        patch("kiosk.screens.paying.ready_to_pay._MONEY_BACK", ()),
        pytest.raises(AssertionError),
    ):
        test_money_that_came_back_is_said_though_nothing_pays_any_more(bench, NotPaid.GIVEN_BACK)


def test_whoever_has_money_to_collect_may_go_on(bench: Any) -> None:
    bench.show(STATES["goes_on-owed_then"])
    assert bench.faults() == []
    bench.engine.posted.clear()
    bench.touch.touch("go_on")
    bench.frames(3)
    assert bench.engine.posted == [GoOn()]
    assert bench.touch.screen() == "confirm_name"
    at = STATES["goes_on-owed_then"]
    assert isinstance(at, GoesOn)
    bench.show(replace(at, then=None))
    assert "go_on" not in bench.touch.controls()
