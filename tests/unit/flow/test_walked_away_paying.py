"""Whoever walks away from a payment has left: their order is not there for the next to pay."""

from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

import pytest

from kiosk.flow.effects import ForgetPerson, StopPaying
from kiosk.flow.events import CashSeen, Charged, IdleExpired, MoneyOwed, NotCharged
from kiosk.flow.facts import NotPaid, Owed
from kiosk.flow.paying.ways import payment_id
from kiosk.flow.person import AttentionClass, Person
from kiosk.flow.states import (
    HoldsClaim,
    OutOfService,
    PayingByCash,
    PayingByWallet,
    ReadyToPay,
    State,
    Welcome,
    Working,
)
from kiosk.flow.step import step
from kiosk.flow.touches import Cancel
from tests.support.flow import DOCUMENT, ORDER, SESSION, after, open_kiosk

PERSON = Person(SESSION, AttentionClass.GENERAL, DOCUMENT)
PAYMENT = payment_id(PERSON, ORDER)
Begin = Callable[..., PayingByCash | PayingByWallet]
BOTH = pytest.mark.parametrize("begin", [PayingByCash, PayingByWallet])


def paying(begin: Begin) -> State:
    return replace(open_kiosk(), at=begin(PERSON, ORDER))


@BOTH
def test_absence_stops_the_payment_and_its_end_ends_the_session(begin: Begin) -> None:
    stopping, sent = step(paying(begin), IdleExpired())
    assert sent == (StopPaying(PAYMENT),)
    left, effects = step(stopping, NotCharged(PAYMENT, NotPaid.GIVEN_BACK))
    assert (left.at, effects) == (Welcome(), (ForgetPerson(SESSION),))


@BOTH
def test_who_cancelled_is_still_here_and_may_pay_otherwise(begin: Begin) -> None:
    stopping = after(paying(begin), Cancel())
    ready, effects = step(stopping, NotCharged(PAYMENT, NotPaid.GIVEN_BACK))
    assert isinstance(ready.at, ReadyToPay)
    assert effects == ()


def test_a_payment_that_ended_by_itself_before_anybody_left_is_no_absence() -> None:
    ready = after(paying(PayingByCash), NotCharged(PAYMENT, NotPaid.NO_CASH))
    assert isinstance(ready.at, ReadyToPay)


@BOTH
def test_money_that_is_owed_to_them_is_a_slip_first(begin: Begin) -> None:
    owed = after(paying(begin), IdleExpired(), MoneyOwed(PAYMENT, (Owed("C-7KQ2-M9XT-9", 2010),)))
    assert isinstance(owed.at, HoldsClaim)


@BOTH
def test_a_payment_that_came_through_all_the_same_is_worked_on(begin: Begin) -> None:
    assert isinstance(after(paying(begin), IdleExpired(), Charged(PAYMENT)).at, Working)


def test_news_of_the_cash_and_of_another_payment_do_not_end_it() -> None:
    stopping = after(paying(PayingByCash), IdleExpired())
    seen = after(stopping, CashSeen(PAYMENT, 2000, (), (2000,)))
    assert isinstance(seen.at, PayingByCash)
    assert seen.at.absent
    other = NotCharged(payment_id(PERSON, replace(ORDER, attempt=9)), NotPaid.DECLINED)
    assert step(seen, other) == (seen, ())


@pytest.mark.negative_control
def test_a_flow_that_forgets_that_nobody_is_there_is_caught() -> None:
    stopping = after(paying(PayingByCash), IdleExpired())
    with patch("kiosk.flow.paying.ways.nobody_is_left", lambda _at: False):
        left = after(stopping, NotCharged(PAYMENT, NotPaid.GIVEN_BACK))
    assert not isinstance(left.at, Welcome | OutOfService), "the next person could pay it"
