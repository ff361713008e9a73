"""Peru's national holidays, with the movable ones."""

from collections.abc import Callable
from datetime import date

import pytest

from queue_server.turns.model.holidays import easter, holidays

# From the tables of the United States Naval Observatory.
EASTERS = {
    1961: (4, 2), 2000: (4, 23), 2008: (3, 23), 2011: (4, 24), 2019: (4, 21),
    2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2038: (4, 25),
}  # fmt: skip


def check_easters(computed: Callable[[int], date]) -> None:
    for year, day in EASTERS.items():
        assert computed(year) == date(year, *day)


def test_easter_is_where_the_tables_have_it() -> None:
    check_easters(easter)


def test_easter_is_a_sunday_between_its_two_limits() -> None:
    for year in range(1583, 2300):
        sunday = easter(year)
        assert sunday.weekday() == 6
        assert date(year, 3, 22) <= sunday <= date(year, 4, 25)


def test_the_year_has_sixteen_holidays_in_order() -> None:
    found = holidays(2026)
    assert len(found) == 16
    assert list(found) == sorted(found, key=lambda each: each.day)
    names = {each.day: each.name for each in found}
    assert names[date(2026, 4, 2)] == "Jueves Santo"
    assert names[date(2026, 4, 3)] == "Viernes Santo"
    assert names[date(2026, 7, 28)] == "Fiestas Patrias"


def test_years_before_the_calendar_are_refused() -> None:
    with pytest.raises(ValueError):
        easter(1500)


@pytest.mark.negative_control
def test_easter_by_the_old_calendar_is_caught() -> None:
    def julian(year: int) -> date:
        moon = (19 * (year % 19) + 15) % 30
        month, day = divmod(moon + (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7 + 114, 31)
        return date(year, month, day + 1)

    with pytest.raises(AssertionError):
        check_easters(julian)
