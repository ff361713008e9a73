"""Somebody at the touchscreen, for tests and demonstrations: finds controls and touches them.

Works on the running application inside its own process. Except `ask`, call everything on Kivy's
thread.
"""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, ClassVar

from kivy.app import App
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
from kivy.input.motionevent import MotionEvent
from kivy.uix.label import Label
from kivy.uix.widget import Widget
from PIL import Image

from kiosk.app import KioskApp
from kiosk.widgets.control import Control, controls, shown

LAYOUT_FRAMES = 3
VERBS = ("screen", "controls", "texts", "where", "touch", "type_keys", "screenshot", "film")


class NoSuchControl(LookupError):
    """Nothing of this name can be touched now; the message lists what can."""


class ControlDisabled(RuntimeError):
    """The control is there and says why it cannot be touched now."""


class Finger(MotionEvent):
    """One touch at a point of the window, as a touchscreen reports it."""

    _count = 0

    def __init__(self, x: float, y: float) -> None:
        Finger._count += 1
        width, height = _window().size
        super().__init__(
            "finger",
            f"finger{Finger._count}",
            (x / width, y / height),
            is_touch=True,
            type_id="touch",
        )

    def depack(self, args: tuple[float, float]) -> None:
        """Where it is, between 0 and 1 from the lower left."""
        self.sx, self.sy = args
        self.profile = ["pos"]
        super().depack(args)


class Touch:
    """What a person sees and does. `app` is found by itself when there is only one."""

    _reel: ClassVar[Any] = None  # the film under way; every remote command makes its own Touch

    def __init__(self, app: KioskApp | None = None) -> None:
        found = app or App.get_running_app()
        if not isinstance(found, KioskApp):
            raise RuntimeError("no kiosk application is running in this process")
        self._app = found

    def screen(self) -> str:
        """The screen's name, or what lies over it: "idle_warning", "language_chooser"."""
        if self._app.warning is not None:
            return "idle_warning"
        if self._app.chooser is not None:
            return "language_chooser"
        return self._app.page.name if self._app.page is not None else ""

    def controls(self) -> list[str]:
        """The names of what can be touched now, from the top of the screen down."""
        return [each.name for each in controls(self._front()) if not each.disabled]

    def texts(self) -> list[str]:
        """Every sentence that can be seen, from the top of the screen down."""
        labels = [each for each in shown(self._front()) if isinstance(each, Label) and each.text]
        return [each.text for each in sorted(labels, key=_reading_order)]

    def where(self, name: str) -> str:
        """Whole pixels from the upper left corner to the middle of control `name`: "540 1204".

        Raises NoSuchControl or ControlDisabled.
        """
        control = self._find(name)
        x, y = control.to_window(control.center_x, control.center_y)
        return f"{round(x)} {round(_window().height - y)}"

    def touch(self, name: str) -> None:
        """Put a finger down on the middle of control `name` and lift it, having looked first.

        Controls of the bar (`tool:…`, `voice:…`) too. Raises NoSuchControl or ControlDisabled.
        """
        control = self._find(name)
        self._app.looked_at()
        finger = Finger(*control.to_window(control.center_x, control.center_y))
        EventLoop.post_dispatch_input("begin", finger)
        EventLoop.post_dispatch_input("end", finger)

    def type_keys(self, text: str) -> None:
        """Touch the key of each character: the control named `key:<character>`."""
        for character in text:
            self.touch(f"key:{character}")

    def screenshot(self, path: str | Path) -> str:
        """Draw the window now and write what it shows as a PNG; returns the path."""
        self.picture().save(path, compress_level=1)
        return str(path)

    def film(self, folder: str | Path = "") -> None:
        """From now on write `<screen>.png` into `folder` whenever another screen comes.

        Catches the screens that pass too fast to be asked for; each picture takes a tenth of a
        second of the kiosk's time. Without a folder, or when it cannot be written, filming ends.
        """
        if Touch._reel is not None:
            Touch._reel.cancel()
            Touch._reel = None
        self._app.paused = False
        if folder:
            Touch._reel = Clock.schedule_interval(self._frame_by_frame(Path(folder)), 0)

    def _frame_by_frame(self, folder: Path) -> Callable[[float], None]:
        seen, frames = self.screen(), 0

        def look(_dt: float) -> None:
            nonlocal seen, frames
            if self.screen() != seen:
                seen, frames = self.screen(), 0
                self._app.paused = True  # until layout and texts have had their frames
            elif self._app.paused:
                frames += 1
                if frames == LAYOUT_FRAMES:
                    self._app.paused = False
                    try:
                        self.screenshot(folder / f"{seen}.png")
                    except OSError:
                        self.film()

        return look

    def picture(self) -> Image.Image:
        """Draw the window now and read its pixels back."""
        window = _window()
        window.dispatch("on_draw")
        size = window.system_size
        pixels = glReadPixels(0, 0, *size, GL_RGB, GL_UNSIGNED_BYTE)
        return Image.frombytes("RGB", size, pixels).transpose(Image.Transpose.FLIP_TOP_BOTTOM)

    def ask(self, verb: str, *words: str, deadline: float = 5.0) -> str | list[str] | None:
        """From any other thread: one of VERBS, done on Kivy's thread. Raises what it raises.

        Raises ValueError for another verb and TimeoutError after `deadline` seconds.
        """
        if verb not in VERBS:
            raise ValueError(f"{verb!r} is none of {', '.join(VERBS)}")
        answer: Future[str | list[str] | None] = Future()

        def act() -> None:
            try:
                answer.set_result(getattr(self, verb)(*words))
            except (LookupError, RuntimeError, OSError, TypeError) as error:
                answer.set_exception(error)

        in_time = _once_drawn if verb == "screenshot" else _at_once
        Clock.schedule_once(lambda _dt: in_time(act), 0)
        return answer.result(deadline)

    def _front(self) -> Widget:
        front = self._app.warning or self._app.chooser or self._app.page
        if front is None:
            raise RuntimeError("the application shows nothing yet")
        return front

    def _find(self, name: str) -> Control:
        for control in self._app.controls():
            if control.name == name:
                if control.disabled:
                    raise ControlDisabled(f"{name}: {control.reason}")
                return control
        raise NoSuchControl(f"{name} is not on {self.screen()}; there is {self.controls()}")


def _window() -> Any:
    return EventLoop.window


def _reading_order(widget: Widget) -> tuple[float, float]:
    x, top = widget.to_window(widget.x, widget.top)
    return -round(top), round(x)


def _at_once(act: Callable[[], None]) -> None:
    act()


def _once_drawn(act: Callable[[], None]) -> None:
    """With the next picture, when everything stands where a person sees it: what came to the screen
    in this frame is laid out just before."""
    window = _window()

    def drawn(_window: Any) -> None:
        window.unbind(on_flip=drawn)
        act()

    window.bind(on_flip=drawn)
    window.canvas.ask_update()
