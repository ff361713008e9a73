"""How far numbers jump when an older copy goes on."""

from hypothesis import given
from hypothesis import strategies as st

from queue_server.backup.model import (
    LEAST_MARGIN,
    NUMBER_STEP,
    last_event_after,
    last_number_after,
)

NUMBERS = st.integers(0, 20_000)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_jump_leaves_room_for_two_busiest_days_more(last: int, busiest: int, above: int) -> None:
    jumped = last_number_after(last, busiest, above)
    assert jumped % NUMBER_STEP == 0
    assert jumped >= max(last, above) + max(LEAST_MARGIN, 2 * busiest)
    assert jumped < max(last, above) + max(LEAST_MARGIN, 2 * busiest) + NUMBER_STEP


@given(st.integers(0, 10**15))
def test_event_ids_go_on_with_another_million(last: int) -> None:
    jumped = last_event_after(last)
    assert last < jumped <= last + 1_000_000
    assert jumped % 1_000_000 == 0


@given(st.integers(0, 10**9), st.integers(1, 5))
def test_two_restores_of_one_copy_are_told_apart_by_a_second_jump(last: int, times: int) -> None:
    seen = {last}
    for _ in range(times):
        last = last_event_after(last) + 1
        assert last not in seen
        seen.add(last)
