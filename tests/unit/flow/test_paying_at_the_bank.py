"""Paid at the bank before: number, day, and what the centre says, without any server."""

from dataclasses import replace
from datetime import date

import pytest

from kiosk.flow.effects import DeliverOrder, PresentVoucher, PrintReceipt, Receipt
from kiosk.flow.events import ServerLost, SlipPrinted, VoucherRefused, VoucherTaken, VoucherWaits
from kiosk.flow.facts import PrintState, VoucherProblem
from kiosk.flow.states import (
    CheckingVoucher,
    GiveDay,
    GiveSequence,
    PaymentWaits,
    ReadyToPay,
    State,
    TypeDay,
    Working,
)
from kiosk.flow.step import is_busy, step
from kiosk.flow.touches import (
    Back,
    GaveDay,
    GaveSequence,
    OtherDay,
    PayOtherwise,
    TypedDay,
    UseVoucher,
)
from tests.support.flow import after, ready_to_pay

DAY = date(2026, 11, 20)


def presented() -> tuple[State, PresentVoucher]:
    before = after(ready_to_pay(), UseVoucher(), GaveSequence("00-123 45a"))
    state, (effect,) = step(before, GaveDay(DAY))
    assert isinstance(effect, PresentVoucher)
    return state, effect


def test_what_was_typed_is_presented_without_its_blanks() -> None:
    state, present = presented()
    assert isinstance(state.at, CheckingVoucher)
    assert (present.sequence, present.paid_on) == ("0012345A", DAY)
    assert is_busy(state.at)


@pytest.mark.parametrize("text", ["", "  ", "-", "9" * 21])
def test_what_is_no_number_is_asked_for_again(text: str) -> None:
    state = after(ready_to_pay(), UseVoucher(), GaveSequence(text))
    assert isinstance(state.at, GiveSequence)
    assert state.at.problem is VoucherProblem.MISTYPED


def test_an_older_day_is_typed_and_must_exist() -> None:
    at_day = after(ready_to_pay(), UseVoucher(), GaveSequence("12345"), OtherDay())
    wrong = after(at_day, TypedDay("31022026"))
    assert isinstance(wrong.at, TypeDay)
    assert wrong.at.mistyped
    _, (present,) = step(wrong, TypedDay("20112026"))
    assert isinstance(present, PresentVoucher)
    assert present.paid_on == DAY


def test_one_screen_back_is_always_possible_before_it_is_presented() -> None:
    state = after(ready_to_pay(), UseVoucher(), GaveSequence("12345"), OtherDay())
    for expected in (GiveDay, GiveSequence, ReadyToPay):
        state = after(state, Back())
        assert isinstance(state.at, expected)


def test_a_payment_that_shows_is_followed_without_another_hand_over() -> None:
    state, present = presented()
    working, (follow,) = step(state, VoucherTaken(present.effect_id))
    assert isinstance(working.at, Working)
    assert isinstance(follow, DeliverOrder)
    assert follow.payment is None


def test_a_payment_that_does_not_show_yet_is_kept_and_said_on_paper() -> None:
    state, present = presented()
    waits, (slip,) = step(state, VoucherWaits(present.effect_id))
    assert isinstance(waits.at, PaymentWaits)
    assert isinstance(slip, PrintReceipt)
    assert slip.receipt is Receipt.PAYMENT_WAITS


@pytest.mark.parametrize("problem", list(VoucherProblem))
def test_a_refused_one_says_why_and_another_try_has_another_id(problem: VoucherProblem) -> None:
    state, present = presented()
    again = after(state, VoucherRefused(present.effect_id, problem))
    assert isinstance(again.at, GiveSequence)
    assert again.at.problem is problem
    _, (second,) = step(after(again, GaveSequence("777")), GaveDay(DAY))
    assert isinstance(second, PresentVoucher)
    assert second.effect_id != present.effect_id


def test_what_was_typed_is_kept_for_another_look() -> None:
    state, present = presented()
    again = after(state, VoucherRefused(present.effect_id, VoucherProblem.NOT_FOUND))
    assert isinstance(again.at, GiveSequence)
    assert again.at.sequence == "0012345A"
    back = after(ready_to_pay(), UseVoucher(), GaveSequence("12345"), Back())
    assert isinstance(back.at, GiveSequence)
    assert back.at.sequence == "12345"


def check_a_day_to_come_is_none(state: State) -> None:
    """Raises AssertionError when a day after today is presented."""
    later, effects = step(state, TypedDay("23112026"))
    assert effects == ()
    assert isinstance(later.at, TypeDay)
    assert (later.at.mistyped, later.at.to_come) == (False, True)
    _, (present,) = step(later, TypedDay("22112026"))
    assert isinstance(present, PresentVoucher), "today is one"


def at_day(today: date | None) -> State:
    state = after(ready_to_pay(), UseVoucher(), GaveSequence("12345"), OtherDay())
    return replace(state, world=replace(state.world, today=today))


def test_nobody_paid_tomorrow() -> None:
    check_a_day_to_come_is_none(at_day(date(2026, 11, 22)))


@pytest.mark.negative_control
def test_a_kiosk_that_does_not_know_the_day_leaves_it_to_the_server() -> None:
    with pytest.raises((AssertionError, ValueError)):
        check_a_day_to_come_is_none(at_day(None))


def waiting(*, not_visible: bool) -> State:
    state, present = presented()
    waits, (slip,) = step(state, VoucherWaits(present.effect_id, not_visible))
    assert isinstance(slip, PrintReceipt)
    return after(waits, SlipPrinted(slip.effect_id, PrintState.PRINTED))


def test_whose_payment_does_not_show_may_pay_another_way_as_another_try() -> None:
    state = waiting(not_visible=True)
    assert isinstance(state.at, PaymentWaits)
    paying = after(state, PayOtherwise())
    assert isinstance(paying.at, ReadyToPay)
    assert paying.at.order.attempt == state.at.order.attempt + 1


def test_while_nobody_could_say_nobody_pays_twice() -> None:
    state = waiting(not_visible=False)
    assert step(state, PayOtherwise()) == (state, ())
    away = after(waiting(not_visible=True), ServerLost())
    assert step(away, PayOtherwise()) == (away, ()), "it could not be given back"
