"""HTTP around the ledger: the gateway's questions, the page, control and ledger for tests."""

import hmac
import ipaddress
import json
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from queue_server.payments.sandbox.faults import Fault, FaultRefused, Faults, parse_fault
from queue_server.payments.sandbox.ledger import Ledger, NotPayable
from queue_server.payments.sandbox.pages.till import HEADERS, till_page
from queue_server.payments.sandbox.service import Answer, answered, routed

MAX_BODY_BYTES = 16 * 1024
IDLE_S = 30.0  # of a silent connection
_JSON, _HTML = "application/json", "text/html; charset=utf-8"
_GATEWAY_PAGE = b"<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Sandbox:
    """Everything a request may touch. `ending` is set when the process is about to end."""

    ledger: Ledger
    faults: Faults
    token: str
    ending: threading.Event


class SandboxServer(ThreadingHTTPServer):
    """Listens on loopback; one thread a connection. Raises OSError when the port is taken."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.sandbox: Sandbox
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.05,), name="sandbox", daemon=True
        )

    def open(self, sandbox: Sandbox) -> None:
        """Begin to answer."""
        self.sandbox = sandbox
        self._thread.start()

    def close(self) -> None:
        """Stop answering and free the port."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def url(self) -> str:
        """The address it really listens on."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news; anything else is ours and goes to stderr."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "sandbox", ""
    timeout = IDLE_S
    wbufsize = -1  # head and body leave in one segment
    disable_nagle_algorithm = True

    @property
    def _sandbox(self) -> Sandbox:
        return cast(SandboxServer, self.server).sandbox

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: the ledger says it all."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/v1/"):
            self._serve(path, b"")
        elif path == "/":
            self._show(200)
        elif path == "/ledger":
            self._send_json(200, self._sandbox.ledger.report())
        elif path == "/control":
            self._send_json(200, {"armed": self._sandbox.faults.armed()})
        else:
            self._send_json(404, {"error": "no such address"})

    def do_PUT(self) -> None:
        self._take()

    def do_POST(self) -> None:
        self._take()

    def _take(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True  # the body was not read
            self._send_json(413, {"error": f"Content-Length up to {MAX_BODY_BYTES} is needed"})
            return
        body, path = self.rfile.read(int(length)), urlsplit(self.path).path
        if path.startswith("/v1/"):
            self._serve(path, body)
        elif self.command != "POST" or refused_origin(self.headers, self.client_address[0]):
            words = "orders are taken from this machine's own page only"
            self._send_json(403, {"error": words})
        elif path == "/control":
            self._control(body)
        else:
            self._play(path, body)

    # --- the gateway --------------------------------------------------------------------------
    def _serve(self, path: str, content: bytes) -> None:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._sandbox.token.encode()):
            self._send_json(401, {"error": "unauthorized"})
            return
        asked = routed(self.command, path, _object(content))
        if asked is None:
            self._send_json(400, {"error": "no such question"})
            return
        fault = self._sandbox.faults.take(asked.operation, str(asked.charge))
        named = fault.name if fault else ""
        if fault is not None and not fault.work and self._spoilt_before(fault):
            self._sandbox.ledger.note(asked.operation, str(asked.charge), "nothing", named)
            return
        answer = answered(self._sandbox.ledger, asked, fault)
        if asked.operation != "health":
            self._sandbox.ledger.note(asked.operation, str(asked.charge), answer.word, named)
        self._reply(answer, fault if fault is not None and fault.work else None)

    def _spoilt_before(self, fault: Fault) -> bool:
        """What happens instead of the work; False when it is done after all."""
        match fault.name:
            case "lose":
                self._cut()
            case "html_500":
                self._send(500, _HTML, _GATEWAY_PAGE)
            case "slow":
                self._sandbox.ending.wait(fault.seconds)
                return False
            case _:
                return False
        return True

    def _reply(self, answer: Answer, fault: Fault | None) -> None:
        content = json.dumps(answer.body, ensure_ascii=False).encode()
        match fault and fault.name:
            case "lose":
                self._cut()
                return
            case "html_500":
                self._send(500, _HTML, _GATEWAY_PAGE)
                return
            case "slow":
                self._sandbox.ending.wait(cast(Fault, fault).seconds)
            case "truncated":
                content = content[: len(content) // 2]
            case "drip":
                self._drip(answer.status, content, cast(Fault, fault).seconds)
                return
        self._send(answer.status, _JSON, content)

    def _drip(self, status: int, content: bytes, seconds: float) -> None:
        self._head(status, _JSON, len(content))
        for place in range(len(content)):
            self.wfile.write(content[place : place + 1])
            self.wfile.flush()
            if self._sandbox.ending.wait(seconds):
                return

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    # --- whoever pays, and tests --------------------------------------------------------------
    def _play(self, path: str, body: bytes) -> None:
        acts = {"/pagar": self._sandbox.ledger.pay, "/rechazar": self._reject}
        if path not in acts:
            self._send_json(404, {"error": "no such address"})
            return
        try:
            acts[path](UUID(dict(parse_qsl(body.decode())).get("id", "")))
        except (ValueError, LookupError, NotPayable):
            self._show(409, "Ese cobro ya no espera un pago.")
        else:
            self._send(303, _HTML, b"", {"Location": "/"})

    def _reject(self, id: UUID) -> None:
        charge = self._sandbox.ledger.cancel(id, by="payer")
        if charge is None or charge["ended_by"] != "payer":
            raise NotPayable("ended")

    def _control(self, body: bytes) -> None:
        try:
            self._obey(_object(body))
        except NotPayable as refused:
            self._send_json(409, {"error": "not_payable", "state": str(refused)})
        except (ValueError, TypeError, LookupError) as refused:
            self._send_json(400, {"error": str(refused)})
        else:
            self._send_json(200, {"armed": self._sandbox.faults.armed()})

    def _obey(self, order: Mapping[str, Any]) -> None:
        ledger = self._sandbox.ledger
        match dict(order):
            case {"fault": "none"}:
                self._sandbox.faults.clear()
            case {"fault": _}:
                self._sandbox.faults.arm(parse_fault(order))
            case {"pay": id, **more} if set(more) <= {"amount_centimos"}:
                ledger.pay(UUID(id), more.get("amount_centimos"))
            case {"refuse": id}:
                self._reject(UUID(id))
            case {"expire": id}:
                ledger.expire(UUID(id))
            case _:
                raise FaultRefused("give one of fault, pay, refuse, expire")

    # --- sending ------------------------------------------------------------------------------
    def _show(self, status: int, error: str = "") -> None:
        self._send(status, _HTML, till_page(self._sandbox.ledger, error), HEADERS)

    def _send_json(self, status: int, content: object) -> None:
        self._send(status, _JSON, json.dumps(content, ensure_ascii=False, indent=1).encode())

    def _send(
        self,
        status: int,
        content_type: str,
        content: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._head(status, content_type, len(content), headers)
        self.wfile.write(content)
        self.wfile.flush()

    def _head(
        self,
        status: int,
        content_type: str,
        length: int,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()


def _object(content: bytes) -> Mapping[str, Any]:
    """The JSON object in a body; an empty one for anything else."""
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def refused_origin(headers: Message, client: str) -> bool:
    """Whether a form or an order comes from elsewhere: another machine, or another site's page."""
    host = headers.get("Host", "")
    if not ipaddress.ip_address(client).is_loopback or not _is_local(host):
        return True
    origin = headers.get("Origin")
    return origin is not None and origin != f"http://{host}"


def _is_local(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
