"""Somebody who sees nothing: a real keypad over a pty, a real synthesiser, the real screens.

What their headphones say is written down; nothing but keys is pressed.
"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.navigation_keypad.simulator import KeypadSimulator
from devices.registry import DeviceConfig, build
from kiosk.flow.effects import ChargeCard, CheckApplicant, DeliverOrder, PrintReceipt, RegisterOrder
from kiosk.flow.events import (
    ApplicantChecked,
    ApplicationSettled,
    Charged,
    DocumentTaken,
    Event,
    OrderRegistered,
    SlipPrinted,
)
from kiosk.flow.facts import Outcome, PrintState
from kiosk.flow.states import At, ChooseService, ConfirmName, Welcome
from kiosk.keypad import KeypadDesk
from kiosk.speech.narrator import Narrator
from kiosk.speech.sink import Playing
from kiosk.speech.sound import Sound
from kiosk.speech.synthesiser import Espeak
from kiosk.speech.talker import Route, Talker
from tests.unit.kiosk_ui.every_state import LINK, OFFER, ORDER, PERSON

DEADLINE_S = 60.0
TOO_SOON_S = 0.5
LOOKS_A_SECOND = 50
MOST_KEYS = 90
ANSWERS: dict[type[Any], Callable[[Any], Event]] = {
    CheckApplicant: lambda effect: ApplicantChecked(effect.effect_id, OFFER),
    RegisterOrder: lambda effect: OrderRegistered(effect.effect_id, ORDER),
    ChargeCard: lambda effect: Charged(effect.effect_id),
    DeliverOrder: lambda effect: ApplicationSettled(effect.effect_id, Outcome.ISSUED, LINK),
    PrintReceipt: lambda effect: SlipPrinted(effect.effect_id, PrintState.PRINTED),
}


class Notebook:
    """The real synthesiser; the words of its last sound are remembered."""

    def __init__(self) -> None:
        self._espeak = Espeak(deadline_s=20.0)
        self.last = ""

    def render(self, text: str, voice: str) -> Sound:
        self.last = text
        return self._espeak.render(text, voice)


class Over:
    """A sound that is over as soon as it began."""

    def wait(self) -> None:
        pass

    def stop(self) -> float:
        return 0.0


class Ears:
    """A sink whose sounds are written down as the words they were made of."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self.heard: list[str] = []

    def start(self, sound: Sound) -> Playing:
        assert sound.seconds > 0.05, "silence"
        self.heard.append(self._notebook.last)
        return Over()


class Person:
    """Presses keys of the simulated keypad and listens."""

    def __init__(
        self, bench: Any, pad: KeypadSimulator, talker: Talker, phones: Ears, room: Ears
    ) -> None:
        self.bench = bench
        self._pad = pad
        self._talker = talker
        self.patience_s = DEADLINE_S
        self.phones = phones
        self.room = room

    @property
    def heard(self) -> list[str]:
        return self.phones.heard

    def until(self, done: Callable[[], object], what: str) -> None:
        """Let the application run until `done`. Raises TimeoutError."""
        ends = time.monotonic() + self.patience_s
        while time.monotonic() < ends:
            if done():
                return
            self.bench.frames(1)
            threading.Event().wait(0.005)  # the voice and the keypad are threads too
        raise TimeoutError(f"{what}; at {self.bench.touch.screen()} heard {self.heard[-8:]}")

    def hears(self, words: str) -> None:
        """Wait until the headphones have said `words`, whole or within a sentence."""
        self.until(lambda: any(words in each for each in self.heard), f"never heard {words!r}")

    def plug(self, how: str) -> None:
        self._pad.obey(f"jack {how}")

    def press(self, key: str) -> None:
        """Press one key and wait until it was taken."""
        taken: list[str] = []
        app, own = self.bench.app, self.bench.app.key

        def noted(name: str) -> None:
            own(name)
            if name == key:  # speech gives signs of life here too
                taken.append(name)

        app.key = noted
        try:
            self._pad.obey(f"key {key}")
            self.until(lambda: taken, f"key {key} was lost")
        finally:
            del app.key

    def choose(self, name: str) -> None:
        """Arrow by arrow to the control of this name, each one heard, then Enter."""
        self.find(name)
        self.heard.clear()
        self.press("enter")

    def find(self, name: str, arrow: str = "down") -> None:
        """Arrow by arrow to the control of this name. Raises TimeoutError when a ring is silent."""
        for _ in range(MOST_KEYS):
            ring = self.bench.app.ring.on
            if ring is not None and ring.name == name:
                return
            self.listen_to_the_end()
            self.heard.clear()
            self.press(arrow)
            self.until(lambda: self.heard, f"the ring is silent on {self.bench.app.ring.on.name}")
        raise TimeoutError(f"no way to {name} from {self.bench.touch.screen()}")

    def listen_to_the_end(self) -> None:
        """Until nothing more is being said."""
        self.until(lambda: not self._talker.busy, "it never ends")

    def at(self, screen: str, title: str) -> list[str]:
        """Wait for a screen and its title; what was heard of it until then."""
        self.until(lambda: self.bench.touch.screen() == screen, f"never came to {screen}")
        self.hears(title)
        return list(self.heard)

    def answered(self, kind: type[Any]) -> None:
        """The rest of the kiosk does what the flow asked for."""
        effects = self.bench.engine.effects
        self.until(lambda: any(isinstance(each, kind) for each in effects), f"no {kind}")
        effect = next(each for each in effects if isinstance(each, kind))
        self.bench.engine.post(ANSWERS[kind](effect))


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
    bench.app.voice = None
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
    person.at("give_email", "¿Cuál es su correo?")


def to_the_end(person: Person) -> None:
    """From an address, or none, to the certificate."""
    person.at("registering", "Estamos preparando su pago")
    person.answered(RegisterOrder)
    person.at("ready_to_pay", "Va a pagar: 37 soles con 70")
    person.choose("pay")
    person.at("paying_by_card", "Siga las indicaciones del terminal")
    person.hears("Cancelar: ahora no se puede.")
    person.answered(ChargeCard)
    person.at("working", "Pago recibido")
    person.answered(DeliverOrder)
    person.at("certificate_ready", "Su certificado está listo")
    person.hears("A 0 1, 0 0 0 4 2, K")
    person.answered(PrintReceipt)
    person.hears("Recoja su papel")
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
