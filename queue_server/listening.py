"""Listening sockets: one address for all web workers, clients that stop reading let go in time."""

import socket
from collections.abc import Sequence

from queue_server.config import ConfigError

BACKLOG = 512
# How long a client may leave bytes unread or unacknowledged before the kernel ends the connection.
PATIENCE_S = 20.0
# How much of an answer may wait in the kernel unsent, whatever the size of its buffers.
UNSENT_BYTES = 128 * 1024


def listen(host: str, port: int, sockets: int = 1) -> Sequence[socket.socket]:
    """That many listening sockets on one address. Raises ConfigError when it is not ours to take.

    With several (SO_REUSEPORT) the kernel spreads new connections over them by hash. One process
    makes them all and keeps them open, each worker inherits its own: so a worker that is killed
    loses no connection it had not accepted yet, they wait in its socket for the one that follows.
    """
    try:
        if sockets > 1:
            # Sockets that share would also share with another server of ours: look for it first.
            socket.create_server((host, port)).close()
        return [_listening(host, port, reuse_port=sockets > 1) for _ in range(sockets)]
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {host}:{port} ({error.strerror}); "
            "end the program that holds it or set another `port`"
        ) from error


def _listening(host: str, port: int, reuse_port: bool) -> socket.socket:
    listening = socket.create_server((host, port), backlog=BACKLOG, reuse_port=reuse_port)
    set_patience(listening, PATIENCE_S)
    return listening


def set_patience(listening: socket.socket, patience_s: float) -> None:
    """What accepted sockets inherit; the kernel keeps these promises, not the program."""
    # Without it each answer waits 40 ms for a delayed ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(patience_s * 1000))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
