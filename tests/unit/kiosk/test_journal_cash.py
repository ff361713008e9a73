"""The journal's cash book keeps what the drivers' contract asks: all at once, and for good."""

from dataclasses import replace
from pathlib import Path

import pytest

from devices.kinds.cash_acceptor import Credit, CreditBook, Tally
from devices.kinds.cash_dispenser import Payout, PayoutBook
from kiosk.journal import Journal, load_key

BILL, HOPPER = "bill-12345678", "hopper-1"
TALLY = Tally(1, 5, "P1", 2000)
CREDIT = Credit(BILL, 1, 2000, "PE0020A", "P1")
PAYOUT = Payout("P1:change:hopper", HOPPER, 7, 3, 100)


def opened(folder: Path) -> Journal:
    return Journal(folder / "j.db", load_key(folder / "k"))


def test_it_is_the_book_that_drivers_ask_for(tmp_path: Path) -> None:
    book = opened(tmp_path).cash
    taking: CreditBook = book
    giving: PayoutBook = book
    assert taking.tally(BILL) is None
    assert giving.find("P1:change:hopper") is None


def test_a_credit_and_its_counter_are_there_after_a_power_cut(tmp_path: Path) -> None:
    opened(tmp_path).cash.commit(BILL, TALLY, (CREDIT,))
    again = opened(tmp_path).cash  # no close: the process is gone
    assert again.tally(BILL) == TALLY
    assert [piece.credit for piece in again.pieces("P1")] == [CREDIT]


def test_a_credit_that_cannot_be_written_leaves_the_counter_as_it_was(tmp_path: Path) -> None:
    book = opened(tmp_path).cash
    book.commit(BILL, TALLY, (CREDIT,))
    with pytest.raises(Exception, match="CHECK"):
        book.commit(BILL, replace(TALLY, counter=2), (replace(CREDIT, amount_centimos=0),))
    assert book.tally(BILL) == TALLY


def test_the_same_counter_after_a_reset_is_another_piece(tmp_path: Path) -> None:
    book = opened(tmp_path).cash
    book.commit(BILL, TALLY, (CREDIT,))
    book.commit(BILL, replace(TALLY, session_centimos=4000), (CREDIT,))
    first, second = book.pieces("P1")
    assert first.id != second.id


def test_a_payout_is_open_until_it_ends_and_belongs_to_its_payment(tmp_path: Path) -> None:
    book = opened(tmp_path).cash
    book.begin(PAYOUT)
    assert opened(tmp_path).cash.open_payout(HOPPER) == PAYOUT
    ended = replace(PAYOUT, outcome="partly", paid=2, unpaid=1)
    book.end(ended)
    assert book.open_payout(HOPPER) is None
    assert book.payouts("P1") == [ended]
    assert book.payouts("P2") == []


def test_a_payout_is_begun_once(tmp_path: Path) -> None:
    book = opened(tmp_path).cash
    book.begin(PAYOUT)
    book.end(replace(PAYOUT, outcome="paid", paid=3, unpaid=0))
    with pytest.raises(Exception, match="UNIQUE"):
        book.begin(PAYOUT)
