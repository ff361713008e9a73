"""The control port of a simulator: one line of text in, one line of JSON out, over TCP."""

import json
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from typing import Any

from devices.errors import DeviceError

LINE_BYTES = 4096
ASK_TIMEOUT_S = 5.0

Obey = Callable[[str], Mapping[str, object]]


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while line := self.rfile.readline(LINE_BYTES):
            answer = self._answer(line.decode("utf-8", "replace").strip())
            self.wfile.write(json.dumps(answer).encode() + b"\n")

    def _answer(self, line: str) -> dict[str, object]:
        assert isinstance(self.server, _Server)
        try:
            return {"ok": True, **self.server.obey(line)}
        except (ValueError, DeviceError, TimeoutError) as refused:
            return {"ok": False, "error": str(refused) or type(refused).__name__}


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], obey: Obey) -> None:
        self.obey = obey
        super().__init__(address, _Handler)


class ControlServer:
    """Listens on ``host:port`` (0: any free one) and passes each line to ``obey``.

    The answer is ``{"ok": true, ...}``, or ``{"ok": false, "error": "..."}`` when ``obey``
    raised. It has no authentication: bind it to the loopback address.
    """

    def __init__(self, host: str, port: int, obey: Obey) -> None:
        self._server = _Server((host, port), obey)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="control", daemon=True
        )

    @property
    def address(self) -> tuple[str, int]:
        """The host and port it really listens on."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        if self._thread.ident is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


def ask(address: tuple[str, int], line: str, timeout_s: float = ASK_TIMEOUT_S) -> dict[str, Any]:
    """Send one command line to a control port and return its answer (``OSError`` if it is away)."""
    with socket.create_connection(address, timeout_s) as connection:
        connection.sendall(line.encode() + b"\n")
        with connection.makefile("rb") as replies:
            return json.loads(replies.readline())
