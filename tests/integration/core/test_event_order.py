"""The log as its readers see it: ids without a gap, each visible only after every smaller one."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic

import pytest
from sqlalchemy import select, text

from queue_server.core.audit import GENESIS
from queue_server.core.db import Database
from queue_server.core.tables import events
from queue_server.core.unit_of_work import Actor, Head, UnitOfWork
from tests.integration.core.conftest import ACTOR, Open, note, on_postgresql

WRITERS, EACH = 4, 40
_ABOVE = select(events.c.id).order_by(events.c.id)


@contextmanager
def watched(database: Database) -> Iterator[list[int]]:
    """The ids in the order a reader that goes on from its last id sees them."""
    seen = [database.read(lambda uow: uow.last_event_id(ACTOR.site))]
    stop = threading.Event()

    def look() -> None:
        above = _ABOVE.where(events.c.site == ACTOR.site, events.c.id > seen[-1])
        seen.extend(database.read(lambda uow: list(uow.connection.execute(above).scalars())))

    def follow() -> None:
        while not stop.wait(0.002):
            look()

    reader = threading.Thread(daemon=True, target=follow)
    reader.start()
    try:
        yield seen
    finally:
        stop.set()
        reader.join()
    look()


def _until(true: Callable[[], bool], wait_s: float = 5.0) -> None:
    ends = monotonic() + wait_s
    while not true():
        assert monotonic() < ends


def test_a_reader_sees_every_id_once_and_in_order(opened: Open) -> None:
    first = opened()
    # SQLite serves its writers in no order: there a web worker and the jobs are two, never more.
    count = 2 if first.engine.dialect.name == "sqlite" else WRITERS
    writers = [first, *(opened() for _ in range(count - 1))]

    def write(database: Database) -> None:
        for _ in range(EACH):
            database.run(note)

    with watched(opened()) as seen, ThreadPoolExecutor(count) as pool:
        list(pool.map(write, writers))
    assert seen == list(range(seen[0], seen[0] + count * EACH + 1))


@pytest.mark.negative_control
@on_postgresql
def test_ids_of_a_sequence_without_the_lock_make_a_reader_miss_events(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = opened(), opened()
    first.run(lambda uow: uow.connection.execute(text("CREATE SEQUENCE loose START 1000")))
    take = text("SELECT nextval('loose')")
    monkeypatch.setattr(UnitOfWork, "lock_site", lambda *_: None)
    monkeypatch.setattr(
        UnitOfWork,
        "_head",
        lambda uow, _: Head(uow.connection.execute(take).scalar_one() - 1, GENESIS),
    )
    taken, go_on = threading.Event(), threading.Event()

    def slow(uow: UnitOfWork) -> None:
        note(uow)
        taken.set()
        go_on.wait(10)

    with watched(opened()) as seen, ThreadPoolExecutor(1) as pool:
        late = pool.submit(first.run, slow)
        assert taken.wait(10)
        second.run(note)
        _until(lambda: seen[-1] == 1001)
        go_on.set()
        late.result(10)
    assert 1000 not in seen, "it became visible after a larger one, and nobody looks back"


@on_postgresql
def test_sites_do_not_wait_for_each_other(opened: Open) -> None:
    """On SQLite they do: one file has one writer."""
    first, second = opened(), opened()
    taken, go_on = threading.Event(), threading.Event()

    def hold(uow: UnitOfWork) -> None:
        uow.lock_site("ELSEWHERE")
        taken.set()
        go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(first.run, hold)
        assert taken.wait(10)
        second.run(note)
        assert not held.done()
        go_on.set()


def test_the_first_events_of_a_new_site_may_come_at_once(opened: Open) -> None:
    """The lock holds even where there is no row to lock yet."""
    new, together = Actor("NEW-SITE", "test", "t"), threading.Barrier(WRITERS)

    def write(database: Database) -> int:
        together.wait(10)
        return database.run(lambda uow: uow.record(new, "test.noted"))

    with ThreadPoolExecutor(WRITERS) as pool:
        ids = list(pool.map(write, [opened() for _ in range(WRITERS)]))
    assert sorted(ids) == list(range(1, WRITERS + 1))
