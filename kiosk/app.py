"""The Kivy application: shows the engine's state, watches for absence, lets nobody out."""

from collections.abc import Callable, Sequence
from gettext import NullTranslations
from typing import Any
from uuid import UUID

from kivy.app import App
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.properties import ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.chime import Chime, Silent
from kiosk.comfort import VOICE_VERBS, Comfort, Mute, Voice, Wish, by_their_names
from kiosk.engine import Engine
from kiosk.flow.events import Event, HelpHeard, IdleExpired
from kiosk.flow.facts import HelpState
from kiosk.flow.step import NOBODY_IS_HERE, is_busy
from kiosk.flow.touches import CallHelp, Cancel
from kiosk.flow.turn import person_of
from kiosk.idle import ORDINARY, IdleWatch, Stage
from kiosk.memory import give_back
from kiosk.screens.table import SCREENS
from kiosk.texts.catalogue import languages as installed
from kiosk.texts.catalogue import load
from kiosk.theme import Theme
from kiosk.touch_guard import TouchGuard
from kiosk.widgets.control import Control, controls, named
from kiosk.widgets.idle_warning import IdleWarning
from kiosk.widgets.keyboard import Key
from kiosk.widgets.language_chooser import LanguageChooser
from kiosk.widgets.localizer import Localizer
from kiosk.widgets.page import Page
from kiosk.widgets.ring import HELD, KEYS, Ring, meant_by
from kiosk.widgets.rules import load_rules
from kiosk.widgets.staff_keys import StaffKeys
from kiosk.widgets.toolbar import Toolbar
from kiosk.widgets.window import never, only_the_touchscreen

IDLE_LOOKS_A_SECOND = 5


