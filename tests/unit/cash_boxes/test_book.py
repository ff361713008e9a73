"""The journal's book of boxes: each piece in one box, also across a crash and a second order."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from devices.kinds.cash_acceptor import Tally
from kiosk.cash.boxes import Box
from kiosk.journal import Journal, load_key
from kiosk.journal.boxes import CopyState
from tests.unit.cash_boxes.ledger import BILLS, COINS, HOPPER, PLACES, drop, opened, order, pay_out


def box_in(journal: Journal, serial: str) -> Box:
    return next(each for each in journal.boxes.in_place() if each.serial == serial)


def test_the_first_box_holds_all_that_its_device_ever_took(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    drop(journal, BILLS, 2000)
    drop(journal, COINS, 100)
    assert journal.boxes.contents(box_in(journal, BILLS)).pieces == {2000: 1}
    assert [each.number for each in journal.boxes.in_place()] == [1, 2, 3]


def test_a_lost_journal_goes_on_with_the_number_the_server_knows(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db", load_key(tmp_path / "k"))
    for place in PLACES:
        journal.boxes.open_first(place, 41)
    assert [each.number for each in journal.boxes.in_place()] == [42, 43, 44]


def test_a_box_ends_where_the_next_begins_and_others_stay(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    drop(journal, BILLS, 2000)
    drop(journal, COINS, 50)
    (old,) = journal.boxes.close(order(), {BILLS})
    drop(journal, BILLS, 5000)
    new = box_in(journal, BILLS)
    assert (old.number, new.number, new.after) == (1, 4, old.until)
    assert journal.boxes.contents(old).pieces == {2000: 1}
    assert journal.boxes.contents(new).pieces == {5000: 1}
    assert journal.boxes.contents(box_in(journal, COINS)).pieces == {50: 1}


def test_the_same_order_again_closes_nothing_more(tmp_path: Path) -> None:
    journal, once = opened(tmp_path), order()
    first = journal.boxes.close(once, {BILLS})
    drop(journal, BILLS, 1000)
    assert journal.boxes.close(once, {BILLS}) == first
    assert journal.boxes.contents(box_in(journal, BILLS)).pieces == {1000: 1}


def test_an_order_of_one_person_is_refused_by_the_book_itself(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    with pytest.raises(sqlite3.IntegrityError):
        journal.boxes.close(replace(order(), confirmed_by="rosa"), {BILLS})


def test_a_hoppers_filling_counts_from_what_staff_left_in_it(tmp_path: Path) -> None:
    journal, first = opened(tmp_path), order()
    pay_out(journal, 5)
    journal.boxes.close(first, {HOPPER})
    pay_out(journal, 3)
    pay_out(journal, 2, "unknown")
    journal.boxes.adopt(first.id, 1, {HOPPER: 100})
    contents = journal.boxes.contents(box_in(journal, HOPPER))
    assert (contents.pieces, contents.given, contents.doubtful) == ({100: 97}, 3, 2)
    journal.boxes.adopt(first.id, 2, {HOPPER: 90})
    assert journal.boxes.contents(box_in(journal, HOPPER)).pieces == {100: 87}


def test_why_a_device_had_lost_count_is_kept_with_its_box(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.cash.commit(BILLS, Tally(1, events_lost="two were overwritten"), ())
    (old,) = journal.boxes.close(order(), {BILLS})
    assert old.lost == "two were overwritten"


def test_after_a_crash_boxes_are_still_out_and_a_copy_under_way_is_unknown(tmp_path: Path) -> None:
    journal, done = opened(tmp_path), order()
    journal.boxes.close(done, {BILLS})
    journal.boxes.slip_is(done.id, 1, CopyState.PRINTING)
    again = opened(tmp_path)  # no close: the process is gone
    assert again.boxes.interrupt() == [(done.id, 1)]
    assert again.boxes.slips(done.id) == {1: CopyState.UNKNOWN, 2: CopyState.OWED}
    assert [copy for _, copy in again.boxes.owed_slips()] == [2]
    unplaced = again.boxes.unplaced()
    assert unplaced is not None
    again.boxes.placed(unplaced.id)
    assert again.boxes.unplaced() is None
