"""Which ports this machine has, and which of them a configured ``port`` means.

A USB adapter gets another name at each start (``ttyUSB0``, ``ttyUSB1``), so a port is configured
by what does not change: ``usb:VID:PID`` or ``usb:VID:PID:SERIAL`` (the adapter itself), or
``usb-path:1-1.4`` (the socket it is plugged into, for adapters without a serial number). Paths
and addresses pass through as they are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from serial.tools import list_ports

from devices.errors import LinkAmbiguous, LinkNotFound, LinkRefused


@dataclass(frozen=True, slots=True)
class PortSeen:
    """One serial port: its path, and what USB says of it (``""`` or None where it does not)."""

    path: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str = ""
    location: str = ""
    description: str = ""

    @property
    def usb(self) -> str:
        """How a configuration names it: ``usb:VID:PID[:SERIAL]``, or ``""``."""
        if self.vid is None or self.pid is None:
            return ""
        serial = f":{self.serial_number}" if self.serial_number else ""
        return f"usb:{self.vid:04x}:{self.pid:04x}{serial}"


class PortLister(Protocol):
    """The seam through which ports are seen; tests and demonstrations bring their own."""

    def __call__(self) -> Sequence[PortSeen]:
        """Return the ports that are there now; raises ``OSError`` where they cannot be read."""
        ...


def system_ports() -> Sequence[PortSeen]:
    """The serial ports of this machine, by path.

    Raises ``OSError``, also for what the library makes of an adapter that vanishes while it is
    being looked at (``TypeError``, ``ValueError``).
    """
    try:
        listed = list_ports.comports()
    except (TypeError, ValueError) as cause:
        raise OSError(f"the ports could not be listed ({cause}); look again") from cause
    found = (
        PortSeen(
            port.device,
            port.vid,
            port.pid,
            port.serial_number or "",
            port.location or "",
            port.description if port.description != "n/a" else "",
        )
        for port in listed
    )
    return sorted(found, key=lambda port: port.path)


_BY_ADAPTER = re.compile(r"usb:(?P<vid>[0-9a-fA-F]{4}):(?P<pid>[0-9a-fA-F]{4})(?::(?P<serial>.+))?")
_BY_SOCKET = re.compile(r"usb-path:(?P<location>[0-9.:\-]+)")


def resolve(port: str, lister: PortLister) -> str:
    """Return the path that ``port`` means now; anything but ``usb…`` comes back unchanged.

    Raises ``LinkNotFound`` when no such adapter is plugged in, ``LinkAmbiguous`` when several are
    (a wrong guess would talk to another device), ``LinkRefused`` when nobody can say.
    """
    if not port.startswith("usb"):
        return port
    try:
        fitting = [seen for seen in lister() if _fits(port, seen)]
    except OSError as cause:
        raise LinkRefused(port, cause) from cause
    if not fitting:
        raise LinkNotFound(port)
    if len(fitting) > 1:
        raise LinkAmbiguous(port, tuple(seen.path for seen in fitting))
    return fitting[0].path


def is_port(port: str) -> bool:
    """Whether ``port`` is written as this module reads it."""
    if not port.startswith("usb"):
        return bool(port)
    return bool(_BY_ADAPTER.fullmatch(port) or _BY_SOCKET.fullmatch(port))


def scheme_of(port: str) -> str:
    """``"http"`` of ``http://…``, ``"pcsc"`` of ``pcsc:…``; ``""`` for every byte stream."""
    scheme, colon, _ = port.partition(":")
    byte_streams = ("", "tcp", "socket", "usb", "usb-path")
    return scheme if colon and "/" not in scheme and scheme not in byte_streams else ""


def _fits(port: str, seen: PortSeen) -> bool:
    if by_socket := _BY_SOCKET.fullmatch(port):
        return seen.location == by_socket["location"]
    by_adapter = _BY_ADAPTER.fullmatch(port)
    if by_adapter is None or seen.vid is None or seen.pid is None:
        return False
    named = (int(by_adapter["vid"], 16), int(by_adapter["pid"], 16))
    serial = by_adapter["serial"]
    return named == (seen.vid, seen.pid) and serial in (None, seen.serial_number)
