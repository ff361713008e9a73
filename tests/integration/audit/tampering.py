"""What somebody who can write to the database file, but has no audit key, may do to its log."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from queue_server.core.audit_walk import FaultKind as Kind

SITE = "PRUEBA"
TEXTS = ("key", "actor", "kind", "body", "at")
ALL = "site, id, key, request_hash, actor, kind, body, at, mac"


@dataclass(frozen=True)
class Done:
    """Where the log was changed first, and what may be said about it."""

    what: str
    first: int
    kinds: frozenset[Kind]


class Intruder:
    """Changes one copy of the log. `last`: its last id."""

    def __init__(self, file: sqlite3.Connection, random: Random) -> None:
        self._file = file
        self._random = random
        for name in ("events_no_update", "events_no_delete"):
            file.execute(f"DROP TRIGGER {name}")
        self.last: int = self._one("SELECT max(id) FROM events WHERE site = ?", SITE)

    def change_a_byte(self) -> Done:
        number, column = self._some(), self._random.choice((*TEXTS, "request_hash", "mac"))
        old = self._one(f"SELECT CAST({column} AS BLOB) FROM events WHERE site = ? AND id = ?",
                        SITE, number)  # fmt: skip
        new = bytearray(old or bytes(32))
        new[self._random.randrange(len(new))] ^= self._random.randrange(1, 256)
        put = "CAST(? AS TEXT)" if column in TEXTS else "?"
        self._do(f"UPDATE events SET {column} = {put} WHERE site = ? AND id = ?",
                 bytes(new), SITE, number)  # fmt: skip
        return _done(f"a byte of {column}", number, Kind.CHANGED)

    def change_a_field(self) -> Done:
        number = self._some()
        column, value = self._random.choice(
            (("actor", "counter:otra"), ("kind", "nothing.happened"), ("body", '{"amount":1}'),
             ("at", "2020-01-01 00:00:00.000000"), ("request_hash", bytes(32)), ("mac", bytes(32)))
        )  # fmt: skip
        self._do(f"UPDATE events SET {column} = ? WHERE site = ? AND id = ?", value, SITE, number)
        return _done(f"field {column}", number, Kind.CHANGED)

    def take_a_mac(self) -> Done:
        number = self._some()
        self._do("UPDATE events SET mac = NULL WHERE site = ? AND id = ?", SITE, number)
        return _done("no MAC", number, Kind.CHANGED, Kind.RESTARTED)

    def delete(self) -> Done:
        number = self._some()
        self._delete(number, number)
        return _done("deleted", number, Kind.CUT if number == self.last else Kind.MISSING)

    def delete_and_renumber(self) -> Done:
        number = self._random.randrange(1, self.last)
        self._delete(number, number)
        for each in range(number + 1, self.last + 1):
            self._number(each, each - 1)
        self._counter_follows(self.last - 1)
        return _done("deleted, renumbered", number, Kind.MISSING, Kind.CHANGED)

    def delete_the_beginning(self) -> Done:
        self._delete(1, self._random.randrange(1, self.last - 1))
        return _done("no beginning", 1, Kind.MISSING)

    def insert_at_the_end(self) -> Done:
        self._insert(self.last + 1)
        if self._random.random() < 0.5:
            self._counter_follows(self.last + 1)
        return _done("inserted at the end", self.last + 1, Kind.CHANGED, Kind.INSERTED)

    def insert_and_renumber(self) -> Done:
        number = self._some()
        for each in range(self.last, number - 1, -1):
            self._number(each, each + 1)
        self._insert(number)
        self._counter_follows(self.last + 1)
        return _done("inserted, renumbered", number, Kind.INSERTED)

    def insert_before_all(self) -> Done:
        number = -self._random.randrange(9)
        self._insert(number)
        return _done("inserted before all", number, Kind.INSERTED)

    def swap(self) -> Done:
        first, second = sorted(self._random.sample(range(1, self.last + 1), 2))
        moving = "key, request_hash, actor, kind, body, at"
        if self._random.random() < 0.5:
            moving += ", mac"
        rows = {
            each: self._file.execute(
                f"SELECT {moving} FROM events WHERE site = ? AND id = ?", (SITE, each)
            ).fetchone()
            for each in (first, second)
        }
        self._do("UPDATE events SET key = 'aside' WHERE site = ? AND id = ?", SITE, second)
        marks = ", ".join(f"{each} = ?" for each in moving.split(", "))
        for number, other in ((first, second), (second, first)):
            self._do(f"UPDATE events SET {marks} WHERE site = ? AND id = ?",
                     *rows[other], SITE, number)  # fmt: skip
        return _done("swapped", first, Kind.REORDERED)

    def give_to_another_site(self) -> Done:
        number = self._some()
        self._do("UPDATE events SET site = 'AJENO' WHERE site = ? AND id = ?", SITE, number)
        return _done("another site", number, Kind.CUT if number == self.last else Kind.MISSING)

    def cut(self) -> Done:
        kept = self._random.randrange(1, self.last)
        self._delete(kept + 1, self.last)
        return _done("cut", kept + 1, Kind.CUT)

    def cut_and_rewrite_the_counter(self) -> Done:
        done = self.cut()
        self._counter_follows(done.first - 1)
        return _done("cut, counter rewritten", done.first, Kind.CUT)

    def cut_all(self) -> Done:
        self._delete(1, self.last)
        self._do("DELETE FROM event_counters WHERE site = ?", SITE)
        return _done("everything deleted", 1, Kind.CUT)

    def change_the_counter(self) -> Done:
        self._do("UPDATE event_counters SET last_mac = ? WHERE site = ?", bytes(32), SITE)
        return _done("counter", self.last, Kind.COUNTER)

    # --- how --------------------------------------------------------------------------------------
    def _some(self) -> int:
        return self._random.randrange(1, self.last + 1)

    def _do(self, words: str, *bound: object) -> None:
        self._file.execute(words, bound)

    def _one(self, words: str, *bound: object) -> Any:
        return self._file.execute(words, bound).fetchone()[0]

    def _delete(self, first: int, last: int) -> None:
        self._do("DELETE FROM events WHERE site = ? AND id BETWEEN ? AND ?", SITE, first, last)

    def _number(self, number: int, new: int) -> None:
        self._do("UPDATE events SET id = ? WHERE site = ? AND id = ?", new, SITE, number)

    def _insert(self, number: int) -> None:
        row = (SITE, number, "auto:put-in", None, "counter:otra", "ticket.called", "{}",
               "2026-11-21 17:00:00.000000", self._random.randbytes(32))  # fmt: skip
        self._do(f"INSERT INTO events ({ALL}) VALUES (?,?,?,?,?,?,?,?,?)", *row)

    def _counter_follows(self, number: int) -> None:
        self._do(
            "UPDATE event_counters SET last_id = ?, last_mac ="
            " (SELECT mac FROM events WHERE site = ? AND id = ?) WHERE site = ?",
            number, SITE, number, SITE,
        )  # fmt: skip


TAMPERINGS: tuple[Callable[[Intruder], Done], ...] = (
    Intruder.change_a_byte,
    Intruder.change_a_field,
    Intruder.take_a_mac,
    Intruder.delete,
    Intruder.delete_and_renumber,
    Intruder.delete_the_beginning,
    Intruder.insert_at_the_end,
    Intruder.insert_and_renumber,
    Intruder.insert_before_all,
    Intruder.swap,
    Intruder.give_to_another_site,
    Intruder.cut,
    Intruder.cut_and_rewrite_the_counter,
    Intruder.cut_all,
    Intruder.change_the_counter,
)


def tamper(file: Path, seed: int) -> Done:
    """Do to the database `file` what `seed` says; each kind comes up as often as any other."""
    with closing(sqlite3.connect(file)) as opened:
        done = TAMPERINGS[seed % len(TAMPERINGS)](Intruder(opened, Random(seed)))
        opened.commit()
    return done


def _done(what: str, first: int, *kinds: Kind) -> Done:
    return Done(what, first, frozenset(kinds))
