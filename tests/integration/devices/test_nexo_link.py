"""HTTP to a device that misbehaves: what may have been sent, and when waiting ends."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from devices.errors import LinkLost, LinkRefused
from devices.link import HttpLink

LIMIT = 100
WAIT_S = 20.0
Serve = Callable[[socket.socket], None]
Start = Callable[[Serve], HttpLink]


@pytest.fixture
def start() -> Iterator[Start]:
    """Answer one connection by hand after its request came in."""
    servers: list[socket.socket] = []

    def begin(serve: Serve) -> HttpLink:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def run() -> None:
            peer, _ = server.accept()
            with peer:
                while b"{}" not in peer.recv(4096):
                    pass
                serve(peer)

        threading.Thread(target=run, daemon=True).start()
        return HttpLink(f"http://127.0.0.1:{server.getsockname()[1]}/nexo")

    yield begin
    for server in servers:
        server.close()


def exchange(link: HttpLink, seconds: float = WAIT_S) -> bytes:
    return link.exchange(b"{}", time.monotonic() + seconds, LIMIT)


def test_a_reply_comes_through_whole_also_in_pieces(start: Start) -> None:
    def serve(peer: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n":
            peer.sendall(bytes([byte]))

    assert exchange(start(serve)) == b"abc"


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (b"", "RemoteDisconnected"),
        (b"garbage\r\n\r\n", "BadStatusLine"),
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n", "HTTP status 302"),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "HTTP status 500"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "cut"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + b"x" * 101, "more than 100 bytes"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101, "more than 100 bytes"),
    ],
)
def test_an_unusable_reply_is_a_lost_link(start: Start, reply: bytes, what: str) -> None:
    with pytest.raises(LinkLost, match=what) as caught:
        exchange(start(lambda peer: peer.sendall(reply)))
    assert "garbage" not in str(caught.value)


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"])
def test_waiting_ends_at_the_deadline_also_while_bytes_drip_in(
    start: Start, beginning: bytes
) -> None:
    hung_up = threading.Event()

    def drip(peer: socket.socket) -> None:
        try:
            peer.sendall(beginning)
            while not hung_up.wait(0.02):
                peer.sendall(b"x")
        except OSError:
            hung_up.set()

    began = time.monotonic()
    with pytest.raises(LinkLost, match="in time"):
        exchange(start(drip), 0.2)
    assert time.monotonic() - began < 5.0
    assert hung_up.wait(WAIT_S)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (CHUNKED, b"X: y\r\n")],
    ids=["continue", "trailers"],
)
def test_waiting_ends_at_the_deadline_also_while_bytes_flood_in(
    start: Start, beginning: bytes, piece: bytes
) -> None:
    hung_up = threading.Event()

    def flood(peer: socket.socket) -> None:
        ends = time.monotonic() + WAIT_S
        try:
            peer.sendall(beginning)
            while time.monotonic() < ends:
                peer.sendall(piece * 2000)
        except OSError:
            hung_up.set()

    with pytest.raises(LinkLost, match="in time"):
        exchange(start(flood), 0.2)
    assert hung_up.wait(WAIT_S)


def test_nothing_was_sent_where_nobody_listens_or_the_link_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = HttpLink(f"http://127.0.0.1:{server.getsockname()[1]}")
        link.close()
        with pytest.raises(LinkRefused, match="closed"):
            exchange(link)
    with pytest.raises(LinkRefused):
        exchange(HttpLink(link.port))
    assert link.raw.entries() == ()


@pytest.mark.parametrize(
    "port",
    ["/dev/none", "https://h:1", "http://host", "http://a:b@h:1", "http://h:1 /", "http://:1"],
)
def test_a_port_that_is_no_plain_http_address_is_refused(port: str) -> None:
    with pytest.raises(LinkRefused, match="http://host:port"):
        HttpLink(port)


def test_a_port_number_too_large_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(LinkRefused):
        exchange(HttpLink("http://127.0.0.1:99999"))
