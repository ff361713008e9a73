"""``simulate``: a device that is not there, until SIGTERM."""

import argparse
import contextlib
import importlib
import re
import threading

from devices.command_line.words import BadArgument, is_host
from devices.control import ControlServer
from devices.control_page import ControlPage
from devices.registry import package_of
from devices.simulator import Simulated

MAX_PORT = 65535


def simulate(options: argparse.Namespace, stop: threading.Event) -> int:
    """Run the simulator, its control port and, if asked for, its page, until ``stop``."""
    simulator = made(options)
    control = ControlServer(*address("--control", options.control), simulator.obey)
    with contextlib.ExitStack() as running:
        simulator.start()
        running.callback(simulator.stop)
        control.start()
        running.callback(control.stop)
        page = ""
        if options.page:
            shown = ControlPage(*address("--page", options.page), options.model, simulator)
            shown.start()
            running.callback(shown.stop)
            page = f" http://{joined(shown.address)}/"
        print(f"ready {options.model} {simulator.port} {joined(control.address)}{page}", flush=True)
        stop.wait()
    return 0


def made(options: argparse.Namespace) -> Simulated:
    """Build the simulator on its cable or its socket; raises ``BadArgument`` for the wrong one."""
    module = importlib.import_module(f"{package_of(options.model)}.simulator")
    if options.pty is not None and hasattr(module, "build"):
        if not options.pty.parent.is_dir():
            raise BadArgument(f"--pty: there is no folder {options.pty.parent}; make it first.")
        return module.build(options.pty, options.spool)
    if options.listen is not None and hasattr(module, "listen"):
        return module.listen(address("--listen", options.listen), options.spool)
    right = "--pty PATH" if hasattr(module, "build") else "--listen HOST:PORT"
    raise BadArgument(f"A simulated {options.model} is reached otherwise: write {right}.")


def address(option: str, text: str) -> tuple[str, int]:
    """``HOST:PORT`` as host and port; raises ``BadArgument``."""
    host, _, port = text.rpartition(":")
    if not is_host(host) or not re.fullmatch("[0-9]{1,5}", port) or int(port) > MAX_PORT:
        raise BadArgument(f"{option}: write HOST:PORT, not {text!r}.")
    return host, int(port)


def joined(where: tuple[str, int]) -> str:
    """``host:port``."""
    return f"{where[0]}:{where[1]}"
