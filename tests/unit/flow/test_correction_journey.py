"""A mistyped e-mail is corrected, step by step, without any screen, device or server."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from kiosk.flow.effects import ChangeEmail, ForgetPerson
from kiosk.flow.events import DocumentTaken, EmailChanged, EmailNotChanged, IdleExpired, ServerLost
from kiosk.flow.facts import (
    EmailProblem,
    Found,
    NotCorrected,
    Order,
    Owed,
    PrintState,
    Standing,
)
from kiosk.flow.follow import correction
from kiosk.flow.follow.states import Followed, FollowedOnes, Story
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.states import (
    At,
    CertificateReady,
    ChooseService,
    CorrectingEmail,
    EmailCorrected,
    GiveNewEmail,
    GiveNumber,
    GoesOn,
    HoldsClaim,
    InReview,
    State,
    Welcome,
)
from kiosk.flow.step import is_busy, step
from kiosk.flow.touches import (
    AlreadyApplied,
    Back,
    Cancel,
    CorrectEmail,
    Finish,
    GaveEmail,
    GaveNumber,
    Start,
)
from kiosk.flow.world import Part
from tests.support.flow import DOCUMENT, INFORMATION, SEEN, SESSION, after, open_kiosk

CHOOSING = (Start(SESSION), DocumentTaken(DOCUMENT))
NUMBER = "A01-00042-K"


def at_email() -> State:
    return after(open_kiosk(), *CHOOSING, CorrectEmail(), GaveNumber("a0100042k"))


def changing(state: State, email: str = "juan@example.com") -> tuple[State, ChangeEmail]:
    asked, (change,) = step(state, GaveEmail(email))
    assert isinstance(change, ChangeEmail)
    return asked, change


def test_number_and_address_become_one_request() -> None:
    asked, change = changing(at_email(), " juan@example.com ")
    assert isinstance(asked.at, CorrectingEmail)
    expected = (DOCUMENT, NUMBER, "juan@example.com")
    assert (change.document, change.number, change.email) == expected
    assert step(asked, GaveEmail("juan@example.com")) == (asked, ()), "a second touch"
    done = after(asked, EmailChanged(change.effect_id))
    assert isinstance(done.at, EmailCorrected)
    assert step(done, Finish()) == (replace(done, at=Welcome()), (ForgetPerson(SESSION),))


@pytest.mark.parametrize("text", ["", "A01", "A01-00042-J", "x" * 14])
def test_a_number_that_cannot_exist_is_asked_for_again_and_nothing_is_sent(text: str) -> None:
    state, sent = step(after(open_kiosk(), *CHOOSING, CorrectEmail()), GaveNumber(text))
    assert isinstance(state.at, GiveNumber)
    assert (state.at.problem, sent) == (NotCorrected.MISTYPED, ())


def test_an_incomplete_address_is_asked_for_again_and_a_code_is_no_address() -> None:
    public = after(at_email(), replace(SEEN, public_address=True))
    assert step(public, GaveEmail(None)) == (public, ())
    wrong, sent = step(at_email(), GaveEmail("juan"))
    assert isinstance(wrong.at, GiveNewEmail)
    assert (wrong.at.problem, sent) == (EmailProblem.NO_AT, ())


@pytest.mark.parametrize("problem", list(NotCorrected))
def test_what_the_server_refuses_is_said_in_front_of_the_number(problem: NotCorrected) -> None:
    asked, change = changing(at_email())
    state = after(asked, EmailNotChanged(change.effect_id, problem))
    assert isinstance(state.at, GiveNumber)
    assert state.at.problem is problem
    _, second = changing(after(state, GaveNumber(NUMBER)), "otra@example.com")
    assert second.effect_id != change.effect_id, "another try is another request"


def test_an_address_the_server_refuses_is_typed_again() -> None:
    asked, change = changing(at_email())
    state = after(asked, EmailNotChanged(change.effect_id, EmailProblem.INCOMPLETE))
    assert isinstance(state.at, GiveNewEmail)
    assert (state.at.number, state.at.problem) == (NUMBER, EmailProblem.INCOMPLETE)


def test_back_leads_to_the_number_and_then_to_the_services() -> None:
    number = after(at_email(), Back())
    assert isinstance(number.at, GiveNumber)
    assert after(number, Back()).at == after(open_kiosk(), *CHOOSING).at


def test_it_needs_a_document_a_server_and_a_site_that_gives_certificates() -> None:
    unread = after(open_kiosk(Part.READER), Start(SESSION))
    without = after(open_kiosk(), replace(SEEN, services=(INFORMATION,)), *CHOOSING)
    away = after(open_kiosk(), *CHOOSING, ServerLost())
    for state in (unread, without, away):
        assert isinstance(state.at, ChooseService)
        assert step(state, CorrectEmail()) == (state, ())


def test_while_it_is_being_changed_nobody_can_leave_and_late_answers_change_nothing() -> None:
    asked, _ = changing(at_email())
    assert is_busy(asked.at)
    late = (EmailChanged(uuid4()), EmailNotChanged(uuid4(), NotCorrected.AWAY))
    for event in (Cancel(), IdleExpired(), Finish(), Back(), *late):
        assert step(asked, event) == (asked, ())


def test_left_alone_the_person_is_forgotten() -> None:
    for state in (at_email(), after(at_email(), Back())):
        assert step(state, IdleExpired())[1] == (ForgetPerson(SESSION),)


TYPED = replace(DOCUMENT, typed=True, check="2", issue_date=date(2021, 3, 4))


def with_document(document: Document) -> State:
    person = Person(SESSION, AttentionClass.GENERAL, document)
    return replace(open_kiosk(), at=ChooseService(person, SEEN.services))


def check_typed_changes_nothing() -> None:
    """Raises AssertionError when a typed document, however complete, gets to an address."""
    for at in (with_document(TYPED), after(with_document(TYPED), AlreadyApplied(SESSION))):
        assert step(at, CorrectEmail()) == (at, ())
    person = Person(SESSION, AttentionClass.GENERAL, TYPED)
    keyboard = replace(open_kiosk(), at=GiveNewEmail(person, NUMBER))
    assert step(keyboard, GaveEmail("stranger@example.org"))[1] == ()


def test_a_typed_document_changes_no_address() -> None:
    check_typed_changes_nothing()


@pytest.mark.negative_control
def test_an_offer_to_everybody_known_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant asks only whether there is a document."""
    monkeypatch.setattr(correction, "_was_read", lambda person: person.document is not None)
    with pytest.raises(AssertionError):
        check_typed_changes_nothing()


