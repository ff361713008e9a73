"""Estimates in plain cases, the words people read, and the pace they are made of."""

import math
import random

import pytest

from queue_server.turns.model.estimate import Estimate, Window, estimate, minutes, words
from queue_server.turns.model.pace import Pace, starting
from queue_server.turns.model.rule import Line, Rule
from queue_server.turns.model.ticket import AttentionClass

GENERAL, PREFERENTIAL = AttentionClass.GENERAL, AttentionClass.PREFERENTIAL
SERVICE = frozenset({"certificate"})
PACES = {"certificate": Pace(360.0, 130.0**2, 40), "review": Pace(1200.0, 300.0**2, 40)}
FREE = Window("1", SERVICE, None, None)


def wait(
    people: int, *windows: Window, arrivals: float = 0.0, mine: AttentionClass = GENERAL
) -> Estimate | None:
    lines = [Line("certificate", mine, people)]
    hourly = {PREFERENTIAL: arrivals}
    return estimate(Rule(), "certificate", mine, lines, windows, PACES, hourly)


def test_no_open_counter_means_no_estimate() -> None:
    assert wait(0) is None
    assert wait(0, Window("2", frozenset({"review"}), None, None)) is None


def test_a_free_counter_and_nobody_ahead_is_at_once() -> None:
    assert wait(0, FREE) == Estimate(0, 30)


@pytest.mark.parametrize(
    ("seconds", "whole"),
    [((300, 700), (5, 12)), ((0, 30), (0, 2)), ((7250, 9000), (120, 150)), ((59, 60), (0, 2))],
)
def test_the_wait_in_minutes_is_never_shorter_than_it_is(
    seconds: tuple[int, int], whole: tuple[int, int]
) -> None:
    assert minutes(Estimate(*seconds)) == whole


def test_many_people_ahead_wait_about_people_times_service_over_counters() -> None:
    windows = [Window(str(number), SERVICE, 90.0 * number, "certificate") for number in range(4)]
    found = wait(40, *windows)
    assert found is not None
    assert found.optimistic_s < 40 * 360 / 4 < found.pessimistic_s


def test_who_has_been_served_long_is_soon_done() -> None:
    fresh = wait(0, Window("1", SERVICE, 0.0, "certificate"))
    late = wait(0, Window("1", SERVICE, 330.0, "certificate"))
    assert fresh is not None
    assert late is not None
    assert late.optimistic_s < fresh.optimistic_s
    assert late.pessimistic_s < fresh.pessimistic_s


def test_a_counter_busy_with_a_longer_service_frees_later() -> None:
    short = wait(0, Window("1", SERVICE, 60.0, "certificate"))
    long = wait(0, Window("1", SERVICE, 60.0, "review"))
    assert short is not None
    assert long is not None
    assert long.pessimistic_s > 2 * short.pessimistic_s


def test_beneficiaries_to_come_make_a_general_wait_longer_and_no_other() -> None:
    windows = [Window(str(number), SERVICE, 100.0, "certificate") for number in range(2)]
    calm, full = wait(9, *windows), wait(9, *windows, arrivals=8.0)
    assert calm is not None
    assert full is not None
    assert full.pessimistic_s > calm.pessimistic_s
    assert full.optimistic_s > calm.optimistic_s
    assert wait(9, *windows, arrivals=8.0, mine=PREFERENTIAL) == wait(
        9, *windows, mine=PREFERENTIAL
    )


def test_more_beneficiaries_than_the_counters_can_serve_still_give_a_figure() -> None:
    found = wait(5, FREE, arrivals=60.0)
    assert found is not None
    assert found.pessimistic_s < 48 * 3600


@pytest.mark.parametrize(
    ("optimistic_s", "pessimistic_s", "text"),
    [
        (0, 30, "menos de 2 minutos"),
        (59, 120, "menos de 2 minutos"),
        (0, 400, "menos de 7 minutos"),
        (300, 720, "unos 5 a 12 minutos"),
        (359, 661, "unos 5 a 12 minutos"),
        (6000, 9000, "unos 100 a 150 minutos"),
        (7200, 9000, "más de 2 horas"),
    ],
)
def test_waits_are_rounded_outwards_to_whole_minutes(
    optimistic_s: int, pessimistic_s: int, text: str
) -> None:
    assert words(Estimate(optimistic_s, pessimistic_s)) == text


def test_a_pace_finds_the_true_mean_and_spread() -> None:
    source, pace = random.Random(3), starting(12)
    for _ in range(400):
        pace = pace.after(source.lognormvariate(math.log(330), 0.37))
    assert pace.mean_s == pytest.approx(353, rel=0.15)
    assert math.sqrt(pace.variance_s2) == pytest.approx(135, rel=0.3)
    assert pace.samples == 400


def test_a_forgotten_finish_moves_the_pace_little() -> None:
    pace = Pace(360.0, 130.0**2, 60)
    assert pace.after(4 * 3600.0).mean_s < 1.05 * pace.mean_s


@pytest.mark.negative_control
def test_a_plain_mean_would_be_ruined_by_a_forgotten_finish() -> None:
    assert 360.0 + (4 * 3600.0 - 360.0) / 60 > 1.5 * 360.0


def test_a_real_change_is_followed() -> None:
    pace = Pace(360.0, 130.0**2, 60)
    for _ in range(80):
        pace = pace.after(900.0)
    assert pace.mean_s > 700


def test_what_remains_is_never_negative_and_grows_with_the_level() -> None:
    pace = Pace(360.0, 130.0**2, 60)
    for elapsed_s in (0.0, 1e-9, 200.0, 4000.0, 1e6):
        remaining = [pace.remaining_s(elapsed_s, level) for level in (0.01, 0.5, 0.99)]
        assert remaining == sorted(remaining)
        assert remaining[0] >= 0.0
