"""The real program; SIGUSR1 puts a finger on the institution's initials, and holds it there.

Words before `--`: the ports this machine has, and what is broken: `forgetful` writes down no port;
`midway` is asked to end while it builds the screen for the code; `at_once` ends there and then.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from devices.ports import PortSeen
from kiosk import __main__ as program
from kiosk import bootstrap
from kiosk.staff.ports import PortBook


def hold_initials(*_signal: object) -> None:
    """On Kivy's thread, at its next frame."""
    from kivy.base import EventLoop
    from kivy.clock import Clock

    from kiosk.app import KioskApp
    from kiosk.touch import Finger
    from kiosk.widgets.initials import HOLD_S, Initials

    def press(_dt: float) -> None:
        app = KioskApp.get_running_app()
        assert isinstance(app, KioskApp)
        assert app.page is not None
        initials = next(each for each in app.page.walk() if isinstance(each, Initials))
        app.looked_at()
        finger = Finger(*initials.to_window(*initials.center))
        EventLoop.post_dispatch_input("begin", finger)
        Clock.schedule_once(lambda _dt: EventLoop.post_dispatch_input("end", finger), HOLD_S + 0.2)

    Clock.schedule_once(press, 0)


def forgetful() -> None:
    """Nothing is kept of a port."""
    setattr(PortBook, "keep", lambda _book, _name, _port: None)  # noqa: B010


def midway() -> None:
    """SIGTERM comes when the screen for the code is half built."""
    prepare = program.prepare_environment

    def prepared(*words: Any, **more: Any) -> None:
        prepare(*words, **more)
        from kiosk.screens.staff.staff_code import StaffCodeScreen

        build = StaffCodeScreen.__init__

        def interrupted(page: Any, *words: Any, **properties: Any) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            build(page, *words, **properties)

        setattr(StaffCodeScreen, "__init__", interrupted)  # noqa: B010

    setattr(program, "prepare_environment", prepared)  # noqa: B010


def at_once() -> None:
    """The application is stopped by the signal itself."""

    def stop(*_signal: object) -> None:
        from kiosk.app import KioskApp

        app = KioskApp.get_running_app()
        assert app is not None
        app.stop()

    def on_signal(_act: Callable[[], object]) -> None:
        signal.signal(signal.SIGTERM, stop)

    setattr(program, "_on_signal", on_signal)  # noqa: B010


BROKEN = {"forgetful": forgetful, "midway": midway, "at_once": at_once}

if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, hold_initials)
    cut = sys.argv.index("--")
    here, words = sys.argv[1:cut], sys.argv[cut + 1 :]
    for word in here:
        BROKEN.get(word, lambda: None)()
    ports = tuple(PortSeen(each) for each in here if each not in BROKEN)
    setattr(bootstrap, "system_ports", lambda: ports)  # noqa: B010
    sys.exit(program.main(words))
