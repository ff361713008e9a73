"""A small page with the buttons of a simulated device, for training and demonstrations.

Every button sends one command line, as the control port takes it. It has no authentication and
so refuses to listen anywhere but on the loopback address; other sites' pages cannot press its
buttons (they would need a header that only this page sets).
"""

import html
import ipaddress
import json
import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from devices.errors import DeviceError
from devices.simulator import Answer, Simulated

LINE_BYTES = 4096
READ_TIMEOUT_S = 10.0
HEADER = "X-Simulator"
_STATE_WORDS = ("state", "status")
_PAGE = Path(__file__).with_name("control_page.html")


class ControlPage:
    """Serves the page of ``simulator`` on the loopback ``host`` and ``port`` (0: any free one)."""

    def __init__(self, host: str, port: int, model: str, simulator: Simulated) -> None:
        if not _is_loopback(host):
            raise PageRefused(f"the page has no password: listen on 127.0.0.1, not {host!r}")
        self._server = _Server((host, port), model, simulator)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="control-page", daemon=True
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


class PageRefused(DeviceError):
    """The page may not be served there."""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def page(model: str, simulator: Simulated) -> str:
    """The whole page: the one-touch buttons, then every command with a field of its own."""
    buttons = tuple(getattr(simulator, "buttons", ()))
    rows = (
        _PAGE.read_text(encoding="utf-8")
        .replace("{{model}}", html.escape(model))
        .replace("{{port}}", html.escape(simulator.port))
        .replace("{{buttons}}", "\n".join(map(_button, buttons)))
        .replace("{{commands}}", "\n".join(map(_command, simulator.commands())))
        .replace("{{header}}", HEADER)
    )
    return rows.replace("{{empty}}", "" if buttons else "hidden")


def _button(line: str) -> str:
    shown = html.escape(line)
    return f'<button type="button" data-line="{shown}">{shown}</button>'


def _command(word: str) -> str:
    shown = html.escape(word)
    return (
        f'<form data-word="{shown}"><label>{shown} <input autocomplete="off" '
        f'aria-label="{shown}"></label><button>Enviar</button></form>'
    )


def state(simulator: Simulated) -> Mapping[str, Any]:
    """What the device says of itself; empty where it has no such command."""
    word = next((each for each in _STATE_WORDS if each in simulator.commands()), None)
    return simulator.obey(word) if word else {}


class _Server(ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], model: str, simulator: Simulated) -> None:
        self.model, self.simulator = model, simulator
        super().__init__(address, _Handler)

    def obey(self, line: str) -> Answer:
        """Carry out one line; a refusal is an answer too."""
        try:
            return {"ok": True, **self.simulator.obey(line)}
        except (ValueError, DeviceError, TimeoutError) as refused:
            return {"ok": False, "error": str(refused) or type(refused).__name__}


class _Handler(BaseHTTPRequestHandler):
    timeout = READ_TIMEOUT_S

    @property
    def _of(self) -> _Server:
        assert isinstance(self.server, _Server)
        return self.server

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(page(self._of.model, self._of.simulator).encode(), "text/html")
        elif self.path == "/state":
            self._json({"ok": True, **state(self._of.simulator)})
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.headers.get(HEADER) is None or self.path != "/obey":
            self.send_error(HTTPStatus.FORBIDDEN)
        elif not length.isdigit() or int(length) > LINE_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            line = self.rfile.read(int(length)).decode("utf-8", "replace")
            self._json(self._of.obey(line.strip()))

    def _json(self, answer: Mapping[str, object]) -> None:
        self._answer(json.dumps(answer).encode(), "application/json")

    def _answer(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log: what is pressed in training concerns nobody."""
