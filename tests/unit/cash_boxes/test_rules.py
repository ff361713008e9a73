"""What lies in a box, how full it is, who may open it, and what a count shows: pure rules."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.cash.boxes import (
    CoinsOut,
    Level,
    Places,
    Sort,
    given,
    level,
    taken,
    usual_capacity,
)
from queue_server.payments.model.boxes import (
    VALID,
    Filling,
    HopperCount,
    has_lapsed,
    judge_box,
    judge_hopper,
    may_together,
)

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pieces", "word"), [(0, "ok"), (79, "ok"), (80, "high"), (94, "high"), (95, "full")]
)
def test_a_box_is_nearly_full_at_80_and_full_at_95_percent(pieces: int, word: str) -> None:
    assert level(Sort.ACCEPTOR, taken([2000] * pieces), 100) == word


@pytest.mark.parametrize(("out", "word"), [(0, "ok"), (80, "low"), (100, "empty"), (120, "empty")])
def test_a_hopper_is_low_at_20_percent_and_empty_at_nothing(out: int, word: str) -> None:
    contents = given(100, 100, [CoinsOut(out, out)])
    assert level(Sort.HOPPER, contents, 100) == word


def test_a_hopper_that_nobody_counted_raises_no_alarm_of_its_own() -> None:
    contents = given(100, None, [CoinsOut(50, 50)])
    assert (contents.pieces, contents.given) == ({}, 50)
    assert level(Sort.HOPPER, contents, 100) is Level.OK


def test_coins_of_which_nobody_knows_are_named_and_not_counted_as_given() -> None:
    contents = given(100, 10, [CoinsOut(3, 3), CoinsOut(2, None)])
    assert (contents.pieces, contents.given, contents.doubtful) == ({100: 7}, 3, 2)


def test_what_is_told_of_a_hopper_grows_also_when_a_doubt_ends() -> None:
    before = given(100, 10, [CoinsOut(2, None)])
    assert given(100, 10, [CoinsOut(2, 1)]).revision > before.revision


def test_each_sort_of_device_has_a_usual_capacity() -> None:
    assert usual_capacity("bill-1") < usual_capacity("coin-1")
    assert usual_capacity("never-heard-of") == min(map(usual_capacity, ("bill-1", "hopper-1")))


def test_boxes_are_in_place_once_every_device_saw_its_own_out_and_back() -> None:
    places = Places()
    assert not places.see({"b": "ok", "c": "ok"}), "nobody took anything out yet"
    assert not places.see({"b": "missing", "c": "ok"})
    assert not places.see({"b": "ok", "c": "ok"}), "of the other one nobody knows"
    assert not places.see({"b": "ok", "c": "missing"})
    assert places.see({"b": "ok", "c": "high"})


def test_a_count_agrees_piece_by_piece_and_not_only_in_its_sum() -> None:
    assert judge_box({2000: 1}, {2000: 1}).agrees
    swapped = judge_box({2000: 1}, {1000: 2})
    assert (swapped.agrees, swapped.difference_centimos) == (False, 0)
    assert judge_box({2000: 2, 10: 1}, {2000: 2}).difference_centimos == -10


def test_a_hopper_is_held_against_what_it_began_with_less_what_it_gave() -> None:
    found = judge_hopper(100, 200, Filling({}, given=30), HopperCount(169, 50, 0))
    assert (found.agrees, found.difference_centimos, found.left_coins) == (False, -100, 219)


def test_loading_without_counting_compares_nothing_and_adds_to_what_should_be_there() -> None:
    found = judge_hopper(100, 200, Filling({}, given=30), HopperCount(None, 50, 0))
    assert (found.agrees, found.left_coins) == (True, 220)
    unknown = judge_hopper(100, None, Filling({}, given=30), HopperCount(None, 50, 0))
    assert (unknown.agrees, unknown.left_coins) == (True, None)


def test_a_hopper_that_was_never_counted_is_known_after_its_first_count() -> None:
    found = judge_hopper(100, None, Filling({}, given=30), HopperCount(12, 100, 0))
    assert (found.agrees, found.left_coins) == (True, 112)


def test_of_two_people_one_is_a_supervisor() -> None:
    assert may_together("cashier", "supervisor")
    assert may_together("supervisor", "supervisor")
    assert not may_together("cashier", "cashier")


def test_an_order_lapses_after_ten_minutes_and_a_clock_set_back_does_not_lengthen_it() -> None:
    assert not has_lapsed(NOON, NOON + VALID - timedelta(seconds=1))
    assert has_lapsed(NOON, NOON + VALID)
    assert has_lapsed(NOON, NOON - timedelta(seconds=1))
