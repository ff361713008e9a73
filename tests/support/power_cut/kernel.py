"""PURE: the bytes the kernel and a FUSE file system exchange over /dev/fuse, protocol 7.31.

Source: include/uapi/linux/fuse.h, offered there under BSD-2-Clause too. Numbers are little-endian
on the machines this runs on; the layout is that of 7.23 and later.
"""

import errno
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from struct import Struct

MAJOR, MINOR = 7, 31
MAX_WRITE = 128 * 1024
BUFFER = MAX_WRITE + 4096  # bytes; one request with its headers
FOREVER_S = 1_000_000  # nobody else changes the disk: what the kernel knows stays true

_REQUEST = Struct("<IIQQIIII")
_REPLY = Struct("<IiQ")
_INIT_OUT = Struct("<IIIIHHIIHHI28x")
_ATTRIBUTES = Struct("<QQQQQQIIIIIIIIII")
_ENTRY = Struct("<QQQQII")
_ATTR_VALID = Struct("<QII")
_OPENED = Struct("<QII")
_STATFS = Struct("<QQQQQIIII24x")
_NAME = Struct("<QQII")

INIT_IN = Struct("<IIII")
GO_ON_IN = Struct("<QQIIQII")  # read, readdir and write: handle, offset, size, flags...
SETATTR_IN = Struct("<IIQQQQQQIIIIIIII")
MKNOD_IN = Struct("<IIII")
MKDIR_IN = Struct("<II")
CREATE_IN = Struct("<IIII")
RENAME_IN = Struct("<Q")
RENAME2_IN = Struct("<QII")
LINK_IN = Struct("<Q")
WRITTEN = Struct("<II")


class Op(IntEnum):
    """What the kernel asks for. Any other number is answered with ENOSYS."""

    LOOKUP = 1
    FORGET = 2
    GETATTR = 3
    SETATTR = 4
    MKNOD = 8
    MKDIR = 9
    UNLINK = 10
    RMDIR = 11
    RENAME = 12
    LINK = 13
    OPEN = 14
    READ = 15
    WRITE = 16
    STATFS = 17
    RELEASE = 18
    FSYNC = 20
    INIT = 26
    OPENDIR = 27
    READDIR = 28
    RELEASEDIR = 29
    FSYNCDIR = 30
    CREATE = 35
    INTERRUPT = 36
    BATCH_FORGET = 42
    RENAME2 = 45


UNANSWERED = {Op.FORGET, Op.BATCH_FORGET, Op.INTERRUPT}


class Set(IntFlag):
    """Which attributes a SETATTR sets."""

    MODE = 1
    UID = 2
    GID = 4
    SIZE = 8
    MTIME = 32
    MTIME_NOW = 256


class Feature(IntFlag):
    """What both sides agree on at the start. Without WRITEBACK_CACHE every write comes at once."""

    ASYNC_READ = 1
    BIG_WRITES = 32


FROM_PAGE_CACHE = 1  # write flag: a page of a mapping, at a moment the kernel chose
_KEEP_CACHE = 2  # open flag


@dataclass(frozen=True)
class Request:
    """One request. `node`: what it is about. `body`: the rest, laid out as `op` says."""

    op: int
    unique: int
    node: int
    uid: int
    gid: int
    body: bytes

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Request":
        """What was read from /dev/fuse in one piece."""
        length, op, unique, node, uid, gid, _, _ = _REQUEST.unpack_from(raw)
        return cls(op, unique, node, uid, gid, raw[_REQUEST.size : length])

    def name(self, skip: int = 0) -> str:
        """The name that ends the body, or the first of two, after `skip` bytes."""
        return self.names(skip)[0]

    def names(self, skip: int = 0) -> list[str]:
        """The names that end the body, after `skip` bytes."""
        return [raw.decode(errors="surrogateescape") for raw in self.body[skip:].split(b"\0")[:-1]]


@dataclass(frozen=True)
class Attributes:
    """What `stat` tells. `mode` holds the kind and the permissions; the time is in ns."""

    number: int
    size: int
    mode: int
    links: int
    uid: int
    gid: int
    modified_ns: int

    def to_bytes(self) -> bytes:
        """As the kernel lays them out; all three times are the last change's."""
        seconds, ns = divmod(self.modified_ns, 1_000_000_000)
        blocks = -(-self.size // 512)
        return _ATTRIBUTES.pack(
            self.number, self.size, blocks, seconds, seconds, seconds, ns, ns, ns,
            self.mode, self.links, self.uid, self.gid, 0, 4096, 0,
        )  # fmt: skip


def reply(unique: int, body: bytes = b"") -> bytes:
    """An answer that says it was done."""
    return _REPLY.pack(_REPLY.size + len(body), 0, unique) + body


def refusal(unique: int, error: int | None) -> bytes:
    """An answer that says why not, as an errno."""
    return _REPLY.pack(_REPLY.size, -(error or errno.EIO), unique)


def init_out(readahead: int, offered: int) -> bytes:
    """The answer to INIT."""
    wanted = (Feature.ASYNC_READ | Feature.BIG_WRITES) & offered
    return _INIT_OUT.pack(MAJOR, MINOR, readahead, wanted, 12, 10, MAX_WRITE, 1, 32, 0, 0)


def entry_out(attributes: Attributes) -> bytes:
    """The answer to whatever finds or makes a node."""
    return (
        _ENTRY.pack(attributes.number, 0, FOREVER_S, FOREVER_S, 0, 0) + attributes.to_bytes()
    )  # fmt: skip


def attr_out(attributes: Attributes) -> bytes:
    """The answer to GETATTR and SETATTR."""
    return _ATTR_VALID.pack(FOREVER_S, 0, 0) + attributes.to_bytes()


def open_out() -> bytes:
    """The answer to OPEN: pages already read, or mapped, stay as they are."""
    return _OPENED.pack(0, _KEEP_CACHE, 0)


def statfs_out(blocks: int, free: int, block_size: int) -> bytes:
    """The answer to STATFS."""
    return _STATFS.pack(blocks, free, free, 1 << 20, 1 << 20, block_size, 255, block_size, 0)


def names_out(entries: list[tuple[int, str, int]], offset: int, room: int) -> bytes:
    """The answer to READDIR: (number, name, mode) of each entry from `offset` on, in `room` bytes.

    The offset of an entry is its position; 12 bits below the kind are the permissions.
    """
    out = bytearray()
    for position, (number, name, mode) in enumerate(entries[offset:], offset + 1):
        raw = name.encode(errors="surrogateescape")
        piece = _NAME.pack(number, position, len(raw), mode >> 12) + raw
        piece += bytes(-len(piece) % 8)
        if len(out) + len(piece) > room:
            break
        out += piece
    return bytes(out)
