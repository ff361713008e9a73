"""Servers of raw bytes on real sockets: each connection is played by a function of the test."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable


class Connection:
    """One accepted connection: reads whole HTTP requests, sends any bytes."""

    def __init__(self, sock: socket.socket, stop: threading.Event) -> None:
        self.sock = sock
        self.stop = stop
        self._file = sock.makefile("rb")

    def request(self) -> bytes:
        """The next request, head and body; b"" when the client is gone."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self._file.readline()
            if not line:
                return b""
            head += line
        length = next(
            int(line.split(b":")[1])
            for line in head.splitlines()
            if line.lower().startswith(b"content-length:")
        )
        return head + self._file.read(length)

    def line(self) -> bytes:
        """The next line, b"" when the client is gone."""
        return self._file.readline()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, every_s: float) -> None:
        """One byte each `every_s` seconds, until the server stops or the client goes."""
        for place in range(len(data)):
            if self.stop.wait(every_s):
                return
            self.send(data[place : place + 1])

    def silence(self) -> None:
        """Say nothing until the server stops."""
        self.stop.wait(30)


Play = Callable[[Connection], None]


class RawServer:
    """Plays `plays` one a connection, the last one for all that follow; over TLS with `tls`."""

    def __init__(self, *plays: Play, tls: ssl.SSLContext | None = None) -> None:
        self._plays = plays
        self._tls = tls
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}/emision"
        self.connections = 0
        self._threads = [threading.Thread(daemon=True, target=self._accept)]
        self._open: list[socket.socket] = []

    def __enter__(self) -> "RawServer":
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for sock in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            play = self._plays[min(self.connections, len(self._plays) - 1)]
            self.connections += 1
            self._open.append(sock)
            thread = threading.Thread(daemon=True, target=self._serve, args=(sock, play))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, play: Play) -> None:
        with sock, contextlib.suppress(OSError):
            spoken = self._tls.wrap_socket(sock, server_side=True) if self._tls else sock
            with spoken:
                play(Connection(spoken, self._stop))
                with contextlib.suppress(OSError):
                    spoken.shutdown(socket.SHUT_RDWR)


def http(body: bytes, status: str = "200 OK", kind: str = "text/xml", extra: str = "") -> bytes:
    """A reply of HTTP/1.1 with its length."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    )
    return head.encode() + body


def answering(reply: bytes) -> Play:
    """Answers every request of the connection with `reply`."""

    def play(connection: Connection) -> None:
        while connection.request():
            connection.send(reply)

    return play
