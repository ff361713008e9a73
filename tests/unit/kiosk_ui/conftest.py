"""The kiosk's screens without any display library: mock graphics, a stub window, real layout."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from gettext import GNUTranslations
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from kiosk.comfort import Comfort
from kiosk.flow.events import Event, ServerSeen
from kiosk.flow.states import At, State, Welcome
from kiosk.flow.step import step
from kiosk.idle import IdleWatch
from kiosk.texts.catalogue import load
from kiosk.theme import MM_PER_PX_27, Theme
from tests.unit.kiosk_ui.every_state import SERVICES, STATES, WORLD
from tests.unit.kiosk_ui.layout import layout_faults
from tests.unit.kiosk_ui.stub_window import StubFinder

SHOWN, SHOWN_A_COLLECTION = count(1), 60
PEOPLE_A_COLLECTION = 20


@dataclass
class FlowEngine:
    """The real flow with nothing behind it: effects are written down, not done."""

    state: State = field(default_factory=lambda: State(WORLD, Welcome()))
    posted: list[Event] = field(default_factory=list)
    effects: list[object] = field(default_factory=list)
    queue: list[Event] = field(default_factory=list)
    changed: bool = False

    def post(self, event: Event) -> None:
        self.posted.append(event)
        self.queue.append(event)

    def drain(self) -> bool:
        before, self.changed = (None if self.changed else self.state), False
        while self.queue:
            self.state, effects = step(self.state, self.queue.pop(0))
            self.effects += effects
        return self.state != before

    def begin_anew(self) -> None:
        """Forget everything, as after a restart."""
        self.state, self.changed = State(WORLD, Welcome()), True
        for told in (self.posted, self.effects, self.queue):
            told.clear()

    def put(self, at: At) -> None:
        """Jump to `at`, as if a journey had led there."""
        self.state, self.changed = replace(self.state, at=at), True


@dataclass
class Litter:
    """Takes out what people leave in memory after many of them: after each it takes longer than
    most tests. (`test_privacy.py` looks that the program itself does it after each.)"""

    gone: int = 0

    def take_out(self) -> None:
        """Somebody has gone."""
        self.gone += 1
        if self.gone % PEOPLE_A_COLLECTION == 0:
            gc.collect()


class Bench:
    """One running application, driven frame by frame."""

    def __init__(
        self, app: Any, engine: FlowEngine, touch: Any, shift: Callable[[float], None]
    ) -> None:
        self._app, self._engine, self._touch = app, engine, touch
        self.shift = shift
        self._anew = False

    def begin_anew(self, spanish: GNUTranslations) -> None:
        """On the welcome screen, usual look, nothing posted: as soon as anybody looks.

        Building it takes longer than most tests, and most begin by showing another screen.
        """
        self._engine.begin_anew()
        app = self._app
        app._close_chooser()
        app.ring.put(None)
        if app.page is not None:  # whatever comes next is built by this test
            app.root.remove_widget(app.page)
            app.page = None
        app.usual = app.comfort = Comfort()
        if app.theme != Theme():
            app.theme = Theme()
        if app.loc._ != spanish.gettext:
            app.loc.speak(spanish)
        self._anew = True

    @property
    def app(self) -> Any:
        """The application."""
        self._settle()
        return self._app

    @property
    def engine(self) -> FlowEngine:
        """The flow behind it."""
        self._settle()
        return self._engine

    @property
    def touch(self) -> Any:
        """A finger, and eyes."""
        self._settle()
        return self._touch

    def _settle(self) -> None:
        if self._anew:
            self.frames(2)  # the screen is built once, whatever of it was different
            assert self._touch.screen() == "welcome"

    def frames(self, count: int = 3) -> None:
        from kivy.base import EventLoop

        self._anew = False
        for _ in range(count):
            EventLoop.idle()
        self._app.looked_at()

    def show(self, at: At, theme: Theme | None = None) -> None:
        if next(SHOWN) % SHOWN_A_COLLECTION == 0:
            gc.collect()
        self._engine.put(at)
        if theme is not None:
            self._app.theme = theme
        self.frames(3)

    def put_world(self, **changes: Any) -> None:
        """Change the surroundings, as if a device or the server had told."""
        world = replace(self.engine.state.world, **changes)
        self.engine.state, self.engine.changed = replace(self.engine.state, world=world), True

    def wear(self, comfort: Comfort, mm_per_px: float = MM_PER_PX_27) -> None:
        """From now on everybody finds the screen like this, on a panel of this many pixels."""
        self.app.usual = comfort
        self.app.theme = Theme(mm_per_px).dressed(comfort)
        self.app.comfort = comfort
        self.frames()

    @staticmethod
    def app_time() -> float:
        """Now, on the application's clock."""
        from kivy.clock import Clock

        return Clock.time()

    def named(self, name: str) -> Any:
        """The control of this name, enabled or not."""
        return next(each for each in self.app.page.walk() if getattr(each, "name", "") == name)

    def said(self) -> str:
        """Every word on the screen, as one line."""
        return " ".join(self.touch.texts()).replace("\n", " ")

    def heading(self) -> str:
        """The largest words below the band with the institution's name."""
        titles = [each for each in self.app.page.walk() if type(each).__name__ == "Title"]
        return next(each.text for each in titles if each.text).replace("\n", " ")

    def faults(self) -> list[str]:
        """What is wrong with all that is shown: the screen and the bar, or what lies over them."""
        over = self.app.warning or self.app.chooser or self.app.root
        return layout_faults(over, self.app.theme, self.app.root.size)


