"""HTTP around the services: SOAP, their WSDL, control, ledger, verification."""

import html
import json
import socket
import struct
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from queue_server.issuance.sandbox.centre import Centre
from queue_server.issuance.sandbox.emission import Emission
from queue_server.issuance.sandbox.exchange import HTML, XML, Service, down, exchange
from queue_server.issuance.sandbox.ledger import Ledger
from queue_server.issuance.sandbox.pages.layout import HEADERS
from queue_server.issuance.sandbox.pages.office import Office, Shown, refused_origin
from queue_server.issuance.sandbox.pages.verification import verification
from queue_server.issuance.sandbox.public_query import QUERY_WSDL, PublicQuery
from queue_server.issuance.sandbox.traits.orders import parse_fault
from queue_server.issuance.sandbox.traits.parameters import FaultRefused
from queue_server.issuance.sandbox.traits.switchboard import Switchboard
from queue_server.issuance.sandbox.traits.wire import Cut, Outgoing, send
from queue_server.issuance.sandbox.vouchers import written_voucher
from queue_server.issuance.wsdl import WSDL, XSD

SERVICE_PATH, QUERY_PATH = "/emision", "/antecedentes"
MAX_BODY_BYTES = 256 * 1024
IDLE_S = 30.0  # of a silent connection
_JSON = "application/json"
_NO_WAIT_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: the close sends RST


@dataclass(frozen=True)
class Sandbox:
    """Everything a request may touch. `ending` is set when the process is about to end."""

    emission: Emission
    query: PublicQuery
    office: Office
    centre: Centre
    ledger: Ledger
    faults: Switchboard
    ca: Path
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
        """Requests hold personal data: nothing is logged."""

    def setup(self) -> None:
        super().setup()
        self._exchanges = 0  # on this connection

    # --- reading ----------------------------------------------------------------------------
    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        if path in (SERVICE_PATH, QUERY_PATH) and query.lower() == "wsdl":
            contract = WSDL if path == SERVICE_PATH else QUERY_WSDL
            self._send(200, XML, _wsdl_at(contract, self._own_url() + path))
        elif path == "/issuance.xsd":
            self._send(200, XML, XSD.read_bytes())
        elif path == "/ca.pem":
            self._send(200, "application/x-pem-file", self._sandbox.ca.read_bytes())
        elif path == "/ledger":
            self._send_json(200, self._sandbox.ledger.report(_since(query)))
        elif path == "/ledger/summary":
            self._send(200, _JSON, json.dumps(self._sandbox.ledger.summary()).encode())
        elif path == "/control":
            self._send_json(200, self._state())
        elif path.startswith("/verificar/"):
            self._verify(path.removeprefix("/verificar/"))
        else:
            self._show(self._sandbox.office.show(path, query))

    def _verify(self, code: str) -> None:
        found = self._sandbox.ledger.verified(code[:40])
        today = self._sandbox.centre.now().date()
        self._send(200 if found else 404, HTML, verification(found, today))

    def _show(self, shown: Shown | None) -> None:
        shown = shown or Shown(404, b"404")
        self._reply(Outgoing(shown.status, HTML, shown.content, {**HEADERS, **shown.headers}))

    def _own_url(self) -> str:
        host = self.headers.get("Host")
        return f"http://{host}" if host else cast(SandboxServer, self.server).url

    # --- acting -----------------------------------------------------------------------------
    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            return
        path = urlsplit(self.path).path
        if path == SERVICE_PATH:
            self._soap(self._sandbox.emission, body)
        elif path == QUERY_PATH:
            self._soap(self._sandbox.query, body)
        elif refused_origin(self.headers, self.client_address[0]):
            self._send_json(403, {"error": "orders are taken from this machine's own pages only"})
        elif path == "/control":
            self._control(body)
        else:
            self._show(self._sandbox.office.obey(path, body))

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
        self._send(status, HTML, html.escape(words).encode())

    def _soap(self, service: Service, body: bytes) -> None:
        faults, ending = self._sandbox.faults, self._sandbox.ending
        self._exchanges += 1
        if faults.take("down"):
            self._reply(down())
        elif self.headers.get_content_type() != "text/xml":
            self._send(415, HTML, b"SOAP 1.1 travels as text/xml")
        else:
            action = self.headers.get("SOAPAction", "")
            try:
                reused = self._exchanges > 1
                self._reply(exchange(service, body, action, faults, ending, reused))
            except Cut as cut:
                self._cut(cut.reset)

    def _cut(self, reset: bool) -> None:
        self.close_connection = True
        if not reset:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_WAIT_AT_CLOSE)
        self.rfile.close()
        self.wfile.close()
        self.connection.close()
        raise ConnectionAbortedError  # nothing is left to say it to

    def _control(self, body: bytes) -> None:
        try:
            self._obey(json.loads(body))
        except (ValueError, TypeError) as refused:
            self._send_json(400, {"error": str(refused)})
        else:
            self._send_json(200, self._state())

    def _state(self) -> dict[str, Any]:
        faults = self._sandbox.faults
        return {"armed": faults.armed(), "fired": faults.fired()}

    def _obey(self, request: Any) -> None:
        if not isinstance(request, dict):
            raise FaultRefused("a JSON object is needed")
        if request == {"fault": "none"}:
            self._sandbox.faults.clear()
        elif request.keys() == {"clear"}:
            self._sandbox.faults.disarm(str(request["clear"]))
        elif request.keys() == {"decide", "issue"}:
            self._sandbox.centre.decide(str(request["decide"]), request["issue"] is True)
        elif request.keys() == {"voucher"}:
            self._sandbox.centre.make_voucher(written_voucher(request["voucher"], "voucher"))
        else:
            self._sandbox.faults.arm(parse_fault(request))

    # --- sending ----------------------------------------------------------------------------
    def _send_json(self, status: int, content: object) -> None:
        self._send(status, _JSON, json.dumps(content, ensure_ascii=False, indent=1).encode())

    def _send(self, status: int, content_type: str, content: bytes) -> None:
        self._reply(Outgoing(status, content_type, content))

    def _reply(self, reply: Outgoing) -> None:
        send(reply, self.wfile, self.close_connection, self._sandbox.ending)
        self.close_connection = self.close_connection or reply.ends_connection


def _since(query: str) -> int:
    since = parse_qs(query).get("since", ["0"])[-1]
    return int(since) if since.isascii() and since.isdigit() and len(since) < 16 else 0


def _wsdl_at(contract: Path, address: str) -> bytes:
    shipped = contract.read_text("utf-8")
    start = shipped.index('location="', shipped.index("<soap:address")) + len('location="')
    end = shipped.index('"', start)
    return (shipped[:start] + html.escape(address) + shipped[end:]).encode()
