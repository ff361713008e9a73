"""The real program, whose screen stands still from SIGUSR1 on; its other threads go on.

`apart` as the first word: the broken variant, whose sign of life comes from a thread of its own.
"""

import signal
import sys
import threading
import time

from kiosk import __main__ as program
from kiosk.systemd import notify, watchdog_every_s


def stand_still(*_signal: object) -> None:
    """On the main thread, in the middle of a turn of Kivy's clock."""
    while True:
        time.sleep(1)


def beat() -> None:
    """What a watchdog must not be: apart from what it watches."""
    while True:
        notify("WATCHDOG=1")
        time.sleep(watchdog_every_s())


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, stand_still)
    words = sys.argv[1:]
    if words[0] == "apart":
        words = words[1:]
        threading.Thread(target=beat, daemon=True).start()
    sys.exit(program.main(words))
