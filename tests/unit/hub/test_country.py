"""The country: how sites stand, who comes first, which build is usual, certificates by month."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.hub.model.country import (
    NO_REGION,
    Country,
    Heard,
    Region,
    SiteMonth,
    Standing,
    country,
    department,
    first_month,
    months,
)
from queue_server.hub.model.summary import summarised
from tests.support.country import Told, state_of

NOW = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
ENROLLED = datetime(2025, 1, 2, tzinfo=UTC)


def heard(code: str, region: str = "Lima", silent_s: float = 3, **more: Any) -> Heard:
    told = Told(code, code, region, silent_s=silent_s, **more)
    summary = summarised(state_of(told, NOW))
    return Heard(code, ENROLLED, NOW - timedelta(seconds=silent_s), 0, summary)


NONE = heard("NONE", "Tacna", verdict="none", up=0)
SILENT = heard("SILENT", "Puno", silent_s=61)
SOME = heard("SOME", "Cusco", verdict="some", up=2)
GRAVE = heard("GRAVE", "Piura", alerts=[("critical", "Manipulación", "A01")])
EMPTY = heard("EMPTY", "Ica", verdict="empty", kiosks=0, up=0)
WELL = heard("WELL", "Lima")
CLOSED = heard("CLOSED", "Loreto", verdict="none", up=0, open=False)
EVERY = [WELL, CLOSED, EMPTY, SOME, NONE, GRAVE, SILENT]


def order_of(found: Country) -> list[str]:
    return [each.heard.site for each in found.sites]


def test_the_worst_comes_first() -> None:
    found = country(EVERY, NOW)
    worst_first = ["NONE", "SILENT", "SOME", "GRAVE", "EMPTY", "WELL", "CLOSED"]
    assert order_of(found) == worst_first
    assert [each.name for each in found.regions] == [
        "Tacna", "Puno", "Cusco", "Piura", "Ica", "Lima", "Loreto",
    ]  # fmt: skip
    assert found.standings == {
        Standing.NONE: 1, Standing.SILENT: 1, Standing.SOME: 1, Standing.EMPTY: 1,
        Standing.ALL: 2, Standing.CLOSED: 1,
    }  # fmt: skip


def test_regions_alike_stand_by_name_as_people_sort_it() -> None:
    sites = [heard(name, name) for name in ("Ucayali", "Áncash", "Lima", "ancash")]
    assert [each.name for each in country(sites, NOW).regions] == ["Áncash", "Lima", "Ucayali"]


@pytest.mark.negative_control
def test_sorting_by_name_alone_would_hide_the_worst() -> None:
    found = country(EVERY, NOW)
    by_name = sorted(found.regions, key=lambda each: each.name)
    assert by_name != list(found.regions)


@pytest.mark.parametrize(("seconds", "silent"), [(0, False), (60, False), (60.001, True)])
def test_a_site_is_silent_after_a_minute(seconds: float, silent: bool) -> None:
    site = country([heard("M1", silent_s=seconds)], NOW).sites[0]
    assert (site.standing is Standing.SILENT) is silent
    if silent:
        assert site.was is Standing.ALL
        assert site.since == site.heard.heard_at


def test_a_site_that_never_told_anything_is_silent_since_it_was_enrolled() -> None:
    site = country([Heard("M9", ENROLLED)], NOW).sites[0]
    assert (site.standing, site.was, site.since) == (Standing.SILENT, None, ENROLLED)
    assert site.region == NO_REGION


def test_outside_its_hours_a_site_that_serves_nobody_is_closed_not_broken() -> None:
    assert country([CLOSED], NOW).sites[0].standing is Standing.CLOSED
    gone = replace(CLOSED, heard_at=NOW - timedelta(hours=2))
    assert country([gone], NOW).sites[0].was is Standing.CLOSED


def test_a_site_that_runs_another_build_than_most_drifts() -> None:
    sites = [heard("A", build="2.0"), heard("B", build="2.0"), heard("C", build="1.9")]
    found = country(sites, NOW)
    assert found.usual_build == "2.0"
    assert {each.heard.site for each in found.sites if each.drifts} == {"C"}
    assert [(each.build, each.sites) for each in found.builds][:2] == [("2.0", 2), ("1.9", 1)]
    assert sum(each.kiosks for each in found.builds) == 9


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ancash", "Áncash"),
        ("  HUÁNUCO ", "Huánuco"),
        ("Departamento de Junin", "Junín"),
        ("san  martin", "San Martín"),
        ("Atlántida", "Atlántida"),
        ("  ", NO_REGION),
    ],
)
def test_a_department_is_known_however_it_is_typed(typed: str, meant: str) -> None:
    assert department(typed) == meant


@given(st.permutations(EVERY))
def test_the_order_does_not_depend_on_how_it_was_read(found: list[Heard]) -> None:
    assert order_of(country(found, NOW)) == order_of(country(EVERY, NOW))


def test_the_months_end_with_this_one_and_hold_each_certificate_once() -> None:
    assert first_month(date(2026, 3, 12)) == date(2024, 4, 1)
    assert first_month(date(2026, 12, 31)) == date(2025, 1, 1)
    rows = [
        SiteMonth("A", 2026, 3, 5),
        SiteMonth("B", 2026, 3, 7),
        SiteMonth("A", 2025, 12, 11),
        SiteMonth("A", 2024, 3, 1000),
        SiteMonth("GONE", 2024, 4, 2),
    ]
    found = months(rows, {"A": "Lima", "B": "Ica"}, date(2026, 3, 12))
    assert (len(found), found[0].month, found[-1].month) == (24, "2024-04", "2026-03")
    assert [each.over for each in found] == [True] * 23 + [False]
    assert (found[-1].count(), found[-1].count("Lima"), found[-1].count("Ica")) == (12, 5, 7)
    assert found[0].by_region == {NO_REGION: 2}
    assert sum(each.count() for each in found) == 25


def test_a_country_without_sites_is_empty() -> None:
    found = country([], NOW)
    assert (found.regions, found.builds, found.usual_build) == ([], [], None)
    assert isinstance(found.regions, list)
    assert not [each for each in found.regions if isinstance(each, Region)]
