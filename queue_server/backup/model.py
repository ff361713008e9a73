"""PURE: what a backup says of itself, what may be wrong with one, and how far numbers jump."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

VERSION = 1
DATABASES = ("sqlite", "postgresql")
EVENT_STEP = 1_000_000
NUMBER_STEP = 1000
LEAST_MARGIN = 500


class BackupFault(Exception):
    """A backup could not be made or put back. The message says why and what to do; nothing was
    left behind."""


class SealFault(BackupFault):
    """The file does not open: another key, cut, or altered. Take the key it was made with, or
    another copy of the file."""


@dataclass(frozen=True)
class Head:
    """The last event of a site's chain: its id and, in hexadecimal, its MAC (empty: none yet)."""

    site: str
    id: int
    mac: str


@dataclass(frozen=True)
class About:
    """What stands first in a backup. `made_at`: UTC, ISO 8601. `schema`: the migration it is at.

    `database`: `sqlite` or `postgresql`. `build`: the version of the program that made it.
    """

    made_at: str
    site: str
    build: str
    database: str
    schema: str
    heads: tuple[Head, ...]

    @property
    def instant(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)


@dataclass(frozen=True)
class Part:
    """One part of a backup: how many bytes, and their SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What stands last in a backup: what it says of itself once more, and every part."""

    about: About
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Afterwards:
    """What was set right at a site. `numbers`: the last number of today, by series, from now on."""

    site: str
    numbers: dict[str, int]
    errands: int
    sessions: int
    revoked: int
    event: int


def to_json(value: About | Manifest) -> bytes:
    """`value` as it stands in the file."""
    version = {"version": VERSION}
    return json.dumps(version | asdict(value), sort_keys=True, separators=(",", ":")).encode()


def about_of(text: bytes) -> About:
    """What `to_json` wrote. Raises BackupFault for a newer form, or none."""
    return _about(_read(text))


def manifest_of(text: bytes) -> Manifest:
    """What `to_json` wrote. Raises BackupFault for a newer form, or none."""
    row = _read(text)
    try:
        parts = tuple(
            Part(str(each["name"]), int(each["size"]), str(each["sha256"])) for each in row["parts"]
        )
        return Manifest(_about(row["about"]), parts)
    except (KeyError, TypeError, ValueError) as error:
        raise BackupFault("its manifest does not read; take another copy") from error


def _read(text: bytes) -> Mapping[str, Any]:
    try:
        row = json.loads(text)
        version = row["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise BackupFault("its manifest does not read; take another copy") from error
    if version != VERSION:
        words = (
            f"its form is {version}, this program reads {VERSION}; restore it with its own build"
        )
        raise BackupFault(words)
    return row


def _about(row: Mapping[str, Any]) -> About:
    try:
        made = About(
            made_at=str(row["made_at"]),
            site=str(row["site"]),
            build=str(row["build"]),
            database=str(row["database"]),
            schema=str(row["schema"]),
            heads=tuple(
                Head(str(each["site"]), int(each["id"]), str(each["mac"])) for each in row["heads"]
            ),
        )
        aware = made.instant.tzinfo is not None
    except (KeyError, TypeError, ValueError) as error:
        raise BackupFault("its manifest does not read; take another copy") from error
    if made.database not in DATABASES or not aware:
        raise BackupFault("its manifest does not read; take another copy")
    return made


def last_number_after(last: int, busiest: int, above: int = 0) -> int:
    """What counts as the last number given today once an older copy was put back.

    `last`: what the copy says; `busiest`: the highest number this series ever reached in a day;
    `above`: what somebody read on the newest paper. What was given after the copy was made lies
    below: twice the busiest day fits in between, and the result is a whole thousand, so that
    everybody sees where the numbers jumped.

    >>> last_number_after(42, 130)
    1000
    >>> last_number_after(900, 900)
    3000
    """
    reached = max(last, above) + max(LEAST_MARGIN, 2 * busiest)
    return -(-reached // NUMBER_STEP) * NUMBER_STEP


def last_event_after(last: int) -> int:
    """What counts as the last event id: ids that the lost log gave are never given again.

    >>> last_event_after(1234)
    1000000
    """
    return (last // EVENT_STEP + 1) * EVENT_STEP
