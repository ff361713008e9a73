"""Whatever order pieces and emptyings come in, each piece lies in exactly one box that is told."""

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.cash.boxes import Box
from kiosk.journal import Journal
from tests.unit.cash_boxes.ledger import BILLS, COINS, drop, opened, order

SERIALS = (BILLS, COINS)
PIECES = st.tuples(st.just("drop"), st.sampled_from(SERIALS), st.sampled_from((100, 1000, 2000)))
CLOSINGS = st.tuples(st.just("close"), st.sets(st.sampled_from(SERIALS), min_size=1))
CRASHES = st.tuples(st.just("crash"))
# What is done while an emptying is under way: between its boundary and what is told of it.
STEPS = st.lists(st.one_of(PIECES, PIECES, CLOSINGS, CRASHES), max_size=12)
Told = dict[str, Counter[int]]
Close = Callable[[Journal, set[str], Callable[[], None]], list[tuple[Box, dict[int, int]]]]


def close(
    journal: Journal, serials: set[str], meanwhile: Callable[[], None]
) -> list[tuple[Box, dict[int, int]]]:
    """As the kiosk does: boundary and news in one unit; `meanwhile` another thread is at work."""
    meanwhile()
    with journal.together():
        ended = journal.boxes.close(order(), serials)
        told = [(each, dict(journal.boxes.contents(each).pieces)) for each in ended]
    meanwhile()
    return told


def close_in_two_steps(
    journal: Journal, serials: set[str], meanwhile: Callable[[], None]
) -> list[tuple[Box, dict[int, int]]]:
    """Broken: what is told was counted before the boundary was drawn."""
    now = [each for each in journal.boxes.in_place() if each.serial in serials]
    counted = {each.id: dict(journal.boxes.contents(each).pieces) for each in now}
    meanwhile()
    return [(each, counted[each.id]) for each in journal.boxes.close(order(), serials)]


def each_piece_is_in_one_box(folder: Path, steps: list[tuple], how: Close) -> bool:
    """Play `steps`; whether what was told and what is in the places now is all that was taken."""
    journal = opened(folder)
    dropped: Told = {serial: Counter() for serial in SERIALS}
    found: Told = {serial: Counter() for serial in SERIALS}
    numbers: list[int] = []

    def put(serial: str, centimos: int) -> None:
        drop(journal, serial, centimos)
        dropped[serial][centimos] += 1

    for step in steps:
        match step:
            case ("drop", serial, centimos):
                put(serial, centimos)
            case ("close", serials):
                for box, pieces in how(journal, serials, lambda: put(BILLS, 2000)):
                    found[box.serial] += Counter(pieces)
                    numbers.append(box.number)
            case _:
                journal.close()
                journal = opened(folder)
    for box in journal.boxes.in_place():
        if box.serial in SERIALS:
            found[box.serial] += Counter(journal.boxes.contents(box).pieces)
    journal.close()
    return found == dropped and len(numbers) == len(set(numbers))


@settings(max_examples=20, deadline=None)
@given(STEPS)
def test_each_piece_lies_in_exactly_one_box(steps: list[tuple]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert each_piece_is_in_one_box(Path(folder), steps, close)


@pytest.mark.thorough
@pytest.mark.timeout(900)
@settings(max_examples=1000, deadline=None)
@given(STEPS)
def test_each_piece_lies_in_exactly_one_box_a_thousand_times(steps: list[tuple]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert each_piece_is_in_one_box(Path(folder), steps, close)


@pytest.mark.negative_control
def test_a_count_told_before_the_boundary_loses_what_falls_in_between(tmp_path: Path) -> None:
    steps = [("drop", BILLS, 1000), ("close", {BILLS}), ("drop", BILLS, 1000)]
    assert not each_piece_is_in_one_box(tmp_path, steps, close_in_two_steps)
