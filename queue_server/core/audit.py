"""The audit chain: every event bears a MAC over itself and over the MAC of the one before it."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from queue_server.core.json_text import json_text

KEY_BYTES = 32
MAC_BYTES = 32
VERSION = b"ventanilla-event-1"
# What stands before the first event of a site.
GENESIS = bytes(MAC_BYTES)
BEGUN = "audit.begun"
# The first event after an older copy was put back: its body says after which event it goes on.
RESTORED = "backup.restored"
_BLOCK_BYTES = 64
_INNER = bytes(each ^ 0x36 for each in range(256))
_OUTER = bytes(each ^ 0x5C for each in range(256))


class RawEvent(NamedTuple):
    """An event row as its bytes stand in the database, nothing converted.

    `request_hash`: None where the row has none. `at`: UTC, `2026-11-21 17:00:00.000000`.
    """

    site: bytes
    id: int
    key: bytes
    request_hash: bytes | None
    actor: bytes
    kind: bytes
    body: bytes
    at: bytes


def body_text(body: Any) -> str:
    """The body of an event as it is stored: JSON, keys sorted, no spaces, not escaped to ASCII."""
    return json_text(_sorted(body))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [_sorted(each) for each in value]
    return value


def instant_text(at: datetime) -> str:
    """`at` (aware) in UTC to the microsecond."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def canonical(event: RawEvent) -> bytes:
    """The bytes a MAC is made of: a netstring (`length:bytes,`) for the version of this form and
    for each field; `-` stands for a missing request hash, hexadecimal for one that is there.

    A change of this form is a new VERSION: the old one goes on holding for the rows made under it.
    """
    hashed = b"-" if event.request_hash is None else event.request_hash.hex().encode()
    fields = (
        VERSION,
        event.site,
        b"%d" % event.id,
        event.key,
        hashed,
        event.actor,
        event.kind,
        event.body,
        event.at,
    )
    return b"".join([b"%d:%b," % (len(field), field) for field in fields])


def digest_of(events: Iterable[RawEvent]) -> tuple[int, int, str]:
    """How many, the last id, and SHA-256 (hexadecimal) over the canonical forms one after another.

    For what was recorded before there was a chain.
    """
    sha, count, last = hashlib.sha256(), 0, 0
    for event in events:
        sha.update(canonical(event))
        count, last = count + 1, event.id
    return count, last, sha.hexdigest()


class Chain:
    """Makes the MACs: HMAC-SHA-256 (RFC 2104) under the audit key, which no database holds.

    Both hashes of the key are made once, as section 4 of the RFC says: half the time a MAC takes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the audit key has {len(key)} bytes, expected {KEY_BYTES}")
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER))
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def mac(self, before: bytes, event: RawEvent) -> bytes:
        """The MAC of `event`, which follows the one that bears `before`."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(before + canonical(event))
        outer.update(inner.digest())
        return outer.digest()


def load_chain(path: Path) -> Chain:
    """The chain of the key file at `path`. Raises FileNotFoundError, ValueError."""
    return Chain(bytes.fromhex(path.read_text().strip()))
