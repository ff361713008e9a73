"""One step back, and no late answer moves whoever went back."""

from dataclasses import replace
from unittest.mock import patch

import pytest

from kiosk.flow.certificate import applying as certificate
from kiosk.flow.effects import CheckApplicant, effect_id
from kiosk.flow.events import ApplicantChecked, ApplicantRefused, ApplicationFound, DocumentTaken
from kiosk.flow.facts import Found, NotPossible, Offer, Standing
from kiosk.flow.person import AttentionClass, Person
from kiosk.flow.states import (
    CheckingApplicant,
    ChooseService,
    ConfirmName,
    ReadDocument,
    State,
    Terms,
)
from kiosk.flow.step import step
from kiosk.flow.touches import Accept, Back, Choose, Start
from tests.support.flow import CERTIFICATE, DOCUMENT, INFORMATION, SESSION, after, open_kiosk

OFFER = Offer("PR**** JUAN", 3770)
OTHERS = Offer("OT**** ROSA", 3770)


def at_terms() -> State:
    return after(open_kiosk(), Start(SESSION), DocumentTaken(DOCUMENT), Choose("certificate"))


def asked(state: State) -> tuple[State, CheckApplicant]:
    """The terms are accepted, the centre is asked."""
    asking, (check,) = step(state, Accept())
    assert isinstance(check, CheckApplicant)
    return asking, check


def back_at_terms() -> tuple[State, CheckApplicant]:
    """Checked once, and gone back from the name."""
    asking, check = asked(at_terms())
    return after(asking, ApplicantChecked(check.effect_id, OFFER), Back()), check


def test_back_from_the_terms_shows_what_one_can_choose() -> None:
    state, sent = step(at_terms(), Back())
    assert isinstance(state.at, ChooseService)
    assert state.at.person.document == DOCUMENT, "nobody shows their document twice"
    assert (state.at.services, sent) == ((CERTIFICATE, INFORMATION), ())
    assert isinstance(after(state, Choose("certificate")).at, Terms)


def test_back_from_the_name_shows_the_terms() -> None:
    state, _ = back_at_terms()
    assert isinstance(state.at, Terms)
    assert (state.at.person.document, state.at.service) == (DOCUMENT, CERTIFICATE)


def late(check: CheckApplicant) -> list[ApplicantChecked | ApplicantRefused | ApplicationFound]:
    """All that can still be said of what was asked first."""
    found = Found("A01-00001-X", Standing.WORKING)
    return [
        ApplicantChecked(check.effect_id, OTHERS),
        ApplicantRefused(check.effect_id, NotPossible.UNDER_AGE),
        ApplicationFound(check.effect_id, found),
    ]


def moved_by_a_late_answer() -> list[str]:
    """Whom a late answer about the first question moves, at each place reached by going back."""
    terms, first = back_at_terms()
    again, _ = asked(terms)
    places = {"terms": terms, "services": after(terms, Back()), "asking again": again}
    return [
        name
        for name, state in places.items()
        for answer in late(first)
        if step(state, answer) != (state, ())
    ]


def test_a_late_answer_moves_nobody_who_went_back() -> None:
    assert moved_by_a_late_answer() == []


def test_the_second_question_is_answered_under_an_id_of_its_own() -> None:
    terms, first = back_at_terms()
    again, second = asked(terms)
    assert isinstance(again.at, CheckingApplicant)
    assert (second.effect_id != first.effect_id, second.document) == (True, DOCUMENT)
    assert isinstance(after(again, ApplicantChecked(second.effect_id, OFFER)).at, ConfirmName)


@pytest.mark.negative_control
def test_one_id_for_both_questions_is_caught() -> None:
    """The broken variant asks twice under the same id."""
    same = patch.object(certificate, "_check_id", lambda person: effect_id(person.session, "check"))
    with same:
        assert moved_by_a_late_answer() == ["asking again"] * 3


def test_back_from_the_reader_shows_the_services_where_one_of_them_asked() -> None:
    somebody = Person(SESSION, AttentionClass.GENERAL)
    reading = replace(open_kiosk(), at=ReadDocument(somebody, then=CERTIFICATE))
    state, sent = step(reading, Back())
    assert (state.at, sent) == (ChooseService(somebody, (CERTIFICATE, INFORMATION)), ())
    begun = replace(reading, at=ReadDocument(somebody))
    assert step(begun, Back()) == (begun, ()), "nothing was chosen yet"
