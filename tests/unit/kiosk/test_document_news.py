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
from kiosk.device_news import AT_ONCE_S, Posting, flow_event
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
        (ReadFailed(Refusal.BANK_CARD), DocumentProblem(ReadProblem.BANK_CARD)),
    ],
)
def test_what_is_no_whole_document_says_what_it_is(reading: Reading, event: Event) -> None:
    assert heard(reading) == event


def beside(numbers: tuple[str, ...], gap_s: float) -> list[bool]:
    """Whether each document is said to come beside another; a reader each, `gap_s` between them."""
    events: list[Event] = []
    clock = iter(gap_s * turn for turn in range(10))
    posting = Posting(events.append, lambda: next(clock))
    for turn, number in enumerate(numbers):
        card = replace(CARD, number=number)
        posting(Reported(f"reader{turn}", KIND, DocumentRead(card, "04")))
    return [each.beside for each in events if isinstance(each, DocumentTaken)]


@pytest.mark.parametrize(
    ("numbers", "gap_s", "said"),
    [
        (("800117495", "800117496"), 0.3, [False, True]),
        (("800117495", "800117495"), 0.3, [False, False]),  # one document, read twice
        (("800117495", "800117496"), AT_ONCE_S + 0.1, [False, False]),
    ],
)
def test_two_documents_at_once_are_told_from_one_after_the_other(
    numbers: tuple[str, ...], gap_s: float, said: list[bool]
) -> None:
    assert beside(numbers, gap_s) == said


@pytest.mark.negative_control
def test_a_window_that_never_closes_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant takes the next person's document for the second of two."""
    monkeypatch.setattr("kiosk.device_news.AT_ONCE_S", 1e6)
    assert beside(("800117495", "800117496"), AT_ONCE_S + 0.1) == [False, True]
