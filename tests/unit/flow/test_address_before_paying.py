"""The address is read once more beside the amount: a wrong one is corrected before paying."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.flow.effects import RegisterOrder
from kiosk.flow.events import NotCharged, OrderRegistered
from kiosk.flow.facts import NotPaid, Offer, Order
from kiosk.flow.paying.ways import payment_id
from kiosk.flow.states import GiveEmail, PayingByCard, ReadyToPay, Registering
from kiosk.flow.step import step
from kiosk.flow.touches import Back, GaveEmail, Pay
from tests.support.flow import ORDER, open_kiosk, ready_to_pay

WRONG, RIGHT = "juan@example.com", "juana@example.com"


def given(state: Any, address: str) -> tuple[Any, RegisterOrder]:
    state, effects = step(state, GaveEmail(address))
    (register,) = effects
    assert isinstance(register, RegisterOrder)
    return state, register


def registered(state: Any, register: RegisterOrder) -> Any:
    order = Order(register.application, "A01-00042-K", 3770, register.email)
    return step(state, OrderRegistered(register.effect_id, order))[0]


@pytest.fixture
def asking() -> Any:
    """Somebody at the keyboard, with a name and a fee."""
    paying: Any = ready_to_pay()
    service = next(each for each in paying.world.services if each.code == "certificate")
    return replace(
        open_kiosk(), at=GiveEmail(paying.at.person, service, Offer("PR**** JUAN", 3770))
    )


def test_a_wrong_address_is_corrected_and_the_next_order_is_another_one(asking: Any) -> None:
    state, first = given(asking, WRONG)
    state = registered(state, first)
    assert state.at.order.email == WRONG

    state, effects = step(state, Back())
    assert effects == ()
    assert isinstance(state.at, GiveEmail)
    assert state.at.typed == WRONG

    state, second = given(state, RIGHT)
    assert second.email == RIGHT
    assert {first.effect_id, first.application}.isdisjoint({second.effect_id, second.application})
    assert registered(state, second).at.order.email == RIGHT


def test_a_late_answer_about_the_first_order_is_not_taken_for_the_second(asking: Any) -> None:
    state, first = given(asking, WRONG)
    state = registered(state, first)
    state, _second = given(step(state, Back())[0], RIGHT)
    assert isinstance(registered(state, first).at, Registering)


def test_whoever_is_right_pays_with_the_next_touch(asking: Any) -> None:
    state = registered(*given(asking, WRONG))
    assert isinstance(step(state, Pay())[0].at, PayingByCard)


def test_once_something_was_tried_the_order_keeps_its_address(asking: Any) -> None:
    state: Any = step(registered(*given(asking, WRONG)), Pay())[0]
    payment = payment_id(state.at.person, state.at.order)
    state, _ = step(state, NotCharged(payment, NotPaid.DECLINED))
    assert isinstance(state.at, ReadyToPay)
    assert step(state, Back())[0] == state


@pytest.mark.negative_control
def test_the_same_order_for_another_address_would_be_noticed(asking: Any) -> None:
    state, first = given(asking, WRONG)
    state = registered(state, first)
    asked = replace(state.at.asked, typed="")  # a way back that forgets to count
    _, second = given(replace(state, at=asked), RIGHT)
    assert second.effect_id == first.effect_id
    assert second.email != first.email


def test_an_order_of_unknown_making_has_no_way_back() -> None:
    paying: Any = ready_to_pay()
    state = replace(open_kiosk(), at=ReadyToPay(paying.at.person, ORDER))
    assert step(state, Back())[0] == state
