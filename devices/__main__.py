"""Command line of the device layer: list the models, run a simulated device."""

import argparse
import importlib
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from devices.control import ControlServer
from devices.errors import DeviceError
from devices.registry import MODELS, load_model, package_of
from devices.simulator import Simulated


class BadArgument(ValueError):
    """A word on the command line that cannot be followed; its text says what to write."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.verb == "list":
            return _list_models()
        return _simulate(options)
    except (DeviceError, OSError, BadArgument) as refused:
        print(refused, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devices", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="list the models and their kinds")
    simulate = verbs.add_parser("simulate", help="run a simulated device until SIGTERM")
    simulate.add_argument("model")
    place = simulate.add_mutually_exclusive_group(required=True)
    place.add_argument("--pty", type=Path, help="where its serial port appears")
    place.add_argument("--listen", metavar="HOST:PORT", help="where it listens; 0: any free port")
    simulate.add_argument("--control", required=True, metavar="HOST:PORT", help="0: any free port")
    simulate.add_argument(
        "--spool", type=Path, help="where a printer puts its tickets, a terminal its ledger"
    )
    return parser


def _list_models() -> int:
    for name in sorted(MODELS):
        print(f"{name} {load_model(name).kind}")
    return 0


def _simulate(options: argparse.Namespace) -> int:
    simulator = _simulator(options)
    control = ControlServer(*_address("--control", options.control), simulator.obey)
    try:
        simulator.start()
        control.start()
        _wait_for_signal(f"ready {options.model} {simulator.port} {_joined(control.address)}")
    finally:
        control.stop()
        simulator.stop()
    return 0


def _simulator(options: argparse.Namespace) -> Simulated:
    """Build the simulator on its cable or its socket; raises ``BadArgument`` for the wrong one."""
    module = importlib.import_module(f"{package_of(options.model)}.simulator")
    if options.pty is not None and hasattr(module, "build"):
        return module.build(options.pty, options.spool)
    if options.listen is not None and hasattr(module, "listen"):
        return module.listen(_address("--listen", options.listen), options.spool)
    right = "--pty PATH" if hasattr(module, "build") else "--listen HOST:PORT"
    raise BadArgument(f"A simulated {options.model} is reached otherwise: write {right}.")


def _address(option: str, text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise BadArgument(f"{option}: write HOST:PORT, not {text!r}.")
    return host, int(port)


def _joined(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"


def _wait_for_signal(ready: str) -> None:
    """Say ``ready`` once signals are handled, then sleep until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print(ready, flush=True)
    stop.wait()


if __name__ == "__main__":
    sys.exit(main())
