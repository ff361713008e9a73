"""Starts every process of the product in the order in which they need each other."""

import json
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

from deploy.demo.place import LOOPBACK, Place
from deploy.demo.processes import Processes, answers
from devices.control import ask

CASH = {"bills": "cctalk-bill", "hopper10": "cctalk-hopper", "hopper100": "cctalk-hopper"}


@contextmanager
def product(place: Place, *, fast: bool = False) -> Iterator[Processes]:
    """Every process of the product, running and ready; `fast`: the centre signed beforehand."""
    run, ports = place.run, place.ports
    server = ("-m", "queue_server", "--config", str(run / "server.toml"))
    with Processes(place.folder / "logs") as processes:
        sandbox = ("-m", "queue_server.issuance.sandbox", "--port", str(ports.backend))
        pace = ("--fast",) if fast else ()
        processes.start("sandbox", *sandbox, "--state", str(run / "sandbox"), *pace)
        mailbox = ("-m", "deploy.demo.mailbox", "--port", str(ports.smtp))
        processes.start("mailbox", *mailbox, "--folder", str(place.mailbox))
        gateway = ("-m", "queue_server.payments.sandbox", "--port", str(ports.gateway))
        processes.start("gateway", *gateway, "--folder", str(run / "gateway"))
        _simulators(processes, place)
        for name in ("sandbox", "gateway"):
            processes.wait(name, processes.says(name, "ready"))
        processes.start("serve", *server, "serve")
        hub = ("-m", "queue_server", "--config", str(run / "hub" / "hub.toml"))
        processes.start("hub", *hub, "hub")
        for name in ("mailbox", "reader", "printer", "terminal", *CASH):
            processes.wait(name, processes.says(name, "ready"))
        _number_hoppers(place)
        processes.wait("serve", lambda: _serves(place))
        kiosk = ("-m", "kiosk", "--config", str(run / "kiosk.toml"))
        screen = "--windowed" if os.environ.get("DISPLAY") else "--offscreen"
        processes.start("kiosk", *kiosk, screen, "--remote", str(ports.kiosk))
        processes.wait("kiosk", answers(ports.kiosk))
        processes.wait("hub", answers(ports.hub))
        yield processes


def _simulators(processes: Processes, place: Place) -> None:
    run, ports = place.run, place.ports
    _simulate(processes, "reader", "serial-mrz", ports.reader, "--pty", str(run / "reader.tty"))
    printer = ("--pty", str(run / "printer.tty"), "--spool", str(place.spool))
    _simulate(processes, "printer", "escpos", ports.printer, *printer)
    terminal = ("--listen", f"{LOOPBACK}:{ports.terminal}", "--spool", str(run / "terminal"))
    _simulate(processes, "terminal", "nexo", ports.terminal_control, *terminal)
    controls = (ports.bills, ports.hopper_10, ports.hopper_100)
    for (name, model), control in zip(CASH.items(), controls, strict=True):
        cable = ("--pty", str(run / f"{name}.tty"), "--spool", str(run / name))
        _simulate(processes, name, model, control, *cable)


def _number_hoppers(place: Place) -> None:
    """Two devices of one make differ in their serial numbers, as in a shop."""
    for port, serial in ((place.ports.hopper_10, 710010), (place.ports.hopper_100, 710100)):
        ask((LOOPBACK, port), f"serial {serial}")


def _simulate(processes: Processes, name: str, model: str, control: int, *words: str) -> None:
    where = ("--control", f"{LOOPBACK}:{control}")
    processes.start(name, "-m", "devices", "simulate", model, *words, *where)


def _serves(place: Place) -> bool:
    """A readiness check: the server answers, and with a certificate of the site's authority."""
    with urlopen(f"{place.url}/api/v1/health", timeout=2, context=_believes(place)) as answer:
        return answer.status == 200


def sells(place: Place) -> bool:
    """A readiness check: the server reaches the centre, so the paired kiosk may sell."""
    token = json.loads(place.trust.read_text())["token"]
    asked = Request(f"{place.url}/api/v1/offer", headers={"Authorization": f"Bearer {token}"})
    with urlopen(asked, timeout=2, context=_believes(place)) as answer:
        return json.load(answer)["backend"]


def _believes(place: Place) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(place.authority))
