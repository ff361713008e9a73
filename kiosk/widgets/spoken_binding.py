"""Ties the application to its voice and to its keypad; all of it on Kivy's thread."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from kivy.clock import Clock

from kiosk.comfort import LOUDEST
from kiosk.speech.confidential import confidential
from kiosk.speech.manner import Manner
from kiosk.speech.narrator import Narrator, Scene
from kiosk.speech.retelling import Retelling
from kiosk.speech.sentence import Sentence
from kiosk.speech.synthesiser import VOICES
from kiosk.speech.words import Phrases
from kiosk.texts.catalogue import FIRST_LANGUAGE, load, read
from kiosk.widgets.localizer import Localizer
from kiosk.widgets.spoken import (
    FIRST_SCREENS,
    is_waiting,
    spoken,
    spoken_control,
    spoken_tools,
)

LOOKS_A_SECOND = 10
NO_KEY = ""
"""It touches nothing, and is a sign of life as every key is."""

STEPS = {"volume_up": 1, "volume_down": -1}


class Keypad(Protocol):
    """Keys that wait for the screen, and a jack."""

    @property
    def jack(self) -> bool:
        """Whether headphones are in."""
        ...

    def take(self) -> list[str]:
        """The keys pressed since the last time."""
        ...


class SpokenBinding:
    """Again and again it looks at what the application shows while somebody listens to it.

    Headphones that go in switch the voice on for as long as they are in, also over the end of a
    session; pulled out, the voice is as it was before, for whoever wished it so.
    """

    def __init__(
        self,
        app: Any,
        narrator: Narrator,
        keypad: Keypad,
        looks_a_second: float = LOOKS_A_SECOND,
        places: Mapping[str, str] | None = None,
    ) -> None:
        self._app = app
        self._narrator = narrator
        self._keypad = keypad
        self._every_s = 1 / looks_a_second
        self._jack = False
        self._before = False
        self._forgotten = 0
        self._told_in = ""  # the language of the last screen that was read
        self._manners: dict[str, Manner] = {}
        self._places = places or {}

    def start(self) -> None:
        """Begin; it ends with the application."""
        self._app.voice = self._narrator
        Clock.schedule_interval(self._take_keys, 0)
        Clock.schedule_interval(self.look, self._every_s)
        self._app.bind(on_stop=lambda _app: self.stop())

    def stop(self) -> None:
        """Let go of the clock, and be silent."""
        Clock.unschedule(self._take_keys)
        Clock.unschedule(self.look)
        self._narrator.stop()

    # --- keys and headphones --------------------------------------------------------------------
    def _take_keys(self, _dt: float) -> None:
        for key in self._keypad.take():
            if key in STEPS:
                self._louder(STEPS[key])
            self._app.key(key)

    def _louder(self, step: int) -> None:
        level = min(LOUDEST, max(1, self._app.comfort.volume + step))
        self._app.comfort = replace(self._app.comfort, volume=level)
        self._narrator.volume(level)
        comfort = self._app.comfort
        if comfort.speaking and not self._narrator.listened_to:
            manner = self._manner(comfort.language)
            told = manner.own("speech.volume", level=str(level), most=str(LOUDEST))
            self._narrator.say((told,), comfort.language)

    def _watch_jack(self) -> None:
        if self._app.forgotten != self._forgotten:  # what they wished went with them
            self._before, self._forgotten = False, self._app.forgotten
        jack = self._keypad.jack
        if jack is self._jack:
            return
        self._jack = jack
        app = self._app
        if jack:
            self._before = app.comfort.speaking
            app.usual = replace(app.usual, speaking=True)
            app.comfort = replace(app.comfort, speaking=True)
            app.key(NO_KEY)
        else:
            app.usual = replace(app.usual, speaking=False)
            app.comfort = replace(app.comfort, speaking=self._before)

    # --- what is seen ---------------------------------------------------------------------------
    def look(self, _dt: float = 0) -> None:
        """One look at the application: say what is new of what it shows."""
        self._watch_jack()
        comfort = self._app.comfort
        self._app.bar.foreign_voice = not self._narrator.speaks(comfort.language)
        if not comfort.speaking:
            self._told_in = ""
            self._narrator.look(None)
            return
        if self._narrator.look(self._scene()):
            self._told_in = comfort.language
        if self._narrator.listened_to:
            self._app.key(NO_KEY)

    def _scene(self) -> Scene:
        app = self._app
        over = app.warning or app.chooser
        front = over or app.page
        language = app.comfort.language
        manner = self._manner(language)
        ring = app.ring.on
        tools = () if over else spoken_tools(app.bar, manner)
        return Scene(
            front=front,
            sentences=(*spoken(front, manner), *tools),
            manner=manner,
            language=language,
            ring=ring,
            ring_says=spoken_control(ring, manner) if ring is not None else (),
            typed=app.page.draft,
            over=over is not None,
            asks_to_stay=app.warning is not None,
            before=self._introduction(language, manner),
            waiting=over is None and is_waiting(front),
        )

    def _introduction(self, language: str, manner: Manner) -> tuple[Sentence, ...]:
        """Whose voice it is where it is not the screen's, and, for somebody new, how to move."""
        said: list[Sentence] = []
        if language != self._told_in and not self._narrator.speaks(language):
            said.append(manner.own("speech.spanish_voice"))
        if not self._told_in or self._app.page.name in FIRST_SCREENS:
            said.append(manner.own("speech.how"))
            if self._narrator.private:
                said.append(manner.own("speech.place_keypad"))
        return tuple(said)

    def _manner(self, language: str) -> Manner:
        if language not in self._manners:
            self._manners[language] = manner_of(language, self._places)
        return self._manners[language]


def manner_of(language: str, places: Mapping[str, str] | None = None) -> Manner:
    """How the screen is said in `language`: by its own voice, or retold for the Spanish one.

    `places`: where things are at this kiosk, in Spanish, by key.
    """
    words = Localizer(load(language if language in VOICES else FIRST_LANGUAGE))
    phrases = Phrases(words._, words.plural)
    own, spanish = _shown(language), _shown(FIRST_LANGUAGE)
    forms = [form for shown in (own, spanish) for each in shown.values() for form in each]
    whole = frozenset(form for form in forms if "{" not in form)
    hidden = confidential((own, spanish))
    if language in VOICES:
        here = (places or {}) if language == FIRST_LANGUAGE else {}
        return Manner(phrases, ours=whole, places=here, confidential=hidden)
    return Manner(phrases, Retelling(own, spanish).retell, whole, places or {}, hidden)


def _shown(language: str) -> dict[str, tuple[str, ...]]:
    """The sentences of `language` that can stand on a screen, by key."""
    found: dict[str, tuple[str, ...]] = {}
    for message in read(language):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            string = message.string or ""
            if not key.startswith("speech."):
                found[key] = (string,) if isinstance(string, str) else tuple(string)
    return found
