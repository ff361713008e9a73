"""A thousand ways to change the log of a real server: each is found, and told where."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from queue_server.core.audit import GENESIS, Chain, RawEvent
from queue_server.core.audit_rows import all_rows
from queue_server.core.db import open_engine
from tests.integration.audit.conftest import Logged, first_of
from tests.integration.audit.tampering import SITE, TAMPERINGS, Intruder, tamper


def test_what_nobody_touched_is_sound(logged: Logged) -> None:
    report = logged.reports(logged.file)[SITE]
    assert report.sound
    assert report.count == report.head[0] >= 36


def found_and_located(logged: Logged, folder: Path, seed: int) -> None:
    file = logged.copied(folder)
    done = tamper(file, seed)
    reports = logged.reports(file)
    first = next(iter(reports[SITE].faults), None)
    said = f"seed {seed}: {done.what} at {done.first}: {first_of(reports)}"
    assert first is not None, said
    assert first.id <= done.first <= first.to, said
    assert first.kind in done.kinds, said


@pytest.mark.parametrize("start", range(len(TAMPERINGS)))
def test_each_kind_of_tampering_is_found_and_located(
    logged: Logged, tmp_path: Path, start: int
) -> None:
    for seed in range(start, 4 * len(TAMPERINGS), len(TAMPERINGS)):
        found_and_located(logged, tmp_path, seed)


@pytest.mark.thorough
def test_a_thousand_tamperings_are_found_and_located(logged: Logged, tmp_path: Path) -> None:
    for seed in range(10_000, 11_000):
        found_and_located(logged, tmp_path, seed)


def test_a_cut_tail_with_a_rewritten_counter_is_found_through_the_anchor_alone(
    logged: Logged, tmp_path: Path
) -> None:
    file = logged.copied(tmp_path)
    seed = TAMPERINGS.index(Intruder.cut_and_rewrite_the_counter)
    tamper(file, seed)
    assert not logged.reports(file)[SITE].sound
    without = Logged(logged.file, logged.chain, logged.vault, tmp_path / "none.log")
    without.anchors.touch()
    assert without.reports(file)[SITE].sound, "nothing but the anchor knows"


# --- chains that are no good ----------------------------------------------------------------------
class WithoutTheBody(Chain):
    """Leaves out what an event says."""

    def mac(self, before: bytes, event: RawEvent) -> bytes:
        return super().mac(before, event._replace(body=b""))


class WithoutTheOneBefore(Chain):
    """Leaves out the MAC before: every event stands alone."""

    def mac(self, before: bytes, event: RawEvent) -> bytes:
        return super().mac(GENESIS, event)


def linked_anew(file: Path, chain: Chain) -> None:
    """Give every event of `file` the MAC that `chain` makes, and let it be changed from now on."""
    with closing(sqlite3.connect(file)) as opened:
        Intruder(opened, Random(0))
        opened.commit()
    relinked(file, chain)


def relinked(file: Path, chain: Chain) -> None:
    engine = open_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        rows = list(all_rows(connection, SITE))
    engine.dispose()
    before = GENESIS
    with closing(sqlite3.connect(file)) as opened:
        for row in rows:
            before = chain.mac(before, row.event)
            opened.execute("UPDATE events SET mac = ? WHERE id = ?", (before, row.event.id))
        opened.execute("UPDATE event_counters SET last_mac = ?", (before,))
        opened.commit()


def put(file: Path, number: int, **cells: object) -> None:
    """Write `cells` over the event `number`."""
    with closing(sqlite3.connect(file)) as opened:
        marks = ", ".join(f"{each} = ?" for each in cells)
        opened.execute(f"UPDATE events SET {marks} WHERE id = ?", (*cells.values(), number))
        opened.commit()


def linked_by(chain: Chain, logged: Logged, folder: Path) -> tuple[Path, Logged]:
    """A copy of the log as `chain` would have linked it, and who judges it, without anchors."""
    file = logged.copied(folder)
    linked_anew(file, chain)
    nothing = folder / "none.log"
    nothing.touch()
    return file, Logged(file, chain, logged.vault, nothing)


@pytest.mark.parametrize(
    "kind", [Chain, pytest.param(WithoutTheBody, marks=pytest.mark.negative_control)]
)
def test_a_chain_that_leaves_out_the_body_does_not_find_a_changed_one(
    logged: Logged, tmp_path: Path, kind: type[Chain]
) -> None:
    file, judge = linked_by(kind(b"k" * 32), logged, tmp_path)
    assert judge.reports(file)[SITE].sound
    put(file, 9, body='{"amount":1}')
    assert judge.reports(file)[SITE].sound is (kind is WithoutTheBody)


@pytest.mark.parametrize(
    "kind", [Chain, pytest.param(WithoutTheOneBefore, marks=pytest.mark.negative_control)]
)
def test_a_chain_that_leaves_out_the_one_before_takes_an_event_of_another_past(
    logged: Logged, tmp_path: Path, kind: type[Chain]
) -> None:
    """A restored copy that lived on for a moment gave its own event the same id, with the key."""
    file, judge = linked_by(kind(b"k" * 32), logged, tmp_path)
    (tmp_path / "other").mkdir()
    other = Logged(file, judge.chain, logged.vault, judge.anchors).copied(tmp_path / "other")
    put(other, 8, body='{"other":1}')
    put(other, 9, body='{"other":2}')
    relinked(other, judge.chain)
    with closing(sqlite3.connect(other)) as opened:
        body, mac = opened.execute("SELECT body, mac FROM events WHERE id = 9").fetchone()
    put(file, 9, body=body, mac=mac)
    assert judge.reports(file)[SITE].sound is (kind is WithoutTheOneBefore)
