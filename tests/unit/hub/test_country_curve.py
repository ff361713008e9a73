"""The curve of certificates: every month at its height, round levels, in words too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.web.country.curve import (
    BOTTOM,
    HEIGHT,
    TOP,
    change_words,
    curve,
    grouped,
    tick_step,
)


def named(counts: list[int]) -> list[tuple[str, str, int]]:
    return [("ene", "2026", count) for count in counts]


@given(st.lists(st.integers(0, 10**7), min_size=2, max_size=24))
def test_each_month_stands_at_its_height(counts: list[int]) -> None:
    found = curve(named(counts))
    assert [each.value for each in found.points] == counts
    assert all(TOP <= each.y <= HEIGHT - BOTTOM for each in found.points)
    for one, other in zip(found.points, found.points[1:], strict=False):
        assert one.x < other.x
        if other.value > one.value:
            assert other.y <= one.y
    assert 2 <= len(found.ticks) <= 7
    assert found.open.split()[-1] == f"{found.points[-1].x},{found.points[-1].y}"
    last = f"{found.points[-1].x},{found.points[-1].y}"
    assert last not in found.whole.split(), "the month that is not over is no part of the curve"


@pytest.mark.parametrize(("highest", "step"), [(0, 1), (4, 1), (9, 2), (42, 10), (51_000, 20_000)])
def test_levels_are_round(highest: int, step: int) -> None:
    assert tick_step(highest) == step


def test_the_curve_is_told_in_words() -> None:
    words = change_words([("ene 2026", 1000), ("feb 2026", 1250)])
    assert words.startswith("1\u202f250 en feb 2026")
    assert "+25 % sobre el anterior" in words
    assert "el mayor fue feb 2026" in words
    assert change_words([("ene 2026", 0)]).startswith("Aún no hay")
    assert grouped(1234567) == "1\u202f234\u202f567"
