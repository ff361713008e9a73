"""Wherever a result is about money the complaint book is one touch away."""

from typing import Any

import pytest

from kiosk.flow.guide.states import GuidePage
from kiosk.flow.states import At, GoesOn, State
from kiosk.flow.step import step
from kiosk.flow.touches import Complain
from tests.unit.kiosk_ui.every_state import WORLD

MONEY = (
    "payment_unknown-",
    "holds_claim-",
    "paid_but_refused-",
    "followed_money-",
    "goes_on-in_doubt",
    "goes_on-claim",
    "goes_on-owed",
    "followed_ones-confirming",
    "followed_ones-payment_refused",
    "followed_ones-money_back",
    "followed_ones-refused",
    "followed_ones-several",
)
NO_MONEY = ("goes_on-working", "followed_ones-sent", "followed_ones-in_review")


def about_money(states: dict[str, At]) -> dict[str, At]:
    return {
        name: at
        for name, at in states.items()
        if name.startswith(MONEY) and not name.endswith("printing")
    }


def without_a_way(bench: Any, states: dict[str, At]) -> list[str]:
    """Results about money from which nobody comes to the complaint book and back."""
    wrong = []
    for name, at in about_money(states).items():
        bench.show(at)
        if "complain" not in bench.touch.controls():
            wrong.append(name)
            continue
        led, _ = step(State(WORLD, at), Complain())
        if not isinstance(led.at, GuidePage) or led.at.before != at:
            wrong.append(name)
    return wrong


def test_every_result_about_money_leads_to_the_complaint_book(
    bench: Any, states: dict[str, At]
) -> None:
    tried = about_money(states)
    assert all(any(name.startswith(each) for name in tried) for each in MONEY)
    assert without_a_way(bench, states) == []


def test_where_no_money_is_concerned_nothing_is_added(bench: Any, states: dict[str, At]) -> None:
    for name in NO_MONEY:
        bench.show(states[name])
        assert "complain" not in bench.touch.controls(), name


@pytest.mark.negative_control
def test_a_result_that_forgets_it_is_caught(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kiosk.screens.certificate import goes_on

    monkeypatch.setattr(goes_on, "_MONEY", ())
    found = without_a_way(bench, {"goes_on-in_doubt": states["goes_on-in_doubt"]})
    assert isinstance(states["goes_on-in_doubt"], GoesOn)
    assert found == ["goes_on-in_doubt"]