ORDER = Order(uuid4(), NUMBER, 3770, "jaun@example.com")
WHO = Person(SESSION, AttentionClass.GENERAL, DOCUMENT)
READY = CertificateReady(WHO, ORDER, "https://example.com/d/a", PrintState.PRINTED)
REVIEW = InReview(WHO, ORDER, PrintState.PRINTED)
GOES_ON = GoesOn(WHO, Found(NUMBER, Standing.UNDER_REVIEW))


@pytest.mark.parametrize("at", [READY, REVIEW, GOES_ON])
def test_from_its_own_screen_no_number_is_asked_for(at: CertificateReady | InReview) -> None:
    here = replace(open_kiosk(), at=at)
    keyboard = after(here, CorrectEmail())
    assert isinstance(keyboard.at, GiveNewEmail)
    assert after(keyboard, Back()) == here
    asked, change = changing(keyboard)
    assert (change.document, change.number) == (DOCUMENT, NUMBER)
    done = after(asked, EmailChanged(change.effect_id))
    assert isinstance(done.at, EmailCorrected)
    again = after(done, CorrectEmail())
    assert isinstance(again.at, GiveNewEmail)
    assert again.at.typed == "juan@example.com"
    assert after(again, Back()) == done
    _, second = changing(again, "juana@example.com")
    assert second.effect_id != change.effect_id


