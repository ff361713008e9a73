"""The Kivy application: shows the engine's state, watches for absence, lets nobody out."""

from collections.abc import Callable
from gettext import NullTranslations
from typing import Any

from kivy.app import App
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.config import Config
from kivy.properties import ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.engine import Engine
from kiosk.flow.events import IdleExpired
from kiosk.flow.states import OutOfService, Welcome
from kiosk.flow.step import is_busy
from kiosk.flow.touches import Cancel
from kiosk.idle import IdleWatch, Stage
from kiosk.screens.table import SCREENS
from kiosk.theme import Theme
from kiosk.widgets.control import Control, controls
from kiosk.widgets.idle_warning import IdleWarning
from kiosk.widgets.localizer import Localizer
from kiosk.widgets.page import Page
from kiosk.widgets.rules import load_rules

IDLE_LOOKS_A_SECOND = 5
KEYS_BACK = ("up", "left")
KEYS_ON = ("down", "right", "tab")
KEYS_TOUCH = ("enter", "numpadenter", "spacebar")


class KioskApp(App):
    """A change of `theme` builds the screen anew; a change of language inside `loc` too."""

    theme = ObjectProperty()
    loc = ObjectProperty()

    def __init__(
        self,
        engine: Engine,
        theme: Theme,
        catalogue: NullTranslations,
        on_first_frame: Callable[[], None] | None = None,
        *,
        idle: IdleWatch | None = None,
        show_cursor: bool = False,
    ) -> None:
        super().__init__()
        self.title = catalogue.gettext("institution.initials")
        self.use_kivy_settings = False
        self.theme = theme
        self.loc = Localizer(catalogue)
        self.idle = idle or IdleWatch()
        self.page: Page | None = None
        self.warning: IdleWarning | None = None
        self.paused = False  # True holds the present screen, so that it can be looked at
        self._engine = engine
        self._on_first_frame = on_first_frame
        self._show_cursor = show_cursor
        self._ringed: Control | None = None

    # --- life -----------------------------------------------------------------------------------
    def build(self) -> FloatLayout:
        """Load the rules, show the first state, start the clock callbacks."""
        _only_the_touchscreen()
        EventLoop.ensure_window()
        load_rules(self.theme.font)
        self._window: Any = EventLoop.window
        self.root = FloatLayout(size=self._window.size)
        self._watch_window()
        self.idle.sign_of_life(Clock.time())
        self._show()
        self.loc.bind(_=self._build_anew)
        self.bind(theme=self._build_anew)
        Clock.schedule_interval(self._drain, 0)
        Clock.schedule_interval(self._look_around, 1 / IDLE_LOOKS_A_SECOND)
        return self.root

    def on_stop(self) -> None:
        """Let go of clock and window: they outlive the application in a test."""
        Clock.unschedule(self._drain)
        Clock.unschedule(self._look_around)
        self._window.unbind(**self._window_handlers)
        self._window.remove_widget(self.root)

    def open_settings(self, *_arguments: object) -> bool:
        """There is nothing to set here."""
        return False

    def _watch_window(self) -> None:
        self._window.show_cursor = self._show_cursor
        self._window_handlers = {
            "on_request_close": _never,
            "on_touch_down": self._person_acts,
            "on_touch_up": self._person_acted,
            "on_key_down": self._key,
            "on_flip": self._first_flip,
        }
        self._window.bind(**self._window_handlers)

    def _first_flip(self, window: Any) -> None:
        window.unbind(on_flip=self._first_flip)
        if self._on_first_frame is not None:
            self._on_first_frame()

    # --- state to screen ------------------------------------------------------------------------
    def _drain(self, _dt: float) -> None:
        if not self.paused and self._engine.drain():
            self.idle.sign_of_life(Clock.time())
            self._end_warning()
            self._show()

    def _show(self) -> None:
        """A new state gets a new screen: nothing of the last person is left in the old one."""
        screen = SCREENS[type(self._engine.state.at)]
        if not isinstance(self.page, screen):
            self._replace_page(screen)
        assert self.page is not None
        self.page.render(self._engine.state)

    def _build_anew(self, *_change: object) -> None:
        self._end_warning()
        draft = self.page.draft if self.page is not None else ""
        self._replace_page(SCREENS[type(self._engine.state.at)])
        assert self.page is not None
        self.page.draft = draft
        self._show()

    def _replace_page(self, screen: type[Page]) -> None:
        assert self.root is not None
        if self.page is not None:
            self.page.draft = ""
            self.root.remove_widget(self.page)
        self._ringed = None
        self.page = screen(self._engine.post, self.loc, size=self.root.size)
        self.root.add_widget(self.page, index=len(self.root.children))

    # --- absence --------------------------------------------------------------------------------
    def _look_around(self, _dt: float) -> None:
        now, at = Clock.time(), self._engine.state.at
        if isinstance(at, Welcome | OutOfService) or is_busy(at):
            self.idle.sign_of_life(now)
        self.idle.shows(type(at))
        match self.idle.stage(now):
            case Stage.ATTENDED:
                self._end_warning()
            case Stage.WARNING:
                self._warn(self.idle.seconds_left(now))
            case Stage.EXPIRED:
                self._end_warning()
                self._engine.post(IdleExpired())

    def _warn(self, seconds: int) -> None:
        assert self.root is not None
        if self.warning is None:
            self.warning = IdleWarning()
            self.warning.bind(on_leave=lambda _warning: self._engine.post(Cancel()))
            self.root.add_widget(self.warning)
        self.warning.seconds = seconds

    def _end_warning(self, *_when: object) -> None:
        if self.warning is not None and self.root is not None:
            self.root.remove_widget(self.warning)
            self.warning = None

    def _person_acts(self, *_touch: object) -> None:
        self.idle.sign_of_life(Clock.time())
        self._ring(None)

    def _person_acted(self, *_touch: object) -> None:
        self.idle.sign_of_life(Clock.time())
        Clock.schedule_once(self._end_warning, -1)

    # --- keypad ---------------------------------------------------------------------------------
    def _key(self, window: Any, code: int, _scan: int, _text: str, _held: list[str]) -> bool:
        """Arrows move a visible ring over the controls, Enter touches; other keys do nothing."""
        self.idle.sign_of_life(Clock.time())
        key = window._system_keyboard.keycode_to_string(code)
        reachable = [each for each in controls(self._front()) if not each.disabled]
        if key in KEYS_TOUCH and self._ringed in reachable:
            self._ringed.dispatch("on_press")
            self._ringed.dispatch("on_release")
            self._end_warning()
        elif key in (*KEYS_ON, *KEYS_BACK) and reachable:
            self._ring(_next(reachable, self._ringed, 1 if key in KEYS_ON else -1))
        return True

    def _front(self) -> Any:
        return self.warning or self.page

    def _ring(self, control: Control | None) -> None:
        if self._ringed is not None:
            self._ringed.ringed = False
        self._ringed = control
        if control is not None:
            control.ringed = True


def _never(*_how: object) -> bool:
    """True: Kivy then leaves the window open."""
    return True


def _next(reachable: list[Control], ringed: Control | None, way: int) -> Control:
    if ringed not in reachable:
        return reachable[0 if way > 0 else -1]
    return reachable[(reachable.index(ringed) + way) % len(reachable)]


def _only_the_touchscreen() -> None:
    """Kivy's default also reads raw input devices, and every touch would count twice."""
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)
    Config.set("input", "mouse", "mouse,disable_multitouch")
