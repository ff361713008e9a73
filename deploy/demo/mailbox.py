"""A stand-in mail server for the demo: keeps each message it takes as a file, delivers none.

`python -m deploy.demo.mailbox --port N --folder DIR` prints `ready <port>`; SIGTERM ends it.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
MAX_MESSAGE_BYTES = 16 * 1024 * 1024


class Mailbox:
    """Writes messages to `folder` as 001.eml, 002.eml… One file never replaces another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep one message; it is on disk before it is acknowledged."""
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 no content"
        try:
            name = self._keep(content)
        except OSError as error:
            return f"452 cannot be kept: {error.strerror}"
        return f"250 kept as {name}"

    def _keep(self, content: bytes) -> str:
        partial = self._folder / f".partial-{os.getpid()}"
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            return self._link(partial)
        finally:
            partial.unlink()

    def _link(self, partial: Path) -> str:
        """Give the whole file the first free number; a link is made or it is not."""
        number = 1
        while True:
            name = f"{number:03}.eml"
            try:
                os.link(partial, self._folder / name)
            except FileExistsError:
                number += 1
            else:
                return name


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 0 when asked to end, 2 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo.mailbox")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="made when it is missing")
    options = parser.parse_args(arguments)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    options.folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(
        Mailbox(options.folder), HOST, options.port, data_size_limit=MAX_MESSAGE_BYTES
    )
    try:
        controller.start()
    except OSError as error:
        print(f"mailbox: port {options.port}: {error.strerror or error}", file=sys.stderr)
        return 2
    print(f"ready {options.port}", flush=True)
    ending.wait()
    controller.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
