"""From marks and presses to the matrix that puts touches right."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.staff.calibration import STRAIGHT, Matrix, after, apply, correction
from kiosk.staff.kept import KeptFile
from kiosk.staff.touch_correction import TouchCorrection

MARKS = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.8), (0.1, 0.8), (0.5, 0.45))
PANELS = st.tuples(
    st.floats(0.8, 1.2),
    st.floats(-0.1, 0.1),
    st.floats(-0.1, 0.1),
    st.floats(-0.1, 0.1),
    st.floats(0.8, 1.2),
    st.floats(-0.1, 0.1),
)


@settings(max_examples=60, deadline=None)
@given(PANELS)
def test_whatever_a_panel_does_to_touches_is_undone(panel: Matrix) -> None:
    felt = [apply(panel, mark) for mark in MARKS]
    found = correction(MARKS, felt)
    assert found is not None
    for mark, press in zip(MARKS, felt, strict=True):
        assert apply(found, press) == pytest.approx(mark, abs=1e-6)


def test_axes_that_are_swapped_and_turned_round_are_put_right() -> None:
    felt = [(1 - y, x) for x, y in MARKS]
    found = correction(MARKS, felt)
    assert found == pytest.approx((0, 1, 0, -1, 0, 1), abs=1e-6)


def test_a_press_beside_its_mark_makes_the_round_useless() -> None:
    felt = [*MARKS[:4], (0.5, 0.6)]
    assert correction(MARKS, felt) is None


@pytest.mark.parametrize("felt", [[(0.5, 0.5)] * 5, [(x, x) for x, _ in MARKS], []])
def test_presses_that_say_nothing_are_refused(felt: list[tuple[float, float]]) -> None:
    assert correction(MARKS, felt) is None


def test_a_second_round_corrects_what_the_first_left() -> None:
    first: Matrix = (1.1, 0, -0.02, 0, 0.9, 0.03)
    second: Matrix = (1, 0.01, 0.005, 0, 1, -0.01)
    both = after(second, first)
    assert apply(both, (0.3, 0.7)) == pytest.approx(apply(second, apply(first, (0.3, 0.7))))
    assert after(STRAIGHT, first) == first


@pytest.mark.negative_control
def test_a_matrix_that_forgets_to_shift_is_caught() -> None:
    """The broken variant has no translation."""
    felt = [(x + 0.05, y) for x, y in MARKS]
    found = correction(MARKS, felt)
    assert found is not None
    broken: Matrix = (found[0], found[1], 0.0, found[3], found[4], 0.0)
    with pytest.raises(AssertionError):
        assert apply(broken, felt[0]) == pytest.approx(MARKS[0], abs=1e-6)


class Felt:
    """A touch as Kivy's providers make it."""

    def __init__(self, sx: float, sy: float) -> None:
        self.sx, self.sy, self.profile = sx, sy, ["pos"]


def test_a_touch_is_moved_before_any_widget_sees_it_also_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "touch.json"
    touches = TouchCorrection(KeptFile(path))
    straight = Felt(0.3, 0.4)
    touches.process([("begin", straight)])
    assert (straight.sx, straight.sy) == (0.3, 0.4)
    touches.keep((1, 0, 0.1, 0, 1, 0.05))
    again = TouchCorrection(KeptFile(path))
    down, beyond = Felt(0.3, 0.4), Felt(0.95, 0.01)
    again.process([("begin", down), ("update", beyond)])
    assert (down.sx, down.sy) == pytest.approx((0.4, 0.35)), "Kivy measures from the bottom"
    assert (beyond.sx, beyond.sy) == (1.0, 0.0), "never beside the screen"
    lifted = Felt(down.sx, down.sy)
    again.process([("end", lifted)])
    assert (lifted.sx, lifted.sy) == (down.sx, down.sy), "put right once, not twice"
