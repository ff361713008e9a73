"""What the reports fold from the events is what the queue itself has in its periods."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.reports import tables
from queue_server.reports.model import stages as stages_model
from queue_server.reports.model.asked import Asked
from queue_server.reports.model.deeds import Deed, What
from queue_server.reports.model.figures import Figures, Tally, spread
from queue_server.reports.model.stages import Story
from queue_server.reports.services import readings
from queue_server.reports.services.catch_up import behind, catch_up
from tests.integration.reports.a_day import SITE, Day
from tests.integration.reports.by_periods import Counted, count
from tests.integration.reports.conftest import OPENS, ZONE, HandClock

DAY = OPENS.date()
READ_TABLES = (
    tables.report_positions,
    tables.report_stages,
    tables.report_undoable,
    tables.report_certificates,
)
# What the comparison must notice; the rest of the deeds are in the table of the fold.
NOTICED = (
    What.CALLED,
    What.FINISHED,
    What.NOBODY_CAME,
    What.HELD,
    What.RESUMED,
    What.TRANSFERRED,
    What.CANCELLED,
    What.CALLED_ON_PAPER,
    What.UNDONE,
    What.EXPIRED,
)
TODAY = Asked(DAY, DAY)


def fold(database: Database, limit: int = 7) -> None:
    """Read the whole log in batches of `limit`."""
    while database.run(lambda uow: catch_up(uow, SITE, ZONE, limit)):
        pass


def figures(database: Database) -> Figures:
    tally = Tally((DAY, 24 * 3600))
    tally.take(database.read(lambda uow: readings.facts(uow, SITE, TODAY)))
    return tally.figures()


def peak(counted: Counted) -> int:
    return max(accumulate(counted.edges[at] for at in sorted(counted.edges)))


def differences(found: Figures, counted: Counted) -> list[str]:
    """In which figures the two disagree."""
    hours = {line.key: line.arrivals for line in found.by_hour if line.arrivals}
    waits = {line.key: line.wait for line in found.by_service if line.wait.count}
    served = {line.key: line.served for line in found.by_counter if line.served.count}
    by_counter: dict[str, list[int]] = {}
    for (_, counter), times in counted.served.items():
        by_counter.setdefault(counter, []).extend(times)
    missed = {line.key: line.no_shows for line in found.by_service if line.no_shows}
    ended = Counter({("finished" if k == "paper" else k): 0 for k in found.ends})
    for result, tickets in found.ends.items():
        ended["finished" if result == "paper" else result] += tickets
    pairs = {
        "arrivals": (hours, dict(counted.arrivals)),
        "waits": (waits, {key: spread(each) for key, each in counted.waits.items()}),
        "served": (served, {key: spread(each) for key, each in by_counter.items()}),
        "no_shows": (missed, dict(counted.no_shows)),
        "ends": (+ended, +counted.ends),
        "peak": (max(each.peak for each in found.crowd), peak(counted)),
    }
    return [
        f"{name}: {ours} is not {theirs}"
        for name, (ours, theirs) in pairs.items()
        if ours != theirs
    ]


def test_a_lived_day_gives_the_figures_that_its_periods_give(
    database: Database, clock: HandClock
) -> None:
    day = Day(database, clock, seed=1)
    day.one_of_each()
    day.live(180)
    day.close()
    fold(database)
    assert len(day.done) > 12, day.done
    counted = database.read(lambda uow: count(uow, ZONE))
    assert differences(figures(database), counted) == []
    assert database.read(behind) == []


def start_over(database: Database) -> None:
    """Throw the read tables away and fold the log again."""

    def forget(uow: UnitOfWork) -> None:
        for table in READ_TABLES:
            uow.connection.execute(delete(table))

    database.run(forget)
    fold(database, limit=500)


def rows(database: Database) -> list[Any]:
    """Everything the reports have folded."""
    stages = tables.report_stages
    query = select(stages).order_by(stages.c.ticket, stages.c.position)
    return database.read(lambda uow: [tuple(row) for row in uow.connection.execute(query)])


def test_batches_of_any_size_and_a_second_reading_fold_the_same(
    database: Database, clock: HandClock
) -> None:
    day = Day(database, clock, seed=3)
    day.live(60)
    fold(database, limit=1)
    by_one = rows(database)
    fold(database)
    assert rows(database) == by_one != []
    start_over(database)
    assert rows(database) == by_one
    day.live(30)  # late events continue what was folded long before
    fold(database, limit=4)
    late = rows(database)
    start_over(database)
    assert rows(database) == late != by_one


def _ignored(story: Story, _: Deed) -> Story:
    return story


@pytest.mark.negative_control
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_fold_that_ignores_one_kind_of_deed_is_caught(
    database: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = Day(database, clock, seed=1)
    day.one_of_each()
    day.close()
    fold(database)
    counted = database.read(lambda uow: count(uow, ZONE))
    assert differences(figures(database), counted) == []
    steps = dict(stages_model._STEPS)
    for what in NOTICED:
        monkeypatch.setattr(stages_model, "_STEPS", {**steps, what: _ignored})
        start_over(database)
        assert differences(figures(database), counted) != [], what


def test_certificates_count_in_the_local_month_they_were_issued(
    database: Database, clock: HandClock
) -> None:
    jobs, kiosk, window = (Actor(SITE, role, "x") for role in ("jobs", "kiosk", "counter"))

    def record(actor: Actor, kind: str, application: str) -> None:
        database.run(lambda uow: uow.record(actor, f"application.{kind}", application=application))

    clock.instant = datetime(2026, 4, 1, 4, 30, tzinfo=UTC)  # still March in Lima
    for application, by in (("a", kiosk), ("b", kiosk), ("c", window), ("never", kiosk)):
        record(by, "registered", application)
        record(by, "accepted", application)
    record(jobs, "issued", "a")
    record(jobs, "issued", "c")
    clock.pass_s(3600)
    record(jobs, "issued", "b")
    record(jobs, "issued", "not in the log")
    fold(database, limit=3)
    march = Asked(date(2026, 3, 1), date(2026, 3, 31))
    both = Asked(march.first, date(2026, 4, 1))
    assert database.read(lambda uow: readings.certificates_by_month(uow, SITE, both))[-2:] == [
        ("2026-03", 2),
        ("2026-04", 1),
    ]
    assert database.read(lambda uow: readings.without_a_window(uow, SITE, march)) == (1, 0)
    assert database.read(lambda uow: readings.without_a_window(uow, SITE, both)) == (2, 0)


def test_an_event_of_another_shape_does_not_stop_the_rest(
    database: Database, clock: HandClock
) -> None:
    strange = Actor(SITE, "counter", "x")
    database.run(lambda uow: uow.record(strange, "ticket.finished", ticket=None))
    day = Day(database, clock, seed=5)
    day.arrive()
    fold(database)
    assert len(rows(database)) == 1
    assert database.read(behind) == []


def test_what_may_no_longer_be_undone_is_forgotten(database: Database, clock: HandClock) -> None:
    day = Day(database, clock, seed=6)
    day.arrive()
    day.call()
    fold(database)
    undoable = select(func.count()).select_from(tables.report_undoable)

    def kept() -> int:
        return database.read(lambda uow: uow.connection.execute(undoable).scalar_one())

    assert kept() == 1
    clock.pass_s(3600)
    day.arrive()
    fold(database)
    assert kept() == 0


@pytest.mark.parametrize("kind", ["postgresql"])
def test_two_that_read_on_at_once_fold_each_event_once(
    database: Database, clock: HandClock
) -> None:
    day = Day(database, clock, seed=7)
    day.live(60)
    other = Database(database.engine, database.vault, clock, database.chain)
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda each: fold(each, limit=2), (database, other)))
    other._thread.shutdown()
    twice = rows(database)
    start_over(database)
    assert rows(database) == twice != []
