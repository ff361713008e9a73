"""Somebody who hears the screen and presses keys; the synthesiser is real, its sounds are read."""

import threading
import time
from collections.abc import Callable
from typing import Any

from devices.navigation_keypad.simulator import KeypadSimulator
from kiosk.flow.effects import ChargeCard, CheckApplicant, DeliverOrder, PrintReceipt, RegisterOrder
from kiosk.flow.events import (
    ApplicantChecked,
    ApplicationSettled,
    Charged,
    Event,
    OrderRegistered,
    SlipPrinted,
)
from kiosk.flow.facts import Outcome, PrintState
from kiosk.speech.sink import Playing
from kiosk.speech.sound import Sound
from kiosk.speech.synthesiser import Espeak
from kiosk.speech.talker import Talker
from tests.unit.kiosk_ui.every_state import LINK, OFFER, ORDER

DEADLINE_S = 60.0
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
