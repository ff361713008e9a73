"""The broken variant: the real program with Kivy's own habits left on.

Escape ends it, F1 opens the settings, and a window that is asked to close does.
"""

import os
import sys
from pathlib import Path
from typing import Any

from kiosk import __main__ as program
from kiosk.environment import prepare_environment


def _key(_app: Any, *_pressed: object) -> bool:
    """Everybody else hears of it."""
    return False


def _closed(*_how: object, **_why: object) -> bool:
    return False


def _loosened(home: Path, **words: Any) -> None:
    """In place of `prepare_environment`: does its work, then opens the kiosk's own locks."""
    prepare_environment(home, **words)
    os.environ["KCFG_KIVY_EXIT_ON_ESCAPE"] = "1"
    from kivy.app import App

    from kiosk import app

    whole: Any = app.KioskApp
    whole._key, whole.open_settings = _key, App.open_settings
    app.never = _closed


if __name__ == "__main__":
    program.prepare_environment = _loosened
    sys.exit(program.main())
