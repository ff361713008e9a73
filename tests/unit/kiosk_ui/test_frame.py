"""The bar on every screen: a person, the language, how it looks; and what ends with the session."""

from collections.abc import Iterator
from gettext import NullTranslations
from typing import Any

import pytest

from kiosk.comfort import LOUDEST, Comfort, Wish
from kiosk.flow.facts import HelpState
from kiosk.flow.states import At, Welcome
from kiosk.flow.steps import Step, step_of
from kiosk.flow.touches import CallHelp, Start
from kiosk.theme import HIGH_CONTRAST, MM_PER_PX_22, MM_PER_PX_27, Theme

TOOLS = [
    "tool:help",
    "tool:language",
    "tool:large",
    "tool:contrast",
    "tool:voice",
    "tool:lowered",
]
VOICE = ["voice:repeat", "voice:pause", "voice:volume"]


class Recorder:
    """A voice that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def say(self, texts: Any, language: str) -> None:
        self.told.append((tuple(texts), language))

    def repeat(self) -> None:
        self.told.append("repeat")

    def pause_or_go_on(self) -> None:
        self.told.append("pause")

    def stop(self) -> None:
        self.told.append("stop")

    def volume(self, level: int) -> None:
        self.told.append(level)


@pytest.fixture
def voice(bench: Any) -> Iterator[Recorder]:
    """A voice in place of whatever the application has."""
    before, bench.app.voice = bench.app.voice, Recorder()
    yield bench.app.voice
    bench.app.voice = before


def bar(bench: Any) -> list[str]:
    from kiosk.widgets.control import controls

    return [each.name for each in controls(bench.app.bar)]


def tool(bench: Any, name: str) -> Any:
    return next(each for each in bench.app.bar.walk() if getattr(each, "name", "") == name)


def in_bar_order(bench: Any) -> list[str]:
    return sorted(bar(bench), key=[*VOICE, *TOOLS].index)


@pytest.mark.thorough
def test_the_bar_is_on_every_kind_of_screen_and_leaves_it_room(
    bench: Any, states: dict[str, At]
) -> None:
    for name, at in {type(at): (name, at) for name, at in states.items()}.values():
        bench.show(at)
        assert sorted(bar(bench)) == sorted(TOOLS), name
        assert bench.app.page.y == bench.app.bar.height
        assert bench.app.page.top == bench.app.root.height


def test_help_is_called_with_one_touch_on_any_screen(bench: Any, states: dict[str, At]) -> None:
    for name in ("welcome", "out_of_service-server_away", "paying_by_card"):
        bench.show(states[name])
        bench.touch.touch("tool:help")
        assert bench.engine.posted == [CallHelp()], name
        bench.engine.posted.clear()
        bench.engine.queue.clear()


@pytest.mark.parametrize("state", list(HelpState))
def test_how_the_call_stands_is_said_at_the_top_and_marked_on_its_control(
    bench: Any, states: dict[str, At], state: HelpState
) -> None:
    from dataclasses import replace

    from kiosk.widgets.header import CALL

    bench.show(states["terms"])
    initials = "INPE"
    bench.engine.state = replace(bench.engine.state, help=state)
    bench.engine.changed = True
    bench.frames()
    said = bench.touch.texts()
    words = {bench.app.loc._(key) for key in CALL.values()}
    expected = {bench.app.loc._(CALL[state])} if state in CALL else set()
    assert words & set(said) == expected
    assert initials in said
    called = state in (HelpState.CALLING, HelpState.CALLED, HelpState.COMING)
    assert tool(bench, "tool:help").on is called
    assert bench.faults() == []


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        (Wish.LARGE, lambda theme: theme.text_factor == 1.4),
        (Wish.CONTRAST, lambda theme: theme.palette is HIGH_CONTRAST),
        (Wish.LOWERED, lambda theme: theme.lowered),
    ],
)
def test_one_touch_changes_how_the_screen_looks_and_another_takes_it_back(
    bench: Any, states: dict[str, At], wish: Wish, shown: Any
) -> None:
    bench.show(states["terms"])
    name = f"tool:{wish}"
    for on in (True, False):
        bench.touch.touch(name)
        bench.frames()
        assert shown(bench.app.theme) is on
        assert tool(bench, name).on is on
    assert bench.engine.posted == []


def test_what_is_on_is_told_by_more_than_colour(bench: Any) -> None:
    from kiosk.widgets.icon import Icon

    def pictures() -> list[str]:
        return [
            each.picture for each in tool(bench, "tool:contrast").walk() if isinstance(each, Icon)
        ]

    assert "check" not in pictures()
    bench.touch.touch("tool:contrast")
    bench.frames()
    assert "check" in pictures()


def test_while_it_is_spoken_there_are_three_controls_for_it(bench: Any, voice: Recorder) -> None:
    bench.touch.touch("tool:voice")
    bench.frames()
    assert in_bar_order(bench) == [*VOICE, *TOOLS]
    assert bench.faults() == []
    for name in VOICE:
        bench.touch.touch(name)
    assert [each for each in voice.told if not isinstance(each, tuple)] == ["repeat", "pause", 4]
    assert bench.app.comfort.volume == 4
    bench.touch.touch("tool:voice")
    bench.frames()
    assert sorted(bar(bench)) == sorted(TOOLS)


def test_after_the_loudest_comes_the_softest() -> None:
    comfort = Comfort(volume=1)
    heard = []
    for _ in range(LOUDEST):
        heard.append(comfort.volume)
        comfort = comfort.louder()
    assert heard == [1, 2, 3, 4, 5]
    assert comfort.volume == 1


def test_arrows_come_to_the_bar_after_the_screens_own_controls(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["terms"])
    ringed = []
    for _ in range(3 + len(TOOLS)):
        bench.app.key("down")
        ringed.append(bench.app.ring.on.name)
    assert ringed == ["accept", "back", "cancel", *TOOLS]
    bench.app.key("up")
    assert bench.app.ring.on.name == "tool:voice"


def test_a_tool_touched_by_key_keeps_its_ring(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["terms"])
    for _ in range(6):
        bench.app.key("right")
    assert bench.app.ring.on.name == "tool:large"
    bench.app.key("enter")
    bench.frames()
    assert bench.app.comfort.large
    assert bench.app.ring.on is tool(bench, "tool:large")
    assert tool(bench, "tool:large").ringed
    bench.app.key("enter")
    assert not bench.app.comfort.large


@pytest.mark.parametrize(("key", "touched"), [("back", "Back"), ("home", "Cancel")])
def test_the_keypads_own_keys_touch_what_they_are_named_after(
    bench: Any, states: dict[str, At], key: str, touched: str
) -> None:
    bench.show(states["give_email"])
    bench.app.key(key)
    assert [type(each).__name__ for each in bench.engine.posted] == [touched]


def test_a_key_that_leads_nowhere_now_does_nothing(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["paying_by_card"])
    for key in ("back", "home", "enter", "f1", "escape", ""):
        bench.app.key(key)
    assert bench.engine.posted == []


# --- languages ----------------------------------------------------------------------------------
class Other(NullTranslations):
    """A language that says every key itself."""

    def info(self) -> dict[str, str]:
        return {"language": "en"}


@pytest.fixture
def two_languages(bench: Any) -> Iterator[Any]:
    """A bench that also speaks `Other`."""
    before = bench.app.languages
    bench.app.languages = ["es", "en"]
    bench.app._catalogues["en"] = Other()
    yield bench
    del bench.app._catalogues["en"]
    bench.app.languages = before


def test_every_language_is_offered_by_its_own_name_and_spoken_at_once(
    two_languages: Any, states: dict[str, At]
) -> None:
    bench = two_languages
    bench.show(states["give_email"])
    bench.touch.type_keys("juan@")
    bench.touch.touch("tool:language")
    bench.frames(4)
    assert bench.touch.screen() == "language_chooser"
    assert {"Español", "English"} <= set(bench.touch.texts())
    assert bench.touch.controls() == ["language:es", "language:en", "language:keep"]
    assert bench.faults() == []
    bench.touch.touch("language:en")
    bench.frames()
    assert bench.touch.screen() == "give_email"
    assert "common.cancel" in bench.touch.texts()
    assert bench.app.page.draft == "juan@"
    assert bench.app.comfort.language == "en"


def test_nothing_below_the_languages_is_touched(two_languages: Any, states: dict[str, At]) -> None:
    from kivy.base import EventLoop

    from kiosk.touch import Finger

    bench = two_languages
    bench.show(states["choose_service"])
    card = bench.named("service:certificate")
    bench.touch.touch("tool:language")
    bench.frames(4)
    finger = Finger(card.center_x, bench.app.root.height - 5)
    for phase in ("begin", "end"):
        EventLoop.post_dispatch_input(phase, finger)
    bench.touch.touch("language:keep")
    bench.frames()
    assert bench.touch.screen() == "choose_service"
    assert bench.engine.posted == []


# --- what ends with the session -------------------------------------------------------------------
WISHED = Comfort(large=True, contrast=True, lowered=True, speaking=True, volume=5)


def test_the_next_person_finds_the_screen_as_it_always_is(
    bench: Any, states: dict[str, At], voice: Recorder
) -> None:
    bench.show(states["terms"])
    bench.app.comfort = WISHED
    bench.frames()
    bench.show(states["choose_service"])
    assert bench.app.comfort == WISHED, "it is still the same person"
    bench.touch.touch("cancel")
    bench.frames()
    assert bench.touch.screen() == "welcome"
    assert bench.app.comfort == Comfort()
    assert bench.app.theme == Theme()
    assert "stop" in voice.told


def test_what_was_wished_on_the_first_screen_stays_for_the_session(bench: Any) -> None:
    bench.touch.touch("tool:large")
    bench.frames()
    bench.touch.touch("start")
    bench.frames()
    assert isinstance(bench.engine.posted[0], Start)
    assert bench.app.comfort.large


def test_whoever_only_looked_is_forgotten_after_a_while(bench: Any) -> None:
    bench.touch.touch("tool:contrast")
    bench.frames()
    bench.shift(30)
    bench.frames()
    assert bench.app.comfort.contrast
    bench.shift(20)
    bench.frames()
    assert bench.app.comfort == Comfort()


@pytest.mark.negative_control
def test_wishes_that_outlive_their_session_are_caught(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(bench.app), "_forget", lambda _app: None)
    bench.show(states["terms"])
    bench.app.comfort = WISHED
    bench.show(Welcome())
    assert bench.app.comfort != Comfort()


# --- how far along --------------------------------------------------------------------------------
def test_every_screen_of_the_certificate_says_how_far_one_has_come(
    bench: Any, states: dict[str, At]
) -> None:
    for name, step, words in [
        ("read_document", Step.DOCUMENT, "1 de 4: documento"),
        ("terms", Step.DATA, "2 de 4: sus datos"),
        ("ready_to_pay", Step.PAYMENT, "3 de 4: pago"),
        ("certificate_ready-printed", Step.CERTIFICATE, "4 de 4: certificado"),
    ]:
        assert step_of(states[name]) is step
        bench.show(states[name])
        assert words in bench.touch.texts()
    for name in ("welcome", "choose_service", "ticket_ready-printed"):
        assert step_of(states[name]) is None


@pytest.mark.parametrize("mm_per_px", [MM_PER_PX_27, MM_PER_PX_22])
def test_large_is_large_on_any_panel(mm_per_px: float) -> None:
    usual = Theme(mm_per_px)
    large = usual.dressed(Comfort(large=True))
    for name in ("small", "body", "lead", "button"):
        assert getattr(large, name) == pytest.approx(1.4 * getattr(usual, name), abs=1)


def test_a_language_is_known_by_its_code(bench: Any) -> None:
    from kiosk.widgets.localizer import Localizer

    assert Localizer(Other()).language == "en"
    assert Localizer(NullTranslations()).language == "es"
