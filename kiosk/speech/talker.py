"""Says sentences one after another on a thread of its own; what it is told last is what counts."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog

from kiosk.speech.recordings import Recordings
from kiosk.speech.sentence import MOST_LETTERS, Sentence
from kiosk.speech.sink import Playing, Sink, SinkFailed
from kiosk.speech.sound import Sound
from kiosk.speech.synthesiser import VOICES, SpeechFailed, Synthesiser

MOST_SENTENCES = 60
STOP_DEADLINE_S = 5.0
USUAL_VOLUME = 3
SPANISH = "es"

log = structlog.get_logger("speech")


class Route(StrEnum):
    """Where sound goes: never to both."""

    LOUDSPEAKER = "loudspeaker"
    HEADPHONES = "headphones"


@dataclass
class _Speech:
    """What is being said: the sentences, which one is next, and how much of it was heard."""

    sentences: tuple[Sentence, ...] = ()
    language: str = SPANISH
    at: int = 0
    heard_s: float = 0.0

    @property
    def ended(self) -> bool:
        """Nothing is left to say."""
        return self.at >= len(self.sentences)


@dataclass(frozen=True)
class _Turn:
    """One sentence handed to the thread; it counts only while `number` is the newest."""

    number: int
    sentence: Sentence
    language: str
    heard_s: float


@dataclass
class _Faults:
    """A fault is told in the log once, and again only after it was gone."""

    known: str = ""

    def tell(self, why: str) -> None:
        if why and why != self.known:
            log.warning("speech is silent", why=why)
        self.known = why


class Talker:
    """The voice of the kiosk. Every method returns at once and may be called on any thread.

    Nothing is kept of what was said but the last utterance (for `repeat`), and that only until
    `stop`. A private sentence is passed over while the route is the loudspeaker.
    """

    def __init__(
        self,
        synthesiser: Synthesiser,
        sinks: Mapping[Route, Sink],
        recordings: Recordings | None = None,
    ) -> None:
        self._synthesiser = synthesiser
        self._sinks = sinks
        self._recordings = recordings or Recordings()
        self._route = Route.LOUDSPEAKER
        self._volume = USUAL_VOLUME
        self._speech = _Speech()
        self._paused = False
        self._number = 0
        self._playing: Playing | None = None
        self._closing = False
        self._faults = _Faults()
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="speech", daemon=True)

    # --- life -----------------------------------------------------------------------------------
    def start(self) -> None:
        """Begin to listen to what is to be said; call once."""
        self._thread.start()

    def close(self) -> None:
        """Silence for good."""
        with self._change:
            self._closing = True
            self._break_off(_Speech())
        if self._thread.is_alive():
            self._thread.join(STOP_DEADLINE_S)

    # --- what it is told ------------------------------------------------------------------------
    def say(self, texts: Sequence[Sentence | str], language: str) -> None:
        """Say `texts` one after another; whatever was being said is broken off.

        A plain `str` is a sentence that everybody may hear.
        """
        sentences = tuple(each if isinstance(each, Sentence) else Sentence(each) for each in texts)
        with self._change:
            self._break_off(_Speech(sentences[:MOST_SENTENCES], language))
            self._paused = False

    def add(self, texts: Sequence[Sentence], language: str) -> None:
        """Say `texts` after what is being said, where there is still room for them."""
        with self._change:
            speech = self._speech
            if speech.ended or speech.language != language:
                self.say(texts, language)
                return
            rest = speech.sentences[speech.at :] + tuple(texts)
            speech.sentences, speech.at = rest[:MOST_SENTENCES], 0

    def repeat(self) -> None:
        """Begin again with what was said last."""
        with self._change:
            last = self._speech
            self._break_off(_Speech(last.sentences, last.language))
            self._paused = False

    def pause_or_go_on(self) -> None:
        """Stop in the middle of a sentence, or go on from there."""
        with self._change:
            if not self._paused:
                self._hold()
            self._paused = not self._paused
            self._change.notify_all()

    def stop(self) -> None:
        """Silence, and nothing is kept of what was said."""
        with self._change:
            self._break_off(_Speech())
            self._paused = False

    def volume(self, level: int) -> None:
        """How loud from now on, 1 to 5; heard at once."""
        with self._change:
            self._volume = level
            self._hold()
            self._change.notify_all()

    def route(self, route: Route) -> None:
        """Headphones went in or out. What was being said stops before the route changes."""
        with self._change:
            if route is not self._route:
                self._break_off(_Speech())
                self._paused = False
                self._route = route

    # --- what can be seen of it -----------------------------------------------------------------
    @property
    def busy(self) -> bool:
        """Something is being said now: somebody is listening."""
        with self._change:
            return not self._paused and not self._speech.ended

    @property
    def private(self) -> bool:
        """Only the person with the headphones can hear it."""
        return self._route is Route.HEADPHONES

    def speaks(self, language: str) -> bool:
        """Whether there is a voice for `language`, or somebody recorded it."""
        return language in VOICES or self._recordings.speaks(language)

    # --- inside, with the lock held -------------------------------------------------------------
    def _break_off(self, speech: _Speech) -> None:
        self._silence()
        self._speech = speech
        self._change.notify_all()

    def _hold(self) -> None:
        """Be silent, and remember how much of the sentence was heard."""
        self._speech.heard_s += self._silence()

    def _silence(self) -> float:
        self._number += 1
        playing, self._playing = self._playing, None
        return playing.stop() if playing is not None else 0.0

    # --- the thread -----------------------------------------------------------------------------
    def _run(self) -> None:
        while (turn := self._next()) is not None:
            try:
                self._say(turn)
            except (SpeechFailed, SinkFailed) as error:
                self._faults.tell(str(error))
                self._done(turn)
            except Exception:
                log.exception("speech failed, the next sentence is tried")
                self._done(turn)

    def _next(self) -> _Turn | None:
        with self._change:
            while not self._closing and (self._paused or self._speech.ended):
                self._change.wait()
            if self._closing:
                return None
            speech = self._speech
            sentence = speech.sentences[speech.at]
            return _Turn(self._number, sentence, speech.language, speech.heard_s)

    def _say(self, turn: _Turn) -> None:
        if turn.sentence.private and not self.private:
            self._done(turn)
            return
        sound = self._sound(turn).after(turn.heard_s)
        with self._change:
            if turn.number != self._number:
                return
            # The route is looked at with the lock held: a jack pulled out in between is a new turn.
            playing = self._sinks[self._route].start(sound.at_volume(self._volume))
            self._playing = playing
        playing.wait()
        self._faults.tell("")
        self._done(turn)

    def _sound(self, turn: _Turn) -> Sound:
        sentence, language = turn.sentence, turn.language
        recorded = self._recordings.find(language, sentence.key) if sentence.key else None
        if recorded is not None:
            return recorded
        voice = VOICES.get(language, VOICES[SPANISH])
        return self._synthesiser.render(sentence.text[:MOST_LETTERS], voice)

    def _done(self, turn: _Turn) -> None:
        """On to the next sentence, unless something else is to be said by now."""
        with self._change:
            if turn.number == self._number:
                self._playing = None
                self._number += 1
                self._speech.at += 1
                self._speech.heard_s = 0.0
