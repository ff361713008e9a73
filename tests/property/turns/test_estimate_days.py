"""People wait as long as they were told: a few of the simulated days of `tests.load.days`."""

import pytest

from queue_server.turns.model.rule import Rule, Strategy
from tests.load.day_model import Day, simulate
from tests.load.days import REPORTED, TUNED, judge, one_counter, ours, plain_board


def test_the_true_wait_lies_within_the_two_figures_on_reported_days() -> None:
    told = [told for seed in REPORTED for told in simulate(Day(seed), (ours,))]
    figures = judge(told, 0)
    assert figures["coverage"] >= 0.80
    assert figures["width_ratio"] <= 1.0


def test_no_reported_day_was_used_for_tuning() -> None:
    assert not set(REPORTED) & set(TUNED)


@pytest.mark.parametrize("strategy", [Strategy.INTERLEAVE, Strategy.AGEING])
def test_the_other_rules_are_estimated_as_well(strategy: Strategy) -> None:
    days = (Day(seed, rule=Rule(strategy)) for seed in REPORTED[:8])
    told = [told for day in days for told in simulate(day, (ours,))]
    assert judge(told, 0)["coverage"] >= 0.80


@pytest.mark.negative_control
def test_a_plain_board_and_a_broken_estimate_miss_the_bar() -> None:
    told = [
        told for seed in REPORTED[:5] for told in simulate(Day(seed), (plain_board, one_counter))
    ]
    assert judge(told, 0)["coverage"] < 0.80
    assert judge(told, 1)["coverage"] < 0.80
    assert judge(told, 1)["width_ratio"] > 1.0


def test_a_day_is_the_same_every_time() -> None:
    one, other = (simulate(Day(7, visits=80), (ours,)) for _ in range(2))
    assert [told.waited_s for told in one] == [told.waited_s for told in other]
