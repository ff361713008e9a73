"""How long a site waits for its hub, and how much it says at once."""

import pytest

from queue_server.hub_link.model import pace


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_pauses_grow_to_a_minute_and_no_further(chance: float) -> None:
    pauses = [pace.pause_s(number, chance) for number in range(1, 5000)]
    assert pauses == sorted(pauses)
    assert 0.5 <= pauses[0] <= 1.0
    assert 30 <= pauses[-1] <= 60


def test_sites_that_lost_their_hub_together_come_back_apart() -> None:
    pauses = {pace.pause_s(9, number / 200) for number in range(200)}
    assert max(pauses) - min(pauses) > 29
    assert len(pauses) == 200


def test_portions_shrink_quickly_and_grow_again() -> None:
    portion = pace.MOST_AT_ONCE
    for _ in range(10):
        portion = pace.fewer(portion)
    assert portion == pace.FEWEST_AT_ONCE
    for _ in range(10):
        portion = pace.more(portion)
    assert portion == pace.MOST_AT_ONCE
