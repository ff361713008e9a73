"""Tracking: who has the number and the end of the document is told, nobody learns which exist."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from queue_server.core.crypto import Vault
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.issuance.model import ApplicationState, LetterKind, LetterState
from queue_server.issuance.services import identification, tracking
from queue_server.issuance.services.tracking import Tracked
from tests.integration.delivery.conftest import Place
from tests.support.delivered import SITE, Given, database_at

NOBODYS = "K07-99999-Z"


def track(
    place: Place, number: str, ending: str, database: Database | None = None
) -> Tracked | None:
    asked = database or place.database
    return asked.run(lambda uow: tracking.track(uow, SITE, number, ending))


def refused(place: Place, number: str, ending: str) -> Problem:
    with pytest.raises(Problem) as problem:
        track(place, number, ending)
    return problem.value


def wrong(given: Given) -> str:
    return "9" + given.ending[1:]


@pytest.mark.parametrize("state", list(ApplicationState))
def test_who_has_both_is_told_the_state_and_a_masked_address(
    place: Place, state: ApplicationState
) -> None:
    given = place.shelf.put(state, email="benito.prueba@ejemplo.pe")
    found = track(place, given.number, given.ending)
    assert found is not None
    assert (found.number, found.state) == (given.number, state)
    assert found.masked_email == "b***@e***"
    assert (found.kept_until is not None) == (state is ApplicationState.ISSUED)


def test_a_number_is_understood_however_it_is_typed(place: Place) -> None:
    given = place.shelf.put()
    bare = given.number.replace("-", "")
    for typed in (f"  {given.number.lower()} ", bare, " ".join(bare), bare.replace("0", "O", 1)):
        assert track(place, typed, f" {given.ending} ") is not None, typed


@pytest.mark.parametrize(
    ("letter", "kind", "said"),
    [
        (None, LetterKind.CERTIFICATE, "none"),
        (LetterState.WAITING, LetterKind.CERTIFICATE, "waiting"),
        (LetterState.SENT, LetterKind.CERTIFICATE, "sent"),
        (LetterState.FAILED, LetterKind.CERTIFICATE, "failed"),
        (LetterState.SENT, LetterKind.IN_REVIEW, "none"),
        (LetterState.FAILED, LetterKind.IN_REVIEW, "failed"),
        (LetterState.WITHDRAWN, LetterKind.IN_REVIEW, "none"),
    ],
)
def test_a_letter_that_cannot_arrive_is_visible_whatever_it_is_about(
    place: Place, letter: LetterState | None, kind: LetterKind, said: str
) -> None:
    given = place.shelf.put("under_review", letter=letter, kind=kind)
    found = track(place, given.number, given.ending)
    assert found is not None
    assert found.email == said


def check_limit(place: Place, number: str, wrong_ending: str) -> None:
    """After so many misses nobody is told anything of this number for a quarter of an hour."""
    for _ in range(identification.TRIES):
        assert track(place, number, wrong_ending) is None
    problem = refused(place, number, wrong_ending)
    assert (problem.status, problem.kind) == (429, "too_many_misses")
    assert problem.extra["retry_after_s"] == 15 * 60


@pytest.mark.parametrize("exists", [True, False])
def test_guessing_ends_soon_whether_the_number_exists_or_not(place: Place, exists: bool) -> None:
    given = place.shelf.put()
    check_limit(place, given.number if exists else NOBODYS, wrong(given))
    place.clock.forward(minutes=16)
    assert track(place, given.number if exists else NOBODYS, wrong(given)) is None


@pytest.mark.negative_control
def test_tries_that_are_counted_only_where_the_number_exists_are_caught(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identification, "count_try", lambda *_: None)
    with pytest.raises(pytest.fail.Exception):
        check_limit(place, NOBODYS.replace("99999", "99998"), "0000")


def test_the_right_document_is_not_told_either_while_it_is_closed(place: Place) -> None:
    given = place.shelf.put()
    check_limit(place, given.number, wrong(given))
    assert refused(place, given.number, given.ending).status == 429
    place.clock.forward(minutes=16)
    assert track(place, given.number, given.ending) is not None


def test_who_was_right_begins_anew(place: Place) -> None:
    given = place.shelf.put()
    for _ in range(3):
        for _ in range(identification.TRIES - 1):
            assert track(place, given.number, wrong(given)) is None
        assert track(place, given.number, given.ending) is not None


def test_what_is_no_number_or_no_ending_is_not_even_looked_up(place: Place) -> None:
    given = place.shelf.put()
    for number, ending in (("", ""), ("zzz", "1234"), (given.number, "12"), (given.number, "ñ123")):
        for _ in range(identification.TRIES + 1):
            assert track(place, number, ending) is None
    assert track(place, given.number, given.ending) is not None


def told_at_once(place: Place, given: Given, count: int) -> int:
    """How many of `count` guesses by two processes at the same moment were checked at all."""
    other = database_at(place.site, place.clock)

    def guess(index: int) -> bool:
        database = other if index % 2 else place.database
        try:
            return track(place, given.number, wrong(given), database) is None
        except Problem:
            return False

    try:
        with ThreadPoolExecutor(count) as crowd:
            return sum(crowd.map(guess, range(count)))
    finally:
        other.close()


def test_guesses_at_the_same_moment_by_several_workers_are_all_counted(place: Place) -> None:
    assert told_at_once(place, place.shelf.put(), 16) == identification.TRIES


# --- the same work ------------------------------------------------------------------------------
@contextlib.contextmanager
def watched(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is done: each statement as it is sent, and each seal that is opened."""
    done: list[str] = []
    opened: Callable[..., bytes] = Vault.open

    def open_(vault: Vault, context: str, sealed: bytes) -> bytes:
        done.append(f"open {context}")
        return opened(vault, context, sealed)

    def executed(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        done.append(statement)

    monkeypatch.setattr(Vault, "open", open_)
    event.listen(place.database.engine, "before_cursor_execute", executed)
    yield done
    event.remove(place.database.engine, "before_cursor_execute", executed)


def work_for(place: Place, monkeypatch: pytest.MonkeyPatch, number: str, ending: str) -> list[str]:
    assert track(place, number, ending) is None  # whatever is remembered is remembered now
    with watched(place, monkeypatch) as done:
        assert track(place, number, ending) is None
    return list(done)


def test_a_wrong_number_costs_the_same_work_as_a_wrong_document(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = place.shelf.put()
    of_wrong_document = work_for(place, monkeypatch, given.number, wrong(given))
    of_no_number = work_for(place, monkeypatch, NOBODYS.replace("99999", "88888"), wrong(given))
    assert of_wrong_document == of_no_number
    assert of_no_number.count("open applications.applicant") == 1


@pytest.mark.negative_control
def test_a_look_up_that_is_done_with_unknown_numbers_early_is_caught(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = place.shelf.put()
    monkeypatch.setattr(identification, "_sealed_nobody", lambda _: b"")
    monkeypatch.setattr(
        identification,
        "open_applicant",
        lambda uow, sealed: (
            tracking.applications.open_applicant(uow, sealed) if sealed else identification._NOBODY
        ),
    )
    of_wrong_document = work_for(place, monkeypatch, given.number, wrong(given))
    of_no_number = work_for(place, monkeypatch, NOBODYS.replace("99999", "77777"), wrong(given))
    assert of_wrong_document != of_no_number
