"""A kiosk without a screen: drains the inbox itself (crash tests, field diagnosis)."""

import threading
from collections.abc import Callable

from kiosk.bootstrap import Kiosk
from kiosk.flow.states import State

DRAIN_WAIT_S = 0.05


def run_headless(
    kiosk: Kiosk, stop: threading.Event, on_state: Callable[[State], None] = lambda _: None
) -> None:
    """Serve until `stop` is set; `on_state` sees every change, on this thread."""
    with kiosk:
        while not stop.is_set():
            if kiosk.runner.drain(DRAIN_WAIT_S):
                on_state(kiosk.runner.state)
