"""Encryption at rest: sealed columns and a keyed index to look personal data up by equality."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from queue_server.core.key_file import (
    ID_BYTES,
    KEY_BYTES,
    Ring,
    create_key_file,
    derived,
    key_id,
    read_ring,
    sole,
)

__all__ = ["KEY_BYTES", "SealBroken", "Vault", "create_key_file", "load_vault"]

# The first byte of a sealed value: 1 names no key, as before keys could change; 2 names its own.
_UNNAMED, _NAMED = b"\x01", b"\x02"
_NONCE_BYTES = 12
_Stamp = tuple[int, int, int]


class SealBroken(Exception):
    """A sealed value does not open: wrong key, wrong column, or altered bytes.

    Restore the data key that belongs to this database (`data_key_file` in the configuration).
    """


@dataclass(frozen=True)
class _Keys:
    """What a ring is used as: the mark of what is sealed now, and who opens what."""

    mark: bytes
    sealer: AESGCM
    openers: Mapping[bytes, AESGCM]
    index: bytes

    @classmethod
    def of(cls, ring: Ring) -> "_Keys":
        keys = (ring.current, *ring.older)
        openers = {_NAMED + key_id(each): AESGCM(derived(each, b"seal")) for each in keys}
        mark = _NAMED + key_id(ring.current)
        return cls(mark, openers[mark], openers, ring.index)


class Vault:
    """Seals and opens values with AES-256-GCM (NIST SP 800-38D) under the data key.

    `context` names the column (`table.column`); a value moved to another column does not open. A
    sealed value bears the id of its key. With a `file`, a changed one is read anew before the next
    value is sealed, and whenever a value bears an id that is not known: nobody has to be restarted.
    """

    def __init__(self, data_key: bytes | Ring, file: Path | None = None) -> None:
        self._file = file
        self._stamp: _Stamp | None = None  # so the file is looked at before the first value
        self._keys = _Keys.of(data_key if isinstance(data_key, Ring) else sole(data_key))

    @property
    def mark(self) -> bytes:
        """What every value begins with that is sealed now."""
        self._follow()
        return self._keys.mark

    @property
    def has_older(self) -> bool:
        """Whether there are keys that only open: a rotation is not finished."""
        self._follow()
        return len(self._keys.openers) > 1

    def seal(self, context: str, value: str | bytes) -> bytes:
        """`value` encrypted for the column `context`."""
        self._follow()
        keys, nonce = self._keys, secrets.token_bytes(_NONCE_BYTES)
        plain = value.encode() if isinstance(value, str) else value
        return keys.mark + nonce + keys.sealer.encrypt(nonce, plain, context.encode())

    def open(self, context: str, sealed: bytes) -> bytes:
        """The bytes behind `sealed`. Raises SealBroken."""
        if sealed[:1] == _UNNAMED and len(sealed) > 1 + _NONCE_BYTES:
            return self._opened(context, sealed[1:], list(self._keys.openers.values()))
        mark = sealed[: 1 + ID_BYTES]
        if sealed[:1] != _NAMED or len(sealed) <= len(mark) + _NONCE_BYTES:
            raise SealBroken(f"{context}: not a sealed value of this version")
        if mark not in self._keys.openers:
            self._follow()
        opener = self._keys.openers.get(mark)
        if opener is None:
            raise SealBroken(f"{context}: sealed under key {mark[1:].hex()}, which is not here")
        return self._opened(context, sealed[len(mark) :], [opener])

    def open_text(self, context: str, sealed: bytes) -> str:
        """The text behind `sealed`. Raises SealBroken."""
        return self.open(context, sealed).decode()

    def index(self, context: str, value: str) -> bytes:
        """A keyed digest (HMAC-SHA-256) to find equal values; useless without the key."""
        return hmac.digest(self._keys.index, f"{context}\0{value}".encode(), hashlib.sha256)

    def _opened(self, context: str, sealed: bytes, openers: list[AESGCM]) -> bytes:
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for each in openers:
            with suppress(InvalidTag):
                return each.decrypt(nonce, body, context.encode())
        raise SealBroken(f"{context}: wrong key, wrong column, or altered bytes")

    def _follow(self) -> None:
        """Take over what the file holds now; one that cannot be read changes nothing."""
        if self._file is None or (stamp := _stamp(self._file)) in (None, self._stamp):
            return
        with suppress(OSError, ValueError):
            self._keys, self._stamp = _Keys.of(read_ring(self._file)), stamp


def _stamp(file: Path) -> _Stamp | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def load_vault(path: Path) -> Vault:
    """The vault of the key file at `path`. Raises FileNotFoundError, ValueError."""
    return Vault(read_ring(path), path)