class KioskApp(App):
    """A change of `theme` builds the screen anew; a change of language inside `loc` too.

    `comfort` is what the person standing here asked for; it goes when their session ends. `page` is
    the screen; `chooser` and `warning` lie over it.
    """

    theme = ObjectProperty()
    loc = ObjectProperty()
    comfort = ObjectProperty(Comfort())

    def __init__(
        self,
        engine: Engine,
        theme: Theme,
        catalogue: NullTranslations,
        on_first_frame: Callable[[], None] | None = None,
        *,
        idle: IdleWatch | None = None,
        show_cursor: bool = False,
        comfort: Comfort | None = None,
        languages: Sequence[str] | None = None,
        chime: Chime | None = None,
    ) -> None:
        super().__init__()
        self.title = catalogue.gettext("institution.initials")
        self.use_kivy_settings = False
        self.usual = comfort or Comfort()
        self.comfort = self.usual
        self.theme = theme
        self.loc = Localizer(catalogue)
        self.languages = by_their_names(installed()) if languages is None else list(languages)
        self.idle = idle or IdleWatch()
        self.chime: Chime = chime or Silent()
        self.voice: Voice = Mute()
        self.page: Page | None = None
        self.bar: Toolbar | None = None
        self.chooser: LanguageChooser | None = None
        self.warning: IdleWarning | None = None
        self.paused = False  # True holds the present screen, so that it can be looked at
        self.ring = Ring()
        self.forgotten = 0  # how many people left, or were gone
        self.staff_keys = StaffKeys(engine.post)
        self._catalogues = {self.usual.language: catalogue}
        self._engine = engine
        self._on_first_frame = on_first_frame or (lambda: None)
        self._show_cursor = show_cursor
        self._session: UUID | None = None
        self._touched_at = 0.0
        self._guard = TouchGuard(
            lambda: Clock.time(), lambda do: Clock.schedule_once(lambda _dt: do(), 0)
        )

    # --- life -----------------------------------------------------------------------------------
    def build(self) -> FloatLayout:
        """Load the rules, show the first state, start the clock callbacks."""
        only_the_touchscreen()
        EventLoop.ensure_window()
        load_rules(self.theme.font)
        self._window: Any = EventLoop.window
        self._window.clearcolor = self.theme.palette.ground
        self.root = FloatLayout(size=self._window.size)
        self._watch_window()
        self.idle.sign_of_life(Clock.time())
        self.root.bind(height=self._fit_page)
        self._add_bar()
        self._show()
        anew = Clock.create_trigger(self._build_anew, -1)
        self.loc.bind(_=anew)
        self.bind(theme=anew, comfort=self._dress)
        Clock.schedule_interval(self._drain, 0)
        Clock.schedule_interval(self._look_around, 1 / IDLE_LOOKS_A_SECOND)
        return self.root

    def on_stop(self) -> None:
        """Let go of clock and window: they outlive the application in a test."""
        Clock.unschedule(self._drain)
        Clock.unschedule(self._look_around)
        self._window.unbind(**self._window_handlers)
        self._window.remove_widget(self.root)

    def open_settings(self, *_settings: object) -> bool:
        """There is nothing to set here."""
        return False

    def _watch_window(self) -> None:
        self._window.show_cursor = self._show_cursor
        self._window_handlers = {
            "on_request_close": never,
            "on_touch_down": self._person_acts,
            "on_touch_up": self._person_acted,
            "on_key_down": self._key,
            "on_flip": self._first_flip,
        }
        self._window.bind(**self._window_handlers)

    def _first_flip(self, window: Any) -> None:
        window.unbind(on_flip=self._first_flip)
        self._on_first_frame()

    # --- state to screen ------------------------------------------------------------------------
    def _drain(self, _dt: float) -> None:
        if not self.paused and self._guard.drained(changed=self._engine.drain()):
            self.idle.sign_of_life(Clock.time())
            self._end_warning()
            self._show()

    def _show(self) -> None:
        """A new state gets a new screen: nothing of the last person is left in the old one."""
        state = self._engine.state
        person = person_of(state.at)
        session = person.visit if person is not None else None
        ended, self._session = self._session not in (None, session), session
        screen = SCREENS[type(state.at)]
        if ended or not isinstance(self.page, screen):
            self._close_chooser()
            self._replace_page(screen)
        assert self.page is not None
        assert self.bar is not None
        self.page.render(state)
        self.bar.help = state.help
        if ended:
            self._forget()

    def _forget(self) -> None:
        """The next person finds the screen as it always is, and nothing of the last."""
        self.forgotten += 1
        self.voice.stop()
        self.voice.volume(self.usual.volume)
        self.ring.put(None)
        self.comfort = self.usual
        Clock.schedule_once(lambda _dt: give_back(), 0)

    def _build_anew(self, *_change: object) -> None:
        self._end_warning()
        self._window.clearcolor = self.theme.palette.ground  # no screen need draw it as well
        draft = self.page.draft if self.page is not None else ""
        ringed = self.ring.on.name if self.ring.on is not None else ""
        self._add_bar()
        self._replace_page(SCREENS[type(self._engine.state.at)])
        assert self.page is not None
        assert self.root is not None
        self.page.draft = draft
        self._show()
        self.ring.put(named(self.root, ringed))

    def _replace_page(self, screen: type[Page]) -> None:
        assert self.root is not None
        if self.page is not None:
            self.page.draft = ""
            self.root.remove_widget(self.page)
        self._unring()
        page = screen(self._from_page, self.loc, size_hint=(1, None))
        page.emit = lambda event: self._from_page(event, page)
        self.page = page
        self._fit_page()
        self.root.add_widget(page, index=len(self.root.children))
        self._guard.moved()

    def _from_page(self, event: Event, page: Page | None = None) -> None:
        """What is touched on a screen that is gone or was answered already means nothing."""
        if page is self.page and self._guard.takes_answer():
            self._engine.post(event)

    def _fit_page(self, *_change: object) -> None:
        """The screen is what the bar leaves."""
        assert self.root is not None
        assert self.bar is not None
        if self.page is not None:
            self.page.pos = (0, self.bar.height)
            self.page.height = self.root.height - self.bar.height

    # --- the bar --------------------------------------------------------------------------------
    def _add_bar(self) -> None:
        assert self.root is not None
        if self.bar is not None:
            self.root.remove_widget(self.bar)
        self.bar = Toolbar(size_hint_x=1, pos_hint={"x": 0, "y": 0}, comfort=self.comfort)
        self.bar.bind(
            height=self._fit_page,
            on_help_touched=lambda _bar: self.call_help(),
            on_language=lambda _bar: self.choose_language(),
            on_wish=lambda _bar, wish: self.toggle(Wish(wish)),
            on_voice=lambda _bar, verb: getattr(self, VOICE_VERBS[verb])(),
        )
        self.root.add_widget(self.bar, index=len(self.root.children))

    def call_help(self) -> None:
        """Somebody should come to this kiosk."""
        self._engine.post(CallHelp())

    def toggle(self, wish: Wish) -> None:
        """One wish of the person the other way round."""
        self.comfort = self.comfort.toggled(wish)

    def repeat(self) -> None:
        """Say once more what was said last."""
        self.voice.repeat()

    def pause_or_go_on(self) -> None:
        """Be quiet, or go on from there."""
        self.voice.pause_or_go_on()

    def louder(self) -> None:
        """One step louder; after the loudest the softest."""
        self.comfort = self.comfort.louder()
        self.voice.volume(self.comfort.volume)

    def choose_language(self) -> None:
        """Lay the languages over the screen."""
        assert self.root is not None
        if self.chooser is not None:
            return
        self._end_warning()
        self.chooser = LanguageChooser(languages=self.languages, spoken=self.comfort.language)
        self.chooser.bind(
            on_chosen=lambda _chooser, code: self.speak(code),
            on_closed=lambda _chooser: self._close_chooser(),
        )
        self.ring.put(None)
        self.root.add_widget(self.chooser)
        self._guard.moved()

    def speak(self, code: str) -> None:
        """Show everything in another language from now on. Raises UnknownLanguage."""
        self._close_chooser()
        self.comfort = self.comfort.in_language(code)

    def _close_chooser(self) -> None:
        if self.chooser is not None and self.root is not None:
            self._unring()
            self.root.remove_widget(self.chooser)
            self.chooser = None
            self._guard.moved()

    def _dress(self, _app: object, comfort: Comfort) -> None:
        """Show what the person asked for: theme, bar and language, each only if it changed."""
        assert self.bar is not None
        self.bar.comfort = comfort
        self.theme = self.theme.dressed(comfort)
        if self.loc.language != comfort.language:
            if comfort.language not in self._catalogues:
                self._catalogues[comfort.language] = load(comfort.language)
            self.loc.speak(self._catalogues[comfort.language])

    # --- absence --------------------------------------------------------------------------------
    def _look_around(self, _dt: float) -> None:
        now, at = Clock.time(), self._engine.state.at
        if isinstance(at, NOBODY_IS_HERE):
            self._nobody(now)
        if isinstance(at, NOBODY_IS_HERE) or is_busy(at):
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

    def _nobody(self, now: float) -> None:
        """Whoever only looked, and changed how the screen looks, is gone after a while."""
        if now - self._touched_at < ORDINARY:
            return
        if self._engine.state.help is HelpState.NO_ANSWER:
            self._engine.post(HelpHeard(HelpState.NOT_CALLED))
        if self.comfort != self.usual or self.chooser:
            self._close_chooser()
            self._forget()

    def _warn(self, seconds: int) -> None:
        assert self.root is not None
        if self.warning is None:
            self._close_chooser()
            self.warning = IdleWarning()
            self.warning.bind(on_leave=lambda _warning: self._from_page(Cancel(), self.page))
            self.root.add_widget(self.warning)
            self.chime.ring()
        self.warning.seconds = seconds

    def _end_warning(self, *_when: object) -> None:
        if self.warning is not None and self.root is not None:
            self.root.remove_widget(self.warning)
            self.warning = None
            self._guard.moved()

    def looked_at(self) -> None:
        """The person has seen the screen as it is now: the next touch is meant for it."""
        self._guard.looked_at()

    def _sign_of_life(self) -> None:
        self._touched_at = Clock.time()
        self.idle.sign_of_life(self._touched_at)

    def _person_acts(self, *_touch: object) -> bool:
        """True swallows a touch that came too soon after the screen changed under the finger."""
        self._sign_of_life()
        self.ring.put(None)
        return self._guard.settling

    def _person_acted(self, *_touch: object) -> None:
        self._sign_of_life()
        Clock.schedule_once(self._end_warning, -1)

    # --- keypad ---------------------------------------------------------------------------------
    def _key(self, window: Any, code: int, _scan: int, _text: str, held: list[str]) -> bool:
        """A key of a keyboard; True: nobody else hears of it, held with others it says nothing."""
        meant = KEYS.get(window._system_keyboard.keycode_to_string(code), "")
        self.key("" if HELD.intersection(held) else meant)
        return True

    def key(self, name: str) -> None:
        """The one entry for keys. Arrows move a visible ring, enter touches what it is on.

        `name`: up, down, left, right, enter, back, home, help, volume. Others mean nothing.
        """
        self._sign_of_life()
        reachable = [each for each in self.controls() if not each.disabled]
        match name:
            case "enter" if self.ring.on in reachable:
                self._press(self.ring.on)
            case "up" | "down" | "left" | "right":
                self.ring.move(reachable, name)
            case "back" | "home":
                self._press(meant_by(name, reachable))
            case "help":
                self.call_help()
            case "volume":
                self.louder()
        self.staff_keys.press(name)

    def _press(self, control: Control | None) -> None:
        if control is not None and (isinstance(control, Key) or not self._guard.settling):
            control.press()
            self._end_warning()

    def controls(self) -> list[Control]:
        """What can be seen to touch now, in the order of the arrows: the screen's, then the bar's.

        What lies over the screen is all there is while it does.
        """
        over = self.warning or self.chooser
        if over is not None:
            return controls(over)
        assert self.bar is not None
        return [*(controls(self.page) if self.page is not None else ()), *controls(self.bar)]

    def _unring(self) -> None:
        """What is taken away keeps no ring; only the bar stays, and a ring on it."""
        if self.bar is None or self.ring.on not in controls(self.bar):
            self.ring.put(None)
