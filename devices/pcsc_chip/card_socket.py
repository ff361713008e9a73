"""The card's end of the vpcd protocol: waits for readers, or joins a pcscd's."""

import contextlib
import socket
import threading
from collections.abc import Callable

from devices.pcsc_chip.vpcd import message

RETRY_S = 0.1
Address = tuple[str, int]


class CardSocket:
    """Passes each message to ``answer``, and sends back what it returns unless that is None.

    ``is_there`` says whether a card is there: only then a vpcd is joined. There an empty answer
    hangs up, which is how a vpcd learns that its card is gone (it would wait for more of one).
    """

    def __init__(
        self,
        address: Address,
        answer: Callable[[bytes], bytes | None],
        is_there: Callable[[], bool],
    ) -> None:
        self._address = address
        self._answer = answer
        self._is_there = is_there
        self._guard = threading.RLock()
        self._server: socket.socket | None = None
        self._left: threading.Event | None = None
        self._open: set[socket.socket] = set()

    @property
    def address(self) -> Address:
        """Where it listens, or would."""
        return self._address

    @property
    def listening(self) -> bool:
        """Whether a reader can connect."""
        return self._server is not None

    @property
    def joined(self) -> bool:
        """Whether it belongs to a vpcd."""
        return self._left is not None

    def listen(self) -> None:
        """Let readers connect; raises ``OSError`` when the address is taken."""
        with self._guard:
            if self._server is None:
                self._server = socket.create_server(self._address)
                host, port = self._server.getsockname()[:2]
                self._address = (str(host), int(port))
                _on_a_thread(self._accept, self._server)

    def close(self) -> None:
        """Let no reader connect, and hang up."""
        with self._guard:
            server, self._server = self._server, None
        if server is not None:
            _shut(server)
        self.hang_up()

    def join(self, address: Address) -> None:
        """Be the card of the vpcd at ``address`` from now on, whenever a card is there."""
        self.leave()
        left = threading.Event()
        with self._guard:
            self._left = left
        _on_a_thread(self._visit, address, left)

    def leave(self) -> None:
        """Be no vpcd's card any more."""
        with self._guard:
            left, self._left = self._left, None
        if left is not None:
            left.set()
            self.hang_up()

    def hang_up(self) -> None:
        """Cut every connection."""
        with self._guard:
            connections = tuple(self._open)
        for connection in connections:
            _shut(connection)

    # The rest runs on threads of its own.

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            _on_a_thread(self._serve, connection)

    def _visit(self, address: Address, left: threading.Event) -> None:
        while not left.wait(RETRY_S):
            if self._is_there():
                with contextlib.suppress(OSError):
                    self._serve(socket.create_connection(address, RETRY_S), to_vpcd=True)

    def _serve(self, connection: socket.socket, *, to_vpcd: bool = False) -> None:
        with self._guard:
            self._open.add(connection)
        try:
            with connection, contextlib.suppress(OSError):
                connection.settimeout(None)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while (content := _received(connection)) is not None:
                    answer = self._answer(content)
                    if answer == b"" and to_vpcd:
                        return
                    if answer is not None:
                        connection.sendall(message(answer))
        finally:
            with self._guard:
                self._open.discard(connection)


def _received(connection: socket.socket) -> bytes | None:
    """One message, or None when the other side hung up."""
    size = _exactly(connection, 2)
    return None if size is None else _exactly(connection, int.from_bytes(size))


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    found = b""
    while len(found) < size:
        piece = connection.recv(size - len(found))
        if not piece:
            return None
        found += piece
    return found


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _on_a_thread(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, name="chip-simulator", daemon=True).start()
