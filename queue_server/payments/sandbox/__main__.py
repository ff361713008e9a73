"""Command line of the stand-in gateway: serve until SIGTERM or SIGINT."""

import argparse
import os
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from queue_server.payments.sandbox.faults import Faults
from queue_server.payments.sandbox.ledger import Ledger
from queue_server.payments.sandbox.server import Sandbox, SandboxServer

DEFAULT_PORT = 8091


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; 0 when asked to end, 2 with one line on stderr when it could not start."""
    parser = argparse.ArgumentParser(
        prog="python -m queue_server.payments.sandbox",
        description="A stand-in for the wallets' gateway, on the loopback address.",
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0: any free one")
    parser.add_argument(
        "--folder", type=Path, required=True, help="keeps ledger.db and token between runs"
    )
    options = parser.parse_args(arguments)
    try:
        _serve(options.port, options.folder)
    except (OSError, OverflowError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    return 0


def _serve(port: int, folder: Path) -> None:
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    token = _token(folder / "token")
    ledger = Ledger(folder / "ledger.db", lambda: datetime.now(UTC))
    try:
        server = SandboxServer(port)
    except OSError as error:
        raise OSError(f"port {port} cannot be used: {error}") from error
    server.open(Sandbox(ledger, Faults(), token, ending))
    print(f"ready {server.url}", flush=True)
    ending.wait()
    server.close()
    ledger.close()


def _token(file: Path) -> str:
    """What callers must show; made once, readable by its owner only."""
    if not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as opened:
            opened.write(secrets.token_urlsafe(24) + "\n")
    return file.read_text("ascii").strip()


if __name__ == "__main__":
    sys.exit(main())
