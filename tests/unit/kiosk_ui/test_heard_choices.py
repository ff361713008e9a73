"""What somebody who only listens can choose, in which order, and what is heard before that."""

from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.flow.states import At
from tests.integration.kiosk_screen.heard import Listener
from tests.unit.kiosk_ui.every_state import STATES
from tests.unit.kiosk_ui.test_by_ear import heard

NOTHING = "Ahora no hay nada que elegir aquí."


def choices(bench: Any) -> list[str]:
    """What is heard after how many there are."""
    told = heard(bench)
    return told[next(at for at, each in enumerate(told) if each.startswith("Hay ")) + 1 :]


# --- the order ------------------------------------------------------------------------------------
def test_the_first_choice_of_all_is_to_begin(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["welcome"])
    assert choices(bench)[0] == bench.app.loc._("welcome.start")
    last = bench.named("guide").label
    assert choices(bench).index(last) < choices(bench).index("English")
    bench.app.key("down")
    assert bench.app.ring.on.name == "start"


@pytest.mark.negative_control
def test_the_languages_above_it_would_be_first(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["welcome"])
    for code in ("en", "qu", "ay"):
        bench.named(f"speak:{code}").later = False
    assert choices(bench)[0] == "English"


def test_documents_are_heard_as_they_stand(bench: Any, states: dict[str, At]) -> None:
    from kiosk.screens.identity.choose_document import KINDS

    bench.show(states["choose_document"])
    assert choices(bench)[: len(KINDS)] == [bench.app.loc._(name) for _, name, _ in KINDS]


def uneven() -> Any:
    """Two rows of two; the right one of each is the taller."""
    from kivy.uix.widget import Widget

    from kiosk.widgets.control import Control

    page = Widget(size=(400, 400))
    for name, x, y, height in (
        ("1", 0, 200, 100),
        ("2", 200, 200, 140),
        ("3", 0, 20, 100),
        ("4", 200, 20, 140),
    ):
        page.add_widget(Control(name=name, pos=(x, y), size=(180, height), size_hint=(None, None)))
    return page


def test_what_stands_side_by_side_is_heard_from_the_left(bench: Any) -> None:
    from kiosk.widgets.control import controls

    assert bench.app is not None
    assert [each.name for each in controls(uneven())] == ["1", "2", "3", "4"]


@pytest.mark.negative_control
def test_by_their_tops_alone_they_would_be_out_of_order(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kiosk.widgets import control

    assert bench.app is not None
    monkeypatch.setattr(control, "_beside", lambda _one, _other: False)
    assert [each.name for each in control.controls(uneven())] == ["2", "1", "4", "3"]


# --- what is no choice ----------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["checking_applicant", "working", "paying_by_card"])
def test_where_nothing_can_be_chosen_that_is_said_with_its_reason(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name])
    told = heard(bench)
    assert NOTHING in told
    assert not any(each.startswith("Hay ") or "ahora no se puede" in each for each in told)
    from kiosk.widgets.control import controls

    for each in controls(bench.app.page):
        assert each.reason in told


@pytest.mark.negative_control
def test_one_that_can_be_chosen_is_no_nothing(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["checking_applicant"])
    bench.named("cancel").disabled = False
    told = heard(bench)
    assert NOTHING not in told
    assert "Hay 1 opción." in told


def test_what_cannot_be_chosen_now_does_not_count(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["choose_document"])
    before = next(each for each in heard(bench) if each.startswith("Hay "))
    bench.named("document:01").disabled = True
    told = heard(bench)
    assert (before, "Hay 7 opciones." in told) == ("Hay 8 opciones.", True)
    assert any("DNI: ahora no se puede." in each for each in told)


# --- what comes first -----------------------------------------------------------------------------
FIRST = {
    "ready_to_pay-declined": "ready_to_pay.declined",
    "read_document-unreadable-1": "read_document.again",
    "follow_document-unreadable": "read_document.again",
}


@pytest.mark.parametrize("name", FIRST)
def test_what_went_wrong_is_heard_before_anything_else(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name])
    told = heard(bench)
    wrong = bench.app.loc._(FIRST[name])
    assert told[0] == wrong
    assert told.count(wrong) == 1


