"""What the main screens look like, kept as small pictures beside this file in `goldens/`.

    python -m tests.integration.kiosk_screen.goldens renew            # after a change of look
    python -m tests.integration.kiosk_screen.goldens draw FOLDER      # only look at them

Drawn in a process of its own, because Kivy opens one window in a process. What moves is held still.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from tests.integration.kiosk_screen.gallery import LOOKS, Stage
from tests.integration.kiosk_screen.likeness import alike
from tests.support.nursery import REPOSITORY

GOLDENS = Path(__file__).with_name("goldens")
SECONDS = 240
HALF, COLOURS, FRAMES = 2, 64, 3


@dataclass(frozen=True)
class Shown:
    """One picture: a state of `every_state`, and how the person wished to see it."""

    state: str
    language: str = "es"
    look: str = "normal"

    @property
    def name(self) -> str:
        """Of its file, without the ending."""
        return f"{self.state}.{self.language}.{self.look}"


MAIN = (
    "welcome",
    "out_of_service-server_away",
    "read_document",
    "type_number-01",
    "choose_service",
    "ticket_ready-printed",
    "terms",
    "confirm_name",
    "give_email",
    "ready_to_pay",
    "paying_by_cash",
    "certificate_ready-printed",
    "guide",
    "follow_menu",
)
OTHERWISE = (
    Shown("welcome", "qu"),
    Shown("welcome", "es", "lowered"),
    Shown("choose_service", "ay", "large"),
    Shown("give_email", "es", "large"),
    Shown("ready_to_pay", "es", "contrast"),
    Shown("certificate_ready-printed", "en", "contrast"),
)
ALL = (*(Shown(each) for each in MAIN), *OTHERWISE)

BROKEN = ("moved", "reworded", "recoloured")
SOFTENED = ("nudged",)
"""Variants of the first screen: a button 10 pixels away, another letter, a colour a little off; and
a button half a pixel away, so that only its edges are drawn otherwise."""


def drawn(folder: Path) -> dict[str, Image.Image]:
    """Draw all of them anew in a process of its own; by name. Raises AssertionError."""
    done = subprocess.run(
        [sys.executable, "-m", __spec__.name, "draw", str(folder)],
        cwd=REPOSITORY,
        env={"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"nothing was drawn:\n{done.stdout}\n{done.stderr}"
    return {each.stem: read(each) for each in sorted(folder.glob("*.png"))}


def read(path: Path) -> Image.Image:
    """A picture in true colours."""
    with Image.open(path) as picture:
        return picture.convert("RGB")


def renew() -> list[str]:
    """Keep what is drawn now wherever it is not like what was kept; the names of those."""
    GOLDENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pictures = {each.name: drawn_now for each, drawn_now in _wanted(drawn(Path(folder)))}
    for stray in set(GOLDENS.glob("*.png")) - {GOLDENS / f"{name}.png" for name in pictures}:
        stray.unlink()
    renewed = []
    for name, picture in pictures.items():
        kept = GOLDENS / f"{name}.png"
        if kept.exists() and alike(read(kept), picture):
            continue
        few = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(kept, optimize=True)
        assert alike(read(kept), picture), f"{name}: {COLOURS} colours are not enough"
        renewed.append(name)
    return renewed


def _wanted(pictures: dict[str, Image.Image]) -> list[tuple[Shown, Image.Image]]:
    return [(each, pictures[each.name]) for each in ALL]


def draw(folder: Path) -> None:
    """Write `<name>.png` for each of ALL, and of the variants of the first screen."""
    from kiosk.environment import prepare_environment

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        prepare_environment(Path(home), offscreen=True)
        os.environ["KCFG_GRAPHICS_MAXFPS"] = "0"  # frames follow each other without waiting
        Easel(folder).draw_all()


class Easel:
    """The application, which is shown one state after the other."""

    def __init__(self, folder: Path) -> None:
        from kivy.base import EventLoop

        from kiosk.app import KioskApp
        from kiosk.flow.states import State, Welcome
        from kiosk.texts.catalogue import load
        from kiosk.theme import Theme
        from kiosk.touch import Touch
        from tests.unit.kiosk_ui.every_state import STATES, WORLD

        self._states, self._folder = STATES, folder
        self._stage = Stage(State(WORLD, Welcome()))
        self._app: Any = KioskApp(self._stage, Theme(), load())
        self._app._run_prepare()
        EventLoop.start()
        self._loop, self._touch = EventLoop, Touch(self._app)

    def draw_all(self) -> None:
        """Every picture there is to compare."""
        for each in sorted(ALL, key=lambda one: (one.language, one.look)):
            self._show(each)
            self._keep(each.name)
        for variant in (*SOFTENED, *BROKEN):
            self._show(Shown("guide"))  # so that the first screen is built anew
            self._show(ALL[0])
            getattr(self, f"_{variant}")()
            self._frames()
            self._keep(variant)

    def _show(self, wanted: Shown) -> None:
        from kiosk.comfort import Comfort
        from kiosk.widgets.moving_picture import MovingPicture
        from kiosk.widgets.progress_line import ProgressLine

        comfort = Comfort(wanted.language, **LOOKS[wanted.look])
        if self._app.comfort != comfort:
            self._app.usual = self._app.comfort = comfort
        self._stage.put(self._states[wanted.state])
        self._frames()
        for each in self._app.page.walk():
            if isinstance(each, MovingPicture | ProgressLine):
                each.moving, each.phase = False, 0.0

    def _frames(self) -> None:
        for _ in range(FRAMES):
            self._loop.idle()

    def _keep(self, name: str) -> None:
        self._touch.picture().reduce(HALF).save(self._folder / f"{name}.png", compress_level=1)

    def _button(self) -> Any:
        return next(each for each in self._app.controls() if each.name == "start_preferential")

    def _moved(self) -> None:
        self._button().y -= 10

    def _reworded(self) -> None:
        from kivy.uix.label import Label

        for each in self._app.page.walk():
            if isinstance(each, Label):
                each.text = each.text.replace("documento", "dacumento", 1)

    def _recoloured(self) -> None:
        palette, before = self._app.theme.palette, self._app.theme.palette.header
        off = (*(min(1.0, part + 0.12) for part in before[:3]), 1.0)
        self._app.theme = self._app.theme.with_palette(replace(palette, header=off))

    def _nudged(self) -> None:
        self._button().x += 0.5


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["draw", where]:
            draw(Path(where))
        case ["renew"]:
            print("\n".join(renew()) or "nothing looks otherwise")
        case _:
            sys.exit(__doc__)
