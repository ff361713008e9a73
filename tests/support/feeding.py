"""A web worker that serves nothing but the feed, in this process, and a client on a bare socket."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from queue_server.core.feed import Feed
from queue_server.listening import listen, set_patience
from tests.support.site import free_port


class FeedServer:
    """`feed` on a port of its own; slow clients are let go after `patience_s`."""

    def __init__(self, feed: Feed, patience_s: float = 20.0) -> None:
        self.feed = feed
        self.port = free_port()
        self._listening = listen("127.0.0.1", self.port)[0]
        set_patience(self._listening, patience_s)
        application = Starlette(routes=[Route("/feed", self._answer)], lifespan=self._lifespan)
        settings = uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(daemon=True, target=self._run)

    async def _answer(self, request: Request) -> StreamingResponse:
        after = request.headers.get("Last-Event-ID")
        stream = self.feed.stream("PRUEBA", None if after is None else int(after), lambda _: True)
        return StreamingResponse(stream, media_type="text/event-stream")

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self.feed.start()
        yield
        self.feed.stop()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._server.serve(sockets=[self._listening]))

    def __enter__(self) -> "FeedServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.feed.end_streams()
        self._server.should_exit = True
        self._thread.join()


class Reader:
    """One SSE client on a bare socket, which reads only when it is asked to."""

    def __init__(self, port: int, after: int | None = None, buffer: int | None = None) -> None:
        self.ids: list[int] = []
        self._left = b""
        self._socket = socket.socket()
        if buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._socket.connect(("127.0.0.1", port))
        mark = "" if after is None else f"Last-Event-ID: {after}\r\n"
        self._socket.sendall(f"GET /feed HTTP/1.1\r\nHost: x\r\n{mark}\r\n".encode())

    def read(self, until: int, wait_s: float = 10.0) -> None:
        """Read until the event `until` came. Raises TimeoutError, ConnectionError."""
        self._socket.settimeout(wait_s)
        while not self.ids or self.ids[-1] < until:
            got = self._socket.recv(65536)
            if not got:
                raise ConnectionError("the server ended the stream")
            self._take(got)

    def _take(self, got: bytes) -> None:
        *lines, self._left = (self._left + got).split(b"\n")
        self.ids += [int(line[4:]) for line in lines if line.startswith(b"id: ")]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


@contextlib.contextmanager
def reader(port: int, after: int | None = None, buffer: int | None = None) -> Iterator[Reader]:
    """A client that hangs up with the block."""
    made = Reader(port, after, buffer)
    try:
        yield made
    finally:
        made.close()
