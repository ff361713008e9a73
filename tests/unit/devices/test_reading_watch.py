"""What a run of readings tells, and when it is forgotten."""

from devices.documents.reading_watch import FORGOTTEN_AFTER_S, ReadingWatch


def test_failures_closer_than_half_a_second_are_one() -> None:
    watch = ReadingWatch()
    admitted = [now for now in (0.0, 0.1, 0.4, 0.6, 0.9, 1.2) if watch.admits_failure(now)]
    assert admitted == [0.0, 0.6, 1.2]


def test_a_symptom_is_told_when_three_readings_running_show_it() -> None:
    watch = ReadingWatch()
    for now in (1.0, 2.0):
        watch.note("no text", now)
        assert watch.complaint(now) == ""
    watch.note("no text", 3.0)
    assert watch.complaint(3.0) == "no text"


def test_a_good_reading_or_another_symptom_begins_the_count_anew() -> None:
    for between in ("", "other"):
        watch = ReadingWatch()
        for now, symptom in enumerate(("no text", "no text", between, "no text", "no text")):
            watch.note(symptom, float(now))
        assert watch.complaint(4.0) == ""


def test_half_a_minute_of_quiet_forgets() -> None:
    watch = ReadingWatch()
    for now in (1.0, 2.0, 3.0):
        watch.note("no text", now)
    assert watch.complaint(3.0 + FORGOTTEN_AFTER_S) == ""
    watch.note("no text", 4.0 + FORGOTTEN_AFTER_S)
    assert watch.complaint(4.0 + FORGOTTEN_AFTER_S) == ""


def test_good_readings_are_no_complaint() -> None:
    watch = ReadingWatch()
    for now in (1.0, 2.0, 3.0, 4.0):
        watch.note("", now)
    assert watch.complaint(4.0) == ""
