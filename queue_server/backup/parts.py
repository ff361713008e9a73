"""The parts inside a sealed stream: each named, in pieces of bounded size, with its SHA-256.

A about · (P name · D piece · D piece …)… · M manifest        each: letter, length (4), bytes
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from queue_server.backup.model import (
    About,
    BackupFault,
    Manifest,
    Part,
    SealFault,
    about_of,
    manifest_of,
    to_json,
)
from queue_server.backup.sealing import SealedReader, SealedWriter

PIECE_BYTES = 128 * 1024
_MOST_BYTES = 16 * 1024 * 1024
_FRAME = struct.Struct(">cI")


class Source(Protocol):
    """Something to read from, piece by piece."""

    def read(self, count: int, /) -> bytes: ...


@dataclass(frozen=True)
class Named:
    """The name of a part, and the columns of a table."""

    name: str
    columns: tuple[str, ...] = ()


class PartWriter:
    """Writes what a backup holds; `end` writes the manifest and seals the stream."""

    def __init__(self, sealed: SealedWriter, about: About) -> None:
        self._sealed = sealed
        self._about = about
        self._parts: list[Part] = []
        self._record(b"A", to_json(about))

    def put(self, named: Named, pieces: Iterable[bytes | bytearray | memoryview]) -> None:
        """One part, from `pieces` of any size."""
        self._record(b"P", json.dumps([named.name, *named.columns]).encode())
        sha, count = hashlib.sha256(), 0
        for piece in _gathered(pieces):
            sha.update(piece)
            count += len(piece)
            self._record(b"D", piece)
        self._parts.append(Part(named.name, count, sha.hexdigest()))

    def end(self) -> Manifest:
        """The manifest, written last."""
        manifest = Manifest(self._about, tuple(self._parts))
        self._record(b"M", to_json(manifest))
        self._sealed.end()
        return manifest

    def _record(self, letter: bytes, data: bytes) -> None:
        self._sealed.write(_FRAME.pack(letter, len(data)))
        self._sealed.write(data)


class PartReader:
    """Reads what a PartWriter wrote. `about` is there at once, `manifest` after the last part."""

    def __init__(self, sealed: SealedReader) -> None:
        self._sealed = sealed
        letter, data = self._record()
        if letter != b"A":
            raise BackupFault("it does not begin as a backup does; take another copy")
        self.about = about_of(data)
        self.manifest: Manifest | None = None
        self._seen: list[Part] = []
        self._waiting = self._record()

    def parts(self) -> Iterator[tuple[Named, Iterator[bytes]]]:
        """Each part and its pieces, which must be taken before the next part.

        Raises SealFault, and BackupFault when the manifest says something else.
        """
        while self._waiting[0] == b"P":
            name, *columns = json.loads(self._waiting[1])
            pieces = self._pieces(name)
            yield Named(name, tuple(columns)), pieces
            for _ in pieces:
                pass
        letter, data = self._waiting
        if letter != b"M" or self._sealed.read(1):
            raise BackupFault("it does not end as a backup does; take another copy")
        self.manifest = manifest_of(data)
        if self.manifest != Manifest(self.about, tuple(self._seen)):
            raise BackupFault("its parts are not what its manifest says; take another copy")

    def _pieces(self, name: str) -> Iterator[bytes]:
        sha, count = hashlib.sha256(), 0
        while True:
            self._waiting = self._record()
            letter, data = self._waiting
            if letter != b"D":
                self._seen.append(Part(name, count, sha.hexdigest()))
                return
            sha.update(data)
            count += len(data)
            yield data

    def _record(self) -> tuple[bytes, bytes]:
        frame = self._sealed.read(_FRAME.size)
        if len(frame) < _FRAME.size:
            raise SealFault("it ends too early; take another copy")
        letter, length = _FRAME.unpack(frame)
        data = self._sealed.read(length) if length <= _MOST_BYTES else b""
        if len(data) < length:
            raise SealFault("it ends too early; take another copy")
        return letter, data


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """The rest of `file`."""
    while piece := file.read(PIECE_BYTES):
        yield piece


def _gathered(pieces: Iterable[bytes | bytearray | memoryview]) -> Iterator[bytes]:
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= PIECE_BYTES:
            yield bytes(held[:PIECE_BYTES])
            del held[:PIECE_BYTES]
    if held:
        yield bytes(held)
