"""A line to a server that loses a reply when told to: the request arrived, the answer does not."""

import contextlib
import socket
import threading


class CutLine:
    """Carries bytes between callers and the server on `port`. Use as a context manager."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.lost = 0
        self._to_lose: bytes | None = None
        self._ends: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []

    def lose_reply_to(self, path: str) -> None:
        """Cut the line at the reply to the next POST to `path`, once."""
        self._to_lose = f"POST {path} ".encode()

    def __enter__(self) -> "CutLine":
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for end in self._ends:
            _hang_up(end)
        for thread in self._threads:
            thread.join(10)

    def _begin(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(daemon=True, target=work, args=arguments)  # pyright: ignore[reportArgumentType]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server), timeout=30)
                self._ends += [caller, server]
                doomed = threading.Event()
                self._begin(self._requests, caller, server, doomed)
                self._begin(self._replies, server, caller, doomed)

    def _requests(
        self, caller: socket.socket, server: socket.socket, doomed: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := caller.recv(65536):
                if self._to_lose is not None and self._to_lose in data:
                    self._to_lose = None
                    doomed.set()
                server.sendall(data)
        _hang_up(server)

    def _replies(
        self, server: socket.socket, caller: socket.socket, doomed: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if doomed.is_set():
                    self.lost += 1
                    break
                caller.sendall(data)
        _hang_up(caller)


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
