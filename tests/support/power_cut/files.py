"""PURE: a file as processes see it, and what a power cut may leave of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

SECTOR = 512  # bytes a disk writes whole or not at all
MAX_VERSIONS = 8  # of one sector or one size between two syncs; the oldest is forgotten
_VOID = bytes(SECTOR)
Version = TypeVar("Version")


@dataclass(eq=False)
class File:
    """One file. `now`: its bytes as processes see them. `safe`: its bytes at its last sync.

    Since that sync every write left a version of each sector it touched, and of the size. A
    power cut keeps any of them, each sector and the size for itself: disks reorder and tear.
    """

    number: int
    mode: int
    uid: int = 0
    gid: int = 0
    modified_ns: int = 0
    links: int = 0
    now: bytearray = field(default_factory=bytearray)
    safe: bytearray = field(default_factory=bytearray)
    _sectors: dict[int, list[bytes]] = field(default_factory=dict)
    _sizes: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Its length in bytes, as processes see it."""
        return len(self.now)

    def write(self, offset: int, data: bytes) -> None:
        """Put `data` at `offset`; a hole before it reads as zeros."""
        if not data:
            return
        end = offset + len(data)
        if end > len(self.now):
            first = min(offset, len(self.now))
            self.now.extend(bytes(end - len(self.now)))
            _append(self._sizes, end)
        else:
            first = offset
        self.now[offset:end] = data
        self._note(first, end)

    def resize(self, size: int) -> None:
        """Cut it to `size` bytes, or lengthen it with zeros."""
        before = len(self.now)
        if size < before:
            del self.now[size:]
        else:
            self.now.extend(bytes(size - before))
        _append(self._sizes, size)
        self._note(min(size, before), max(size, before))

    def sync(self) -> None:
        """From here on a power cut leaves at least this."""
        size = len(self.now)
        del self.safe[size:]
        self.safe.extend(bytes(size - len(self.safe)))
        for sector in self._sectors:
            part = slice(sector * SECTOR, (sector + 1) * SECTOR)
            self.safe[part] = self.now[part]
        self._sectors.clear()
        self._sizes.clear()

    def lose_power(self, chance: float, random: Random) -> None:
        """Be what the cut leaves; each version since the last sync survived with `chance`."""
        size = _survivor([len(self.safe), *self._sizes], chance, random)
        left = bytearray(self.safe[:size]) + bytes(max(0, size - len(self.safe)))
        for sector, versions in self._sectors.items():
            start = sector * SECTOR
            kept = _survivor([bytes(self.safe[start : start + SECTOR]), *versions], chance, random)
            room = max(0, min(SECTOR, size - start))
            left[start : start + room] = (kept + _VOID)[:room]
        self.now, self.safe = left, bytearray(left)
        self._sectors.clear()
        self._sizes.clear()

    def _note(self, start: int, end: int) -> None:
        for sector in range(start // SECTOR, -(-end // SECTOR)):
            seen = bytes(self.now[sector * SECTOR : (sector + 1) * SECTOR])
            _append(self._sectors.setdefault(sector, []), seen)


def _append(versions: list[Version], newest: Version) -> None:
    versions.append(newest)
    if len(versions) > MAX_VERSIONS:
        del versions[0]


def _survivor(versions: Sequence[Version], chance: float, random: Random) -> Version:
    """The newest version that reached the disk; the first one is there already."""
    for version in reversed(versions[1:]):
        if random.random() < chance:
            return version
    return versions[0]
