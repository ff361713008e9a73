"""One block of reserved numbers, and the row that keeps it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from sqlite3 import Row

SCHEMA = """
CREATE TABLE blocks (
    id          TEXT PRIMARY KEY,
    service     TEXT NOT NULL,
    series      TEXT NOT NULL,
    day         TEXT NOT NULL,       -- the site's; a number belongs to it
    first       INTEGER NOT NULL CHECK (first > 0),
    last        INTEGER NOT NULL,
    reserved_at TEXT NOT NULL,       -- by the server's clock
    expires_at  TEXT NOT NULL,       -- local midnight, with the site's offset
    windows     TEXT NOT NULL,       -- when tickets are given out on that day
    service_name TEXT NOT NULL,
    site_name   TEXT NOT NULL,
    slips       TEXT NOT NULL,       -- the server's paper of each class
    CHECK (first <= last)
) STRICT;
"""
# A kiosk's clock may be so far behind the server's when a block arrives, and no further.
CLOCK_SLACK = timedelta(minutes=10)


@dataclass(frozen=True)
class Block:
    """Numbers `first`..`last` that only this kiosk may give out, on the site's `day`.

    `windows`: when tickets of the service are given out, [from, until) each. `slips`: for each
    attention class the paper's lines (`style`, `text`) with places for number, day and time.
    """

    id: str
    service: str
    series: str
    day: date
    first: int
    last: int
    reserved_at: datetime
    expires_at: datetime
    windows: tuple[tuple[datetime, datetime], ...]
    service_name: str
    site_name: str
    slips: Mapping[str, Sequence[Mapping[str, str]]]

    def is_of(self, at: datetime) -> bool:
        """Whether `at`, by this kiosk's clock, lies on its day."""
        return self.reserved_at - CLOCK_SLACK <= at < self.expires_at

    def usable(self, at: datetime) -> bool:
        """Whether its numbers may be given out at `at`, by this kiosk's clock."""
        return self.is_of(at) and any(begins <= at < ends for begins, ends in self.windows)


def block_row(block: Block) -> tuple[str | int, ...]:
    """`block` as the columns of its table."""
    return (
        block.id,
        block.service,
        block.series,
        block.day.isoformat(),
        block.first,
        block.last,
        block.reserved_at.isoformat(),
        block.expires_at.isoformat(),
        json.dumps([(begins.isoformat(), ends.isoformat()) for begins, ends in block.windows]),
        block.service_name,
        block.site_name,
        json.dumps(block.slips),
    )


def block_of(row: Row) -> Block:
    """The block of a row of its table."""
    windows = json.loads(row["windows"])
    return Block(
        id=row["id"],
        service=row["service"],
        series=row["series"],
        day=date.fromisoformat(row["day"]),
        first=row["first"],
        last=row["last"],
        reserved_at=datetime.fromisoformat(row["reserved_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        windows=tuple(
            (datetime.fromisoformat(begins), datetime.fromisoformat(ends))
            for begins, ends in windows
        ),
        service_name=row["service_name"],
        site_name=row["site_name"],
        slips=json.loads(row["slips"]),
    )
