"""What can lie over a screen or stand in its bar: drawn after the screens, as `over-<name>`."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from kiosk.flow.facts import HelpState
from tests.unit.kiosk_ui.every_state import STATES

ALONE_S = 21
"""Longer than the kiosk waits before it asks whether somebody is there, shorter than it asks."""


def _stand(app: Any, stage: Any, name: str, called: HelpState = HelpState.NOT_CALLED) -> None:
    """Somebody stands at this screen, and it is drawn."""
    from kivy.base import EventLoop

    stage.state = replace(stage.state, help=called)
    stage.put(STATES[name])
    for _ in range(2):
        EventLoop.idle()
    app.looked_at()


def _languages(app: Any, stage: Any) -> None:
    _stand(app, stage, "terms")
    app.choose_language()


def _still_there(app: Any, stage: Any) -> None:
    from kivy.clock import Clock

    _stand(app, stage, "give_email")
    app.idle.sign_of_life(Clock.time() - ALONE_S)
    app._look_around(0)


def _help(called: HelpState, app: Any, stage: Any) -> None:
    _stand(app, stage, "read_document", called)


def _speaking(app: Any, stage: Any) -> None:
    app.usual = app.comfort = replace(app.comfort, speaking=True)
    _stand(app, stage, "terms")


OVERLAYS: dict[str, Callable[[Any, Any], None]] = {
    "over-languages": _languages,
    "over-still_there": _still_there,
    **{
        f"over-help-{called}": partial(_help, called)
        for called in HelpState
        if called is not HelpState.NOT_CALLED
    },
    "over-speaking": _speaking,
}
"""By name: how `app` on its `stage` comes to show it, whatever it showed before."""
