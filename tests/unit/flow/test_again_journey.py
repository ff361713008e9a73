"""A certificate in force is sent again, for nothing; without any screen, device or server."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from kiosk.flow.effects import CheckApplicant, ForgetPerson, PrintReceipt, Receipt, SendAgain
from kiosk.flow.events import (
    ApplicantChecked,
    ApplicantRefused,
    DocumentTaken,
    IdleExpired,
    NothingToSend,
    SentAgain,
    ServerLost,
    SlipPrinted,
    TicketRefused,
)
from kiosk.flow.facts import InForce, NotPossible, Offer, Order, Outcome, PrintState
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.states import (
    CannotApply,
    CertificateReady,
    CheckingApplicant,
    ChooseService,
    ConfirmName,
    GiveEmailAgain,
    SendingAgain,
    State,
    StillWorking,
    TakingTurn,
    Terms,
    Welcome,
)
from kiosk.flow.step import is_busy, step
from kiosk.flow.touches import (
    Accept,
    Back,
    Cancel,
    Choose,
    Finish,
    GaveEmail,
    SendMeAgain,
    Start,
    TakeTurn,
)
from kiosk.flow.world import Part
from tests.support.flow import CERTIFICATE, DOCUMENT, SEEN, SESSION, after, open_kiosk

UNTIL = date(2027, 2, 12)
ISSUED = date(2021, 3, 4)
TYPED_DNI = replace(DOCUMENT, typed=True, check="2", issue_date=ISSUED)
UNPROVEN = (
    Document("07", "XB0200001", date(1985, 7, 28), typed=True),
    Document("04", "900200001", date(1985, 7, 28), typed=True),
    replace(TYPED_DNI, check=""),
    replace(TYPED_DNI, issue_date=None),
)
PUBLIC = replace(SEEN, public_address=True)


def checking(state: State) -> tuple[State, CheckApplicant]:
    """The terms are accepted and the server is asked."""
    at = after(state, Choose("certificate"))
    asking, (check,) = step(at, Accept())
    assert isinstance(check, CheckApplicant)
    return asking, check


def in_force(*broken: Part) -> State:
    """The server says that a certificate in force can be sent again."""
    asking, check = checking(after(open_kiosk(*broken), Start(SESSION), DocumentTaken(DOCUMENT)))
    return after(asking, ApplicantRefused(check.effect_id, NotPossible.ALREADY_VALID, UNTIL))


def sending(state: State, email: str | None = "carmen@example.com") -> tuple[State, SendAgain]:
    asked, (send,) = step(after(state, SendMeAgain()), GaveEmail(email))
    assert isinstance(send, SendAgain)
    return asked, send


def sent(send: SendAgain, outcome: Outcome, link: str | None = None) -> SentAgain:
    order = Order(send.application, "A01-00001-X", 0, send.email)
    return SentAgain(send.effect_id, order, outcome, link)


def test_what_can_be_sent_again_is_offered_with_its_last_day() -> None:
    at = in_force().at
    assert isinstance(at, CannotApply)
    assert at.in_force == InForce(CERTIFICATE, UNTIL)


def test_what_the_server_does_not_offer_cannot_be_asked_for() -> None:
    asking, check = checking(after(open_kiosk(), Start(SESSION), DocumentTaken(DOCUMENT)))
    state = after(asking, ApplicantRefused(check.effect_id, NotPossible.ALREADY_VALID))
    assert step(state, SendMeAgain()) == (state, ())
    assert isinstance(after(state, TakeTurn()).at, TakingTurn)


def test_it_is_asked_for_once_and_arrives_with_a_slip_that_carries_its_number() -> None:
    asked, send = sending(in_force())
    assert isinstance(asked.at, SendingAgain)
    assert (send.document, send.email) == (DOCUMENT, "carmen@example.com")
    assert step(asked, GaveEmail("carmen@example.com")) == (asked, ()), "a second touch"
    state, (slip,) = step(asked, sent(send, Outcome.ISSUED, "https://x/c/1"))
    assert isinstance(state.at, CertificateReady)
    assert (state.at.link, state.at.order.free) == ("https://x/c/1", True)
    assert isinstance(slip, PrintReceipt)
    assert (slip.receipt, slip.order.number) == (Receipt.ISSUED, "A01-00001-X")
    done = after(state, SlipPrinted(slip.effect_id, PrintState.PRINTED))
    left, forgotten = step(done, Finish())
    assert (left.at, forgotten) == (Welcome(), (ForgetPerson(SESSION),))


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.UNDER_REVIEW])
def test_what_takes_long_follows_and_its_number_is_printed(outcome: Outcome) -> None:
    asked, send = sending(in_force())
    state, (slip,) = step(asked, sent(send, outcome))
    assert isinstance(state.at, StillWorking)
    assert isinstance(slip, PrintReceipt)
    assert slip.receipt is Receipt.STILL_WORKING


def test_without_paper_the_number_is_on_the_screen() -> None:
    asked, send = sending(in_force(Part.PRINTER))
    state, effects = step(asked, sent(send, Outcome.ISSUED))
    assert isinstance(state.at, CertificateReady)
    assert (state.at.print_state, effects) == (PrintState.NOT_PRINTED, ())


def test_nobody_is_promised_money_back_for_what_cost_nothing() -> None:
    asked, send = sending(in_force())
    state, effects = step(asked, sent(send, Outcome.REFUSED))
    assert isinstance(state.at, CannotApply)
    assert (state.at.reason, state.at.in_force, effects) == (NotPossible.NOT_ACCEPTED, None, ())


def test_an_incomplete_address_is_asked_for_again_and_back_shows_the_offer() -> None:
    here = after(in_force(), SendMeAgain())
    wrong, effects = step(here, GaveEmail("carmen@"))
    assert isinstance(wrong.at, GiveEmailAgain)
    assert (wrong.at.problem is not None, effects) == (True, ())
    assert after(wrong, Back()) == in_force()


def test_a_code_instead_of_an_address_needs_a_public_address() -> None:
    here = after(in_force(), SendMeAgain())
    assert step(here, GaveEmail(None)) == (here, ())
    _, send = sending(after(in_force(), PUBLIC), None)
    assert send.email is None


@pytest.mark.parametrize("news", [replace(SEEN, backend=False), ServerLost()])
def test_it_is_not_asked_for_while_nobody_can_send_it(news: object) -> None:
    away = after(in_force(), news)  # pyright: ignore[reportArgumentType]
    assert step(away, SendMeAgain()) == (away, ())


@pytest.mark.parametrize("reason", [NotPossible.BACKEND_AWAY, NotPossible.SERVER_AWAY])
def test_what_could_not_be_sent_is_said_and_a_turn_is_offered(reason: NotPossible) -> None:
    asked, send = sending(in_force())
    state = after(asked, ApplicantRefused(send.effect_id, reason))
    assert isinstance(state.at, CannotApply)
    assert (state.at.reason, state.at.in_force) == (reason, None)
    assert isinstance(after(state, TakeTurn()).at, TakingTurn)


def test_of_what_is_no_longer_in_force_a_new_one_is_asked_for() -> None:
    asked, send = sending(in_force())
    anew, (check,) = step(asked, NothingToSend(send.effect_id))
    assert isinstance(anew.at, CheckingApplicant)
    assert isinstance(check, CheckApplicant)
    checked = ApplicantChecked(check.effect_id, Offer("PR**** CARMEN", 3770))
    assert isinstance(after(anew, checked).at, ConfirmName)


def test_a_server_that_contradicts_itself_ends_at_a_window() -> None:
    state = in_force()
    for _ in range(2):
        asked, send = sending(state)
        anew, (check,) = step(asked, NothingToSend(send.effect_id))
        assert isinstance(check, CheckApplicant)
        again = ApplicantRefused(check.effect_id, NotPossible.ALREADY_VALID, UNTIL)
        state = after(anew, again)
    assert isinstance(state.at, CannotApply)
    assert state.at.in_force is None
    assert isinstance(after(state, TakeTurn()).at, TakingTurn)


def test_another_address_later_in_the_same_visit_is_another_request() -> None:
    asked, first = sending(in_force())
    state = after(asked, ApplicantRefused(first.effect_id, NotPossible.SERVER_AWAY))
    turn, (issue,) = step(state, TakeTurn())
    choosing = after(turn, TicketRefused(issue.effect_id, "no"))  # pyright: ignore[reportAttributeAccessIssue]
    asking, check = checking(choosing)
    offered = after(asking, ApplicantRefused(check.effect_id, NotPossible.ALREADY_VALID, UNTIL))
    _, second = sending(offered, "otra@example.com")
    assert second.effect_id != first.effect_id
    assert second.application != first.application


def test_while_it_is_being_sent_nobody_can_leave_and_late_answers_change_nothing() -> None:
    asked, _ = sending(in_force())
    assert is_busy(asked.at)
    order = Order(uuid4(), "A01-00001-X", 0, None)
    late = SentAgain(uuid4(), order, Outcome.ISSUED)
    for event in (Cancel(), IdleExpired(), Finish(), Back(), late, NothingToSend(uuid4())):
        assert step(asked, event) == (asked, ())


def test_left_alone_with_the_offer_or_the_keyboard_the_person_is_forgotten() -> None:
    for state in (in_force(), after(in_force(), SendMeAgain())):
        assert step(state, IdleExpired())[1] == (ForgetPerson(SESSION),)


def typed(document: Document) -> State:
    """In front of the services with a document that was typed."""
    person = Person(SESSION, AttentionClass.GENERAL, document)
    return replace(open_kiosk(), at=ChooseService(person, SEEN.services))


@pytest.mark.parametrize("document", UNPROVEN)
def test_nothing_is_sent_to_whoever_knows_a_number_and_a_birth_date(document: Document) -> None:
    asking, check = checking(typed(document))
    state = after(asking, ApplicantRefused(check.effect_id, NotPossible.ALREADY_VALID, UNTIL))
    assert isinstance(state.at, CannotApply)
    assert state.at.in_force is None
    assert step(state, SendMeAgain()) == (state, ())
    assert isinstance(after(state, TakeTurn()).at, TakingTurn)


@pytest.mark.parametrize("document", UNPROVEN)
def test_nor_by_any_way_that_led_to_the_keyboard(document: Document) -> None:
    person = Person(SESSION, AttentionClass.GENERAL, document)
    offered = CannotApply(person, NotPossible.ALREADY_VALID, InForce(CERTIFICATE, UNTIL))
    state = replace(open_kiosk(), at=offered)
    assert step(state, SendMeAgain()) == (state, ())
    at_keyboard = replace(state, at=GiveEmailAgain(person, InForce(CERTIFICATE, UNTIL)))
    refused, effects = step(at_keyboard, GaveEmail("stranger@example.org"))
    assert (type(refused.at), effects) == (CannotApply, ())


def test_a_dni_typed_with_what_only_its_card_says_is_sent_again() -> None:
    asking, check = checking(typed(TYPED_DNI))
    state = after(asking, ApplicantRefused(check.effect_id, NotPossible.ALREADY_VALID, UNTIL))
    _, send = sending(state)
    assert send.document == TYPED_DNI


def test_the_card_itself_opens_what_its_number_does_not() -> None:
    asking, check = checking(typed(replace(DOCUMENT, typed=True)))
    state = after(asking, ApplicantRefused(check.effect_id, NotPossible.ALREADY_VALID, UNTIL))
    shown, effects = step(state, DocumentTaken(DOCUMENT))
    assert isinstance(shown.at, Terms)
    assert shown.at.person.document == DOCUMENT
    assert effects == (ForgetPerson(SESSION),), "what was typed is another session"


@pytest.mark.negative_control
def test_a_kiosk_that_asks_for_a_number_only_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant takes every document for a proven one."""
    monkeypatch.setattr(Document, "is_proven", property(lambda _: True))
    with pytest.raises(AssertionError):
        test_nothing_is_sent_to_whoever_knows_a_number_and_a_birth_date(UNPROVEN[0])
