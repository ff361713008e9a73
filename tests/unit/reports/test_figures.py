"""The figures of a handful of facts, counted by hand."""

from datetime import date
from typing import Any

import pytest

from queue_server.reports.model.asked import NotAsked, asked
from queue_server.reports.model.crowd import Crowd, CrowdHour
from queue_server.reports.model.figures import Fact, Spread, Tally, quantile, spread
from queue_server.reports.model.pictures import PICTURES, pictures
from queue_server.reports.model.sheets import Names, duration, sheets

TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
PAST = (date(2026, 3, 9), 0)
NINE = 9 * 3600


def fact(second: int = NINE, **other: Any) -> Fact:
    usual: dict[str, Any] = {
        "day": TUESDAY, "second": second, "service": "certificate", "attention_class": "general",
        "counter": "V1", "begun": "arrival", "called": True, "wait_s": 60, "served_s": 300,
        "result": "finished", "in_line": [0, 60],
    }  # fmt: skip
    return Fact(**{**usual, **other})


FACTS = [
    fact(wait_s=60),
    fact(wait_s=120, attention_class="preferential"),
    fact(wait_s=600, served_s=None, result="missed"),
    fact(begun="return", wait_s=None, counter="V2", served_s=100),
    fact(NINE + 7200, service="review", called=False, counter="", wait_s=None, served_s=None,
         result="", in_line=[0]),
]  # fmt: skip


def tallied(facts: list[Fact], now: tuple[date, int] = PAST):
    tally = Tally(now)
    tally.take(facts)
    return tally.figures()


def test_arrivals_calls_and_no_shows_are_counted_where_they_belong() -> None:
    figures = tallied(FACTS)
    assert [(line.key, line.arrivals, line.calls) for line in figures.by_hour] == [
        ("09", 3, 4), ("10", 0, 0), ("11", 1, 0),
    ]  # fmt: skip
    assert [(line.key, line.calls, line.no_shows) for line in figures.by_counter] == [
        ("V1", 3, 1), ("V2", 1, 0),
    ]  # fmt: skip
    assert figures.total.wait == Spread(3, 260, 120, 600)
    assert figures.ends == {"finished": 3, "": 1}


@pytest.mark.parametrize(
    ("times", "half", "ninth"),
    [([7], 7, 7), ([1, 2], 1, 2), (list(range(1, 11)), 5, 9), (list(range(1, 12)), 6, 10)],
)
def test_quantiles_are_times_that_somebody_had(times: list[int], half: int, ninth: int) -> None:
    assert (quantile(times, 0.5), quantile(times, 0.9)) == (half, ninth)


@pytest.mark.negative_control
def test_a_quantile_of_unsorted_times_is_noticed() -> None:
    times = [9, 1, 5]
    assert spread(times).p50_s == 5 != quantile(times, 0.5)


def test_nothing_took_no_time() -> None:
    assert spread([]) == Spread()


def test_the_line_of_one_day_steps_up_and_down() -> None:
    crowd = Crowd(PAST)
    crowd.take(TUESDAY, NINE, [0, 600])
    crowd.take(TUESDAY, NINE + 300, [0, 600])
    assert crowd.mean_steps() == ((NINE, 1), (NINE + 300, 2), (NINE + 600, 1), (NINE + 900, 0))
    assert crowd.peak_steps() == ()
    assert crowd.hours() == (CrowdHour(9, 1200 / 3600, 2),)


def test_several_days_have_a_mean_and_a_fullest_one() -> None:
    crowd = Crowd(PAST)
    crowd.take(TUESDAY, NINE, [0, 900])
    crowd.take(WEDNESDAY, NINE, [0, 900])
    crowd.take(WEDNESDAY, NINE, [0, 900])
    assert crowd.mean_steps() == ((NINE, 1.5), (NINE + 900, 0))
    assert crowd.peak_steps() == ((NINE, 2), (NINE + 900, 0))
    assert crowd.hours() == (CrowdHour(9, 0.375, 2),)


def test_whoever_still_stands_there_stands_there_until_now_and_never_past_midnight() -> None:
    today = Crowd((TUESDAY, NINE + 60))
    today.take(TUESDAY, NINE, [0])
    assert today.mean_steps()[-1] == (NINE + 60, 0)
    past = Crowd(PAST)
    past.take(TUESDAY, NINE, [0])
    assert past.mean_steps()[-1] == (24 * 3600, 0)
    assert [each.hour for each in past.hours()] == list(range(9, 24))


def test_who_comes_back_later_than_now_is_not_in_line_yet() -> None:
    crowd = Crowd((TUESDAY, NINE))
    crowd.take(TUESDAY, NINE + 3600, [0])
    assert crowd.mean_steps() == ()


def test_thirty_days_are_asked_about_unless_told_otherwise() -> None:
    usual = asked(TUESDAY)
    assert (usual.first, usual.last, usual.days) == (date(2026, 2, 2), TUESDAY, 30)
    assert usual.months()[0] == (2025, 4)
    assert usual.months()[-1] == (2026, 3)
    assert [piece.days for piece in usual.pieces(14)] == [14, 14, 2]


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-03-04", "2026-03-03"), ("2024-01-01", "2026-03-03"), ("ayer", ""), ("0001-01-01", "")],
)
def test_days_that_make_no_range_are_refused_in_words(first: str, last: str) -> None:
    with pytest.raises(NotAsked, match=r"\."):
        asked(TUESDAY, first, last)


def test_tables_use_the_names_people_use_and_keep_a_code_without_one() -> None:
    made = sheets(tallied(FACTS), [("2026-03", 4)], Names({"review": "Revisión"}, {"V2": "Dos"}))
    assert [row[0] for row in made["services"].rows] == ["Revisión", "certificate"]
    assert [row[0] for row in made["counters"].rows] == ["Dos", "V1"]
    assert made["months"].rows == (("mar 2026", 4),)
    for sheet in made.values():
        assert all(len(row) == len(sheet.columns) for row in sheet.rows)
        assert sum(span for _, span in sheet.groups) == len(sheet.columns)


def test_every_plot_has_words_that_say_what_it_shows() -> None:
    for facts in (FACTS, []):
        made = pictures(tallied(facts), [("2026-03", 4)], Names())
        assert tuple(made) == PICTURES
        assert all(picture.words.endswith(".") for picture in made.values())
    said = pictures(tallied(FACTS), [], Names())
    assert said["arrivals"].words == "4 llegadas; la hora con más es las 09:00, con 3."


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "0:05"), (3599, "59:59"), (3600, "1 h 00"), (7384, "2 h 03")]
)
def test_durations_read_as_minutes_and_seconds(seconds: int, words: str) -> None:
    assert duration(seconds) == words
