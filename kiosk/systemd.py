"""Tells systemd that the kiosk draws (READY=1) and still lives (WATCHDOG=1); sd_notify(3)."""

import contextlib
import os
import socket


def notify(message: str) -> None:
    """Send `message` to the service manager; nothing happens where there is none."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.sendall(message.encode())
