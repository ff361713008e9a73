"""Saying who one is: read, scanned or typed; mistakes, other people's documents, who goes first."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from kiosk.flow.effects import CheckApplicant, ForgetPerson, IssueTicket
from kiosk.flow.events import (
    ApplicantChecked,
    ApplicantRefused,
    ApplicationFound,
    DocumentProblem,
    DocumentTaken,
    Event,
    IdleExpired,
    NumberTaken,
    PartChanged,
    TicketRefused,
)
from kiosk.flow.facts import Found, NotPossible, Offer, ReadProblem, Standing, TypingProblem
from kiosk.flow.identity.states import (
    ChooseDocument,
    FinishFirst,
    OfferPreference,
    TypeBirth,
    TypeCheck,
    TypeIssue,
    TypeNumber,
)
from kiosk.flow.person import AttentionClass, Document
from kiosk.flow.states import (
    CannotApply,
    CheckingApplicant,
    ChooseService,
    ConfirmName,
    GiveEmail,
    GoesOn,
    OutOfService,
    ReadDocument,
    State,
    TakingTurn,
    Terms,
    Welcome,
)
from kiosk.flow.step import step
from kiosk.flow.touches import (
    Accept,
    Back,
    Cancel,
    Choose,
    ChoseDocument,
    Confirm,
    GoOn,
    NotMe,
    Prefer,
    Start,
    TakeTurn,
    TryAgain,
    TypedText,
    TypeInstead,
)
from kiosk.flow.world import Part
from tests.support.flow import DOCUMENT, DOWN, SEEN, SESSION, after, effects, open_kiosk

TODAY = date(2026, 11, 22)
OFFER = Offer("PR**** JUAN", 3770)
NUMBER, CHECK, BORN, ISSUED = "10117410", "2", "01011980", "10052022"
TYPED_DNI = Document(
    "01", NUMBER, date(1980, 1, 1), typed=True, check="2", issue_date=date(2022, 5, 10)
)
TYPING = (TypeInstead(), ChoseDocument("01"), TypedText(NUMBER), TypedText(CHECK))
WHOLE = (*TYPING, TypedText(BORN), TypedText(ISSUED))
SOMEBODY = Document("01", "10117428", date(1975, 6, 30), "PRUEBA", "ROSA")
ELDERLY = Document("01", "10117487", date(1966, 11, 22), "PRUEBA", "PEDRO")


def kiosk(*broken: Part) -> State:
    """An open kiosk that knows the day."""
    return after(open_kiosk(*broken), replace(SEEN, today=TODAY))


def at_reader() -> State:
    return after(kiosk(), Start(SESSION))


def check_of(state: State, *events: Event) -> CheckApplicant:
    (effect,) = effects(state, *events, Accept())
    assert isinstance(effect, CheckApplicant)
    return effect


def refused(state: State, reason: NotPossible) -> State:
    """The terms are accepted, and the centre says no."""
    asked = check_of(state)
    return after(state, Accept(), ApplicantRefused(asked.effect_id, reason))


# --- typed ---------------------------------------------------------------------------------------
def test_a_dni_is_typed_in_four_questions_and_its_holder_chooses_what_they_came_for() -> None:
    state = after(at_reader(), *WHOLE)
    assert isinstance(state.at, ChooseService)
    assert state.at.person.document == TYPED_DNI
    assert check_of(state, Choose("certificate")).document == TYPED_DNI


def test_without_a_reader_whoever_wants_a_certificate_types_and_goes_straight_on() -> None:
    state = after(kiosk(Part.READER), Start(SESSION), Choose("certificate"))
    assert isinstance(state.at, ChooseDocument)
    at = after(state, *WHOLE[1:]).at
    assert isinstance(at, Terms), "nobody is asked twice what they came for"
    assert at.person.document == TYPED_DNI


@pytest.mark.parametrize(
    ("kind", "number", "kept"),
    [
        ("04", "900117451", "900117451"),
        ("07", "xa 011-7460", "XA0117460"),
        ("23", "A12345", "A12345"),
        ("26", "800117495", "800117495"),
    ],
)
def test_a_foreigners_document_needs_number_and_birth_date(
    kind: str, number: str, kept: str
) -> None:
    state = after(at_reader(), TypeInstead(), ChoseDocument(kind), TypedText(number))
    at = after(state, TypedText("02111988")).at
    assert isinstance(at, ChooseService)
    assert at.person.document == Document(kind, kept, date(1988, 11, 2), typed=True)


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        ("01", "1011741", TypingProblem.TOO_SHORT),
        ("01", "", TypingProblem.TOO_SHORT),
        ("01", "1011741A", TypingProblem.NOT_A_NUMBER),
        ("01", "101174100000", TypingProblem.NOT_A_NUMBER),
        ("04", "9001", TypingProblem.TOO_SHORT),
        ("07", "ABCDEFGHIJKLMNOP", TypingProblem.NOT_A_NUMBER),
        ("07", "XA0117😀60", TypingProblem.NOT_A_NUMBER),
    ],
)
def test_a_number_that_cannot_be_stays_to_be_mended(
    kind: str, text: str, problem: TypingProblem
) -> None:
    at = after(at_reader(), TypeInstead(), ChoseDocument(kind), TypedText(text)).at
    assert isinstance(at, TypeNumber)
    assert at.problem is problem


@pytest.mark.parametrize("wrong", ["3", "A", "", "😀", "22"])
def test_a_check_character_that_does_not_agree_is_said(wrong: str) -> None:
    at = after(at_reader(), *TYPING[:3], TypedText(wrong)).at
    assert isinstance(at, TypeCheck)
    assert at.problem is TypingProblem.CHECK_CHARACTER
    assert isinstance(after(at_reader(), *TYPING[:3], TypedText("g")).at, TypeBirth), (
        "or its letter"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("31021980", TypingProblem.NO_SUCH_DAY),
        ("0101198", TypingProblem.NO_SUCH_DAY),
        ("23112026", TypingProblem.NOT_YET),
        ("01011905", TypingProblem.TOO_LONG_AGO),
    ],
)
def test_a_day_that_cannot_be_is_said(text: str, problem: TypingProblem) -> None:
    born = after(at_reader(), *TYPING, TypedText(text)).at
    assert isinstance(born, TypeBirth)
    assert born.problem is problem
    issued = after(at_reader(), *TYPING, TypedText(BORN), TypedText(text)).at
    assert isinstance(issued, TypeIssue)
    assert issued.problem is problem


def test_a_dni_issued_before_its_holder_was_born_is_mistyped() -> None:
    at = after(at_reader(), *TYPING, TypedText(BORN), TypedText("31121979")).at
    assert isinstance(at, TypeIssue)
    assert at.problem is TypingProblem.BEFORE_BIRTH


def test_back_leads_one_question_back_until_the_reader() -> None:
    state = after(at_reader(), *TYPING, TypedText(BORN))
    seen: list[type] = []
    while not isinstance(state.at, ReadDocument):
        seen.append(type(state.at))
        state = after(state, Back())
    assert seen == [TypeIssue, TypeBirth, TypeCheck, TypeNumber, ChooseDocument]


def test_a_bar_code_with_the_number_leaves_less_to_type() -> None:
    read = after(at_reader(), NumberTaken("01", NUMBER, "2")).at
    assert isinstance(read, TypeBirth)
    assert isinstance(after(at_reader(), NumberTaken("01", NUMBER)).at, TypeCheck)
    assert isinstance(after(at_reader(), NumberTaken("01", "rubbish")).at, ChooseDocument)


def test_a_document_shown_while_typing_is_taken() -> None:
    for events in ((TypeInstead(),), TYPING[:2], TYPING, (*TYPING, TypedText(BORN))):
        at = after(at_reader(), *events, DocumentTaken(DOCUMENT)).at
        assert isinstance(at, ChooseService)
        assert at.person.document == DOCUMENT


def test_any_other_document_goes_to_a_window() -> None:
    state = after(at_reader(), TypeInstead(), ChoseDocument(""))
    assert isinstance(state.at, CannotApply)
    assert state.at.reason is NotPossible.OTHER_DOCUMENT
    assert isinstance(after(state, TakeTurn()).at, TakingTurn)


def test_a_card_that_does_not_tell_its_kind_is_named_by_its_holder() -> None:
    unnamed = Document("", "800117495", date(1996, 12, 7), "PRUEBA", "DANIEL")
    state = after(at_reader(), DocumentTaken(unnamed))
    assert isinstance(state.at, ChooseDocument)
    at = after(state, ChoseDocument("26")).at
    assert isinstance(at, ChooseService)
    assert at.person.document == replace(unnamed, type="26"), "nothing is typed again"


# --- data that do not agree ----------------------------------------------------------------------
def typed_and_refused(state: State, reason: NotPossible = NotPossible.DATA_MISMATCH) -> State:
    return refused(after(state, Choose("certificate")), reason)


def test_typed_data_may_be_tried_three_times_and_then_a_person_looks() -> None:
    state = typed_and_refused(after(at_reader(), *WHOLE))
    for _ in range(2):
        assert isinstance(state.at, CannotApply)
        assert state.at.reason is NotPossible.DATA_MISMATCH
        state = after(state, TryAgain())
        assert isinstance(state.at, TypeNumber)
        state = refused(after(state, *WHOLE[2:]), NotPossible.DATA_MISMATCH)
    assert isinstance(state.at, CannotApply)
    assert state.at.reason is NotPossible.TOO_MANY_TRIES
    assert after(state, TryAgain()) == state
    assert isinstance(after(state, TakeTurn()).at, TakingTurn)


def test_a_late_answer_about_the_first_try_is_not_taken_for_the_second() -> None:
    first = after(at_reader(), *WHOLE, Choose("certificate"))
    asked = check_of(first)
    state = after(refused(first, NotPossible.DATA_MISMATCH), TryAgain(), *WHOLE[2:], Accept())
    late = after(state, ApplicantChecked(asked.effect_id, OFFER))
    assert isinstance(late.at, CheckingApplicant)


def test_another_try_forgets_what_the_first_one_told() -> None:
    state = typed_and_refused(after(at_reader(), *WHOLE))
    assert effects(state, TryAgain()) == (ForgetPerson(SESSION),)
    at = after(state, TryAgain()).at
    assert isinstance(at, TypeNumber)
    assert (at.person.document, at.person.visit) == (None, SESSION)


def test_a_foreigners_card_that_is_not_found_may_be_of_another_kind() -> None:
    card = Document("04", "800117495", date(1996, 12, 7), "PRUEBA", "DANIEL")
    state = after(at_reader(), DocumentTaken(card))
    state = after(typed_and_refused(state, NotPossible.UNKNOWN_DOCUMENT), TryAgain())
    at = after(state, ChoseDocument("26")).at
    assert isinstance(at, Terms)
    assert at.person.document == replace(card, type="26")


@pytest.mark.parametrize("reason", [NotPossible.UNDER_AGE, NotPossible.NOT_IN_FORCE])
def test_what_no_other_document_changes_is_not_tried_again(reason: NotPossible) -> None:
    state = typed_and_refused(after(at_reader(), *WHOLE), reason)
    assert after(state, TryAgain()) == state


def test_whoever_typed_finds_their_application_without_its_number() -> None:
    state = after(at_reader(), *WHOLE, Choose("certificate"))
    found = Found("A01-00042-K", Standing.WORKING)
    at = after(state, Accept(), ApplicationFound(check_of(state).effect_id, found)).at
    assert isinstance(at, GoesOn)
    assert at.found == replace(found, number="")
    read = after(at_reader(), DocumentTaken(DOCUMENT), Choose("certificate"))
    shown = after(read, Accept(), ApplicationFound(check_of(read).effect_id, found)).at
    assert isinstance(shown, GoesOn)
    assert shown.found == found


# --- other people's documents --------------------------------------------------------------------
def at_name() -> State:
    state = after(at_reader(), DocumentTaken(DOCUMENT), Choose("certificate"))
    return after(state, Accept(), ApplicantChecked(check_of(state).effect_id, OFFER))


def test_whose_document_it_is_not_goes_to_a_window_and_takes_nobodys_name_along() -> None:
    assert isinstance(at_name().at, ConfirmName)
    state, gone = step(at_name(), NotMe())
    assert gone == (ForgetPerson(SESSION),)
    assert isinstance(state.at, CannotApply)
    assert state.at.reason is NotPossible.FOR_ANOTHER
    taking, (issue,) = step(state, TakeTurn())
    assert isinstance(taking.at, TakingTurn)
    assert isinstance(issue, IssueTicket)
    assert issue.document is None


def test_after_that_ones_own_document_is_taken_at_once_or_on_request() -> None:
    state = after(at_name(), NotMe())
    at_once = after(state, DocumentTaken(SOMEBODY)).at
    assert isinstance(at_once, Terms)
    assert at_once.person.document == SOMEBODY
    assert isinstance(after(state, TryAgain()).at, ReadDocument)


def test_a_second_document_in_the_middle_of_a_session_is_refused_and_nothing_is_lost() -> None:
    for state in (at_name(), after(at_reader(), DocumentTaken(DOCUMENT))):
        told = after(state, DocumentTaken(SOMEBODY))
        assert isinstance(told.at, FinishFirst)
        assert told.at.before == state.at
        assert after(told, GoOn()) == state
        assert isinstance(after(told, IdleExpired()).at, Welcome)
        assert effects(told, Cancel()) == (ForgetPerson(SESSION),)
        assert after(state, DocumentTaken(DOCUMENT)) == state, "the same one means nothing"


def test_while_something_is_typed_or_under_way_a_second_document_means_nothing() -> None:
    asking = after(at_reader(), DocumentTaken(DOCUMENT), Choose("certificate"), Accept())
    typing = after(at_name(), Confirm())
    assert isinstance(typing.at, GiveEmail)
    for state in (asking, typing):
        assert after(state, DocumentTaken(SOMEBODY)) == state


# --- a document begins the session ---------------------------------------------------------------
def test_a_document_shown_on_the_first_screen_saves_a_touch() -> None:
    shown = DocumentTaken(DOCUMENT, UUID(int=5))
    at = after(kiosk(), shown).at
    assert isinstance(at, ChooseService)
    assert (at.person.session, at.person.document) == (UUID(int=5), DOCUMENT)
    assert after(kiosk(), DocumentTaken(DOCUMENT)) == kiosk(), "never without an id of its own"
    closed = State()
    assert isinstance(closed.at, OutOfService)
    assert after(closed, shown) == closed


def test_rubbish_on_the_first_screen_starts_nothing() -> None:
    for event in (DocumentProblem(ReadProblem.UNREADABLE), NumberTaken("01", NUMBER)):
        assert after(kiosk(), event) == kiosk()


# --- attended first ------------------------------------------------------------------------------
def test_who_is_sixty_today_is_offered_to_be_attended_first() -> None:
    state = after(at_reader(), DocumentTaken(ELDERLY), Choose("information"))
    assert isinstance(state.at, OfferPreference)
    taking, (issue,) = step(state, Prefer(yes=True))
    assert isinstance(taking.at, TakingTurn)
    assert isinstance(issue, IssueTicket)
    assert issue.attention_class is AttentionClass.PREFERENTIAL


def test_who_declines_is_not_asked_again() -> None:
    state = after(at_reader(), DocumentTaken(ELDERLY), Choose("information"))
    _, (issue,) = step(state, Prefer(yes=False))
    assert isinstance(issue, IssueTicket)
    assert issue.attention_class is AttentionClass.GENERAL
    refused_turn = after(state, Prefer(yes=False), TicketRefused(issue.effect_id))
    assert isinstance(refused_turn.at, ChooseService)
    assert isinstance(after(refused_turn, Choose("information")).at, TakingTurn)


def test_who_is_fifty_nine_or_asked_already_is_not_asked() -> None:
    younger = replace(ELDERLY, birth_date=date(1966, 11, 23))
    assert isinstance(
        after(at_reader(), DocumentTaken(younger), Choose("information")).at, TakingTurn
    )
    begun = after(kiosk(), Start(SESSION, preferential=True), DocumentTaken(ELDERLY))
    assert isinstance(after(begun, Choose("information")).at, TakingTurn)


def test_who_passed_the_first_screen_over_is_asked_whatever_their_age() -> None:
    state = after(kiosk(), DocumentTaken(DOCUMENT, SESSION), Choose("information"))
    assert isinstance(state.at, OfferPreference)
    back = after(state, Back())
    assert isinstance(back.at, ChooseService)


def test_when_the_reader_fails_while_the_certificate_waits_for_it_typing_takes_its_place() -> None:
    state = after(kiosk(Part.READER), Start(SESSION))
    back = after(state, PartChanged(Part.READER, replace(DOWN, usable=True)))
    waiting = after(back, Choose("certificate"))
    assert isinstance(waiting.at, ReadDocument)
    at = after(waiting, PartChanged(Part.READER, DOWN)).at
    assert isinstance(at, ChooseDocument)
    assert at.typed.then is not None
