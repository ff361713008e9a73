"""Which way leads to a printer: a serial line, TCP, or a USB printer's device file."""

import os
import stat

from devices.driver import Options
from devices.file_link import FileLink
from devices.link import FdLink, SerialLink, open_link

TRANSPORTS = ("auto", "serial", "tcp", "file")
_NETWORK = ("tcp://", "socket://")


def open_printer(port: str, options: Options) -> FdLink:
    """Open ``port`` as option ``transport`` says; ``auto`` looks what is there.

    A character device that is no terminal is a USB printer (``/dev/usb/lp0``). Raises
    ``LinkNotFound`` or ``LinkRefused``.
    """
    transport = str(options["transport"])
    if transport == "file" or (transport == "auto" and _is_device_file(port)):
        return FileLink(port)
    if transport == "tcp" and not port.startswith(_NETWORK):
        port = f"tcp://{port}"
    if transport == "serial":
        return SerialLink(port, int(options["baud"]), str(options["parity"]))
    return open_link(port, int(options["baud"]), str(options["parity"]))


def _is_device_file(port: str) -> bool:
    try:
        if port.startswith(_NETWORK) or not stat.S_ISCHR(os.stat(port).st_mode):
            return False
        fd = os.open(port, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not os.isatty(fd)
    finally:
        os.close(fd)
