"""The server's side of money in a few lines, strict: it takes each payment once, and counts."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

READ_TIMEOUT_S = 10.0


class StrictServer:
    """An HTTP server on a free port. A context manager.

    `payments`: application -> the payments taken for it; `news`: the keys of what else was told, in
    the order it was first heard. The answer to every `lose_every`-th new key is lost on its way,
    after the fact. `wrong`: what a kiosk must never send.
    """

    def __init__(self, lose_every: int) -> None:
        self.payments: dict[UUID, list[UUID]] = {}
        self.news: list[UUID] = []
        self.repeated: Counter[UUID] = Counter()
        self.wrong: list[str] = []
        self._seen: dict[UUID, tuple[str, str]] = {}
        self._lose_every = lose_every
        self._lock = threading.Lock()
        self._http = _Http(self)

    def __enter__(self) -> "StrictServer":
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def take(self, path: str, key: UUID, text: str) -> bool:
        """Act on a POST under `key`; False when its answer gets lost."""
        with self._lock:
            if key in self._seen:
                self.repeated[key] += 1
                if self._seen[key] != (path, text):
                    self.wrong.append(f"{key} came again with other words")
                return True
            self._seen[key] = path, text
            self._book(path, key, json.loads(text))
            return len(self._seen) % self._lose_every != 0

    def _book(self, path: str, key: UUID, body: Any) -> None:
        match path.strip("/").split("/"):
            case ["api", "v1", "applications", application, "card"]:
                if body["payment_id"] != str(key):
                    self.wrong.append(f"{key} is not the key of payment {body['payment_id']}")
                self.payments.setdefault(UUID(application), []).append(UUID(body["payment_id"]))
            case ["api", "v1", "doubts", *_]:
                self.news.append(key)
            case _:
                self.wrong.append(path)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, books: StrictServer) -> None:
        self.books = books
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = READ_TIMEOUT_S
    wbufsize = -1  # one packet an answer

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert isinstance(self.server, _Http)
        if self.server.books.take(self.path, UUID(self.headers["Idempotency-Key"]), text):
            self._answer({})
        else:
            self.close_connection = True

    def do_GET(self) -> None:
        self._answer({"state": "issued", "link": None})

    def _answer(self, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """The counts say what happened."""
