"""The real kiosk, `python -m kiosk`, with its own window on an X server, and a person's hands.

A real site and simulated devices behind it. Where a control is, the kiosk says through `--remote`;
everything that is done goes through X.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageChops

from devices.control import ask
from tests.integration.kiosk_screen.x_server import SIZE, Display, x_server
from tests.support.hardware import Hardware
from tests.support.kiosk import kiosk_toml
from tests.support.nursery import REPOSITORY, end_with_parent
from tests.support.site import Site, free_port

DEADLINE_S = 60.0
LOOK_EVERY_S = 0.02
LOOKED_AT_S = 0.3
"""Longer than a kiosk passes over touches after its screen changed."""

FRAMES = 4
LOOSE = Path(__file__).with_name("loose.py")


class Escaped(AssertionError):
    """Somebody got out; the message says how."""


class Window:
    """A running kiosk as somebody in front of it sees it."""

    def __init__(
        self, display: Display, port: int, hardware: Hardware, program: "subprocess.Popen[bytes]"
    ) -> None:
        self.display, self.hardware, self.program = display, hardware, program
        self._remote = ("127.0.0.1", port)
        self.id = ""

    # --- what is seen ----------------------------------------------------------------------------
    def screen(self) -> str:
        """The name of what is shown; "" while the program does not answer."""
        try:
            answer = ask(self._remote, "screen")
        except (OSError, ValueError):  # it is not there yet, or not any more
            return ""
        return str(answer.get("answer", ""))

    def wait_for(self, *screens: str) -> str:
        """Wait for one of `screens`; which. Raises TimeoutError."""
        return self._until(self.screen, lambda now: now in screens, f"never came to {screens}")

    def at_rest(self) -> Image.Image:
        """The glass once nothing moves on it any more."""
        ends = time.monotonic() + DEADLINE_S
        while time.monotonic() < ends:
            self.frames_pass()
            one = self.display.picture()
            self.frames_pass()
            if same(one, self.display.picture()):
                return one
        raise TimeoutError("it never rests")

    def frames_pass(self) -> None:
        """Let it hear and show what was done: each question is answered in a frame of its own."""
        for _ in range(FRAMES):
            self.screen()

    # --- what is done ----------------------------------------------------------------------------
    def where(self, control: str) -> tuple[int, int]:
        """Pixels from the upper left corner to the middle of a control, once it can be touched."""

        def there() -> str:
            return str(ask(self._remote, f"where {control}").get("answer", ""))

        x, y = self._until(there, bool, f"no {control} to touch").split()
        return int(x), int(y)

    def touch(self, control: str) -> None:
        """A finger on the middle of a control that was looked at, through X."""
        self.where(control)
        time.sleep(LOOKED_AT_S)
        self.display.tap(*self.where(control))

    def leave(self) -> None:
        """Back to the first screen, as whoever has seen enough."""
        ends = time.monotonic() + DEADLINE_S
        while self.screen() != "welcome":
            assert time.monotonic() < ends, f"no way out of {self.screen()}"
            here = ask(self._remote, "controls").get("answer", [])
            out = next((each for each in ("cancel", "finish", "leave") if each in here), None)
            if out is not None:
                self.touch(out)
            self.frames_pass()

    def touch_nothing(self) -> None:
        """A finger in the band at the top, where there is nothing to touch."""
        self.display.tap(SIZE[0] // 2, 4)

    # --- what must hold --------------------------------------------------------------------------
    def must_stand(self, after: str) -> None:
        """The program lives and its one window is the whole glass. Raises Escaped."""
        if self.program.poll() is not None:
            raise Escaped(f"{after}: the program ended ({self.program.returncode})")
        windows = self.display.windows()
        if windows != [self.id]:
            raise Escaped(f"{after}: there are the windows {windows}, there was {self.id}")
        if self.display.place(self.id) != (0, 0, *SIZE):
            raise Escaped(f"{after}: the window is at {self.display.place(self.id)}")

    def changed_by(self, keys: Sequence[str], before: Image.Image) -> str | None:
        """What became of it when these were pressed one after the other; None: nothing at all."""
        named = " ".join(keys)
        try:
            self.display.press(*keys)
            self.frames_pass()
            self.must_stand(named)
            return None if same(before, self.at_rest()) else f"{named}: the screen is another"
        except Escaped as escaped:
            return str(escaped)

    def _until(self, look: Callable[[], str], done: Callable[[str], object], what: str) -> str:
        ends, seen = time.monotonic() + DEADLINE_S, ""
        while time.monotonic() < ends:
            seen = look()
            if done(seen):
                return seen
            if self.program.poll() is not None:
                raise Escaped(f"{what}: the program ended ({self.program.returncode})")
            time.sleep(LOOK_EVERY_S)
        raise TimeoutError(f"{what}; there is {seen!r} on {self.screen()}")


def same(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures are the same to the last bit."""
    return ImageChops.difference(one, other).getbbox() is None


@contextmanager
def real_window(folder: Path, site: Site, *, loose: bool = False) -> Iterator[Window]:
    """A kiosk that shows its first screen, whole; all of it ends with the block.

    `loose`: the broken variant in its place.
    """
    hardware = Hardware(folder / "kiosk")
    hardware.start()
    port, config = free_port(), folder / "kiosk" / "kiosk.toml"
    code = "A08" if loose else "A07"  # who is let in a second time is shut out the first time
    (folder / "kiosk" / "credential").write_text(site.command("add-kiosk", code))
    config.write_text(kiosk_toml(folder / "kiosk", site.url, code, hardware.toml()))
    start = [str(LOOSE)] if loose else ["-m", "kiosk"]
    with x_server(folder) as display, open(folder / "kiosk.log", "w") as log:
        program = subprocess.Popen(
            [sys.executable, *start, "--config", str(config), "--remote", str(port)],
            env=display.environment() | {"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(folder)},
            cwd=folder,
            stdout=log,
            stderr=log,
            preexec_fn=end_with_parent,
        )
        window = Window(display, port, hardware, program)
        try:
            window.wait_for("welcome")
            (window.id,) = display.windows()
            yield window
        finally:
            program.kill()
            program.wait(10)
            hardware.stop()


def said_by(folder: Path) -> str:
    """Everything the kiosk of `real_window(folder)` wrote."""
    return (folder / "kiosk.log").read_text()
