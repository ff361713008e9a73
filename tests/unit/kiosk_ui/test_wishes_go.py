"""What one person wished of the voice is gone with them: how loud, and that it speaks at all."""

from typing import Any
from uuid import UUID

import pytest

from kiosk.comfort import Mute, Wish
from kiosk.flow.events import HelpHeard
from kiosk.flow.facts import HelpState
from kiosk.flow.touches import CallHelp, Start
from tests.unit.kiosk_ui.every_state import STATES


class Voice(Mute):
    """Writes down how loud it was made; says nothing."""

    private = listened_to = False

    def __init__(self) -> None:
        self.levels: list[int] = []

    def volume(self, level: int) -> None:
        self.levels.append(level)

    def look(self, scene: object) -> bool:
        return False

    def speaks(self, language: str) -> bool:
        return True


class Pad:
    """A keypad with a jack and nobody's fingers."""

    jack = False

    def take(self) -> list[str]:
        return []


@pytest.fixture
def voice(bench: Any) -> Any:
    before, bench.app.voice = bench.app.voice, Voice()
    yield bench.app.voice
    bench.app.voice = before


@pytest.fixture
def headphones(bench: Any, voice: Voice) -> Any:
    """Goes in and out; each time the binding is made to look."""
    from kiosk.widgets.spoken_binding import SpokenBinding

    pad, usual = Pad(), bench.app.usual
    binding = SpokenBinding(bench.app, voice, pad, 50)  # pyright: ignore[reportArgumentType]
    binding.start()

    def put(*, inside: bool) -> None:
        pad.jack = inside
        binding.look(0)

    put(inside=False)
    yield put
    binding.stop()
    bench.app.usual = bench.app.comfort = usual


def leave(bench: Any) -> None:
    bench.touch.touch("cancel")
    bench.frames()
    assert bench.touch.screen() == "welcome"


def test_how_loud_it_was_is_gone_from_the_voice_too(bench: Any, voice: Voice) -> None:
    bench.show(STATES["choose_service"])
    bench.app.louder()
    bench.app.louder()
    assert voice.levels == [4, 5]
    leave(bench)
    assert (bench.app.comfort.volume, voice.levels[-1]) == (3, 3)


def test_headphones_pulled_by_the_next_person_do_not_bring_the_last_ones_wish_back(
    bench: Any, headphones: Any
) -> None:
    bench.show(STATES["choose_service"])
    bench.app.toggle(Wish.SPEAKING)
    headphones(inside=True)
    leave(bench)
    headphones(inside=False)
    bench.engine.post(Start(UUID(int=99)))
    bench.frames()
    assert not bench.app.comfort.speaking


def test_whoever_wished_it_and_pulls_them_hears_the_loudspeaker_again(
    bench: Any, headphones: Any
) -> None:
    bench.show(STATES["choose_service"])
    bench.app.toggle(Wish.SPEAKING)
    headphones(inside=True)
    headphones(inside=False)
    assert bench.app.comfort.speaking


@pytest.mark.negative_control
def test_a_binding_that_remembers_the_last_person_is_caught(bench: Any, headphones: Any) -> None:
    class NeverForgets(int):
        __ne__ = lambda _self, _other: False  # noqa: E731
        __add__ = lambda self, _other: self  # noqa: E731

    bench.app.forgotten = NeverForgets(bench.app.forgotten)
    try:
        with pytest.raises(AssertionError):
            test_headphones_pulled_by_the_next_person_do_not_bring_the_last_ones_wish_back(
                bench, headphones
            )
    finally:
        bench.app.forgotten = 0


def test_a_call_nobody_answered_is_not_shown_for_ever_where_nobody_is(bench: Any) -> None:
    bench.engine.post(CallHelp())
    bench.engine.post(HelpHeard(HelpState.NO_ANSWER))
    bench.frames()
    bench.app._person_acts()
    bench.frames()
    assert bench.engine.state.help is HelpState.NO_ANSWER, "whoever called reads it"
    bench.shift(46)
    bench.frames(5)
    bench.app._look_around(0)
    bench.frames()
    assert bench.engine.state.help is HelpState.NOT_CALLED
