"""What somebody does who only listens: where things are, what to do by touch, what went wrong."""

import re
from typing import Any

import pytest

from kiosk.comfort import Comfort
from kiosk.flow.states import At
from kiosk.flow.touches import CallHelp

PLACES = {
    "speech.place_reader": "El lector está a la derecha, a la altura del codo.",
    "speech.place_terminal": "El terminal está a la izquierda del teclado.",
    "speech.place_paper": "El papel sale a la altura de la cintura.",
    "speech.place_cash": "Los billetes entran arriba y las monedas abajo.",
}
WHERE = {
    "read_document": "speech.place_reader",
    "paying_by_card": "speech.place_terminal",
    "ticket_ready-printed": "speech.place_paper",
    "certificate_ready-printed": "speech.place_paper",
    "in_review-printing": "speech.place_paper",
    "paying_by_cash": "speech.place_cash",
    "paying_by_cash-stopping": "speech.place_cash",
    "ready_to_pay-came_back": "speech.place_cash",
}
ONLY_SEEN = re.compile(
    r"flechas|filas de letras|con (las )?letras|letras con"
    r"|Dibujo|Anote|Abra la cámara|ranura de abajo"
)


def heard(bench: Any, language: str = "es", places: dict[str, str] | None = None) -> list[str]:
    """What the page that is shown says to headphones."""
    from kiosk.widgets.spoken import spoken
    from kiosk.widgets.spoken_binding import manner_of

    return [each.text for each in spoken(bench.app.page, manner_of(language, places))]


@pytest.mark.parametrize(("name", "key"), WHERE.items(), ids=WHERE)
def test_it_is_said_where_this_kiosk_has_what_is_needed_now(
    bench: Any, states: dict[str, At], name: str, key: str
) -> None:
    bench.show(states[name])
    assert PLACES[key] in heard(bench, places=PLACES)
    usual = heard(bench)
    assert PLACES[key] not in usual
    assert any(
        "de este equipo" in each or "este mismo equipo" in each or "en este equipo" in each
        for each in usual
    ), "true of any kiosk"
    assert any("con la mano" in each and "tecla Ayuda" in each for each in usual)


def test_a_place_is_told_in_the_language_it_was_written_in(
    bench: Any, states: dict[str, At]
) -> None:
    bench.wear(Comfort("en"))
    bench.show(states["read_document"])
    told = heard(bench, "en", PLACES)
    assert PLACES["speech.place_reader"] not in told
    assert any("part of this machine" in each for each in told)
    assert PLACES["speech.place_reader"] in heard(bench, "ay", PLACES), "its voice is the Spanish"


def seen_only(bench: Any, states: dict[str, At], *groups: str) -> dict[str, list[str]]:
    """Sentences that help nobody who cannot see, by screen."""
    found: dict[str, list[str]] = {}
    for name, at in states.items():
        if name.startswith(groups):
            bench.show(at)
            if wrong := [each for each in heard(bench) if ONLY_SEEN.search(each)]:
                found[name] = wrong
    return found


SCREENS = (
    *("read_document", "follow_document", "paying_by_c", "ticket_ready", "certificate_ready"),
    "in_review",
)


def test_nobody_is_sent_to_look_for_what_is_only_printed(bench: Any, states: dict[str, At]) -> None:
    bench.wear(Comfort(speaking=True))
    assert seen_only(bench, states, *SCREENS) == {}


@pytest.mark.negative_control
def test_words_for_the_eye_alone_would_be_heard(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant reads aloud what stands on the screen."""
    from kiosk.widgets import spoken

    monkeypatch.setattr(spoken, "_heard", lambda _widget: [])
    found = seen_only(bench, states, "read_document", "follow_document", "certificate_ready")
    assert {
        "read_document",
        "follow_document-unreadable",
        "certificate_ready-not_printed",
    } <= set(found)


def offered(bench: Any) -> bool:
    return "call_staff" in bench.touch.controls()


@pytest.mark.parametrize(("screen", "tries"), [("read_document", "-1"), ("follow_document", "")])
def test_who_listens_and_is_not_read_can_call_somebody_from_there(
    bench: Any, states: dict[str, At], screen: str, tries: str
) -> None:
    failed = states[f"{screen}-unreadable{tries}"]
    bench.wear(Comfort(speaking=True))
    bench.show(states[screen])
    assert not offered(bench)
    bench.show(failed)
    assert offered(bench)
    assert any("elija Llamar al personal" in each for each in heard(bench))
    assert bench.faults() == []
    bench.touch.touch("call_staff")
    assert CallHelp() in bench.engine.posted


@pytest.mark.negative_control
def test_who_sees_is_offered_typing_first_and_nothing_else_is_in_the_way(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["read_document-unreadable-1"])
    assert not offered(bench)


MISTAKES = ("type_number-too_short", "type_birth-no_such_day", "give_sequence-not_found")


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_wrong_with_what_was_typed_is_heard_first(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name])
    told = heard(bench)
    assert told[0] == bench.app.page.problem
    assert told.count(bench.app.page.problem) == 1
    assert "Todavía no escribió nada." not in told


@pytest.mark.negative_control
def test_a_mistake_that_waits_its_turn_would_be_seen(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kiosk.widgets import spoken

    monkeypatch.setattr(spoken, "_mistakes", lambda _front: [])
    bench.show(states[MISTAKES[0]])
    assert heard(bench)[0] != bench.app.page.problem


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("give_email", "al final gmail, hotmail"),
        ("give_sequence", "como en un teléfono"),
        ("type_day", "como en un teléfono"),
        ("type_number-04", "letras en tres filas"),
        ("type_check", "letras de la A a la K"),
    ],
)
def test_it_is_said_in_which_order_the_keys_stand(
    bench: Any, states: dict[str, At], name: str, order: str
) -> None:
    bench.show(states[name])
    assert any(order in each for each in heard(bench))


def test_a_number_can_be_heard_again_and_an_amount_is_not_a_number(
    bench: Any, states: dict[str, At]
) -> None:
    for name, again in [("certificate_ready-printed", True), ("ready_to_pay", False)]:
        bench.show(states[name])
        assert any("elija Repetir" in each for each in heard(bench)) is again


def test_an_address_is_heard_letter_by_letter_before_it_is_paid_for(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["ready_to_pay"])
    from kiosk.widgets.spoken import spoken
    from kiosk.widgets.spoken_binding import manner_of

    told = [each for each in spoken(bench.app.page, manner_of("es")) if "Letra por" in each.text]
    assert [each.private for each in told] == [True]
    assert "C A R M E N arroba" in told[0].text


@pytest.mark.parametrize("name", ["certificate_ready-not_printed", "ticket_ready-unknown"])
def test_without_paper_somebody_writes_the_number_down(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name])
    assert any("pida al personal que se lo anote" in each for each in heard(bench))


@pytest.mark.parametrize(
    ("name", "waits"),
    [("working", True), ("paying_by_card", True), ("read_document", False), ("terms", False)],
)
def test_a_screen_on_which_nothing_can_be_done_is_known(
    bench: Any, states: dict[str, At], name: str, waits: bool
) -> None:
    from kiosk.widgets.spoken import is_waiting

    bench.show(states[name])
    assert is_waiting(bench.app.page) is waits
