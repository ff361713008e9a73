"""Who somebody is, typed or read, through a whole kiosk, the real server and the centre."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from devices.documents.dni import check_characters
from devices.documents.mrz import TravelDocument
from devices.documents.mrz_writer import write
from kiosk.flow.events import Event
from kiosk.flow.facts import NotPossible
from kiosk.flow.identity.states import ChooseDocument, TypeBirth, TypeCheck, TypeIssue, TypeNumber
from kiosk.flow.states import (
    CannotApply,
    CertificateReady,
    ChooseService,
    ConfirmName,
    GiveEmail,
    GoesOn,
    ReadDocument,
    ReadyToPay,
    TakingTurn,
    Terms,
    TicketReady,
    Welcome,
)
from kiosk.flow.touches import (
    Accept,
    Choose,
    ChoseDocument,
    Confirm,
    GaveEmail,
    NotMe,
    Pay,
    Start,
    TakeTurn,
    TryAgain,
    TypedText,
    TypeInstead,
)
from kiosk.flow.world import Part
from queue_server.issuance.sandbox.people import load_register
from tests.support.card import booked
from tests.support.centre import EXTRA_BIRTH, EXTRA_FOREIGNERS, EXTRA_ISSUED, extra_number
from tests.support.kiosk import Bench, switched_on

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World

BORN = date.fromisoformat(EXTRA_BIRTH)
ISSUED = date.fromisoformat(EXTRA_ISSUED)
NUMBER = extra_number(29)
CHECK = check_characters(NUMBER)[0]


@pytest.fixture(scope="module")
def bench(world: "World", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder: Path = tmp_path_factory.mktemp("kiosk")
    with switched_on(Bench(folder, world.site, "Y01")) as ready:
        yield ready


@pytest.fixture(autouse=True)
def open_kiosk(bench: Bench) -> Iterator[None]:
    bench.until(
        lambda state: (
            isinstance(state.at, Welcome)
            and state.world.backend
            and state.world.today is not None
            and all(state.world.usable(part) for part in Part if part is not Part.ACCEPTOR)
        )
    )
    yield
    bench.leave()


def figures(day: date) -> str:
    return day.strftime("%d%m%Y")


def do(bench: Bench, *steps: tuple[Event, type[Any]]) -> None:
    """Touch, and see the screen it leads to; each in turn."""
    for event, screen in steps:
        bench.post(event)
        bench.until_at(screen)


def to_typing(bench: Bench, kind: str) -> None:
    do(
        bench,
        (Start(uuid4()), ReadDocument),
        (TypeInstead(), ChooseDocument),
        (ChoseDocument(kind), TypeNumber),
    )


def type_dni(
    bench: Bench,
    number: str,
    born: date,
    issued: date,
    then: type[Any],
    check: str = "",
) -> None:
    do(
        bench,
        (TypedText(number), TypeCheck),
        (TypedText(check or check_characters(number)[0]), TypeBirth),
        (TypedText(figures(born)), TypeIssue),
        (TypedText(figures(issued)), then),
    )


def ask_for_it(bench: Bench) -> None:
    do(bench, (Choose("certificate"), Terms))
    bench.post(Accept())


def test_a_typed_dni_becomes_a_certificate_and_found_again_it_shows_no_number(
    world: "World", bench: Bench
) -> None:
    to_typing(bench, "01")
    type_dni(bench, NUMBER, BORN, ISSUED, ChooseService)
    ask_for_it(bench)
    at = bench.until_at(ConfirmName)
    assert at.offer.masked_name == "PR**** ALGUIEN"
    do(bench, (Confirm(), GiveEmail), (GaveEmail("escrito@example.com"), ReadyToPay))
    bench.post(Pay())
    ready = bench.until_printed(CertificateReady)
    assert len(world.centre.certificates(str(ready.order.application))) == 1
    bench.leave()
    to_typing(bench, "01")
    type_dni(bench, NUMBER, BORN, ISSUED, ChooseService)
    ask_for_it(bench)
    again = bench.until(lambda state: isinstance(state.at, CannotApply | GoesOn)).at
    assert ready.order.number not in str(again)
    bench.leave()
    to_typing(bench, "01")
    type_dni(bench, NUMBER, BORN, date(2020, 1, 1), ChooseService)
    ask_for_it(bench)
    guess = bench.until_at(CannotApply)
    assert guess.reason is NotPossible.DATA_MISMATCH, "who guesses is not even told that it exists"


def test_a_carne_that_is_read_leads_to_its_holders_name(bench: Bench) -> None:
    bench.post(Start(uuid4()))
    bench.until_at(ReadDocument)
    bench.present(foreign_card(EXTRA_FOREIGNERS["04"]))
    bench.until_at(ChooseService)
    ask_for_it(bench)
    at = bench.until_at(ConfirmName)
    assert at.person.document is not None
    assert at.person.document.type == "04"
    assert not at.person.document.typed


def test_a_card_that_seemed_another_kind_is_named_by_its_holder(bench: Bench) -> None:
    bench.post(Start(uuid4()))
    bench.until_at(ReadDocument)
    bench.present(foreign_card(EXTRA_FOREIGNERS["26"]))
    bench.until_at(ChooseService)
    ask_for_it(bench)
    assert bench.until_at(CannotApply).reason is NotPossible.UNKNOWN_DOCUMENT
    do(bench, (TryAgain(), ChooseDocument), (ChoseDocument("26"), Terms))
    bench.post(Accept())
    bench.until_at(ConfirmName)


def test_a_typed_passport_leads_to_the_amount(bench: Bench) -> None:
    to_typing(bench, "07")
    do(
        bench,
        (TypedText("xb 0200001"), TypeBirth),
        (TypedText(figures(BORN)), ChooseService),
    )
    ask_for_it(bench)
    bench.until_at(ConfirmName)
    do(bench, (Confirm(), GiveEmail), (GaveEmail("pasaporte@example.com"), ReadyToPay))


@pytest.mark.parametrize(
    ("kind", "number", "reason"),
    [
        ("01", "10117444", NotPossible.UNDER_AGE),
        ("04", "900117500", NotPossible.NOT_IN_FORCE),
        ("01", "49999999", NotPossible.UNKNOWN_DOCUMENT),
    ],
)
def test_who_cannot_have_one_is_told_before_money_whichever_way_they_came(
    bench: Bench, kind: str, number: str, reason: NotPossible
) -> None:
    before = booked(bench.terminal)
    person = load_register().find(kind, number)
    born = person.birth_date if person else BORN
    issued = person.issue_date if person and person.issue_date else ISSUED
    to_typing(bench, kind)
    if kind == "01":
        type_dni(bench, number, born, issued, ChooseService)
    else:
        do(bench, (TypedText(number), TypeBirth), (TypedText(figures(born)), ChooseService))
    ask_for_it(bench)
    assert bench.until_at(CannotApply).reason is reason
    bench.post(TakeTurn())
    bench.until_at(TicketReady)
    assert booked(bench.terminal) == before


def test_what_does_not_agree_may_be_typed_again(bench: Bench) -> None:
    to_typing(bench, "01")
    type_dni(bench, extra_number(28), BORN, date(2019, 9, 9), ChooseService)
    ask_for_it(bench)
    assert bench.until_at(CannotApply).reason is NotPossible.DATA_MISMATCH
    do(bench, (TryAgain(), TypeNumber))
    type_dni(bench, extra_number(28), BORN, ISSUED, Terms)
    bench.post(Accept())
    assert bench.until_at(ConfirmName).person.retries == 1


def test_who_stands_here_with_somebody_elses_document_takes_a_turn_without_it(
    bench: Bench,
) -> None:
    bench.post(Start(uuid4()))
    bench.until_at(ReadDocument)
    bench.present(foreign_card(EXTRA_FOREIGNERS["04"]))
    bench.until_at(ChooseService)
    ask_for_it(bench)
    bench.until_at(ConfirmName)
    do(bench, (NotMe(), CannotApply))
    bench.post(TakeTurn())
    at = bench.until(lambda state: isinstance(state.at, TakingTurn | TicketReady)).at
    assert isinstance(at, TakingTurn | TicketReady)
    assert at.person.document is None
    bench.until_at(TicketReady)


def test_a_document_on_the_first_screen_begins_the_visit(bench: Bench) -> None:
    bench.present(foreign_card(EXTRA_FOREIGNERS["04"]))
    at = bench.until_at(ChooseService)
    assert at.person.document is not None
    assert at.person.document.number == EXTRA_FOREIGNERS["04"]


# --- what the server makes of it -----------------------------------------------------------------
def typed_dni(number: str, **typed: Any) -> dict[str, Any]:
    return {"type": "01", "number": number, "birth_date": EXTRA_BIRTH, "typed": typed}


def test_the_server_takes_a_typed_dni_only_with_what_its_card_says(world: "World") -> None:
    http = world.desk.kiosk.http
    for half in ({}, {"check": CHECK}, {"issue_date": EXTRA_ISSUED}, {"check": "Z"}):
        answer = http.post("/api/v1/applicants/check", json=typed_dni(NUMBER, **half))
        assert answer.status_code == 422, half
    whole = typed_dni(extra_number(29), check=CHECK, issue_date=EXTRA_ISSUED)
    assert world.desk.check(whole)["reason"] != "data_mismatch"
    passport = {"type": "07", "number": "XB0200001", "birth_date": EXTRA_BIRTH, "typed": {}}
    assert world.desk.check(passport)["sellable"]


def test_who_types_wrong_data_learns_nothing_of_an_application(world: "World") -> None:
    number = extra_number(18)
    world.desk.apply({"type": "01", "number": number, "birth_date": EXTRA_BIRTH}, "x@example.com")
    right = {"check": check_characters(number)[0], "issue_date": EXTRA_ISSUED}
    assert found_again(world, right)["resume"] is not None
    for wrong in ({**right, "issue_date": "2020-01-01"}, {**right, "check": "B"}):
        answer = found_again(world, wrong)
        assert (answer["reason"], answer["resume"]) == ("data_mismatch", None)


def test_guesses_at_a_document_end_after_five_and_right_data_begin_anew(world: "World") -> None:
    http, number = world.desk.kiosk.http, extra_number(17)
    right = {"check": check_characters(number)[0], "issue_date": EXTRA_ISSUED}
    wrong = typed_dni(number, **{**right, "issue_date": "2020-01-01"})

    def asked(document: dict[str, Any]) -> int:
        return http.post("/api/v1/applicants/check", json=document).status_code

    assert [asked(wrong) for _ in range(4)] == [200] * 4
    assert asked(typed_dni(number, **right)) == 200
    assert [asked(wrong) for _ in range(5)] == [200] * 5
    answer = http.post("/api/v1/applicants/check", json=typed_dni(number, **right))
    assert answer.status_code == 429, "not even with the right data, until a while has passed"
    assert answer.json()["retry_after_s"] > 0
    read = {"type": "01", "number": number, "birth_date": EXTRA_BIRTH}
    assert asked(read) == 200, "the card itself still opens the way"


def found_again(world: "World", typed: dict[str, str]) -> dict[str, Any]:
    return world.desk.check(typed_dni(extra_number(18), **typed))


@pytest.mark.negative_control
def test_without_the_word_that_it_was_typed_the_number_alone_would_tell(world: "World") -> None:
    """The broken variant sends a typed document as if it had been read: what is begun is told."""
    number, born = extra_number(18), "1990-01-01"
    world.desk.apply({"type": "01", "number": number, "birth_date": EXTRA_BIRTH}, "x@example.com")
    as_if_read = world.desk.check({"type": "01", "number": number, "birth_date": born})
    assert as_if_read["resume"] is not None


def foreign_card(number: str) -> tuple[str, ...]:
    """The zone of a card that Peru gave to a foreigner."""
    card = TravelDocument(
        kind="TD1",
        document_code="I",
        issuing_state="PER",
        number=number,
        birth_date=BORN,
        sex="F",
        expiry_date=date(2030, 1, 1),
        nationality="VEN",
        surname="PRUEBA",
        given_names="ALGUIEN",
        optional="",
    )
    return write(card)
