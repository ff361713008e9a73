"""What people read and see of the availability report."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from queue_server.reports.model.availability import Piece, Span, Standing, Tally
from queue_server.web.availability_words import (
    WIDTH,
    cause_words,
    journey_words,
    lasted,
    outages,
    percent,
    strip,
    worst,
)

LIMA = ZoneInfo("America/Lima")
NINE = datetime(2026, 3, 4, 14, tzinfo=UTC)  # nine o'clock in Lima
HOURS = [
    Span(NINE, NINE + timedelta(hours=4)),
    Span(NINE + timedelta(hours=5), NINE + timedelta(hours=8)),
]


def piece(begins: float, ends: float, standing: Standing, cause: str = "") -> Piece:
    """From hour to hour after the opening."""
    return Piece(NINE + timedelta(hours=begins), NINE + timedelta(hours=ends), standing, cause)


DAY = [
    piece(-9, 1, Standing.UP),
    piece(1, 4.5, Standing.DOWN, "device:printer"),
    piece(4.5, 24, Standing.UNKNOWN),
]


@pytest.mark.parametrize(
    ("share", "told"),
    [(None, "—"), (1.0, "100 %"), (0.0, "0 %"), (0.99999, "99,99 %"), (0.5, "50,00 %")],
)
def test_what_is_not_whole_is_never_called_a_hundred_percent(
    share: float | None, told: str
) -> None:
    assert percent(share) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "—"), (20, "< 1 min"), (60, "1 min"), (3600, "1 h 00 min"), (27_000, "7 h 30 min")],
)
def test_times_are_told_in_hours_and_minutes(seconds: float, told: str) -> None:
    assert lasted(seconds) == told


def test_a_strip_runs_from_opening_to_closing_and_leaves_the_pause_empty() -> None:
    bars = strip(DAY, HOURS, LIMA)
    assert [(each.standing, each.x, each.x + each.width) for each in bars] == [
        ("up", 0, WIDTH / 8),
        ("down", WIDTH / 8, WIDTH / 2),
        ("unknown", WIDTH * 5 / 8, WIDTH),
    ]
    assert strip(DAY, [], LIMA) == []


def test_standings_are_told_apart_without_colours() -> None:
    told = [piece(each, each + 1, standing) for each, standing in enumerate(Standing)]
    shapes = {(each.y, each.height) for each in strip(told, HOURS, LIMA)}
    assert len(shapes) == len(Standing)


def test_outages_are_told_with_the_sites_clock_and_their_cause() -> None:
    assert outages(DAY, HOURS, LIMA) == [
        "10:00–13:00 no disponible: dispositivo: printer",
    ]


def test_a_day_that_ends_at_midnight_ends_at_24() -> None:
    night = [piece(10, 15, Standing.DOWN, "silent")]
    hours = [Span(NINE, NINE + timedelta(hours=15))]
    assert outages(night, hours, LIMA) == ["19:00–24:00 no disponible: quiosco sin señal"]


def test_the_cause_that_lasted_longest_is_told() -> None:
    told = Tally(0, 90, 0, 0, {"backend": 30, "other:no_fee": 60})
    assert worst(told) == "no hay tarifa configurada"
    assert worst(Tally()) == ""


@pytest.mark.parametrize("cause", ["server", "silent", "backend", "staff", "device:x", "other:y"])
def test_every_cause_has_words(cause: str) -> None:
    assert cause_words(cause)


def test_journeys_are_told_by_the_names_of_their_services() -> None:
    assert journey_words("turn:information", {"information": "Información"}) == "Turno: Información"
    assert journey_words("certificate", {}) == "Certificado"
