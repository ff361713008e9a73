"""Somebody who touches, types and plugs without sense: the real screen over the real flow.

Every effect is answered sooner or later, well or badly (`mischief.py`). What a monkey does follows
from its seed.
"""

import gc
import random
import re
from collections.abc import Callable
from typing import Any

from kiosk.flow import events
from kiosk.flow.person import Person
from kiosk.flow.states import OutOfService, Welcome
from kiosk.flow.turn import person_of
from tests.unit.kiosk_ui.mischief import Mischief

KEYCODES = (
    *(27, 9, 13, 32, 8, 127, 303, 305, 311),
    *range(282, 297),
    *range(273, 282),
    *range(97, 123),
)
"""Escape, F1 to F15, tab, enter, space, deletions, arrows, letters, shift, control, super."""

MODIFIERS = ([], ["ctrl"], ["alt"], ["ctrl", "alt"], ["meta"], ["shift"])
WORD = re.compile(r"\b[A-Z]{8}\b")
FRAMES_EVERY = 4
"""Acts between two frames, when nothing else is asked for."""

WAYS_ON = ("start", "type_instead", "accept", "confirm", "continue", "no_email", "go_on", "yes")

COLLECTED_EVERY = 250


class Caught(AssertionError):
    """The screen broke a promise; the message says after which act."""


class Monkey:
    """Acts on a `Bench` of `tests/unit/kiosk_ui/conftest.py`. Raises Caught, or what it broke."""

    def __init__(self, bench: Any, seed: int, frames_every: int = FRAMES_EVERY) -> None:
        self._bench = bench
        self._frames_every = frames_every
        self._chance = random.Random(seed)
        self._around = Mischief(self._chance)
        self.rests = 0  # how often the screen was seen with nobody in front of it
        self.seen: set[str] = set()  # the screens that came
        self.own = 0  # how often somebody's own words were on their screen
        self._acts: tuple[Callable[[], None], ...] = (
            *(self._touch_control,) * 8,
            *(self._go_on,) * 4,
            *(self._touch_anywhere,) * 3,
            *(self._press_key,) * 4,
            *(self._keypad,) * 2,
            *(self._news,) * 3,
            *(self._answer,) * 5,
            self._walk_away,
            self._ask_to_close,
        )

    def act(self, times: int) -> None:
        """Do `times` senseless things, looking after each few that all promises hold."""
        for done in range(times):
            self._chance.choice(self._acts)()
            if done % self._frames_every == 0:
                self._look(done)
            if done % COLLECTED_EVERY == 0:
                gc.collect()  # screens that are gone still hear of every change until then

    def leave(self) -> None:
        """Answer everything and go: what is then on the screen is looked at too."""
        for _ in range(20):
            self._answer()
            self._bench.engine.post(events.IdleExpired())
            self._bench.frames(2)
            at = self._bench.engine.state.at
            if isinstance(at, Welcome | OutOfService):
                self._look(-1)
                return
        raise Caught(f"nobody can leave {self._bench.engine.state.at}")

    # --- what it does ----------------------------------------------------------------------------
    def _touch_control(self) -> None:
        here = [each for each in self._bench.app.controls() if each.width > 0]
        if self._chance.random() < 0.95:  # the bar is on every screen, and builds each one anew
            here = [each for each in here if not each.name.startswith("tool:")]
        if here:
            one = self._chance.choice(here)
            self._finger(*one.to_window(one.center_x, one.center_y))

    def _go_on(self) -> None:
        """Where a person would touch: without it hardly anybody ever came to paying."""
        here = [each for each in self._bench.app.controls() if not each.disabled]
        on = [each for each in here if each.name in WAYS_ON or each.name.startswith("pay")]
        if on:
            self._bench.app.looked_at()
            one = self._chance.choice(on)
            self._finger(*one.to_window(one.center_x, one.center_y))

    def _touch_anywhere(self) -> None:
        width, height = self._bench.app.root.size
        self._finger(self._chance.random() * width, self._chance.random() * height)

    def _finger(self, x: float, y: float) -> None:
        from kivy.base import EventLoop

        from kiosk.touch import Finger

        if self._chance.random() < 0.7:
            self._bench.app.looked_at()
        finger = Finger(x, y)
        EventLoop.post_dispatch_input("begin", finger)
        if self._chance.random() < 0.2:
            finger.move((self._chance.random(), self._chance.random()))
            EventLoop.post_dispatch_input("update", finger)
        if self._chance.random() < 0.2:
            EventLoop.idle()  # the screen may change under the finger
        EventLoop.post_dispatch_input("end", finger)

    def _press_key(self) -> None:
        from kivy.base import EventLoop

        window: Any = EventLoop.window
        code, held = self._chance.choice(KEYCODES), self._chance.choice(MODIFIERS)
        if not window.dispatch("on_key_down", code, 0, None, list(held)):
            raise Caught(f"key {code} with {held} reached Kivy's own keys")
        window.dispatch("on_key_up", code, 0)

    def _keypad(self) -> None:
        names = ("up", "down", "left", "right", "enter", "back", "home", "help", "volume", "x")
        self._bench.app.key(self._chance.choice(names))

    def _news(self) -> None:
        self._bench.engine.post(self._around.news())

    def _walk_away(self) -> None:
        self._bench.shift(self._chance.choice((10, 30, 70)))

    def _ask_to_close(self) -> None:
        from kivy.base import EventLoop

        window: Any = EventLoop.window
        if not window.dispatch("on_request_close", source="keyboard"):
            raise Caught("the window closes")

    def _answer(self) -> None:
        engine = self._bench.engine
        asked, engine.effects[:] = list(engine.effects), []
        for effect in asked:
            for event in self._around.answers(effect):
                engine.post(event)
        engine.posted.clear()

    # --- what must hold --------------------------------------------------------------------------
    def _look(self, done: int) -> None:
        from kivy.base import EventLoop

        EventLoop.idle()
        if EventLoop.quit or EventLoop.status != "started":
            raise Caught(f"the program ended after act {done}")
        window: Any = EventLoop.window
        at = self._bench.engine.state.at
        if window.children != [self._bench.app.root]:
            raise Caught(f"something lies over the kiosk after act {done}")
        texts = self._bench.touch.texts()
        if any("Traceback" in each or "Error:" in each for each in texts):
            raise Caught(f"a traceback on the screen after act {done}: {texts}")
        person = person_of(at)
        self.rests += isinstance(at, Welcome | OutOfService)
        self.seen.add(self._bench.touch.screen())
        self._nobody_elses(texts, person, done)

    def _nobody_elses(self, texts: list[str], person: Person | None, done: int) -> None:
        """A word is whose screen it first was on, and nobody else ever sees it."""
        for word in {each for text in texts for each in WORD.findall(text.upper())}:
            if word not in self._around.owners:
                continue
            owner = self._around.owners[word]
            if person is None or owner not in (None, person.visit, person.session):
                raise Caught(f"of another person after act {done}: {word} in {texts}")
            self._around.owners[word] = person.visit
            self.own += 1
