"""Command line of the device layer, for technicians and training."""

import argparse
import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import structlog

from devices.command_line.listing import list_all, list_one
from devices.command_line.monitoring import monitor
from devices.command_line.probing import probe
from devices.command_line.self_testing import self_test
from devices.command_line.simulating import simulate
from devices.command_line.target import add_options, add_target, target
from devices.command_line.words import BadArgument
from devices.errors import DeviceError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0 well, 1 the device is not well, 2 the command cannot be followed."""
    options = parser().parse_args(arguments)
    log_plainly()
    try:
        return _run(options)
    except BrokenPipeError:
        return 0  # whoever read our lines has seen enough
    except (DeviceError, OSError, BadArgument) as refused:
        print(refused, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def log_plainly() -> None:
    """Log defects only: the tables say what a technician needs, and lines would run through them.

    A traceback never shows the values of variables (they may be names).
    """
    renderer = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _run(options: argparse.Namespace) -> int:
    match options.verb:
        case "list":
            return list_one(options.model) if options.model else list_all()
        case "probe":
            return probe(options.port, options.model, options.option)
        case "monitor":
            return monitor(target(options), _stop(), options.seconds, raw=options.raw)
        case "self-test":
            return self_test(target(options))
        case _:
            return simulate(options, _stop())


def parser() -> argparse.ArgumentParser:
    """The verbs and their arguments."""
    made = argparse.ArgumentParser(prog="python -m devices", description=__doc__)
    verbs = made.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="the models there are, and the ports of this machine")
    listing.add_argument("model", nargs="?", help="show the options of this model")
    probing = verbs.add_parser("probe", help="which model answers at a port")
    probing.add_argument("port")
    probing.add_argument("--model", help="ask as this model only")
    add_options(probing)
    watching = verbs.add_parser("monitor", help="what one device says, as it happens")
    add_target(watching)
    watching.add_argument("--seconds", type=_seconds, default=0.0, help="end after so long")
    watching.add_argument("--raw", action="store_true", help="show the masked bytes as well")
    add_target(verbs.add_parser("self-test", help="test one device; takes and gives no money"))
    _add_simulate(verbs.add_parser("simulate", help="run a simulated device until SIGTERM"))
    return made


def _add_simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--pty", type=Path, help="where its serial port appears")
    place.add_argument("--listen", metavar="HOST:PORT", help="where it listens; 0: any free port")
    parser.add_argument(
        "--control", default="127.0.0.1:0", metavar="HOST:PORT", help="0: any free port"
    )
    parser.add_argument("--page", metavar="HOST:PORT", help="a page with its buttons; 0: any")
    parser.add_argument(
        "--spool", type=Path, help="where a printer puts its tickets, a terminal its ledger"
    )


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0.0 <= float(text) < float("inf"):
            return float(text)
    raise argparse.ArgumentTypeError(f"write a number of seconds, not {text!r}")


def _stop() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


if __name__ == "__main__":
    sys.exit(main())
