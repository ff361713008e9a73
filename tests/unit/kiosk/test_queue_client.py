"""Every call ends in time and says only what the server itself said."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest

from kiosk.queue_client import Away, Granted, QueueClient, Refused
from kiosk.timed_transport import TimedTransport

WHOLE_S = 0.6
BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
HEAD = b"HTTP/1.1 200 OK\r\nX-Slow: "


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def dripping(stop: threading.Event, first: bytes) -> str:
    """A server that sends `first`, and then a byte now and again."""
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        peer, _ = listener.accept()
        with listener, peer:
            peer.recv(65536)
            peer.sendall(first)
            while not stop.wait(WHOLE_S / 5):
                try:
                    peer.sendall(b" ")
                except OSError:
                    return

    threading.Thread(target=drip, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def asked(url: str) -> threading.Event:
    """Set when a call to `url` has ended."""
    ended, client = threading.Event(), QueueClient(url, "token")

    def ask() -> None:
        assert isinstance(client.get("/"), Away)
        ended.set()

    threading.Thread(target=ask, daemon=True).start()
    return ended


@pytest.mark.parametrize("first", [BODY, HEAD], ids=["body", "headers"])
def test_a_server_that_drips_holds_nobody(
    stop: threading.Event, first: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.queue_client.ANSWER_S", WHOLE_S)
    assert asked(dripping(stop, first)).wait(20)


@pytest.mark.negative_control
@pytest.mark.parametrize("first", [BODY, HEAD], ids=["body", "headers"])
def test_without_a_deadline_for_the_whole_it_would(
    stop: threading.Event, first: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.queue_client.TimedTransport", lambda *_: TimedTransport(1e6))
    monkeypatch.setattr("kiosk.queue_client.ANSWER_S", WHOLE_S)
    assert not asked(dripping(stop, first)).wait(4 * WHOLE_S)


PROBLEM = {"title": "already_paid", "detail": "Ya se pagó."}


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (200, b'{"a": 1}', Granted({"a": 1})),
        (204, b"", Granted(None)),
        (409, json.dumps(PROBLEM).encode(), Refused(409, "already_paid", "Ya se pagó.", PROBLEM)),
        (200, b"<html>welcome to the network</html>", Away),
        (404, b"<html>not here</html>", Away),
        (404, json.dumps({"title": "http", "detail": "Not Found"}).encode(), Away),
        (502, b"", Away),
        (400, b'["title"]', Away),
    ],
)
def test_what_is_not_the_servers_own_word_is_no_answer(
    status: int, body: bytes, answer: object
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    client = QueueClient(f"http://127.0.0.1:{server.server_port}", "token", time.monotonic)
    found = client.put("/x", {}, uuid4(), 0.0)
    client.close()
    server.shutdown()
    server.server_close()
    assert type(found) is answer if answer is Away else found == answer
