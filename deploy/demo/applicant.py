"""A person at the kiosk: shows a document, touches real widgets, waits for the next screen."""

import re
import shutil
import time
from pathlib import Path

from devices.control import ask

SCREEN_DEADLINE_S = 30.0
LOOK_EVERY_S = 0.01


class Lost(RuntimeError):
    """The expected screen did not come; the message says what is there instead."""


class Applicant:
    """Drives one kiosk through its remote control, and counts what it costs the person."""

    def __init__(self, kiosk_port: int, reader_port: int, screens: Path) -> None:
        self._kiosk = ("127.0.0.1", kiosk_port)
        self._reader = ("127.0.0.1", reader_port)
        self._screens = screens
        self._film = screens / "film"
        self.touches = 0
        self.typed_screens = 0
        self.typed_keys = 0
        self.machine_seconds = 0.0
        self.seen: list[Path] = []

    def show_document(self, mrz: tuple[str, ...], *then: str) -> str:
        """Pass a document through the reader and wait for one of the screens `then`."""
        began = time.monotonic()
        ask(self._reader, "present " + "|".join(mrz))
        return self._arrive(began, then)

    def touch(self, control: str, *then: str) -> str:
        """Touch `control` and wait for one of the screens `then`."""
        self.touches += 1
        began = time.monotonic()
        self._do(f"touch {control}")
        return self._arrive(began, then)

    def type_text(self, text: str) -> None:
        """Touch the keys of the on-screen keyboard."""
        self.typed_screens += 1
        self.typed_keys += len(text)
        self._do(f"type_keys {text}")

    def film(self) -> None:
        """Have every further screen photographed by the kiosk itself, the fleeting ones too."""
        self._film.mkdir(exist_ok=True)
        self._do(f"film {self._film}")

    def fleeting(self) -> list[Path]:
        """The filmed pictures of screens that `picture` never caught, named like the others."""
        self._do("film")
        caught = {path.stem.split("-", 2)[2] for path in self.seen}
        found = [path for path in sorted(self._film.glob("*.png")) if path.stem not in caught]
        kept = [path.rename(self._screens / f"kiosk-fleeting-{path.name}") for path in found]
        shutil.rmtree(self._film)
        return kept

    def start_counting(self) -> None:
        """Forget what was counted so far; the pictures stay."""
        self.touches = self.typed_screens = self.typed_keys = 0
        self.machine_seconds = 0.0

    def wait_enabled(self, control: str) -> None:
        """Until `control` can be touched; the time counts as the machine's."""
        began = time.monotonic()
        while control not in self._controls():
            if time.monotonic() - began > SCREEN_DEADLINE_S:
                raise Lost(f"{control} stayed disabled on {self.screen()}")
            time.sleep(LOOK_EVERY_S)
        self.machine_seconds += time.monotonic() - began

    def waits_for(self, *screens: str) -> str:
        """Wait for one of `screens`; the time counts as the machine's."""
        return self._arrive(time.monotonic(), screens)

    def _controls(self) -> list[str]:
        found = self._do("controls")
        return found if isinstance(found, list) else []

    def texts(self) -> list[str]:
        """What can be read on the screen."""
        found = self._do("texts")
        return found if isinstance(found, list) else []

    def reads(self, pattern: re.Pattern[str]) -> str:
        """Wait for a text on the screen that is all `pattern`; the text."""
        began = time.monotonic()
        while time.monotonic() - began < SCREEN_DEADLINE_S:
            for text in self.texts():
                if pattern.fullmatch(text):
                    return text
            time.sleep(LOOK_EVERY_S)
        raise Lost(f"nothing like {pattern.pattern} on {self.screen()}: {self.texts()}")

    def screen(self) -> str:
        """The name of the screen, "" while the kiosk does not answer."""
        try:
            return str(self._do("screen"))
        except OSError:
            return ""

    def picture(self, name: str) -> Path:
        """A PNG of the screen as it is now."""
        path = self._screens / f"kiosk-{len(self.seen) + 1:02d}-{name}.png"
        self._do(f"screenshot {path}")
        self.seen.append(path)
        return path

    def _arrive(self, began: float, screens: tuple[str, ...]) -> str:
        while time.monotonic() - began < SCREEN_DEADLINE_S:
            screen = self.screen()
            if screen in screens:
                self.machine_seconds += time.monotonic() - began
                self.picture(screen)
                return screen
            time.sleep(LOOK_EVERY_S)
        raise Lost(f"waited for {' or '.join(screens)}, there is {self.screen()}: {self.texts()}")

    def _do(self, line: str) -> object:
        answer = ask(self._kiosk, line)
        if not answer["ok"]:
            raise Lost(f"{line}: {answer['error']}")
        return answer["answer"]
