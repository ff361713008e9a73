"""How a reply leaves: whole, or in one of the ways in which replies get lost and damaged."""

import gzip
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http import HTTPStatus
from typing import Protocol

from queue_server.issuance.sandbox.traits.fault import Fault

_PIECE = 64 * 1024
_LAST_THREE_TAGS = re.compile(rb"(</[A-Za-z0-9:-]+>\s*){3}$")  # of reply, body and envelope
# In the order in which they are applied: what the body is, then how it is sent.
WIRE_FAULTS = (
    "wrong_type",
    "gzip",
    "oversized",
    "truncated",
    "short_body",
    "chunked",
    "drip",
    "close_idle",
)


class Cut(Exception):
    """The connection is to be cut without a byte. `reset`: with RST instead of FIN."""

    def __init__(self, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset


class Line(Protocol):
    """The way to the caller. Raises OSError once the caller has gone."""

    def write(self, content: bytes, /) -> object:
        """Take these bytes."""
        ...

    def flush(self) -> None:
        """Let them go."""
        ...


@dataclass(frozen=True)
class Outgoing:
    """One HTTP reply. `filler` bytes are sent between `content` and `rest`.

    `length`: what Content-Length says; None: the truth. `unannounced`: it says nothing and the
    connection's end is the reply's. `pause_s`: after each byte, of the head too when `drip_head`.
    `hang_up`: the connection is closed afterwards without a word before.
    """

    status: int
    content_type: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    filler: int = 0
    rest: bytes = b""
    length: int | None = None
    unannounced: bool = False
    chunked: bool = False
    pause_s: float = 0.0
    drip_head: bool = False
    hang_up: bool = False

    @property
    def ends_connection(self) -> bool:
        """Whether nothing more can follow on this connection."""
        return self.unannounced or self.hang_up or self.length is not None

    def head(self, closing: bool) -> bytes:
        """Status line and headers. `closing`: the caller is told that the connection ends."""
        real = len(self.content) + self.filler + len(self.rest)
        lines = {
            "Server": "sandbox",
            "Date": formatdate(usegmt=True),
            "Content-Type": self.content_type,
            **self.headers,
        }
        if self.chunked:
            lines["Transfer-Encoding"] = "chunked"
        elif not self.unannounced:
            lines["Content-Length"] = str(real if self.length is None else self.length)
        if closing or self.unannounced:
            lines["Connection"] = "close"
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        phrase = HTTPStatus(self.status).phrase
        return f"HTTP/1.1 {self.status} {phrase}\r\n{text}\r\n".encode("latin-1")

    def body(self) -> Iterator[bytes]:
        """What follows the head, in pieces."""
        if self.chunked:
            yield from _chunks(self.content + self.rest)
            return
        yield self.content
        left = self.filler
        while left > 0:
            yield b"A" * min(left, _PIECE)
            left -= _PIECE
        yield self.rest


def damage(reply: Outgoing, fault: Fault) -> Outgoing:
    """The reply as a fault of `WIRE_FAULTS` lets it leave."""
    match fault.name:
        case "wrong_type":
            return replace(reply, content_type=fault["type"])
        case "gzip":
            packed = gzip.compress(reply.content)
            return replace(reply, content=packed, headers={"Content-Encoding": "gzip"})
        case "oversized":
            return _stuffed(reply, fault["bytes"], fault["announced"])
        case "truncated":
            return replace(reply, content=_half(reply))
        case "short_body":
            return replace(reply, content=_half(reply), length=len(reply.content))
        case "chunked":
            return replace(reply, chunked=True)
        case "drip":
            return replace(reply, pause_s=fault["seconds"], drip_head=fault["head"])
        case _:
            return replace(reply, hang_up=True)


def send(reply: Outgoing, line: Line, closing: bool, ending: threading.Event) -> None:
    """Let the reply leave. Ends early when the caller hangs up (OSError) or `ending` is set."""
    head = reply.head(closing)
    if not reply.pause_s:
        line.write(head)
        for piece in reply.body():
            line.write(piece)
        line.flush()
        return
    slowly = b"".join(reply.body())
    if reply.drip_head:
        slowly = head + slowly
    else:
        line.write(head)
    for place in range(len(slowly)):
        line.write(slowly[place : place + 1])
        line.flush()
        if ending.wait(reply.pause_s):
            return


def _half(reply: Outgoing) -> bytes:
    return reply.content[: len(reply.content) // 2]


def _stuffed(reply: Outgoing, count: int, announced: bool) -> Outgoing:
    """An element of another namespace, `count` letters long, at the end of the reply."""
    end = _LAST_THREE_TAGS.search(reply.content)
    start = end.start() if end else len(reply.content)
    opening, closing = b'<x:relleno xmlns:x="urn:x-relleno">', b"</x:relleno>"
    return replace(
        reply,
        content=reply.content[:start] + opening,
        filler=count,
        rest=closing + reply.content[start:],
        unannounced=not announced,
    )


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), 500):
        piece = content[start : start + 500]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"