@pytest.fixture(scope="session")
def kivy_window(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The stub window; the environment is put back as soon as Kivy has read it."""
    from kiosk.environment import prepare_environment

    before = dict(os.environ)
    home: Path = tmp_path_factory.mktemp("kivy_home")
    prepare_environment(home)
    os.environ |= {"KIVY_GL_BACKEND": "mock", "KCFG_GRAPHICS_MAXFPS": "0"}
    finder = StubFinder()
    sys.meta_path.insert(0, finder)  # pyright: ignore[reportArgumentType]
    try:
        from kivy.base import EventLoop

        EventLoop.ensure_window()
        EventLoop.start()
    finally:
        sys.meta_path.remove(finder)  # pyright: ignore[reportArgumentType]
        os.environ.clear()
        os.environ.update(before)
    assert type(EventLoop.window).__module__ != "kivy.core.window._window_sdl2"
    return EventLoop.window


@pytest.fixture(scope="session")
def shift(kivy_window: Any) -> Iterator[Callable[[float], None]]:
    """Shifts Kivy's clock forwards, for good: going back would stop every scheduled event."""
    from kivy import clock

    Clock: Any = clock.Clock
    real, shifted = Clock.time, [0.0]
    Clock.time = lambda: real() + shifted[0]

    def forwards(seconds: float) -> None:
        shifted[0] += seconds

    yield forwards
    Clock.time = real


@pytest.fixture(scope="session")
def spanish() -> GNUTranslations:
    """The first language, compiled once."""
    return load()


@pytest.fixture(scope="session")
def application(
    kivy_window: Any, shift: Callable[[float], None], spanish: GNUTranslations
) -> Iterator[Bench]:
    """One application for all tests: building the screen takes longer than most of them."""
    from kiosk import app as screen
    from kiosk.app import KioskApp
    from kiosk.touch import Touch

    at_once, screen.give_back = screen.give_back, Litter().take_out
    engine = FlowEngine()
    app = KioskApp(engine, Theme(), spanish, idle=IdleWatch())
    app._run_prepare()
    gc.collect()
    gc.freeze()
    yield Bench(app, engine, Touch(app), shift)
    screen.give_back = at_once
    app.dispatch("on_stop")
    assert kivy_window.children == [], "an application was left in the window"


@pytest.fixture(scope="module", autouse=True)
def collected_now_and_then() -> Iterator[None]:
    """`show` does it: a thrown-away screen is many small things."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def bench(application: Bench, spanish: GNUTranslations) -> Bench:
    """The application as it starts: on the welcome screen, usual look, nothing posted."""
    application.begin_anew(spanish)
    return application


@pytest.fixture
def states() -> dict[str, At]:
    """Every flow state a screen must be able to show, by a readable name."""
    return STATES


@pytest.fixture
def server_seen() -> ServerSeen:
    """What the site offers."""
    return ServerSeen(
        WORLD.site, SERVICES, backend=True, fee_centimos=WORLD.fee_centimos, public_address=True
    )
