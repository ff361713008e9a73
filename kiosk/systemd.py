"""Tells systemd that the kiosk draws (READY=1) and still lives (WATCHDOG=1); sd_notify(3)."""

import contextlib
import os
import socket

USUAL_S = 20.0


def watchdog_every_s() -> float:
    """How often to say WATCHDOG=1: four times within what the service manager waits for."""
    try:
        limit_s = int(os.environ.get("WATCHDOG_USEC", "")) / 1_000_000
    except ValueError:
        limit_s = USUAL_S
    return max(0.1, limit_s / 4)


def notify(message: str) -> None:
    """Send `message` to the service manager; nothing happens where there is none."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.sendall(message.encode())
