"""A screen that hangs is noticed: the sign of life comes from the screen's own clock."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HUNG = Path(__file__).with_name("hung.py")
REPOSITORY = Path(__file__).resolve().parents[3]
STARTS_S, LIMIT_S = 60.0, 1.2
CONFIGURATION = """\
code = "A01"
[server]
url = "http://127.0.0.1:9"
credential_file = "credential"
[discovery]
enabled = false
"""


class Manager:
    """The service manager's end of sd_notify(3), and the program it started."""

    def __init__(self, folder: Path, *variant: str) -> None:
        self.folder = folder
        (folder / "credential").write_text("0000000000000000.x")
        (folder / "kiosk.toml").write_text(CONFIGURATION)
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind(str(folder / "notify"))
        environment = os.environ | {
            "NOTIFY_SOCKET": str(folder / "notify"),
            "WATCHDOG_USEC": str(int(LIMIT_S * 1_000_000)),
            "TMPDIR": str(folder),
            "PYTHONPATH": str(REPOSITORY),
        }
        words = [*variant, "--config", str(folder / "kiosk.toml"), "--offscreen"]
        self.program = subprocess.Popen(
            [sys.executable, str(HUNG), *words], env=environment, cwd=folder
        )

    def hears(self, word: str, within_s: float) -> bool:
        """Whether `word` comes before `within_s` seconds of silence."""
        self._line.settimeout(within_s)
        try:
            while self._line.recv(100).decode() != word:
                pass
        except TimeoutError:
            return False
        return True

    def forget(self) -> None:
        """Read away what was said so far."""
        self._line.setblocking(False)
        try:
            while True:
                self._line.recv(100)
        except BlockingIOError:
            pass

    def hang(self) -> None:
        """The screen stands still from now on."""
        self.program.send_signal(signal.SIGUSR1)
        self.hears("WATCHDOG=1", LIMIT_S)  # one may have been on its way
        self.forget()

    def close(self) -> None:
        """End everything."""
        self.program.kill()
        self.program.wait(10)
        self._line.close()


@contextmanager
def managed(folder: Path, *variant: str) -> Iterator[Manager]:
    manager = Manager(folder, *variant)
    try:
        assert manager.hears("READY=1", STARTS_S), "the first frame was never drawn"
        assert manager.hears("WATCHDOG=1", STARTS_S), "no sign of life"
        yield manager
    finally:
        manager.close()


def test_a_screen_that_hangs_gives_no_sign_of_life_any_more(tmp_path: Path) -> None:
    with managed(tmp_path) as manager:
        (home,) = tmp_path.glob("kiosk-kivy-*")
        assert list(home.iterdir()) == [], "Kivy found a place to put things"
        assert home.stat().st_mode & 0o222 == 0, "and anybody could put code there"
        manager.hang()
        assert not manager.hears("WATCHDOG=1", LIMIT_S), "the service manager would not notice"


@pytest.mark.negative_control
@pytest.mark.thorough
def test_a_sign_of_life_from_a_thread_of_its_own_is_caught(tmp_path: Path) -> None:
    """The broken variant goes on saying that all is well in front of a screen that hangs."""
    with managed(tmp_path, "apart") as manager:
        manager.hang()
        with pytest.raises(AssertionError):
            assert not manager.hears("WATCHDOG=1", STARTS_S), "the manager would not notice"
