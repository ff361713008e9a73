"""Draws every screen in every language and look: `var/shots/<language>/<look>/<state>.jpg`.

Run by `make shots` in a process of its own, because Kivy opens one window in a process. Writes
`faults.json` (what somebody could not read, reach or hit, by picture) beside the pictures, and for
each language `heard.md`: everything that somebody with headphones hears of every screen.
"""

import json
import os
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

LANGUAGES = ("es", "en", "qu", "ay")
LOOKS: dict[str, dict[str, bool]] = {
    "normal": {},
    "large": {"large": True},
    "contrast": {"contrast": True},
    "lowered": {"lowered": True},
}
HALF = 2
FRAMES = 4


class Stage:
    """An engine that is put into states by hand."""

    def __init__(self, state: Any) -> None:
        self.state = state
        self.changed = False

    def post(self, event: Any) -> None:
        """Nothing that is touched here does anything."""

    def drain(self) -> bool:
        """True once after each change by hand."""
        changed, self.changed = self.changed, False
        return changed

    def put(self, at: Any) -> None:
        """Somebody stands there now."""
        self.state, self.changed = replace(self.state, at=at), True


def main(folder: Path, *only: str) -> None:
    """Draw all of it into `folder`, or only some looks: `es/normal`, `qu/large`."""
    from kiosk.environment import prepare_environment

    folder.mkdir(parents=True, exist_ok=True)
    prepare_environment(folder, offscreen=True)
    os.environ["KCFG_GRAPHICS_MAXFPS"] = "0"  # frames follow each other without waiting
    os.environ["SDL_NO_SIGNAL_HANDLERS"] = "1"  # it ends when it is told to
    from kivy.base import EventLoop

    from kiosk.app import KioskApp
    from kiosk.comfort import Comfort
    from kiosk.flow.states import State, Welcome
    from kiosk.texts.catalogue import load
    from kiosk.theme import Theme
    from kiosk.touch import Touch
    from tests.integration.kiosk_screen.heard import Listener, sheet
    from tests.integration.kiosk_screen.overlays import OVERLAYS
    from tests.unit.kiosk_ui.every_state import STATES, WORLD
    from tests.unit.kiosk_ui.layout import layout_faults

    stage = Stage(State(WORLD, Welcome()))
    app = KioskApp(stage, Theme(), load())
    app._run_prepare()
    EventLoop.start()
    touch, found = Touch(app), {}

    def show(name: str) -> None:
        if name in OVERLAYS:
            OVERLAYS[name](app, stage)
        else:
            stage.put(STATES[name])
        settle()

    def settle() -> None:
        for _ in range(FRAMES):
            EventLoop.idle()

    wanted = [one.split("/") for one in only] or product(LANGUAGES, LOOKS)
    for language, look in wanted:
        app.usual = app.comfort = Comfort(language, **LOOKS[look])
        there = folder / language / look
        there.mkdir(parents=True, exist_ok=True)
        for name in (*STATES, *OVERLAYS):
            show(name)
            picture = touch.picture()
            picture.reduce(HALF).save(there / f"{name}.jpg", quality=88)
            assert app.root is not None
            over = app.warning or app.chooser or app.root
            faults = layout_faults(over, app.theme, app.root.size)
            if faults:
                found[f"{language}/{look}/{name}"] = faults
        print(f"shots: {language}, {look}: {len(STATES)} screens", flush=True)
        heard_there = folder / language / "heard.md"
        if look == "normal" or not heard_there.exists():
            listener, heard = Listener(app), []
            for name in (*STATES, *OVERLAYS):
                app.usual = app.comfort = Comfort(language, speaking=True)
                show(name)
                heard.append(sheet(name, listener.hears(settle)))
            heard_there.write_text("\n".join(heard))
    (folder / "faults.json").write_text(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
