"""The figures of a day that the hub is told are those the site itself shows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.hub.wire import WAIT_EDGES_S, DayBody
from queue_server.hub_link.services import days
from queue_server.reports.model.availability import tally
from queue_server.reports.services.catch_up import catch_up
from queue_server.turns.services import queries
from queue_server.turns.services.rules import site_rules
from queue_server.web.availability_report import SITE as WHOLE_SITE
from queue_server.web.availability_report import computed, read_raw
from tests.support.hall import Hall, open_hall
from tests.support.hub import SITE, Bench, StandInHub
from tests.support.site import Kind

ON_SQLITE = pytest.mark.parametrize("hall", ["sqlite"], indirect=True)
PAUSES_S = (20, 100, 200, 400, 1000)


@pytest.fixture(params=["sqlite", "postgresql"])
def hall(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hall]:
    kind: Kind = request.param
    with open_hall(tmp_path / "hall", kind) as made:
        yield made


def a_day(hall: Hall) -> list[int]:
    """Some people come, wait for so many seconds, and are served; one comes too late for today.
    The waits."""
    waits = []
    for pause in PAUSES_S:
        hall.issue()
        hall.clock.pass_by(seconds=pause)
        ticket = hall.called()
        waits.append(pause)
        hall.clock.pass_by(seconds=30)
        hall.finish(ticket)
    hall.issue()
    hall.clock.pass_by(minutes=5)
    while hall.database.run(lambda uow: catch_up(uow, SITE, "America/Lima")):
        pass
    return waits


def test_the_day_that_is_told_is_the_day_as_it_was(hall: Hall, hub: StandInHub) -> None:
    waits = a_day(hall)
    bench = Bench(hall.site, hub.url, hub.authority)
    bench.database.clock = hall.clock
    bench.turn_until_told()
    today = hall.look(lambda uow: queries.today(uow, site_rules(uow, SITE)))
    day: DayBody = hub.days[today.isoformat()]
    assert (day.tickets, day.attended, day.no_shows) == (len(PAUSES_S) + 1, len(PAUSES_S), 0)
    assert day.waited_s == sum(waits)
    assert day.waits_s == histogram(waits)
    (whole, *_) = day.availability
    assert whole.journey == ""
    assert (whole.up_s, whole.down_s, whole.unknown_s) == shown(hall, today)
    bench.close()


def histogram(waits: list[int]) -> list[int]:
    edges = (-1, *WAIT_EDGES_S, 10**9)
    return [sum(low < each <= high for each in waits) for low, high in pairwise(edges)]


def shown(hall: Hall, day: date) -> tuple[int, int, int]:
    """What the page of availability shows of the whole site."""

    def read(uow: UnitOfWork) -> tuple[int, int, int]:
        report = computed(read_raw(uow, site_rules(uow, SITE), day, day))
        told = tally(report.lines[WHOLE_SITE][""], report.hours)
        return round(told.up_s), round(told.down_s), round(told.unknown_s)

    return hall.look(read)


@ON_SQLITE
def test_days_before_the_first_enrolment_are_told_too(hall: Hall, hub: StandInHub) -> None:
    """A site of seventy days is enrolled: every day arrives, once, and is not told again."""
    hall.clock.at = datetime.now(UTC) + timedelta(days=70)
    bench = Bench(hall.site, hub.url, hub.authority)
    bench.database.clock = hall.clock
    bench.turn_until_told()
    found = sorted(hub.days)
    assert len(found) >= 71
    sent = [each.day for batch in hub.batches for each in batch.days]
    assert len(sent) == len(set(sent))
    assert max(len(batch.days) for batch in hub.batches) <= 31
    kept = bench.database.read(lambda uow: days.days_told(uow, SITE))
    assert sorted(each.isoformat() for each in kept) == found
    before = len(hub.batches)
    bench.later(61)
    bench.turn_until_told()
    assert [each.days for each in hub.batches[before:]] == [[]] * (len(hub.batches) - before)
    bench.close()


@ON_SQLITE
def test_a_process_that_begins_anew_tells_no_day_again(hall: Hall, hub: StandInHub) -> None:
    hall.clock.at = datetime.now(UTC) + timedelta(days=40)
    bench = Bench(hall.site, hub.url, hub.authority)
    bench.database.clock = hall.clock
    bench.turn_until_told()
    bench.link.stop()
    before, bench.link = len(hub.batches), bench.new_link(hub.url)
    bench.turn_until_told()
    assert len(hub.days) >= 41
    assert [each.day for batch in hub.batches[before:] for each in batch.days] == []
    bench.close()
