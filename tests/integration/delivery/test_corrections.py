"""A mistyped address is corrected: everything owed goes to the new one, five times at most."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from queue_server.core.problem import Problem
from queue_server.core.tables import outbox
from queue_server.core.unit_of_work import Actor
from queue_server.issuance.model import Applicant, LetterKind, LetterState
from queue_server.issuance.services import applications, corrections, identification
from tests.integration.delivery.conftest import Place
from tests.support.delivered import SITE, Given

ANOTHER_KIOSK = Actor(SITE, "kiosk", "K08")
RIGHT = "benita@ejemplo.pe"


def correct(
    place: Place, given: Given, email: str = RIGHT, who: Applicant | None = None, number: str = ""
) -> str:
    return place.database.run(
        lambda uow: corrections.correct_email(
            uow, ANOTHER_KIOSK, number or given.number, who or given.who, email
        )
    )


def address(place: Place, given: Given) -> str | None:
    def read(uow: applications.UnitOfWork) -> str | None:
        return applications.email_of(uow, applications.find(uow, SITE, given.id))

    return place.database.read(read)


def letters(place: Place, given: Given) -> list[tuple[str, str]]:
    return [(letter.kind, letter.state) for letter in place.shelf.letters(given)]


CERTIFICATE, IN_REVIEW = str(LetterKind.CERTIFICATE), str(LetterKind.IN_REVIEW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LetterState.WAITING, LetterState.WITHDRAWN),
        (LetterState.FAILED, LetterState.FAILED),
        (LetterState.SENT, LetterState.SENT),
    ],
)
def test_an_issued_certificate_is_sent_again_whatever_became_of_the_earlier_letter(
    place: Place, before: LetterState, after: LetterState
) -> None:
    given = place.shelf.put(letter=before)
    assert correct(place, given) == given.id
    assert address(place, given) == RIGHT
    assert letters(place, given) == [(CERTIFICATE, after), (CERTIFICATE, "waiting")]
    first, second = place.shelf.letters(given)
    assert first.message_id != second.message_id
    errands = select(outbox.c.subject).where(
        outbox.c.subject.in_([first.id, second.id]), outbox.c.state == "waiting"
    )
    owed = place.database.read(lambda uow: list(uow.connection.execute(errands).scalars()))
    assert (second.id in owed, first.id in owed) == (True, before is not LetterState.WAITING)


def test_before_the_certificate_what_waits_is_written_anew_and_nothing_else(place: Place) -> None:
    given = place.shelf.put("under_review", letter=LetterState.WAITING, kind=LetterKind.IN_REVIEW)
    correct(place, given)
    assert letters(place, given) == [(IN_REVIEW, "withdrawn"), (IN_REVIEW, "waiting")]
    told = place.shelf.put("under_review", letter=LetterState.SENT, kind=LetterKind.IN_REVIEW)
    correct(place, told)
    assert letters(place, told) == [(IN_REVIEW, "sent")]


@pytest.mark.parametrize("state", ["registered", "accepted", "under_review", "issued", "refused"])
def test_an_address_can_be_left_in_every_state(place: Place, state: str) -> None:
    given = place.shelf.put(state, email=None)
    correct(place, given)
    assert address(place, given) == RIGHT
    assert letters(place, given) == ([(CERTIFICATE, "waiting")] if state == "issued" else [])


def test_an_expired_certificate_is_not_sent(place: Place) -> None:
    given = place.shelf.put(letter=LetterState.WAITING)
    place.clock.forward(days=8)
    correct(place, given)
    assert letters(place, given) == [(CERTIFICATE, "withdrawn")]


def test_the_event_names_the_application_and_no_address(place: Place) -> None:
    given = place.shelf.put()
    for times in (1, 2):
        correct(place, given)
        said = place.shelf.events("application.email_corrected", given)
        assert said[-1] == {"application": given.id, "times": times}


def test_the_sixth_correction_is_refused_with_a_way_on(place: Place) -> None:
    given = place.shelf.put()
    for time in range(corrections.TIMES):
        correct(place, given, f"benita{time}@ejemplo.pe")
    with pytest.raises(Problem) as refused:
        correct(place, given)
    assert (refused.value.status, refused.value.kind) == (409, "too_many_corrections")
    assert "ventanilla" in refused.value.detail
    assert address(place, given) == "benita4@ejemplo.pe"


def complaints(place: Place, given: Given) -> set[str]:
    """What is said to who has a wrong number, or any one thing of the document wrong."""
    wrong = {
        "number": (given.who, "K07-99999-Z"),
        "no number": (given.who, "cualquier cosa"),
        "document": (replace(given.who, document_number="20009999"), given.number),
        "type": (replace(given.who, document_type="04"), given.number),
        "birth": (replace(given.who, birth_date=date(1985, 7, 29)), given.number),
    }
    said: set[str] = set()
    for who, number in wrong.values():
        with pytest.raises(Problem) as refused:
            correct(place, given, who=who, number=number)
        said.add(f"{refused.value.status} {refused.value}")
    return said


def test_whatever_is_wrong_the_words_are_the_same_and_nothing_changes(place: Place) -> None:
    given = place.shelf.put()
    (said,) = complaints(place, given)
    assert said.startswith("404 no_such_application")
    assert address(place, given) == "ana@example.com"


@pytest.mark.negative_control
def test_a_correction_that_takes_the_number_alone_is_caught(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections, "_is", lambda _: lambda _: True)
    with pytest.raises(pytest.fail.Exception):
        complaints(place, place.shelf.put())


def test_misses_at_kiosks_count_with_those_of_the_tracking_page(place: Place) -> None:
    given = place.shelf.put()
    stranger = replace(given.who, document_number="20009999")

    def ask(who: Applicant) -> bool:
        return place.database.run(
            lambda uow: corrections.is_applicant(uow, SITE, given.number, who)
        )

    for _ in range(identification.TRIES):
        assert not ask(stranger)
    with pytest.raises(Problem) as refused:
        ask(given.who)
    assert refused.value.kind == "too_many_misses"
    place.clock.forward(minutes=15)
    assert ask(given.who)


@pytest.mark.parametrize(
    "email", ["ana", "ana@pe", "ana@@ejemplo.pe", "ana@ejemplo.pe\nBcc: x", ""]
)
def test_what_is_no_address_is_refused(place: Place, email: str) -> None:
    given = place.shelf.put()
    with pytest.raises(Problem) as refused:
        correct(place, given, email)
    assert (refused.value.status, refused.value.kind) == (422, "invalid_address")
