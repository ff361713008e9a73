"""Paying with notes and coins, step by step, without any device."""

from dataclasses import replace
from uuid import uuid4

import pytest

from kiosk.flow.effects import DeliverOrder, PrintReceipt, Receipt, StopPaying, TakeCash
from kiosk.flow.events import (
    ApplicationSettled,
    CashCounted,
    CashSeen,
    Charged,
    ChargeUnknown,
    Event,
    IdleExpired,
    MoneyOwed,
    NotCharged,
    PartChanged,
    SlipPrinted,
)
from kiosk.flow.facts import Counted, NotPaid, Outcome, Owed, PrintState
from kiosk.flow.states import (
    CertificateReady,
    HoldsClaim,
    PayingByCash,
    PaymentUnknown,
    ReadyToPay,
    State,
    Welcome,
    Working,
)
from kiosk.flow.step import is_busy, step
from kiosk.flow.touches import Cancel, Finish, Pay
from kiosk.flow.world import Part
from kiosk.order import Means
from tests.support.flow import DOWN, after, ready_to_pay

OWED = (Owed("C-0000-0000-Z", 2000),)


def taking() -> tuple[State, TakeCash]:
    state, (effect,) = step(ready_to_pay(), Pay(Means.CASH))
    assert isinstance(effect, TakeCash)
    return state, effect


def test_it_says_what_is_missing_as_money_comes_in() -> None:
    state, take = taking()
    assert isinstance(state.at, PayingByCash)
    assert state.at.missing_centimos == take.order.amount_centimos
    more = after(state, CashSeen(take.effect_id, 2000))
    assert isinstance(more.at, PayingByCash)
    assert more.at.missing_centimos == take.order.amount_centimos - 2000


def test_the_pieces_that_were_taken_are_known_one_by_one() -> None:
    state, take = taking()
    more = after(state, CashSeen(take.effect_id, 2500, (100,), (2000, 500)))
    assert isinstance(more.at, PayingByCash)
    assert (more.at.pieces, more.at.counted) == ((2000, 500), None)


def change_comes() -> tuple[State, TakeCash]:
    """Enough is inside, and the journal says so."""
    state, take = taking()
    inside = CashSeen(take.effect_id, 4000, (), (2000, 2000))
    return after(state, inside, CashCounted(take.effect_id, True, 230)), take


def test_the_change_is_told_once_the_journal_has_decided_and_nobody_can_stop_it_then() -> None:
    state, take = taking()
    enough = after(state, CashSeen(take.effect_id, 4000, (), (2000, 2000)))
    assert isinstance(enough.at, PayingByCash)
    assert enough.at.counted is None, "enough inside is not paid yet"
    assert after(state, CashCounted(uuid4(), True, 230)) == state, "of another payment"
    counted, _ = change_comes()
    assert isinstance(counted.at, PayingByCash)
    assert counted.at.counted == Counted(True, 230)
    assert is_busy(counted.at)
    for event in (Cancel(), IdleExpired(), Finish()):
        assert step(counted, event) == (counted, ())


def test_change_that_came_out_is_named_until_the_end() -> None:
    state, take = change_comes()
    working, (deliver,) = step(state, Charged(take.effect_id, (), 230))
    assert isinstance(working.at, Working)
    assert working.at.order.change_centimos == 230
    assert isinstance(deliver, DeliverOrder)
    ready = after(working, ApplicationSettled(deliver.effect_id, Outcome.ISSUED))
    assert isinstance(ready.at, CertificateReady)
    assert ready.at.order.change_centimos == 230


@pytest.mark.negative_control
def test_a_flow_that_could_be_stopped_while_change_comes_out_would_be_seen() -> None:
    """The broken variant forgets what the journal has decided."""
    state, take = change_comes()
    assert isinstance(state.at, PayingByCash)
    broken = replace(state, at=replace(state.at, counted=None))
    assert step(broken, Cancel())[1] == (StopPaying(take.effect_id),)


def test_money_of_another_payment_is_not_shown() -> None:
    state, _ = taking()
    assert after(state, CashSeen(uuid4(), 2000)) == state


def test_without_an_acceptor_it_cannot_be_begun() -> None:
    down = after(ready_to_pay(), PartChanged(Part.ACCEPTOR, DOWN))
    assert step(down, Pay(Means.CASH)) == (down, ())


