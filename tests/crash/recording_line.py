"""A line between kiosk and server that keeps every body that passes, both ways."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

PASSED_ON = ("authorization", "content-type", "idempotency-key")
TIMEOUT_S = 20.0


class RecordingLine:
    """Passes HTTP on to `target` and writes bodies to `record`. A context manager."""

    def __init__(self, target: str, record: Path) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.client = httpx.Client(base_url=target, trust_env=False, timeout=TIMEOUT_S)
        self._server.record = record
        self._server.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "RecordingLine":
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.client.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    client: httpx.Client
    record: Path
    lock: threading.Lock


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = TIMEOUT_S
    wbufsize = -1

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        try:
            answer = server.client.request(self.command, self.path, content=body, headers=headers)
        except httpx.HTTPError:
            self.close_connection = True
            return
        with server.lock, server.record.open("ab") as record:
            record.write(b"\n".join((self.path.encode(), body, answer.content, b"")))
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: object) -> None:
        """The record says what passed."""
