"""What the reader says, as the flow hears it."""

from dataclasses import replace
from datetime import date

import pytest

from devices.documents.mrz import Refusal, TravelDocument
from devices.kinds.document_reader import (
    KIND,
    DocumentRead,
    NumberRead,
    QrRead,
    ReadFailed,
    Reading,
)
from devices.supervisor import Reported
from kiosk.device_news import flow_event
from kiosk.flow.events import DocumentProblem, DocumentTaken, Event, NumberTaken
from kiosk.flow.facts import ReadProblem

CARD = TravelDocument(
    kind="TD1",
    document_code="IR",
    issuing_state="PER",
    number="800117495",
    birth_date=date(1996, 12, 7),
    sex="M",
    expiry_date=None,
    nationality="VEN",
    surname="PRUEBA",
    given_names="DANIEL",
    optional="",
)


def heard(reading: Reading) -> Event | None:
    return flow_event(Reported("reader", KIND, reading))


def test_each_reading_brings_a_session_of_its_own() -> None:
    first, second = (heard(DocumentRead(CARD, "04")) for _ in range(2))
    assert isinstance(first, DocumentTaken)
    assert isinstance(second, DocumentTaken)
    assert first == second, "the same document"
    assert first.session is not None
    assert first.session != second.session


def test_a_peruvian_card_of_no_known_kind_is_named_by_its_holder() -> None:
    taken = heard(DocumentRead(CARD, ""))
    assert isinstance(taken, DocumentTaken)
    assert taken.document.type == ""


def test_another_states_card_is_no_use_here() -> None:
    abroad = replace(CARD, issuing_state="VEN")
    assert heard(DocumentRead(abroad, "")) == DocumentProblem(ReadProblem.UNSUPPORTED)


@pytest.mark.parametrize(
    ("reading", "event"),
    [
        (NumberRead("01", "10117410", checked=True), NumberTaken("01", "10117410", "2")),
        (NumberRead("01", "10117410"), NumberTaken("01", "10117410")),
        (NumberRead("04", "900117451", checked=True), NumberTaken("04", "900117451")),
        (QrRead(b"https://example.com/pay"), DocumentProblem(ReadProblem.NO_DOCUMENT)),
        (ReadFailed(Refusal.CHECK_DIGIT), DocumentProblem(ReadProblem.CHECK_DIGIT)),
        (ReadFailed(Refusal.NOT_TEXT), DocumentProblem(ReadProblem.NOT_TEXT)),
    ],
)
def test_what_is_no_whole_document_says_what_it_is(reading: Reading, event: Event) -> None:
    assert heard(reading) == event
