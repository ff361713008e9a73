"""The way to a certificate, step by step, without any screen, device or server."""

from dataclasses import replace
from uuid import uuid4

import pytest

from kiosk.flow.effects import (
    ChargeCard,
    CheckApplicant,
    DeliverOrder,
    ForgetPerson,
    IssueTicket,
    PrintReceipt,
    Receipt,
    RegisterOrder,
)
from kiosk.flow.events import (
    ApplicantChecked,
    ApplicantRefused,
    ApplicationSettled,
    Charged,
    ChargeUnknown,
    DocumentTaken,
    Event,
    IdleExpired,
    NotCharged,
    OrderRegistered,
    PartChanged,
    ServerLost,
    SlipPrinted,
)
from kiosk.flow.facts import NotPaid, NotPossible, Offer, Order, Outcome, PrintState
from kiosk.flow.paying.ways import payment_id
from kiosk.flow.states import (
    CannotApply,
    CertificateReady,
    ConfirmName,
    GiveEmail,
    InReview,
    PaidButRefused,
    PayingByCard,
    PaymentUnknown,
    ReadDocument,
    ReadyToPay,
    State,
    StillWorking,
    TakingTurn,
    Terms,
    Welcome,
    Working,
)
from kiosk.flow.step import is_busy, step
from kiosk.flow.touches import (
    Accept,
    Back,
    Cancel,
    Choose,
    Confirm,
    Finish,
    GaveEmail,
    Pay,
    Start,
    TakeTurn,
)
from kiosk.flow.world import Part
from tests.support.flow import DOCUMENT, DOWN, SEEN, SESSION, UP, after, effects, open_kiosk

OFFER = Offer("PR**** JUAN", 3770)
TO_TERMS = (Start(SESSION), DocumentTaken(DOCUMENT), Choose("certificate"))


def ask(state: State, *events: Event) -> CheckApplicant:
    (effect,) = effects(state, *events, Accept())
    assert isinstance(effect, CheckApplicant)
    return effect


def at_email(state: State) -> State:
    checked = ApplicantChecked(ask(state, *TO_TERMS).effect_id, OFFER)
    return after(state, *TO_TERMS, Accept(), checked, Confirm())


def at_pay(state: State, email: str | None = "juan@example.com") -> tuple[State, Order]:
    here = at_email(state)
    registering, (register,) = step(here, GaveEmail(email))
    assert isinstance(register, RegisterOrder)
    order = Order(register.application, "A01-00001-X", 3770, email)
    return after(registering, OrderRegistered(register.effect_id, order)), order


def charged(state: State) -> tuple[State, ChargeCard]:
    paying, (charge,) = step(state, Pay())
    assert isinstance(charge, ChargeCard)
    return paying, charge


def test_terms_come_before_anything_is_sent() -> None:
    state, sent = step(after(open_kiosk(), *TO_TERMS[:2]), TO_TERMS[2])
    assert isinstance(state.at, Terms)
    assert sent == ()
    assert ask(open_kiosk(), *TO_TERMS).document == DOCUMENT


@pytest.mark.parametrize("reason", list(NotPossible))
def test_a_refusal_before_money_is_said_and_a_turn_is_offered(reason: NotPossible) -> None:
    refused = ApplicantRefused(ask(open_kiosk(), *TO_TERMS).effect_id, reason)
    state = after(open_kiosk(), *TO_TERMS, Accept(), refused)
    assert isinstance(state.at, CannotApply)
    assert state.at.reason is reason
    turn, (issue,) = step(state, TakeTurn())
    assert isinstance(turn.at, TakingTurn)
    assert isinstance(issue, IssueTicket)


def test_without_any_device_to_pay_by_what_was_paid_at_the_bank_is_left() -> None:
    assert isinstance(after(open_kiosk(Part.TERMINAL, Part.ACCEPTOR), *TO_TERMS).at, Terms)
    assert isinstance(after(open_kiosk(Part.TERMINAL), *TO_TERMS).at, Terms)


def test_with_the_backend_away_no_certificate_is_begun() -> None:
    state = after(open_kiosk(), replace(SEEN, backend=False))
    assert isinstance(after(state, *TO_TERMS).at, CannotApply)


@pytest.mark.parametrize("text", ["juan", "juan@example", "", "a b@example.com"])
def test_an_incomplete_address_is_asked_for_again_and_nothing_is_sent(text: str) -> None:
    state, sent = step(at_email(open_kiosk()), GaveEmail(text))
    assert isinstance(state.at, GiveEmail)
    assert state.at.problem is not None
    assert sent == ()


def test_a_qr_instead_of_an_address_needs_a_public_address() -> None:
    assert step(at_email(open_kiosk()), GaveEmail(None))[1] == ()
    public = after(open_kiosk(), replace(SEEN, public_address=True))
    assert isinstance(step(at_email(public), GaveEmail(None))[1][0], RegisterOrder)


def test_back_from_the_address_shows_the_name_again() -> None:
    assert isinstance(after(at_email(open_kiosk()), Back()).at, ConfirmName)


