"""What a kiosk's machine says of itself, and which of its log lines leave it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.notes import KEPT, LONGEST, Notes, redacted, written
from kiosk.vitals import ClockOffset, Vitals

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


class Clocks:
    """A wall clock and a monotonic one."""

    def __init__(self) -> None:
        self.wall, self.running = NOON, 500.0
        self.offset = ClockOffset(lambda: self.wall, lambda: self.running)

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.running += seconds


def test_a_clock_that_is_ahead_shows_by_how_much() -> None:
    clocks = Clocks()
    assert clocks.offset.ms is None
    begun = clocks.offset.begin()
    clocks.pass_by(0.4)
    clocks.offset.ended(begun, NOON + timedelta(seconds=0.2 - 90))
    assert clocks.offset.ms == 90_000


def test_a_clock_that_is_set_shows_before_the_next_exchange() -> None:
    clocks = Clocks()
    clocks.offset.ended(clocks.offset.begin(), NOON)
    clocks.pass_by(60)
    assert clocks.offset.ms == 0
    clocks.wall -= timedelta(minutes=5)
    assert clocks.offset.ms == -300_000


def test_an_exchange_that_took_long_says_nothing() -> None:
    clocks = Clocks()
    begun = clocks.offset.begin()
    clocks.pass_by(2.5)
    clocks.offset.ended(begun, NOON)
    assert clocks.offset.ms is None


def test_the_hottest_zone_counts_and_nonsense_does_not(tmp_path: Path) -> None:
    for name, text in (("0", "41500\n"), ("1", "63000\n"), ("2", "no\n"), ("3", "999999\n")):
        zone = tmp_path / f"thermal_zone{name}"
        zone.mkdir()
        (zone / "temp").write_text(text)
    row = Vitals(tmp_path, ClockOffset(), tmp_path).row()
    assert row["temperature_c"] == 63.0
    assert row["disk_free_mb"] > 0
    assert 0 <= row["disk_percent"] <= 100


def test_a_machine_that_says_nothing_is_no_error(tmp_path: Path) -> None:
    row = Vitals(tmp_path / "nowhere", ClockOffset(), tmp_path / "nowhere").row()
    assert set(row.values()) == {None}


@pytest.mark.parametrize(
    "personal",
    ["10117410", "juan.prueba@example.pe", "+51 987 654 321", "4111 1111 1111 1111", "1980-01-01"],
)
def test_nothing_of_a_person_is_in_a_note(personal: str) -> None:
    event = {"event": "refused", "why": f"it said {personal}", "holder": personal}
    line = written(NOON, "warning", event)
    assert personal not in line
    assert "refused" in line
    assert personal not in redacted(f"name {personal!r} {personal}")


def test_the_last_lines_are_kept_short_and_few() -> None:
    notes = Notes()
    for each in range(KEPT + 5):
        notes(None, "info", {"event": f"line {each}", "device": "x" * 500})
    assert len(notes.lines()) == KEPT
    assert "line 5 " in notes.lines()[0]
    assert all(len(each) <= LONGEST for each in notes.lines())
