"""`python -m kiosk` with its screen, drawn to no display, touched from outside, and killed."""

import contextlib
import subprocess
import sys
import threading
import time

from devices.control import ask
from tests.crash.money.lives import Lives, until
from tests.crash.money.street import Habits
from tests.support.site import REPOSITORY, free_port

FIRST_SCREEN_S = 60.0
VISIT_S = 30.0
LONGEST_PAYING_S = 3.0
EMAIL = "a@b.pe"
HABITS = Habits(leaves=0.0)
_BUTTONS = {
    "welcome": "start",
    "choose_service": "service:certificate",
    "terms": "accept",
    "confirm_name": "confirm",
    "give_email": "continue",
}
_PAY = {"card": "pay", "cash": "pay_cash", "wallet": "pay_wallet"}


def kill_with_screen(lives: Lives) -> None:
    """One life with the screen: somebody goes as far as paying, and power goes a little later."""
    port = free_port()
    process = _started(lives, port)
    gone = threading.Event()
    try:
        hands = _Hands(lives, port)
        lives.street.set_mood(HABITS)
        assert until(lambda: hands.see() not in ("", "out_of_service"), FIRST_SCREEN_S)
        assert until(hands.pays, VISIT_S), f"nobody came as far as paying: {hands.see()}"
        feeder = threading.Thread(target=hands.go_on, args=(gone,), daemon=True)
        feeder.start()
        time.sleep(lives.dice.uniform(0.0, LONGEST_PAYING_S))
    finally:
        process.kill()
        process.wait(10)
        gone.set()
    feeder.join(10)
    lives.toll.screen_kills += 1
    lives.toll.kills += 1
    lives.settle_now_and_then()


def _started(lives: Lives, port: int) -> "subprocess.Popen[str]":
    kiosk = lives.world.kiosk
    words = kiosk.words("--offscreen", "--remote", str(port))
    return subprocess.Popen(
        [sys.executable, "-m", "kiosk", *words],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=kiosk.log.open("a"),
        text=True,
    )


class _Hands:
    """A person at the glass."""

    def __init__(self, lives: Lives, port: int) -> None:
        self._lives = lives
        self._kiosk = ("127.0.0.1", port)
        self._button = _PAY[lives.dice.choice(HABITS.means)]
        self._seen = ""
        self._paying = False

    def see(self) -> str:
        """The screen's name; "" where nobody answers."""
        try:
            return str(ask(self._kiosk, "screen").get("answer", ""))
        except (OSError, ValueError):
            return ""

    def pays(self) -> bool:
        """One more touch towards the amount; True once a way to pay was touched and it began."""
        screen = self.see()
        entered, self._seen = screen != self._seen, screen
        if screen == "read_document" and entered:
            self._lives.street.present()
        elif screen in _BUTTONS:
            if screen == "give_email" and entered:
                self._do(f"type_keys {EMAIL}")
            self._touch(_BUTTONS[screen])
        elif screen == "ready_to_pay":
            self._touch(self._button)
            self._paying = True
        return self._paying and screen != "ready_to_pay"

    def go_on(self, gone: threading.Event) -> None:
        """Put money in, or pay the code, until the kiosk is dead."""
        while not gone.wait(0.15):
            screen = self.see()
            if screen == "paying_by_cash":
                self._lives.street.put_money(HABITS)
            elif screen == "paying_by_wallet":
                self._lives.street.pay_codes()

    def _touch(self, control: str) -> None:
        self._do(f"touch {control}")

    def _do(self, line: str) -> None:
        """What cannot be touched yet is touched again at the next look."""
        with contextlib.suppress(OSError, ValueError):
            ask(self._kiosk, line)
