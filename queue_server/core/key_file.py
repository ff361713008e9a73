"""The file of the data key: the key that seals, older ones that only open, the digests' key.

    current 6f3a…    64 hexadecimal digits: seals and opens
    older 9b02…      opens what has not been sealed anew yet
    index 41cc…      makes the digests that find equal values; it stays when the data key changes

A file of one bare key, as `init` writes it, is that key alone. A key's id is derived from it.
"""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES = 32
ID_BYTES = 4


@dataclass(frozen=True, repr=False)
class Ring:
    """The keys of a file. `index`: the digests' key."""

    current: bytes
    index: bytes
    older: tuple[bytes, ...] = ()

    def rotated(self, fresh: bytes) -> "Ring":
        """From now on `fresh` seals, and what sealed before only opens."""
        return Ring(fresh, self.index, (self.current, *self.older))

    def alone(self) -> "Ring":
        """Without the older keys."""
        return Ring(self.current, self.index)


def derived(data_key: bytes, purpose: bytes, length: int = KEY_BYTES) -> bytes:
    """What `data_key` is used for one purpose as (HKDF-Expand, RFC 5869, SHA-256)."""
    return HKDFExpand(hashes.SHA256(), length, b"ventanilla " + purpose).derive(data_key)


def key_id(data_key: bytes) -> bytes:
    """The name of a key, `ID_BYTES` long; it says nothing of the key."""
    return derived(data_key, b"id", ID_BYTES)


def sole(data_key: bytes) -> Ring:
    """The ring of one key. Raises ValueError for one of another length."""
    if len(data_key) != KEY_BYTES:
        raise ValueError(f"the data key has {len(data_key)} bytes, expected {KEY_BYTES}")
    return Ring(data_key, derived(data_key, b"index"))


def read_ring(path: Path) -> Ring:
    """The keys in `path`. Raises FileNotFoundError; ValueError, which says what is wrong."""
    lines = [each.split() for each in path.read_text().splitlines() if each.strip()]
    if len(lines) == 1 and len(lines[0]) == 1:
        return sole(bytes.fromhex(lines[0][0]))
    found: dict[str, list[bytes]] = {"current": [], "older": [], "index": []}
    for words in lines:
        if len(words) != 2 or words[0] not in found:
            raise ValueError("a line is neither `current`, `older` nor `index` and a key")
        key = bytes.fromhex(words[1])
        if len(key) != KEY_BYTES:
            raise ValueError(f"`{words[0]}` has {len(key)} bytes, expected {KEY_BYTES}")
        found[words[0]].append(key)
    if len(found["current"]) != 1 or len(found["index"]) != 1:
        raise ValueError("there must be one `current` and one `index`")
    return Ring(found["current"][0], found["index"][0], tuple(found["older"]))


def write_ring(path: Path, ring: Ring) -> None:
    """Replace `path` as a whole: a crash leaves the old file or the new one, both on the disk."""
    lines = [f"current {ring.current.hex()}", *(f"older {each.hex()}" for each in ring.older)]
    lines.append(f"index {ring.index.hex()}")
    written = path.with_name(f".{path.name}.new")
    with suppress(FileNotFoundError):  # of one that was killed
        written.unlink()
    _write(written, "\n".join(lines) + "\n")
    written.replace(path)
    _settle(path.parent)


def create_key_file(path: Path) -> bool:
    """Write a fresh key to `path`, readable by its owner only; an existing one is kept (False)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write(path, secrets.token_hex(KEY_BYTES) + "\n")
    except FileExistsError:
        return False
    return True


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
