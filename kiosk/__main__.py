"""Starts the kiosk: configuration, devices, server, screen; or says in one line why it cannot."""

import argparse
import logging
import resource
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk import unneeded as unneeded  # before any library, see there

# isort: split
import structlog

from kiosk import journal_command, memory
from kiosk.actions.settings import FILE as SETTINGS_FILE
from kiosk.actions.settings import SettingsBook
from kiosk.bootstrap import Kiosk, build_kiosk
from kiosk.chime import PlayedChime
from kiosk.comfort import Comfort
from kiosk.config import ConfigError, KioskConfig, load_config
from kiosk.environment import prepare_environment
from kiosk.headless import run_headless
from kiosk.journal import JournalUnsafe
from kiosk.notes import Notes
from kiosk.speech.sink import alsa

if TYPE_CHECKING:
    from kivy.app import App

END_LOOK_S = 0.05


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; 0 after a clean end, 2 when the kiosk cannot start."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold names
    memory.settle()
    words = sys.argv[1:] if arguments is None else list(arguments)
    notes = Notes()
    _log_plainly(notes)
    if words[:1] == ["journal"]:
        return journal_command.main(words[1:])
    options = _parser().parse_args(words)
    # Kivy reports a missing optional touch library as an error with a traceback.
    logging.getLogger("kivy").addFilter(lambda record: "MTDev" not in record.getMessage())
    settings: SettingsBook | None = None
    try:
        config = load_config(options.config)
        settings = SettingsBook(config.journal.parent / SETTINGS_FILE)
        config = settings.begin(config)
        kiosk = build_kiosk(config, notes.lines, settings)
    except (ConfigError, JournalUnsafe) as error:
        if settings is not None:
            settings.give_up("Con ella el quiosco no arranca.")
        print(f"kiosk: {error}", file=sys.stderr)
        return 2
    if options.headless:
        stop = threading.Event()
        _on_signal(stop.set)
        run_headless(kiosk, stop)
    else:
        _run_screen(config, kiosk, options)
    return 0


def _log_plainly(notes: Notes) -> None:
    """Log lines to stderr; a traceback never shows the values of variables (they may be names)."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            notes,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kiosk", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("kiosk.toml"), metavar="FILE")
    parser.add_argument("--windowed", action="store_true", help="a window, not the whole screen")
    parser.add_argument("--offscreen", action="store_true", help="draw without any display")
    parser.add_argument("--headless", action="store_true", help="no screen at all")
    parser.add_argument("--remote", type=int, metavar="PORT", help="let this machine touch it")
    return parser


def _on_signal(act: Callable[[], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: act())


def _end(app: "App", ending: threading.Event) -> bool:
    """Between two frames, never in the middle of one: a screen half built would be an error.

    False: there is nothing more to look for.
    """
    if ending.is_set():
        app.stop()
    return not ending.is_set()


def _begin(kiosk: Kiosk) -> None:
    """Once something is to be seen: threads that start would keep the first picture waiting."""
    from kiosk.systemd import notify

    kiosk.start()
    notify("READY=1")


def _chime(config: KioskConfig, kiosk: Kiosk) -> PlayedChime:
    speech = config.speech
    return PlayedChime(alsa(speech.loudspeaker), alsa(speech.headphones), lambda: kiosk.keypad.jack)


def _run_screen(config: KioskConfig, kiosk: Kiosk, options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="kiosk-kivy-") as home:
        prepare_environment(
            Path(home),
            size=(config.screen.width, config.screen.height),
            fullscreen=not (options.windowed or options.offscreen),
            offscreen=options.offscreen,
        )
        Path(home).chmod(0o500)  # nothing is ever put beside Kivy's own code
        # Kivy reads the environment when first imported, so these come late.
        from kivy.base import EventLoop
        from kivy.clock import Clock

        from kiosk.app import KioskApp
        from kiosk.remote import remote_control
        from kiosk.speech.narrator import Narrator
        from kiosk.systemd import notify, watchdog_every_s
        from kiosk.texts.catalogue import load
        from kiosk.theme import Theme
        from kiosk.widgets.spoken_binding import SpokenBinding

        theme = Theme(mm_per_px=config.screen.mm_per_px)
        language = config.screen.language
        app = KioskApp(
            kiosk.runner,
            theme,
            load(language),
            on_first_frame=lambda: _begin(kiosk),
            comfort=Comfort(language=language),
            chime=_chime(config, kiosk),
        )
        Clock.schedule_interval(lambda _: notify("WATCHDOG=1"), watchdog_every_s())
        EventLoop.add_postproc_module(kiosk.touches)
        places = config.places.sentences()
        SpokenBinding(app, Narrator(kiosk.talker), kiosk.keypad, places=places).start()
        ending = threading.Event()
        _on_signal(ending.set)
        Clock.schedule_interval(lambda _: _end(app, ending), END_LOOK_S)
        remote = remote_control(options.remote) if options.remote is not None else None
        if remote is not None:
            remote.start()
        try:
            with closing(kiosk):
                app.run()
        finally:
            if remote is not None:
                remote.stop()


if __name__ == "__main__":
    sys.exit(main())
