"""A kiosk as systemd runs it with `Restart=always`: it is started again when it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devices.control import ask
from tests.support.site import REPOSITORY, free_port

HELD = Path(__file__).with_name("held.py")
RESTART_AFTER_S = 0.2
DEADLINE_S = 60.0


class Watched:
    """One kiosk with its screen, drawn to no display, and touched from outside."""

    def __init__(self, config: Path, *here: str) -> None:
        self.exits: list[int] = []
        self._port = free_port()
        screen = ["--config", str(config), "--offscreen", "--remote", str(self._port)]
        self._words = [sys.executable, str(HELD), *here, "--", *screen]
        self._log = (config.parent / "kiosk.log").open("a")
        self._over = threading.Event()
        self._process = self._started()
        self._watch = threading.Thread(target=self._again_and_again, daemon=True)
        self._watch.start()

    @property
    def pid(self) -> int:
        """Which process it is now."""
        return self._process.pid

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._words,
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    def _again_and_again(self) -> None:
        while True:
            code = self._process.wait()
            if self._over.wait(RESTART_AFTER_S):
                return
            self.exits.append(code)
            self._process = self._started()

    def close(self) -> None:
        """End it, for good."""
        self._over.set()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._watch.join(10)
        self._log.close()

    def ask(self, line: str) -> Any:
        """The answer; None where nobody answers, or it cannot be done now."""
        try:
            return ask(("127.0.0.1", self._port), line).get("answer")
        except (OSError, ValueError):
            return None

    def screen(self) -> str:
        """The screen's name; "" where nobody answers."""
        return str(self.ask("screen") or "")

    def until(self, true: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
        """Raises AssertionError with what is shown."""
        ends = time.monotonic() + deadline_s
        while not true():
            assert time.monotonic() < ends, f"{self.screen()!r} {self.ask('texts')} {self.exits}"
            time.sleep(0.1)

    def until_shows(self, *screens: str, deadline_s: float = DEADLINE_S) -> None:
        """Raises AssertionError with what is shown instead."""
        self.until(lambda: self.screen() in screens, deadline_s)

    def touch(self, control: str) -> None:
        """Touch it as soon as it is there."""

        def touched() -> bool:
            there = control in (self.ask("controls") or [])
            if there:
                self.ask(f"touch {control}")
            return there

        self.until(touched)

    def hold_initials(self) -> None:
        """Hold a finger on them, longer than they need."""
        os.kill(self.pid, signal.SIGUSR1)

    def enter(self, code: str) -> None:
        """From the first screen into the staff's menu."""
        self.hold_initials()
        self.until_shows("staff_code")
        self.ask(f"type_keys {code}")
        self.touch("continue")
        self.until_shows("staff_menu")


@contextmanager
def watched(config: Path, *here: str, first: str = "welcome") -> Iterator[Watched]:
    """Started, and on its first screen."""
    kiosk = Watched(config, *here)
    try:
        kiosk.until_shows(first)
        assert kiosk.exits == [], (config.parent / "kiosk.log").read_text()
        yield kiosk
    finally:
        kiosk.close()
