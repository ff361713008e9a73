"""Command line of the sandbox: serve until SIGTERM or SIGINT."""

import argparse
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from queue_server.issuance.sandbox.centre import Centre
from queue_server.issuance.sandbox.emission import Emission
from queue_server.issuance.sandbox.ledger import Ledger
from queue_server.issuance.sandbox.pages.office import Office
from queue_server.issuance.sandbox.people import SHIPPED, PeopleError, Register, load_register
from queue_server.issuance.sandbox.public_query import PublicQuery
from queue_server.issuance.sandbox.server import Sandbox, SandboxServer
from queue_server.issuance.sandbox.soap import Contract
from queue_server.issuance.sandbox.traits.switchboard import Switchboard
from queue_server.issuance.wsdl import XSD

DEFAULT_PORT = 8090


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; 0 when asked to end, 2 with one line on stderr when it could not start."""
    options = _parser().parse_args(arguments)
    try:
        register = load_register(options.people)
        with _state_folder(options.state) as folder:
            _serve(options, register, folder)
    except (PeopleError, OSError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m queue_server.issuance.sandbox",
        description="A stand-in for the issuance backend, on the loopback address.",
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0: any free one")
    parser.add_argument("--people", type=Path, default=SHIPPED, help="register, a TOML file")
    parser.add_argument("--fast", action="store_true", help="hand out PDFs signed at the start")
    parser.add_argument("--state", type=Path, help="folder kept between runs; default: none")
    parser.add_argument("--public-url", help="address printed in PDFs; default: the own one")
    return parser


def _listening(port: int) -> SandboxServer:
    try:
        return SandboxServer(port)
    except (OSError, OverflowError) as error:
        raise OSError(f"port {port} cannot be used: {error}") from error


@contextmanager
def _state_folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        yield Path(folder)


def _serve(options: argparse.Namespace, register: Register, folder: Path) -> None:
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    server = _listening(options.port)
    from queue_server.issuance.sandbox.press import Forger, PooledPress, SigningPress  # 1 s

    public_url = (options.public_url or server.url).rstrip("/")
    ledger = Ledger(folder / "ledger.db" if options.state else None, options.fast)
    press = SigningPress(folder, public_url)
    centre = Centre(
        register,
        ledger,
        PooledPress(press, public_url) if options.fast else press,
        lambda: datetime.now(UTC),
    )
    emission = Emission(Contract(XSD), centre, ledger, Forger(folder / "foreign").sign)
    query, faults = PublicQuery(register), Switchboard()
    office, ca = Office(centre, ledger, faults), press.authority.ca
    server.open(Sandbox(emission, query, office, centre, ledger, faults, ca, ending))
    print(f"ready {server.url}", flush=True)
    ending.wait()
    server.close()
    ledger.close()


if __name__ == "__main__":
    sys.exit(main())
