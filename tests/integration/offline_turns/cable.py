"""The cable between a kiosk and its server: cut by hand, or by itself at a reply; then mended."""

import contextlib
import socket
import threading

from tests.support.cut_line import CutLine


class Cable(CutLine):
    """As a CutLine, but it stays cut until it is mended. Use as a context manager."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self._cut = threading.Event()

    def __enter__(self) -> "Cable":
        super().__enter__()
        return self

    def cut(self) -> None:
        """Nothing gets through any more, in either direction."""
        self._cut.set()
        for end in self._ends[1:]:
            _shut(end)

    def mend(self) -> None:
        """Everything gets through again."""
        self._cut.clear()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                if self._cut.is_set():
                    _shut(caller)
                    caller.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._server), timeout=30)
                self._ends += [caller, server]
                doomed = threading.Event()
                self._begin(self._requests, caller, server, doomed)
                self._begin(self._replies, server, caller, doomed)

    def _replies(
        self, server: socket.socket, caller: socket.socket, doomed: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if doomed.is_set():
                    self.lost += 1
                    self.cut()
                if self._cut.is_set():
                    break
                caller.sendall(data)
        _shut(caller)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
