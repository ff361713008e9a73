"""The journal's book of cash boxes: where each begins and ends among the pieces it holds.

A box has no rows of its own for its pieces: it is the span of positions of one device in the cash
book, and the next box begins exactly where it ends. So each piece lies in one box, whenever it
comes. A hopper's filling is the same over its payouts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from sqlite3 import Connection, Row
from uuid import UUID, uuid4

from kiosk.cash.boxes import Box, CoinsOut, Contents, Sort, given, taken
from kiosk.journal.effects import now
from kiosk.journal.file import JournalFile

COPIES = (1, 2)
SCHEMA = """
CREATE TABLE emptyings (
    id           TEXT PRIMARY KEY,      -- the server's
    asked_by     TEXT NOT NULL,
    confirmed_by TEXT NOT NULL CHECK (confirmed_by != asked_by),
    site_name    TEXT NOT NULL,         -- for the paper, and the zone of its times
    zone         TEXT NOT NULL,
    closed_at    TEXT NOT NULL,
    placed_at    TEXT,                  -- NULL: nothing is taken yet
    adopted      INTEGER NOT NULL DEFAULT 0  -- the count that was taken over, by its own number
) STRICT;
CREATE TABLE emptying_slips (
    emptying TEXT NOT NULL REFERENCES emptyings (id),
    copy     INTEGER NOT NULL CHECK (copy IN (1, 2)),
    state    TEXT NOT NULL DEFAULT 'owed'
        CHECK (state IN ('owed', 'printing', 'printed', 'not_printed', 'unknown')),
    PRIMARY KEY (emptying, copy)
) STRICT;
CREATE TABLE cash_boxes (
    number    INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    serial    TEXT NOT NULL,
    device    TEXT NOT NULL,
    sort      TEXT NOT NULL CHECK (sort IN ('acceptor', 'hopper')),
    coin      INTEGER NOT NULL,         -- céntimos; 0 for an acceptor
    after     INTEGER NOT NULL,
    until     INTEGER CHECK (until >= after),
    start     INTEGER CHECK (start >= 0),
    lost      TEXT NOT NULL DEFAULT '',
    emptying  TEXT REFERENCES emptyings (id),
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    CHECK ((until IS NULL) = (emptying IS NULL)),
    CHECK ((until IS NULL) = (closed_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX one_box_in_place ON cash_boxes (serial) WHERE until IS NULL;
CREATE INDEX cash_boxes_emptying ON cash_boxes (emptying);
"""


class CopyState(StrEnum):
    """What is known about one copy of the paper. `owed`: it was not sent to the printer yet."""

    OWED = "owed"
    PRINTING = "printing"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Place:
    """A device of this kiosk that holds money; `coin_centimos` is 0 for an acceptor."""

    serial: str
    device: str
    sort: Sort
    coin_centimos: int = 0


@dataclass(frozen=True)
class Emptying:
    """An order of the server that was carried out: these people opened the kiosk.

    `adopted`: the number of the count whose results were taken over, 0 before.
    """

    id: UUID
    asked_by: str
    confirmed_by: str
    site_name: str
    zone: str
    closed_at: str = ""
    placed_at: str | None = None
    adopted: int = 0


class BoxBook:
    """Boxes and emptyings; each call is one durable unit, or part of the one around it."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    def open_first(self, place: Place, last_number: int) -> None:
        """Begin to count the box of a device that has none: everything it ever took is in it.

        `last_number`: the highest the server knows of this kiosk; a journal that was lost with its
        disk goes on from there.
        """
        with self._file.unit() as db:
            if _in_place(db, place.serial) is None:
                _open(db, place, after=0, last_number=last_number)

    def in_place(self) -> list[Box]:
        """The boxes that are in now, by number."""
        rows = self._file.read("SELECT * FROM cash_boxes WHERE until IS NULL ORDER BY number")
        return [_box(row) for row in rows]

    def contents(self, box: Box) -> Contents:
        """What should lie in a box, or be left in a hopper."""
        until = (1 << 62) if box.until is None else box.until
        if box.sort is Sort.ACCEPTOR:
            rows = self._file.read(
                "SELECT amount FROM cash_credits"
                " WHERE position > ? AND position <= ? AND serial = ?",
                (box.after, until, box.serial),
            )
            return taken(row[0] for row in rows)
        rows = self._file.read(
            "SELECT coins, paid FROM cash_payouts WHERE rowid > ? AND rowid <= ? AND serial = ?",
            (box.after, until, box.serial),
        )
        payouts = [CoinsOut(row[0], row[1]) for row in rows]
        return given(box.coin_centimos, box.start_coins, payouts)

    def close(self, emptying: Emptying, serials: Collection[str]) -> list[Box]:
        """End the boxes of these devices and begin the next ones; the ended ones, by number.

        An emptying that was carried out before is what it was. Called within the unit that writes
        the news about it.
        """
        with self._file.unit() as db:
            if self.find(emptying.id) is None:
                _write(db, emptying)
                for box in [each for each in self.in_place() if each.serial in serials]:
                    _replace(db, box, emptying.id)
        return self.of(emptying.id)

    def of(self, emptying: UUID) -> list[Box]:
        """The boxes that were taken out then, by number."""
        rows = self._file.read(
            "SELECT * FROM cash_boxes WHERE emptying = ? ORDER BY number", (str(emptying),)
        )
        return [_box(row) for row in rows]

    def find(self, emptying: UUID) -> Emptying | None:
        """An emptying this kiosk carried out, or None."""
        rows = self._file.read("SELECT * FROM emptyings WHERE id = ?", (str(emptying),))
        return _emptying(rows[0]) if rows else None

    def unplaced(self) -> Emptying | None:
        """The emptying whose boxes are not back in their places: no cash is taken meanwhile."""
        rows = self._file.read(
            "SELECT * FROM emptyings WHERE placed_at IS NULL ORDER BY closed_at LIMIT 1"
        )
        return _emptying(rows[0]) if rows else None

    def placed(self, emptying: UUID) -> None:
        """The boxes are in their places again."""
        with self._file.unit() as db:
            db.execute(
                "UPDATE emptyings SET placed_at = ? WHERE id = ? AND placed_at IS NULL",
                (now(), str(emptying)),
            )

    def adopt(self, emptying: UUID, count: int, left: Mapping[str, int]) -> None:
        """Staff have counted: `left` coins were in each hopper (by serial) when its next filling
        began. `count`: the number of this count; a later one counts instead."""
        with self._file.unit() as db:
            for serial, coins in left.items():
                db.execute(
                    "UPDATE cash_boxes SET start = ? WHERE number ="
                    " (SELECT min(number) FROM cash_boxes WHERE serial = ? AND number >"
                    " (SELECT number FROM cash_boxes WHERE serial = ? AND emptying = ?))",
                    (coins, serial, serial, str(emptying)),
                )
            db.execute(
                "UPDATE emptyings SET adopted = ? WHERE id = ? AND adopted < ?",
                (count, str(emptying), count),
            )

    def has_open_payout(self, serials: Collection[str]) -> bool:
        """Whether one of these hoppers has not said yet how a payout ended."""
        rows = self._file.read("SELECT serial FROM cash_payouts WHERE outcome IS NULL")
        return any(row[0] in serials for row in rows)

    def slip_is(self, emptying: UUID, copy: int, state: CopyState) -> None:
        """Write down what is known about a copy of the paper; before and after it is printed."""
        with self._file.unit() as db:
            db.execute(
                "UPDATE emptying_slips SET state = ? WHERE emptying = ? AND copy = ?",
                (state, str(emptying), copy),
            )

    def slips(self, emptying: UUID) -> dict[int, CopyState]:
        """What is known of each copy."""
        rows = self._file.read(
            "SELECT copy, state FROM emptying_slips WHERE emptying = ? ORDER BY copy",
            (str(emptying),),
        )
        return {row[0]: CopyState(row[1]) for row in rows}

    def owed_slips(self) -> list[tuple[Emptying, int]]:
        """Copies that were never sent to a printer, oldest first."""
        rows = self._file.read(
            "SELECT emptyings.*, copy FROM emptying_slips JOIN emptyings ON id = emptying"
            " WHERE state = 'owed' ORDER BY closed_at, id, copy"
        )
        return [(_emptying(row), row["copy"]) for row in rows]

    def interrupt(self) -> list[tuple[UUID, int]]:
        """At boot: of a copy that was being printed nobody knows whether it came out."""
        with self._file.unit() as db:
            rows = db.execute(
                "UPDATE emptying_slips SET state = 'unknown' WHERE state = 'printing'"
                " RETURNING emptying, copy"
            ).fetchall()
        return [(UUID(row[0]), row[1]) for row in rows]


def _in_place(db: Connection, serial: str) -> Row | None:
    find = "SELECT * FROM cash_boxes WHERE serial = ? AND until IS NULL"
    return db.execute(find, (serial,)).fetchone()


def _open(
    db: Connection, place: Place, *, after: int, last_number: int = 0, start: int | None = None
) -> None:
    db.execute(
        "INSERT INTO cash_boxes (number, id, serial, device, sort, coin, after, start, opened_at)"
        " SELECT max(coalesce(max(number), 0), ?) + 1, ?, ?, ?, ?, ?, ?, ?, ? FROM cash_boxes",
        (
            last_number,
            str(uuid4()),
            place.serial,
            place.device,
            place.sort,
            place.coin_centimos,
            after,
            start,
            now(),
        ),
    )


def _replace(db: Connection, box: Box, emptying: UUID) -> None:
    """The box ends with the last thing that is written, and the next begins there."""
    table = (
        "SELECT coalesce(max(position), 0) FROM cash_credits"
        if box.sort is Sort.ACCEPTOR
        else "SELECT coalesce(max(rowid), 0) FROM cash_payouts"
    )
    until = max(box.after, db.execute(table).fetchone()[0])
    lost = db.execute("SELECT events_lost FROM cash_tallies WHERE serial = ?", (box.serial,))
    row = lost.fetchone()
    db.execute(
        "UPDATE cash_boxes SET until = ?, emptying = ?, closed_at = ?, lost = ? WHERE number = ?",
        (until, str(emptying), now(), row[0] if row else "", box.number),
    )
    _open(db, Place(box.serial, box.device, box.sort, box.coin_centimos), after=until)


def _write(db: Connection, emptying: Emptying) -> None:
    db.execute(
        "INSERT INTO emptyings (id, asked_by, confirmed_by, site_name, zone, closed_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            str(emptying.id),
            emptying.asked_by,
            emptying.confirmed_by,
            emptying.site_name,
            emptying.zone,
            now(),
        ),
    )
    db.executemany(
        "INSERT INTO emptying_slips (emptying, copy) VALUES (?, ?)",
        [(str(emptying.id), copy) for copy in COPIES],
    )


def _box(row: Row) -> Box:
    return Box(
        id=UUID(row["id"]),
        number=row["number"],
        serial=row["serial"],
        device=row["device"],
        sort=Sort(row["sort"]),
        coin_centimos=row["coin"],
        after=row["after"],
        until=row["until"],
        start_coins=row["start"],
        lost=row["lost"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
    )


def _emptying(row: Row) -> Emptying:
    return Emptying(
        id=UUID(row["id"]),
        asked_by=row["asked_by"],
        confirmed_by=row["confirmed_by"],
        site_name=row["site_name"],
        zone=row["zone"],
        closed_at=row["closed_at"],
        placed_at=row["placed_at"],
        adopted=row["adopted"],
    )
