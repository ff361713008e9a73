"""A simulated print server: takes one TCP connection at a time for a printer on a cable."""

import contextlib
import selectors
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from devices.errors import LinkError
from devices.link import FdLink, SerialLink
from devices.simulator import Answer, Command, Simulator

_READ_BYTES = 4096
_TICK_S = 0.01


class PrintServer:
    """Listens at ``tcp://host:port`` and passes bytes on, in both directions.

    ``make`` builds the printer at the end of the cable it is given, in a folder that goes when the
    server stops. Its commands are the server's; when it is unplugged, connections end as soon as
    they begin.
    """

    def __init__(self, address: tuple[str, int], make: Callable[[Path], Simulator]) -> None:
        self._address = address
        self._folder = Path(tempfile.mkdtemp(prefix="print-server-"))
        self._cable = self._folder / "printer"
        self._printer = make(self._cable)
        self._listening: socket.socket | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="print-server", daemon=True)

    @property
    def port(self) -> str:
        """Where a driver reaches it."""
        return f"tcp://{self._address[0]}:{self._address[1]}"

    def start(self) -> None:
        """Listen; raises ``OSError`` when the address is taken."""
        self._listening = socket.create_server(self._address)
        self._listening.settimeout(_TICK_S)
        host, port = self._listening.getsockname()[:2]
        self._address = (str(host), int(port))
        self._printer.start()
        self._thread.start()

    def stop(self) -> None:
        """End the connection, stop listening and take the cable away."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(5.0)
        self._printer.stop()
        if self._listening is not None:
            self._listening.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def obey(self, line: str) -> Answer:
        """Carry out one command line of the printer; raises ``CommandRefused``."""
        return self._printer.obey(line)

    def commands(self) -> Mapping[str, Command]:
        """Return the printer's commands."""
        return self._printer.commands()

    def _run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError, OSError):
                self._serve()

    def _serve(self) -> None:
        assert self._listening is not None
        peer, _ = self._listening.accept()
        with peer, contextlib.suppress(LinkError, OSError):
            peer.settimeout(1.0)
            line = SerialLink(str(self._cable))
            try:
                self._pass_on(peer, line)
            finally:
                line.close()

    def _pass_on(self, peer: socket.socket, line: FdLink) -> None:
        """Copy bytes until either side ends."""
        with selectors.DefaultSelector() as readable:
            readable.register(peer, selectors.EVENT_READ)
            while not self._stopping.is_set():
                if readable.select(_TICK_S):
                    data = peer.recv(_READ_BYTES)
                    if not data:
                        return
                    line.write(data)
                answer = line.read(_READ_BYTES, 0.0)
                if answer:
                    peer.sendall(answer)