def test_after_it_the_certificate_is_there_as_before_with_the_right_address() -> None:
    asked, change = changing(after(replace(open_kiosk(), at=READY), CorrectEmail()))
    asked, change = changing(
        after(asked, EmailChanged(change.effect_id), CorrectEmail()), "juana@example.com"
    )
    back = after(asked, EmailChanged(change.effect_id), Back())
    assert isinstance(back.at, CertificateReady)
    assert (back.at.link, back.at.order.email) == (READY.link, "juana@example.com")


@pytest.mark.parametrize("problem", list(NotCorrected))
def test_what_is_refused_there_is_said_at_the_keyboard(problem: NotCorrected) -> None:
    asked, change = changing(after(replace(open_kiosk(), at=REVIEW), CorrectEmail()))
    state = after(asked, EmailNotChanged(change.effect_id, problem))
    assert isinstance(state.at, GiveNewEmail)
    assert (state.at.problem, state.at.typed) == (problem, "juan@example.com")


def no_way(at: At) -> bool:
    """Whether nobody gets from `at` to another address."""
    here = replace(open_kiosk(), at=at)
    return step(here, CorrectEmail()) == (here, ())


TYPED_ONE = replace(WHO, document=replace(DOCUMENT, typed=True, check="2"))


@pytest.mark.parametrize(
    "at",
    [
        replace(READY, person=TYPED_ONE),
        replace(REVIEW, person=TYPED_ONE),
        replace(GOES_ON, person=TYPED_ONE),
        replace(READY, print_state=PrintState.PRINTING),
        replace(READY, order=replace(ORDER, email=None)),
        replace(GOES_ON, found=Found("", Standing.UNDER_REVIEW)),
        replace(GOES_ON, found=Found(NUMBER, Standing.OWED)),
    ],
)
def test_not_with_a_typed_document_nor_while_something_prints(at: At) -> None:
    assert no_way(at)


@pytest.mark.negative_control
def test_a_correction_for_whoever_only_typed_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant asks only whether somebody is known."""
    monkeypatch.setattr(correction, "_was_read", lambda person: person.document is not None)
    assert not no_way(replace(READY, person=TYPED_ONE))


def test_whoever_corrects_an_address_does_not_pass_by_what_is_owed() -> None:
    owing = replace(READY, order=replace(ORDER, owed=(Owed("C-7KQ2-M9XT-9", 500),)))
    keyboard = after(replace(open_kiosk(), at=owing), CorrectEmail())
    assert isinstance(after(keyboard, Cancel()).at, HoldsClaim)
    asked, change = changing(keyboard)
    assert isinstance(after(asked, EmailChanged(change.effect_id), Finish()).at, HoldsClaim)
    free = after(replace(open_kiosk(), at=READY), CorrectEmail(), Cancel())
    assert isinstance(free.at, Welcome), "the control: nothing is owed"


ONES = FollowedOnes(
    Person(SESSION, AttentionClass.GENERAL, DOCUMENT),
    (Followed(NUMBER, Story.NOT_DELIVERED, "a***@b***"),),
)


def test_back_from_the_new_address_leads_to_where_it_was_found_wrong() -> None:
    here = replace(open_kiosk(), at=ONES)
    keyboard = after(here, CorrectEmail())
    assert isinstance(keyboard.at, GiveNewEmail)
    assert after(keyboard, Back()) == here
    asked, change = changing(keyboard)
    refused = after(asked, EmailNotChanged(change.effect_id, EmailProblem.INCOMPLETE))
    back = after(refused, Back())
    assert isinstance(back.at, FollowedOnes)
    _, second = changing(after(back, CorrectEmail()))
    assert second.effect_id != change.effect_id, "what was asked before stays counted"


def test_what_was_typed_stands_there_when_it_is_to_be_looked_at_again() -> None:
    asked, change = changing(at_email())
    refused = after(asked, EmailNotChanged(change.effect_id, EmailProblem.INCOMPLETE))
    assert isinstance(refused.at, GiveNewEmail)
    assert refused.at.typed == "juan@example.com"
    number = after(asked, EmailNotChanged(change.effect_id, NotCorrected.NOT_FOUND))
    assert isinstance(number.at, GiveNumber)
    assert number.at.typed == NUMBER