@pytest.mark.negative_control
def test_bad_news_after_the_price_would_be_seen(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.widgets.spoken._first", lambda _front, _manner: ())
    bench.show(states["ready_to_pay-declined"])
    assert "37 soles con 70" in heard(bench)[0]


def test_what_was_typed_is_heard_with_the_question_about_it(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["give_email-doubt"])
    bench.app.page.draft = "ana@outlok.com"
    bench.app.page.problem = ""
    bench.frames()
    told = heard(bench)
    assert told[0].startswith("¿Quiso decir")
    assert told[1].startswith("Escrito: A N A arroba")


# --- what is said before it is too late -----------------------------------------------------------
def test_a_pin_on_glass_is_told_of_before_the_card_is_chosen(
    bench: Any, states: dict[str, At]
) -> None:
    from kiosk.widgets.spoken import spoken_control
    from kiosk.widgets.spoken_binding import manner_of

    bench.show(states["ready_to_pay"])
    told = choices(bench)
    assert "vidrio sin teclas" in told[1]
    assert "elija otra forma de pagar, o pulse la tecla Ayuda" in told[1]
    by_ring = spoken_control(bench.named("pay"), manner_of("es"))
    assert any("vidrio sin teclas" in each.text for each in by_ring)
    bench.show(states["ready_to_pay-declined"])
    assert any("vidrio sin teclas" in each for each in choices(bench))


def test_a_code_for_a_camera_names_another_way(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["paying_by_wallet-shown"])
    assert any("elija otra" in each for each in heard(bench))


def test_where_each_sign_stands_is_said_as_the_keys_stand(bench: Any) -> None:
    from kiosk.widgets.keyboard import ROWS, SIGNS

    bench.show(STATES["give_email"])
    told = next(each for each in heard(bench) if each.startswith("De arriba abajo"))
    ends = {row.rstrip(SIGNS)[-1]: row[len(row.rstrip(SIGNS)) :] for row in ROWS}
    assert ends == {"0": "+", "p": "", "l": "@", "m": "._-"}, "then the sentence is another"
    assert "números, y al final el signo más;" in told
    assert "con la arroba después de la L" in told
    assert "punto, guion bajo y guion después de la M" in told


# --- true words -----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["guide_page-complaints", "guide_page-returns"])
def test_who_complains_is_not_sent_for_a_certificate(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name])
    told = " ".join(heard(bench))
    assert "certificado" not in told
    assert "pida el Libro de Reclamaciones al personal" in told
    bench.show(states["certificate_ready-printed"])
    assert "pida el certificado impreso" in " ".join(heard(bench))


def test_no_asterisk_is_heard_of_where_none_was_said(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["confirm_name"])
    told = " ".join(heard(bench))
    assert "asterisco" not in told
    assert "cómo empieza" in told
    assert bench.app.loc._("confirm_name.masked") in bench.touch.texts(), "it is seen"


def test_an_address_it_did_not_arrive_at_is_one_sentence(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["followed_ones-not_delivered"])
    told = " ".join(heard(bench))
    assert "No llegó a un correo que empieza con M" in told
    assert "correo un correo" not in told


def test_who_cannot_read_the_paper_is_told_what_to_do(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["certificate_ready-printed"])
    told = " ".join(heard(bench))
    assert "El personal puede leérselo." in told
    assert "también se encuentra con su documento" in told


# --- everything that is heard ---------------------------------------------------------------------
@pytest.fixture
def listener(bench: Any) -> Iterator[Listener]:
    usual = bench.app.usual
    yield Listener(bench.app)
    bench.app.usual = bench.app.comfort = usual
    bench.frames()


def test_the_first_words_tell_how_to_move_and_the_last_what_else_there_is(
    bench: Any, states: dict[str, At], listener: Listener
) -> None:
    bench.show(states["welcome"])
    told = listener.hears(bench.frames)
    assert "Muévase con las flechas" in told[0]
    for name in ("welcome", "paying_by_card"):
        bench.show(states[name])
        last = listener.hears(bench.frames)[-1]
        assert last.startswith("Después, al final de la pantalla: ")
        assert "Repetir" in last
        assert "Ayuda" in last
    assert bench.touch.screen() == "paying_by_card"
    assert "tool:help" in {each.name for each in bench.app.controls() if not each.disabled}


def test_who_presses_help_hears_what_became_of_it(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["paying_by_card"])
    before = set(heard(bench))
    bench.app.key("help")
    bench.frames()
    assert [each for each in heard(bench) if each not in before] == [
        bench.app.loc._("call.calling")
    ]


@pytest.mark.negative_control
def test_a_bar_that_is_not_heard_is_missed(
    bench: Any, states: dict[str, At], listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.widgets.spoken_binding.spoken_tools", lambda _bar, _manner: ())
    bench.show(states["paying_by_card"])
    assert not any(each.startswith("Después") for each in listener.hears(bench.frames))