def test_nothing_is_charged_before_the_person_says_pay() -> None:
    state, order = at_pay(open_kiosk())
    assert isinstance(state.at, ReadyToPay)
    paying, charge = charged(state)
    assert isinstance(paying.at, PayingByCard)
    assert charge.order == order
    assert step(paying, Pay()) == (paying, ()), "a second touch charges nothing"


def test_a_terminal_that_fell_away_cannot_be_started() -> None:
    state, _ = at_pay(open_kiosk())
    down = after(state, PartChanged(Part.TERMINAL, DOWN))
    assert step(down, Pay()) == (down, ())


def test_while_the_card_is_in_the_terminal_nobody_can_leave() -> None:
    paying, _ = charged(at_pay(open_kiosk())[0])
    for event in (Cancel(), IdleExpired(), Finish(), Back()):
        assert step(paying, event) == (paying, ())


def test_a_declined_card_may_be_tried_again_with_a_new_payment_id() -> None:
    paying, charge = charged(at_pay(open_kiosk())[0])
    again = after(paying, NotCharged(charge.effect_id, NotPaid.DECLINED))
    assert isinstance(again.at, ReadyToPay)
    assert again.at.problem is NotPaid.DECLINED
    _, second = charged(again)
    assert second.effect_id != charge.effect_id
    assert second.order.application == charge.order.application


def test_a_lost_answer_ends_in_a_slip_and_never_in_another_charge() -> None:
    paying, charge = charged(at_pay(open_kiosk())[0])
    state, (slip,) = step(paying, ChargeUnknown(charge.effect_id))
    assert isinstance(state.at, PaymentUnknown)
    assert isinstance(slip, PrintReceipt)
    assert slip.receipt is Receipt.PAYMENT_UNKNOWN
    assert step(state, Pay()) == (state, ())


@pytest.mark.parametrize(
    ("outcome", "kind", "receipt"),
    [
        (Outcome.ISSUED, CertificateReady, Receipt.ISSUED),
        (Outcome.UNDER_REVIEW, InReview, Receipt.UNDER_REVIEW),
        (Outcome.REFUSED, PaidButRefused, Receipt.REFUSED),
        (Outcome.PENDING, StillWorking, Receipt.STILL_WORKING),
    ],
)
def test_each_outcome_has_its_screen_and_its_slip(
    outcome: Outcome, kind: type, receipt: Receipt
) -> None:
    paying, charge = charged(at_pay(open_kiosk())[0])
    working, (deliver,) = step(paying, Charged(charge.effect_id))
    assert isinstance(working.at, Working)
    assert isinstance(deliver, DeliverOrder)
    assert deliver.payment == charge.effect_id
    state, (slip,) = step(working, ApplicationSettled(deliver.effect_id, outcome, "https://x/c/1"))
    assert isinstance(state.at, kind)
    assert isinstance(slip, PrintReceipt)
    assert slip.receipt is receipt
    assert is_busy(state.at), "the slip is on its way"
    done = after(state, SlipPrinted(slip.effect_id, PrintState.PRINTED))
    left, forgotten = step(done, Finish())
    assert isinstance(left.at, Welcome)
    assert forgotten == (ForgetPerson(SESSION),)


def test_in_review_a_turn_can_be_taken_at_once() -> None:
    paying, charge = charged(at_pay(open_kiosk())[0])
    working, (deliver,) = step(paying, Charged(charge.effect_id))
    assert isinstance(deliver, DeliverOrder)
    review, (slip,) = step(working, ApplicationSettled(deliver.effect_id, Outcome.UNDER_REVIEW))
    assert isinstance(slip, PrintReceipt)
    assert step(review, TakeTurn()) == (review, ()), "not before the slip is out"
    printed = after(review, SlipPrinted(slip.effect_id, PrintState.PRINTED))
    assert isinstance(after(printed, TakeTurn()).at, TakingTurn)


def test_losing_the_server_in_mid_payment_does_not_throw_the_person_out() -> None:
    paying, charge = charged(at_pay(open_kiosk())[0])
    lost = after(paying, ServerLost())
    assert isinstance(lost.at, PayingByCard)
    assert isinstance(after(lost, Charged(charge.effect_id)).at, Working)


def test_an_answer_about_another_payment_changes_nothing() -> None:
    paying, _ = charged(at_pay(open_kiosk())[0])
    for late in (Charged(uuid4()), ChargeUnknown(uuid4())):
        assert step(paying, late) == (paying, ())


def test_the_payment_id_is_the_same_for_the_same_try() -> None:
    paying, charge = charged(at_pay(open_kiosk())[0])
    assert isinstance(paying.at, PayingByCard)
    assert payment_id(paying.at.person, paying.at.order) == charge.effect_id


def test_a_reader_that_came_back_is_used_for_the_certificate() -> None:
    without = after(open_kiosk(Part.READER), Start(SESSION))
    back = after(without, PartChanged(Part.READER, UP), Choose("certificate"))
    assert isinstance(back.at, ReadDocument)
