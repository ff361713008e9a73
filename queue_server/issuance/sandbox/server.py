"""HTTP around the centre: SOAP, WSDL, control, ledger, verification; misbehaves on demand."""

import html
import ipaddress
import json
import socket
import sys
import threading
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from queue_server.issuance.sandbox import codes, pages
from queue_server.issuance.sandbox.centre import Answer, Centre, DecisionRefused
from queue_server.issuance.sandbox.faults import FaultRefused, Switchboard, parse_fault
from queue_server.issuance.sandbox.ledger import Ledger
from queue_server.issuance.sandbox.soap import Call, Contract, SoapFault, reply_bytes
from queue_server.issuance.wsdl import WSDL, XSD

SERVICE_PATH = "/emision"
MAX_BODY_BYTES = 256 * 1024
IDLE_S = 30.0  # of a silent connection
_XML, _HTML, _JSON = "text/xml; charset=utf-8", "text/html; charset=utf-8", "application/json"
_DOWN = "<html><head><title>503 Service Unavailable</title></head><body><h1>503</h1></body></html>"


@dataclass(frozen=True)
class Sandbox:
    """Everything a request may touch. `ending` is set when the process is about to end."""

    contract: Contract
    centre: Centre
    ledger: Ledger
    faults: Switchboard
    ca: Path
    ending: threading.Event


class ReplyLost(Exception):
    """The work is done and the connection is to be cut."""


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
        """Requests hold personal data: nothing is logged."""

    # --- reading ----------------------------------------------------------------------------
    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        if path == SERVICE_PATH and query.lower() == "wsdl":
            self._send(200, _XML, _wsdl_at(self._own_url() + SERVICE_PATH))
        elif path == "/issuance.xsd":
            self._send(200, _XML, XSD.read_bytes())
        elif path == "/ca.pem":
            self._send(200, "application/x-pem-file", self._sandbox.ca.read_bytes())
        elif path == "/ledger":
            self._send_json(200, self._sandbox.ledger.report())
        elif path == "/control":
            self._send_json(200, {"armed": self._sandbox.faults.armed()})
        elif path.startswith("/verificar/"):
            self._verify(path.removeprefix("/verificar/"))
        elif path == "/":
            self._send(200, _HTML, pages.overview(self._sandbox.ledger.report()))
        else:
            self._send(404, _HTML, b"404")

    def _verify(self, code: str) -> None:
        found = self._sandbox.ledger.verified(code[:40])
        today = self._sandbox.centre.now().date()
        self._send(200 if found else 404, _HTML, pages.verification(found, today))

    def _own_url(self) -> str:
        host = self.headers.get("Host")
        return f"http://{host}" if host else cast(SandboxServer, self.server).url

    # --- acting -----------------------------------------------------------------------------
    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            return
        path = urlsplit(self.path).path
        if path == "/control":
            self._control(body)
        elif path == SERVICE_PATH:
            self._soap(body)
        else:
            self._send(404, _HTML, b"404")

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            self._refuse(411, "Content-Length is needed")
        elif int(length) > MAX_BODY_BYTES:
            self._refuse(413, f"More than {MAX_BODY_BYTES} bytes")
        else:
            return self.rfile.read(int(length))
        return None

    def _refuse(self, status: int, words: str) -> None:
        self.close_connection = True  # the body was not read
        self._send(status, _HTML, html.escape(words).encode())

    def _soap(self, body: bytes) -> None:
        if self._sandbox.faults.take("down"):
            self._send(503, _HTML, _DOWN.encode())
            return
        if self.headers.get_content_type() != "text/xml":
            self._send(415, _HTML, b"SOAP 1.1 travels as text/xml")
            return
        try:
            call = self._sandbox.contract.read(body, self.headers.get("SOAPAction", ""))
            self._send(200, _XML, self._reply(call))
        except SoapFault as fault:
            self._send(500, _XML, fault.to_bytes())
        except ReplyLost:
            self._cut()

    def _reply(self, call: Call) -> bytes:
        faults = self._sandbox.faults
        if slow := faults.take("slow", call.operation):
            self._sandbox.ending.wait(slow.seconds)
        if told := faults.take("answer", call.operation):
            answer = Answer(told.code)
        else:
            forgetful = faults.take("forget_ids", call.operation) is not None
            answer = self._sandbox.centre.answer(call, forgetful)
        self._sandbox.ledger.count(call.operation, answer.code)
        if faults.take("lose_reply", call.operation):
            raise ReplyLost
        head = {
            "coRespuesta": answer.code,
            "deRespuesta": codes.WORDS[answer.code],
            "idTransaccion": uuid.uuid4().hex,
            "fechaHora": self._sandbox.centre.now(),
        }
        return reply_bytes(call.operation, {**head, **answer.body})

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _control(self, body: bytes) -> None:
        if not ipaddress.ip_address(self.client_address[0]).is_loopback:
            self._send_json(403, {"error": "the control listens to this machine only"})
            return
        try:
            self._obey(json.loads(body))
        except (ValueError, FaultRefused, DecisionRefused) as refused:
            self._send_json(400, {"error": str(refused)})
        else:
            self._send_json(200, {"armed": self._sandbox.faults.armed()})

    def _obey(self, request: Any) -> None:
        if not isinstance(request, dict):
            raise FaultRefused("a JSON object is needed")
        if request == {"fault": "none"}:
            self._sandbox.faults.clear()
        elif request.keys() == {"decide", "issue"}:
            self._sandbox.centre.decide(str(request["decide"]), request["issue"] is True)
        else:
            self._sandbox.faults.arm(parse_fault(request))

    # --- sending ----------------------------------------------------------------------------
    def _send_json(self, status: int, content: object) -> None:
        self._send(status, _JSON, json.dumps(content, ensure_ascii=False, indent=1).encode())

    def _send(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


def _wsdl_at(address: str) -> bytes:
    shipped = WSDL.read_text("utf-8")
    start = shipped.index('location="', shipped.index("<soap:address")) + len('location="')
    end = shipped.index('"', start)
    return (shipped[:start] + html.escape(address) + shipped[end:]).encode()
