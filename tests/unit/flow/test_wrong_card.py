"""Two documents at once take nobody; a bank card is told as what it is."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from kiosk.flow.effects import ForgetPerson
from kiosk.flow.events import DocumentProblem, DocumentTaken
from kiosk.flow.facts import ReadProblem
from kiosk.flow.identity import proving
from kiosk.flow.identity.states import FinishFirst
from kiosk.flow.person import Document
from kiosk.flow.states import CheckingApplicant, ChooseService, ReadDocument, State, Terms
from kiosk.flow.step import step
from kiosk.flow.touches import Accept, Choose, Start
from tests.support.flow import CERTIFICATE, DOCUMENT, SESSION, after, open_kiosk

ROSA = Document("01", "10117428", date(1975, 6, 30), "PRUEBA", "ROSA")
OTHER = UUID(int=4)
BESIDE = DocumentTaken(ROSA, OTHER, beside=True)


def ways_in() -> dict[str, State]:
    """Where one stands right after a document was taken."""
    first = after(open_kiosk(), DocumentTaken(DOCUMENT, SESSION))
    asked = after(open_kiosk(), Start(SESSION), Choose("certificate"))
    unnamed = DocumentTaken(replace(DOCUMENT, type=""), SESSION)
    reading = replace(asked, at=ReadDocument(asked.at.person, then=CERTIFICATE))  # pyright: ignore[reportAttributeAccessIssue]
    return {
        "began with it": first,
        "after start": after(open_kiosk(), Start(SESSION), DocumentTaken(DOCUMENT)),
        "for the certificate": after(reading, DocumentTaken(DOCUMENT)),
        "of no known kind": after(open_kiosk(), unnamed),
    }


def taken_all_the_same() -> list[str]:
    """Where somebody is still somebody after a second document came beside the first."""
    wrong = []
    for name, state in ways_in().items():
        here, gone = step(state, BESIDE)
        nobody = isinstance(here.at, ReadDocument) and here.at.person.document is None
        if not nobody or gone != (ForgetPerson(SESSION),):
            wrong.append(name)
    return wrong


def test_two_documents_at_once_take_nobody_and_one_is_asked_for() -> None:
    assert taken_all_the_same() == []
    state = after(ways_in()["for the certificate"], BESIDE)
    assert isinstance(state.at, ReadDocument)
    assert state.at.problem is ReadProblem.TWO_DOCUMENTS
    assert state.at.then == CERTIFICATE, "what they came for is kept"
    one = after(state, DocumentTaken(DOCUMENT))
    assert isinstance(one.at, Terms)
    assert one.at.person.session != SESSION


def test_the_same_document_twice_and_one_that_comes_later_are_something_else() -> None:
    state = ways_in()["began with it"]
    assert step(state, DocumentTaken(DOCUMENT, OTHER, beside=True)) == (state, ())
    later = after(state, DocumentTaken(ROSA, OTHER))
    assert isinstance(later.at, FinishFirst)
    asking = after(state, Choose("certificate"), Accept())
    assert isinstance(asking.at, CheckingApplicant)
    assert step(asking, BESIDE) == (asking, ()), "what is under way goes on"


@pytest.mark.negative_control
def test_a_flow_that_keeps_the_first_of_two_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant does not look whether another came beside it."""
    monkeypatch.setattr(proving, "_is_another", lambda _at, _taken: False)
    assert len(taken_all_the_same()) == len(ways_in())


def test_a_bank_card_is_told_and_the_document_still_asked_for() -> None:
    state = after(open_kiosk(), Start(SESSION), DocumentProblem(ReadProblem.BANK_CARD))
    assert isinstance(state.at, ReadDocument)
    assert state.at.problem is ReadProblem.BANK_CARD
    assert isinstance(after(state, DocumentTaken(DOCUMENT)).at, ChooseService)
