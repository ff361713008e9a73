"""The text of `/metrics`, as prometheus_client reads it."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from queue_server.web.metrics.model import exposition
from queue_server.web.metrics.model import series as s
from queue_server.web.metrics.model.exposition import number, text
from queue_server.web.metrics.model.series import Histogram, Kind, Scrape, Series

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
values = st.one_of(st.integers(-(10**12), 10**12).map(float), st.floats(-1e9, 1e9))


def samples(written: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """What prometheus_client's parser finds: (name, label values) -> value."""
    return {
        (each.name, tuple(each.labels.values())): each.value
        for family in text_string_to_metric_families(written)
        for each in family.samples
    }


@given(st.dictionaries(st.tuples(words, words, words), values, max_size=8))
def test_another_parser_reads_back_what_was_put(put: dict[tuple[str, ...], float]) -> None:
    scrape = Scrape()
    for labels, value in put.items():
        scrape.put(s.JOURNEY, labels, value)
    assert samples(text(scrape)) == {(s.JOURNEY.name, labels): v for labels, v in put.items()}


@pytest.mark.negative_control
def test_a_label_that_is_not_escaped_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exposition, "_escaped", lambda labels: labels)
    scrape = Scrape()
    scrape.put(s.JOURNEY, ("S", 'a",kiosk="b', "c"), 1)
    try:
        found = samples(text(scrape))
    except ValueError:
        return
    assert found != {(s.JOURNEY.name, ("S", 'a",kiosk="b', "c")): 1}


def test_a_histogram_is_cumulative_and_its_last_bucket_is_its_count() -> None:
    scrape = Scrape({s.WAIT.name: (60, 120)})
    scrape.observe(s.WAIT, ("S", "information", "general"), Histogram((3, 2, 1), 400))
    scrape.observe(s.WAIT, ("S", "information", "general"), Histogram((1, 0, 0), 10))
    found = samples(text(scrape))
    of = ("S", "information", "general")
    bucket = f"{s.WAIT.name}_bucket"
    assert [found[bucket, (*of, le)] for le in ("60", "120", "+Inf")] == [4, 6, 7]
    assert found[f"{s.WAIT.name}_sum", of] == 410
    assert found[f"{s.WAIT.name}_count", of] == 7


def test_what_nobody_knows_is_not_said() -> None:
    scrape = Scrape()
    scrape.put(s.BACKEND_UP, ("S",), None)
    assert text(scrape) == ""


def test_of_two_that_fall_under_one_label_the_worse_is_told() -> None:
    scrape = Scrape()
    for up, age in ((1, 3.0), (0, 90.0), (1, 5.0)):
        scrape.put(s.UP, ("S", "other"), up)
        scrape.put(s.HEARTBEAT_AGE, ("S", "other"), age)
        scrape.put(s.UNSENT, ("S", "other"), 2)
    found = samples(text(scrape))
    assert found[s.UP.name, ("S", "other")] == 0
    assert found[s.HEARTBEAT_AGE.name, ("S", "other")] == 90
    assert found[s.UNSENT.name, ("S", "other")] == 6


@pytest.mark.parametrize(
    ("value", "written"), [(3.0, "3"), (True, "1"), (0.25, "0.25"), (inf, "+Inf"), (-1.5, "-1.5")]
)
def test_numbers_are_written_as_the_format_wants_them(value: float, written: str) -> None:
    assert number(value) == written


def test_names_follow_the_practice_and_each_stands_once() -> None:
    names = [each.name for each in s.CATALOGUE]
    assert len(set(names)) == len(names)
    assert faults(s.CATALOGUE) == []


@pytest.mark.negative_control
def test_a_series_labelled_by_ticket_or_person_is_caught() -> None:
    bad = Series("ventanilla_wait", Kind.GAUGE, "Wait", ("ticket",))
    assert faults((*s.CATALOGUE, bad)) == ["ventanilla_wait: ticket"]


# What a label may be about. A new one is thought about before it is added here.
LABELS = {
    *("kiosk", "device", "kind", "state", "part", "word", "supply", "journey", "version"),
    *("service", "class", "operation", "outcome", "rule", "severity"),
}


def faults(catalogue: tuple[Series, ...]) -> list[str]:
    """Series with labels that are none of `LABELS`."""
    return [
        f"{each.name}: {label}"
        for each in catalogue
        for label in each.labels
        if label not in LABELS
    ]