@pytest.mark.parametrize("event", [Cancel(), IdleExpired(), Finish()])
def test_who_leaves_is_given_back_what_is_inside_and_nobody_else_can_start(event: Event) -> None:
    state, take = taking()
    assert not is_busy(state.at)
    stopping, effects = step(state, event)
    assert effects == (StopPaying(take.effect_id),)
    assert is_busy(stopping.at)
    assert step(stopping, event) == (stopping, ()), "it is stopped once"


def test_enough_goes_to_the_server_with_the_change_that_could_not_be_given() -> None:
    state, take = taking()
    working, (deliver,) = step(state, Charged(take.effect_id, OWED))
    assert isinstance(working.at, Working)
    assert isinstance(deliver, DeliverOrder)
    assert (deliver.order.means, deliver.order.owed) == (Means.CASH, OWED)
    assert deliver.payment == take.effect_id


def test_what_was_given_back_leaves_another_try_with_another_id() -> None:
    state, take = taking()
    again = after(state, NotCharged(take.effect_id, NotPaid.GIVEN_BACK))
    assert isinstance(again.at, ReadyToPay)
    _, (second,) = step(again, Pay(Means.CASH))
    assert isinstance(second, TakeCash)
    assert second.effect_id != take.effect_id


def test_how_much_came_back_goes_on_to_the_next_screen() -> None:
    state, take = taking()
    counted = after(state, CashCounted(take.effect_id, paid=False, back_centimos=2010))
    again = after(counted, NotCharged(take.effect_id, NotPaid.GIVEN_BACK))
    assert isinstance(again.at, ReadyToPay)
    assert again.at.back_centimos == 2010
    unknown = after(state, NotCharged(take.effect_id, NotPaid.GIVEN_BACK))
    assert isinstance(unknown.at, ReadyToPay)
    assert unknown.at.back_centimos == 0, "nothing was counted: no amount is invented"


def test_what_could_not_be_given_back_is_a_claim_on_paper_and_never_another_try() -> None:
    state, take = taking()
    owed, (slip,) = step(state, MoneyOwed(take.effect_id, OWED))
    assert isinstance(owed.at, HoldsClaim)
    assert isinstance(slip, PrintReceipt)
    assert (slip.receipt, slip.order.owed) == (Receipt.OWED, OWED)
    assert step(owed, Pay(Means.CASH)) == (owed, ())


def test_a_lost_acceptor_ends_in_doubt_with_a_slip() -> None:
    state, take = taking()
    doubt, (slip,) = step(state, ChargeUnknown(take.effect_id))
    assert isinstance(doubt.at, PaymentUnknown)
    assert isinstance(slip, PrintReceipt)
    assert slip.receipt is Receipt.PAYMENT_UNKNOWN


def paid_with_change_owed() -> State:
    state, take = taking()
    working, (deliver,) = step(state, Charged(take.effect_id, OWED))
    assert isinstance(deliver, DeliverOrder)
    ready, (slip,) = step(working, ApplicationSettled(deliver.effect_id, Outcome.ISSUED))
    assert isinstance(slip, PrintReceipt)
    return after(ready, SlipPrinted(slip.effect_id, PrintState.NOT_PRINTED))


def test_whose_change_is_owed_sees_the_code_before_they_go_also_without_paper() -> None:
    ready = paid_with_change_owed()
    assert isinstance(ready.at, CertificateReady)
    told, effects = step(ready, Finish())
    assert effects == (), "no second slip"
    assert isinstance(told.at, HoldsClaim)
    assert (told.at.order.owed, told.at.print_state) == (OWED, PrintState.NOT_PRINTED)
    assert isinstance(after(told, Finish()).at, Welcome)


def test_a_payment_the_server_will_never_take_is_a_claim_in_the_persons_hand() -> None:
    state, take = taking()
    working, (deliver,) = step(state, Charged(take.effect_id))
    assert isinstance(deliver, DeliverOrder)
    assert step(working, MoneyOwed(take.effect_id, OWED)) == (working, ()), "of something else"
    owed, (slip,) = step(working, MoneyOwed(deliver.effect_id, OWED))
    assert isinstance(owed.at, HoldsClaim)
    assert isinstance(slip, PrintReceipt)
    assert (slip.receipt, slip.order.owed) == (Receipt.OWED, OWED)


@pytest.mark.negative_control
def test_a_flow_that_lets_people_go_with_money_inside_would_be_seen() -> None:
    """The broken variant leaves as from any other screen: nobody stops the acceptors."""
    state, _ = taking()
    broken = replace(state, at=replace(ready_to_pay().at, problem=None))
    assert step(broken, Cancel())[1] != step(state, Cancel())[1]
