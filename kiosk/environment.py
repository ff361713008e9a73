"""What Kivy must find in the process environment before it is first imported."""

import os
import sys
from pathlib import Path


def prepare_environment(
    kivy_home: Path,
    *,
    size: tuple[int, int] = (1080, 1920),
    fullscreen: bool = False,
    offscreen: bool = False,
) -> None:
    """Set every KIVY_*, KCFG_* and SDL_* variable the kiosk relies on.

    `offscreen` draws real pixels without any display server. `kivy_home` must exist; it may be
    read-only. Raises RuntimeError when Kivy was imported before, because it would not listen.
    """
    if "kivy" in sys.modules:
        raise RuntimeError("kivy was imported before prepare_environment: call it first")
    for name in [each for each in os.environ if each.startswith(("KIVY_", "KCFG_"))]:
        del os.environ[name]
    os.environ |= {
        "KIVY_HOME": str(kivy_home),
        "KIVY_NO_ARGS": "1",
        "KIVY_NO_CONFIG": "1",
        "KIVY_NO_FILELOG": "1",
        "KIVY_LOG_MODE": "PYTHON",
        "KIVY_WINDOW": "sdl2",
        "KIVY_TEXT": "sdl2",
        "KIVY_DPI": "96",
        "KIVY_METRICS_DENSITY": "1",
        "KIVY_METRICS_FONTSCALE": "1",
        "KCFG_GRAPHICS_WIDTH": str(size[0]),
        "KCFG_GRAPHICS_HEIGHT": str(size[1]),
        "KCFG_GRAPHICS_FULLSCREEN": "auto" if fullscreen else "0",
        "KCFG_GRAPHICS_BORDERLESS": "1" if fullscreen else "0",
        "KCFG_GRAPHICS_RESIZABLE": "0",
        "KCFG_GRAPHICS_MAXFPS": "30",
        "KCFG_GRAPHICS_MULTISAMPLES": "0",
        "KCFG_KIVY_EXIT_ON_ESCAPE": "0",
        "KCFG_KIVY_LOG_LEVEL": "error",
    }
    # Mesa's software renderer then keeps one set of buffers, not one a thread (some 100 MiB less).
    os.environ.setdefault("LP_NUM_THREADS", "0")
    if offscreen:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
