"""What is said when: a new screen, the ring, a typed letter, news; and to whom."""

from dataclasses import replace

import pytest

from kiosk.speech.manner import Manner, for_everybody
from kiosk.speech.narrator import LOOKS_OF_SILENCE, Narrator, Scene
from kiosk.speech.sentence import Sentence
from kiosk.speech.words import Phrases
from kiosk.texts.catalogue import load

SPANISH = load()
MANNER = Manner(
    Phrases(SPANISH.gettext, lambda key, count: SPANISH.ngettext(key, key, count)),
)
PUBLIC, SECRET = Sentence("Su certificado"), Sentence("Juan", private=True)
INSTEAD = SPANISH.gettext("speech.for_headphones")
PAGE, OTHER, BUTTON = object(), object(), object()


class Voice:
    """A talker that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []
        self.private = True
        self.busy = True

    def say(self, texts: tuple[Sentence, ...], language: str) -> None:
        self.told.append(("say", *(each.text for each in texts)))

    def add(self, texts: tuple[Sentence, ...], language: str) -> None:
        self.told.append(("add", *(each.text for each in texts)))

    def stop(self) -> None:
        self.told.append(("stop",))


@pytest.fixture
def voice() -> Voice:
    return Voice()


@pytest.fixture
def narrator(voice: Voice) -> Narrator:
    return Narrator(voice)  # pyright: ignore[reportArgumentType]


def scene(front: object = PAGE, *sentences: Sentence) -> Scene:
    return Scene(front, sentences or (PUBLIC, SECRET), MANNER)


def looked(narrator: Narrator, voice: Voice, *scenes: Scene | None) -> list[tuple[str, ...]]:
    """What the last of `scenes` made it say."""
    for each in scenes[:-1]:
        narrator.look(each)
    voice.told.clear()
    narrator.look(scenes[-1])
    return voice.told


def test_a_new_screen_is_silence_first_and_then_read_once(narrator: Narrator, voice: Voice) -> None:
    assert looked(narrator, voice, scene()) == [("stop",)]
    assert looked(narrator, voice, scene()) == [("say", "Su certificado", "Juan")]
    assert looked(narrator, voice, scene()) == []
    assert looked(narrator, voice, scene(OTHER)) == [("stop",)]
    assert looked(narrator, voice, scene(OTHER)) == [("say", "Su certificado", "Juan")]


def test_what_changes_on_a_screen_is_said_after_what_is_being_said(
    narrator: Narrator, voice: Voice
) -> None:
    changed = scene(PAGE, PUBLIC, Sentence("Recoja su papel"))
    assert looked(narrator, voice, scene(), scene(), changed) == [("add", "Recoja su papel")]


def test_the_seconds_of_a_question_are_not_counted_aloud(narrator: Narrator, voice: Voice) -> None:
    asked = replace(scene(OTHER, Sentence("en 20 segundos")), over=True, asks_to_stay=True)
    later = replace(asked, sentences=(Sentence("en 19 segundos"),))
    assert looked(narrator, voice, asked, asked, later) == []
    assert not narrator.listened_to, "the question does not answer itself"
    narrator.look(scene())
    assert narrator.listened_to


def test_the_ring_says_where_it_is(narrator: Narrator, voice: Voice) -> None:
    ringed = replace(scene(), ring=BUTTON, ring_says=(Sentence("Continuar"),))
    assert looked(narrator, voice, scene(), scene(), ringed) == [("say", "Continuar")]
    assert looked(narrator, voice, ringed) == []
    assert looked(narrator, voice, scene()) == []


@pytest.mark.parametrize(
    ("before", "after", "heard"),
    [
        ("an", "ana", "A"),
        ("ana", "ana@", "arroba"),
        ("ana", "an", "Borrado: A"),
        ("ana", "ana@gmail.com", "arroba gmail punto com"),
    ],
)
def test_typing_is_heard_key_by_key_in_headphones_only(
    narrator: Narrator, voice: Voice, before: str, after: str, heard: str
) -> None:
    first, then = replace(scene(), typed=before), replace(scene(), typed=after)
    assert looked(narrator, voice, first, first, then) == [("say", heard)]
    voice.private = False
    looked(narrator, voice, first, first)
    assert heard not in str(looked(narrator, voice, then))


def test_the_loudspeaker_says_once_a_screen_that_something_is_private(
    narrator: Narrator, voice: Voice
) -> None:
    voice.private = False
    assert looked(narrator, voice, scene(), scene()) == [("say", "Su certificado", INSTEAD)]
    ringed = replace(scene(), ring=BUTTON, ring_says=(SECRET,))
    assert looked(narrator, voice, ringed) == []


def test_headphones_that_go_in_have_the_screen_read_again(narrator: Narrator, voice: Voice) -> None:
    voice.private = False
    looked(narrator, voice, scene(), scene())
    voice.private = True
    assert looked(narrator, voice, scene()) == [("stop",)]
    assert looked(narrator, voice, scene()) == [("say", "Su certificado", "Juan")]


def test_repeat_reads_the_screen_as_it_is_now(narrator: Narrator, voice: Voice) -> None:
    looked(narrator, voice, scene(), scene())
    narrator.repeat()
    assert looked(narrator, voice, scene(PAGE, PUBLIC)) == [("say", "Su certificado")]


def test_switched_off_it_is_silent_and_forgets(narrator: Narrator, voice: Voice) -> None:
    assert looked(narrator, voice, scene(), scene(), None) == [("stop",)]
    assert looked(narrator, voice, None) == []
    assert "Juan" not in repr(vars(narrator))


@pytest.mark.negative_control
def test_a_manner_that_takes_everything_for_public_is_caught() -> None:
    heard = for_everybody([PUBLIC, replace(SECRET, private=False)], MANNER)
    assert INSTEAD not in [each.text for each in heard]


def waited(narrator: Narrator, voice: Voice, looks: int, *, waiting: bool = True) -> list[str]:
    """What is said in so many looks at one screen on which nothing is being said."""
    still = replace(scene(), waiting=waiting)
    narrator.look(still)
    narrator.look(still)
    voice.told.clear()
    voice.busy = False
    for _ in range(looks):
        narrator.look(still)
    return [each for told in voice.told for each in told[1:]]


def test_a_long_wait_is_not_silent_and_does_not_keep_the_session(
    narrator: Narrator, voice: Voice
) -> None:
    assert waited(narrator, voice, LOOKS_OF_SILENCE - 1) == []
    narrator.look(replace(scene(), waiting=True))
    assert voice.told == [("add", "Seguimos. Espere un momento, por favor.")]
    voice.busy = True
    narrator.look(replace(scene(), waiting=True))
    assert not narrator.listened_to, "it is no sign of life"
    narrator.look(scene(OTHER))
    assert narrator.listened_to, "another screen is"


@pytest.mark.negative_control
def test_nothing_is_said_where_somebody_can_choose(narrator: Narrator, voice: Voice) -> None:
    assert waited(narrator, voice, 3 * LOOKS_OF_SILENCE, waiting=False) == []
