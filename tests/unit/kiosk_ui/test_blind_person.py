"""Somebody who sees nothing: a real keypad over a pty, a real synthesiser, the real screens.

What their headphones say is written down; nothing but keys is pressed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.navigation_keypad.simulator import KeypadSimulator
from devices.registry import DeviceConfig, build
from kiosk.comfort import Mute
from kiosk.flow.effects import ChargeCard, CheckApplicant, DeliverOrder, PrintReceipt, RegisterOrder
from kiosk.flow.events import (
    DocumentTaken,
)
from kiosk.flow.states import At, ChooseService, ConfirmName, Welcome
from kiosk.keypad import KeypadDesk
from kiosk.speech.narrator import Narrator
from kiosk.speech.talker import Route, Talker
from tests.unit.kiosk_ui.every_state import PERSON
from tests.unit.kiosk_ui.listener import Ears, Notebook, Person

TOO_SOON_S = 0.5
LOOKS_A_SECOND = 50


@pytest.fixture
def person(bench: Any, tmp_path: Path) -> Iterator[Person]:
    from kiosk.widgets.spoken_binding import SpokenBinding

    usual = bench.app.usual
    notebook = Notebook()
    phones, room = Ears(notebook), Ears(notebook)
    talker = Talker(notebook, {Route.HEADPHONES: phones, Route.LOUDSPEAKER: room})
    desk = KeypadDesk(
        lambda inserted: talker.route(Route.HEADPHONES if inserted else Route.LOUDSPEAKER)
    )
    binding = SpokenBinding(bench.app, Narrator(talker), desk, LOOKS_A_SECOND)
    pad = KeypadSimulator(tmp_path / "event0", seed=3)
    pad.start()
    keypad = build(DeviceConfig("keypad", "navigation-keypad", pad.port, {}), desk.hear)
    keypad.start()
    talker.start()
    binding.start()
    yield Person(bench, pad, talker, phones, room)
    binding.stop()
    bench.app.voice = Mute()
    bench.app.usual = bench.app.comfort = usual
    talker.close()
    keypad.stop()
    pad.stop()


def to_the_email(person: Person) -> None:
    """From the first screen to the e-mail, by keys alone."""
    person.plug("in")
    person.at("welcome", "Su certificado aquí")
    person.hears("Muévase con las flechas")
    person.choose("start")
    person.at("read_document", "Pase su documento por el lector")
    assert PERSON.document is not None
    person.bench.engine.post(DocumentTaken(PERSON.document))
    person.at("choose_service", "¿Qué trámite necesita?")
    person.choose("service:certificate")
    person.at("terms", "Antes de empezar")
    person.choose("accept")
    person.at("checking_applicant", "Estamos revisando sus datos")
    person.answered(CheckApplicant)
    person.at("confirm_name", "¿Es usted?")
    person.hears("El certificado será para: Juan, con apellido que empieza con P R")
    person.choose("confirm")
    person.at("give_email", "Su correo electrónico")


def to_the_end(person: Person) -> None:
    """From an address, or none, to the certificate."""
    person.at("registering", "Estamos preparando su pago")
    person.answered(RegisterOrder)
    person.at("ready_to_pay", "Precio del certificado: 37 soles con 70")
    person.choose("pay")
    person.at("paying_by_card", "Siga las indicaciones del terminal")
    person.hears("Ahora no hay nada que elegir aquí.")
    person.answered(ChargeCard)
    person.at("working", "Pago recibido")
    person.answered(DeliverOrder)
    person.at("certificate_ready", "Su certificado está listo")
    person.hears("A 0 1, 0 0 0 4 2, K")
    person.answered(PrintReceipt)
    person.hears(person.bench.app.loc._("slip.not_certificate"))
    person.choose("finish")
    person.at("welcome", "Su certificado aquí")


def test_a_blind_person_gets_their_certificate_by_keys_alone(person: Person) -> None:
    to_the_email(person)
    person.choose("no_email")
    person.until(lambda: person.bench.touch.screen() == "without_email", "no way without one")
    person.choose("continue")
    to_the_end(person)
    assert person.room.heard == [], "the loudspeaker was silent all the time"


@pytest.mark.thorough
def test_a_blind_person_types_their_address_and_hears_every_letter(person: Person) -> None:
    to_the_email(person)
    for letter in "ana":
        person.find(f"key:{letter}", "right")
        person.heard.clear()
        person.press("enter")
        person.hears(letter.upper())
    person.find("key:@gmail.com", "right")
    person.choose("key:@gmail.com")
    person.hears("gmail punto com")
    person.choose("continue")
    to_the_end(person)


@pytest.mark.negative_control
def test_a_screen_that_says_nothing_is_caught_on_the_way(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.widgets.spoken_binding.spoken", lambda _front, _manner: ())
    monkeypatch.setattr("kiosk.widgets.spoken_binding.spoken_tools", lambda _bar, _manner: ())
    person.plug("in")
    person.until(lambda: person.bench.app.comfort.speaking, "never spoke")
    person.patience_s = TOO_SOON_S
    with pytest.raises(TimeoutError, match="never heard 'Su certificado aquí'"):
        person.at("welcome", "Su certificado aquí")


@pytest.mark.negative_control
def test_a_ring_that_says_nothing_is_caught(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.plug("in")
    person.at("welcome", "Su certificado aquí")
    person.listen_to_the_end()
    monkeypatch.setattr("kiosk.widgets.spoken_binding.spoken_control", lambda _ring, _manner: ())
    person.patience_s = TOO_SOON_S
    with pytest.raises(TimeoutError, match="the ring is silent"):
        person.find("start_preferential")


def test_headphones_pulled_out_are_silence_and_the_loudspeaker_is_asked_for(
    person: Person, states: dict[str, At]
) -> None:
    person.plug("in")
    person.until(lambda: person.bench.app.comfort.speaking, "never spoke")
    person.bench.show(states["confirm_name"])
    person.at("confirm_name", "¿Es usted?")
    person.plug("out")
    person.until(lambda: not person.bench.app.comfort.speaking, "still speaks")
    assert person.room.heard == []
    person.heard.clear()
    person.bench.show(states["terms"])
    person.until(lambda: person.bench.touch.screen() == "terms", "no terms")
    assert person.heard == person.room.heard == []


def test_the_loudspeaker_says_the_screen_but_not_the_name(
    person: Person, states: dict[str, At]
) -> None:
    person.bench.touch.touch("tool:voice")
    person.until(lambda: "Su certificado aquí" in person.room.heard, "the speaker is silent")
    person.bench.show(states["confirm_name"])
    person.until(lambda: "No soy yo" in person.room.heard, "the speaker is silent")
    whole = " ".join(person.room.heard)
    assert "Ese dato es privado. Conecte audífonos para oírlo." in whole
    assert "Juan" not in whole
    assert person.heard == []
    person.plug("in")
    person.hears("Juan, con apellido que empieza con P R")
    person.room.heard.clear()
    person.plug("out")
    person.until(lambda: "No soy yo" in person.room.heard, "it was on before")
    assert "Juan" not in " ".join(person.room.heard)


def test_speech_is_a_sign_of_life_and_silence_is_not(
    person: Person, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    person.plug("in")
    person.at("welcome", "Su certificado aquí")
    monkeypatch.setattr(Talker, "busy", True)
    person.bench.show(states["choose_service"])
    for _ in range(60):
        person.bench.shift(1.0)
        person.bench.frames(1)
    assert person.bench.touch.screen() == "choose_service"
    monkeypatch.undo()
    person.listen_to_the_end()
    person.bench.shift(person.bench.app.idle.quiet + 0.1)
    person.until(lambda: person.bench.app.warning is not None, "never asked")
    person.hears("¿Sigue ahí?")
    person.bench.shift(person.bench.app.idle.warning)
    person.until(lambda: isinstance(person.bench.engine.state.at, Welcome), "never ended")


def test_the_next_person_with_headphones_in_hears_the_first_screen(
    person: Person, states: dict[str, At]
) -> None:
    person.plug("in")
    person.bench.show(states["confirm_name"])
    person.at("confirm_name", "¿Es usted?")
    assert isinstance(person.bench.engine.state.at, ConfirmName)
    person.press("home")
    person.at("welcome", "Su certificado aquí")
    person.hears("Muévase con las flechas")
    assert person.bench.app.comfort.speaking
    assert not isinstance(person.bench.engine.state.at, ChooseService)


def test_a_language_without_a_voice_is_said_in_spanish_and_the_screen_says_so(
    person: Person,
) -> None:
    app = person.bench.app
    person.plug("in")
    person.at("welcome", "Su certificado aquí")
    person.heard.clear()
    app.speak("ay")
    person.hears("Todavía no hay voz en este idioma. Le hablamos en español.")
    person.hears("Su certificado aquí")
    person.bench.frames()
    notice = app.loc._("speech.spanish_voice")
    assert notice in [getattr(each, "text", "") for each in app.bar.walk()]
    assert person.bench.faults() == []
    app.speak("qu")
    person.until(lambda: app.page.loc.language == "qu", "no Quechua")
    person.bench.frames()
    assert app.loc._("speech.spanish_voice") not in [
        getattr(each, "text", "") for each in app.bar.walk()
    ]


def test_repeat_and_pause_are_reached_by_keys_too(person: Person, states: dict[str, At]) -> None:
    person.plug("in")
    person.until(lambda: person.bench.app.comfort.speaking, "never spoke")
    person.bench.show(states["choose_service-few"])
    person.at("choose_service", "¿Qué trámite necesita?")
    person.choose("voice:repeat")
    person.hears("¿Qué trámite necesita?")
    person.listen_to_the_end()
    person.choose("voice:pause")
    person.choose("voice:repeat")
    person.hears("¿Qué trámite necesita?")


def test_volume_keys_go_one_step_and_stop_at_the_end(person: Person) -> None:
    app = person.bench.app
    start = app.comfort.volume
    person.press("volume_up")
    assert app.comfort.volume == start + 1
    for _ in range(6):
        person.press("volume_down")
    assert app.comfort.volume == 1
    person.plug("in")
    person.at("welcome", "Su certificado aquí")
    person.listen_to_the_end()
    person.press("volume_up")
    person.hears("Volumen 2 de 5")
