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
from devices.simulator import Simulator


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.verb == "list":
            return _list_models()
        return _simulate(options)
    except (DeviceError, OSError) as refused:
        print(refused, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devices", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="list the models and their kinds")
    simulate = verbs.add_parser("simulate", help="run a simulated device until SIGTERM")
    simulate.add_argument("model")
    simulate.add_argument("--pty", type=Path, required=True, help="where its port appears")
    simulate.add_argument("--control", required=True, metavar="HOST:PORT", help="0: any free port")
    simulate.add_argument("--spool", type=Path, help="where a printer puts its tickets")
    return parser


def _list_models() -> int:
    for name in sorted(MODELS):
        print(f"{name} {load_model(name).kind}")
    return 0


def _simulate(options: argparse.Namespace) -> int:
    module = importlib.import_module(f"{package_of(options.model)}.simulator")
    simulator: Simulator = module.build(options.pty, options.spool)
    host, _, port = options.control.rpartition(":")
    if not host or not port.isdigit():
        print(f"--control: write HOST:PORT, not {options.control!r}.", file=sys.stderr)
        return 2
    control = ControlServer(host, int(port), simulator.obey)
    try:
        simulator.start()
        control.start()
        _wait_for_signal(f"ready {options.model} {options.pty} {_joined(control.address)}")
    finally:
        control.stop()
        simulator.stop()
    return 0


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
