"""A client that never ends its head, or never goes on, is hung up on."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import uvicorn

from queue_server.core import bounded_http
from queue_server.core.bounded_http import LARGEST_HEAD, BoundedHttp


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Says that it heard everything."""
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def serving(http: Any) -> Iterator[int]:
    """The port of a server in this process that speaks `http`."""
    listening = socket.create_server(("127.0.0.1", 0))
    settings = uvicorn.Config(application, http=http, lifespan="off", log_level="critical")
    server = uvicorn.Server(settings)
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True
    )
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


def said_to(port: int, parts: list[bytes], patience_s: float) -> bytes | None:
    """What the server said before it hung up; None when it neither spoke nor hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience_s) as line:
        with suppress(ConnectionError):
            for part in parts:
                line.sendall(part)
        try:
            return line.recv(200)
        except TimeoutError:
            return None
        except ConnectionError:
            return b""


def check_a_head_without_end_is_refused(http: Any, patience_s: float = 20.0) -> None:
    """Raise AssertionError unless the server answers 431 once the head is too large."""
    with serving(http) as port:
        endless = [b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ", *[b"a" * 16_384] * 12]
        many = [b"GET / HTTP/1.1\r\nHost: x\r\n", *[b"X-Many: a\r\n" * 1500] * 12]
        address = [b"GET /", *[b"a" * 16_384] * 12]
        for parts in (endless, many, address):
            said = said_to(port, parts, patience_s)
            assert said is not None
            assert said == b"" or said.startswith(b"HTTP/1.1 431")


def test_a_head_without_end_is_refused() -> None:
    check_a_head_without_end_is_refused(BoundedHttp)


@pytest.mark.negative_control
def test_a_server_that_takes_whatever_comes_is_caught() -> None:
    with pytest.raises(AssertionError):
        check_a_head_without_end_is_refused("httptools", 1.0)


SLOW = {
    "says nothing": [],
    "begins a head": [b"GET / HTTP/1.1\r\nHost:"],
    "begins a body": [b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab"],
    "comes back": [b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT"],
}


def hung_up_on(http: Any, parts: list[bytes], patience_s: float = 20.0) -> bool:
    """Whether the server ends the line of a client that does not go on."""
    with serving(http) as port, socket.create_connection(("127.0.0.1", port), patience_s) as line:
        for part in parts:
            line.sendall(part)
        try:
            while line.recv(1000):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True


@pytest.mark.parametrize("what", SLOW)
def test_whoever_does_not_go_on_is_hung_up_on(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_http, "REQUEST_DEADLINE_S", 0.3)
    assert hung_up_on(BoundedHttp, SLOW[what])


@pytest.mark.negative_control
def test_a_server_that_waits_for_ever_is_caught() -> None:
    assert not hung_up_on("httptools", SLOW["begins a head"], 1.5)


def test_ordinary_requests_one_after_the_other_are_served() -> None:
    ordinary = b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * (LARGEST_HEAD // 2) + b"\r\n\r\n"
    with serving(BoundedHttp) as port, socket.create_connection(("127.0.0.1", port), 5.0) as line:
        for _ in range(4):
            line.sendall(ordinary)
            assert line.recv(1000).startswith(b"HTTP/1.1 204")
