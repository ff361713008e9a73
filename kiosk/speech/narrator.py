"""Decides what is said when: a new screen, the ring, what was typed, what changed on the screen."""

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.speech.manner import Manner, for_everybody
from kiosk.speech.sentence import Sentence
from kiosk.speech.talker import Talker
from kiosk.speech.words import character, letters

LOOKS_OF_SILENCE = 100
"""About ten seconds."""


@dataclass(frozen=True)
class Scene:
    """What can be seen now. `front` and `ring` are only compared: which screen, which control.

    `over`: it lies over a screen and asks something; `asks_to_stay`: whether somebody is there.
    `typed` is what was typed so far; `language` the screen's; `before` is said once, before it is
    read. `waiting`: the kiosk works, and nothing can be chosen.
    """

    front: object
    sentences: tuple[Sentence, ...]
    manner: Manner
    language: str = "es"
    ring: object = None
    ring_says: tuple[Sentence, ...] = ()
    typed: str = ""
    over: bool = False
    asks_to_stay: bool = False
    before: tuple[Sentence, ...] = ()
    waiting: bool = False


class Narrator:
    """Looked at again and again with what can be seen; says what is new of it.

    It is the application's `Voice`: all of its methods belong to the application's thread.
    """

    def __init__(self, talker: Talker) -> None:
        self._talker = talker
        self._scene: Scene | None = None
        self._read = False
        self._refused = False
        self._heard_privately = False
        self._quiet = 0
        self._reassuring = False

    # --- what is seen ---------------------------------------------------------------------------
    def look(self, scene: Scene | None) -> bool:
        """Say what is new since the last look; None: nothing is to be said now.

        A screen is read once it stood still for one look, so that it is complete; True then.
        """
        before, self._scene = self._scene, scene
        if scene is None:
            if before is not None:
                self.stop()
            return False
        if before is None or self._is_new(scene, before):
            self._talker.stop()
            self._read = self._refused = self._reassuring = False
            self._quiet = 0
            self._heard_privately = self.private
        elif not self._read:
            self._read = True
            self._say(scene, (*scene.before, *scene.sentences))
            return True
        else:
            self._say_news(scene, before)
            self._reassure(scene)
        return False

    @property
    def listened_to(self) -> bool:
        """Somebody is hearing the screen now: a sign of life.

        The question whether somebody is there does not answer itself, and neither does a word that
        the kiosk still works.
        """
        scene = self._scene
        if scene is None or scene.asks_to_stay or self._reassuring:
            return False
        return self._talker.busy

    @property
    def private(self) -> bool:
        """Only the person with the headphones hears it."""
        return self._talker.private

    def speaks(self, language: str) -> bool:
        """Whether `language` has a voice of its own here, or recordings."""
        return self._talker.speaks(language)

    def _is_new(self, scene: Scene, before: Scene) -> bool:
        """Another screen, another language, or headphones that went in or out."""
        if before.front is not scene.front or before.language != scene.language:
            return True
        return self._heard_privately is not self.private

    def _say_news(self, scene: Scene, before: Scene) -> None:
        if scene.typed != before.typed:
            self._say(scene, self._key_typed(scene, before))
        elif scene.ring is not before.ring and scene.ring is not None:
            self._say(scene, scene.ring_says)
        elif not scene.over:
            known = set(before.sentences)
            news = [each for each in scene.sentences if each not in known]
            if news and scene.sentences != before.sentences:
                self._talker.add(self._audible(scene, news), scene.language)

    def _reassure(self, scene: Scene) -> None:
        """Now and then a word while there is nothing to do but wait."""
        if self._talker.busy or not scene.waiting:
            self._quiet = 0
            return
        self._reassuring = False
        self._quiet += 1
        if self._quiet >= LOOKS_OF_SILENCE:
            self._quiet, self._reassuring = 0, True
            self._talker.add((scene.manner.own("speech.still_working"),), scene.language)

    def _key_typed(self, scene: Scene, before: Scene) -> Sequence[Sentence]:
        """One key at a time: the letter, or that one is gone."""
        typed = scene.typed
        if len(typed) < len(before.typed):
            gone = letters(before.typed[len(typed) :], scene.manner.phrases)
            return (scene.manner.own("speech.erased", private=True, what=gone),)
        added = typed[len(before.typed) :] if typed.startswith(before.typed) else typed
        if len(added) > 1:
            return (scene.manner.sentence(added, private=True),)
        return (Sentence(character(added, scene.manner.phrases), private=True),)

    def _say(self, scene: Scene, sentences: Sequence[Sentence]) -> None:
        heard = self._audible(scene, sentences)
        if heard:
            self._talker.say(heard, scene.language)

    def _audible(self, scene: Scene, sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
        """All of it for headphones; of what only they may say, one word a screen that it is so."""
        if self.private:
            return tuple(sentences)
        heard = for_everybody(sentences, scene.manner)
        instead = scene.manner.own("speech.for_headphones")
        if instead in heard and self._refused:
            return tuple(each for each in heard if each != instead)
        self._refused = self._refused or instead in heard
        return heard

    # --- the application's voice ----------------------------------------------------------------
    def say(self, texts: Sequence[Sentence | str], language: str) -> None:
        """Say `texts` now; whatever was being said is broken off."""
        self._talker.say(texts, language)

    def repeat(self) -> None:
        """Read the whole screen again, as it is now."""
        self._read = self._refused = False

    def pause_or_go_on(self) -> None:
        """Stop in the middle, or go on from there."""
        self._talker.pause_or_go_on()

    def stop(self) -> None:
        """Silence, and nothing is kept of what was said."""
        self._talker.stop()
        self._scene, self._read, self._refused = None, False, False

    def volume(self, level: int) -> None:
        """How loud from now on, 1 to 5."""
        self._talker.volume(level)
