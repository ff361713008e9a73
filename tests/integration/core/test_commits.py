"""Commits of others are noticed: fast by the hint, and without it by the look each second."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pytest
from sqlalchemy import text

from queue_server.core import commits
from queue_server.core.commits import CommitWatch
from queue_server.core.db import Database
from queue_server.core.unit_of_work import UnitOfWork
from tests.integration.core.conftest import Open, note, on_postgresql, on_sqlite

_WATCHES = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
)
_QUIET = text("ALTER TABLE events DISABLE TRIGGER events_notify")


_NOTHING_RECORDED = text("UPDATE sites SET name = name || '.'")


class Wakes:
    """What a watch said, with the moment of each word."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str | None]] = []
        self._news = threading.Condition()

    def __call__(self, site: str | None) -> None:
        with self._news:
            self.told.append((monotonic(), site))
            self._news.notify_all()

    def after(self, moment: float, wait_s: float) -> float | None:
        """How long after `moment` the next word came; None when none came in `wait_s`."""
        with self._news:
            self._news.wait_for(lambda: self.told and self.told[-1][0] > moment, wait_s)
        return next((at - moment for at, _ in self.told if at > moment), None)


@contextmanager
def watch(database: Database) -> Iterator[Wakes]:
    wakes = Wakes()
    watching = CommitWatch(database.engine, wakes)
    watching.start()
    assert wakes.after(0.0, 5) is not None, "it begins with a look"
    try:
        yield wakes
    finally:
        watching.stop()


def commit(database: Database) -> float:
    """Commit one event; the moment before it: the word may come before `run` returns."""
    began = monotonic()
    database.run(note)
    return began


@pytest.fixture
def long_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the look of each second, only the hint is left."""
    monkeypatch.setattr(commits, "LOOKS_EVERY_S", 60.0)


@pytest.mark.usefixtures("long_look")
def test_a_commit_of_another_process_is_noticed_by_the_hint_alone(opened: Open) -> None:
    with watch(opened()) as wakes:
        for _ in range(3):
            assert wakes.after(commit(opened()), 5) is not None


@on_postgresql
def test_without_the_hint_it_is_noticed_by_the_look(opened: Open) -> None:
    opened().run(lambda uow: uow.connection.execute(_QUIET))
    with watch(opened()) as wakes:
        assert wakes.after(commit(opened()), 5) is not None


@pytest.mark.negative_control
@on_postgresql
@pytest.mark.usefixtures("long_look")
def test_with_neither_hint_nor_look_a_commit_is_never_noticed(opened: Open) -> None:
    opened().run(lambda uow: uow.connection.execute(_QUIET))
    with watch(opened()) as wakes:
        assert wakes.after(commit(opened()), 0.5) is None


@on_postgresql
@pytest.mark.usefixtures("long_look")
def test_a_killed_connection_is_replaced_and_what_was_missed_is_looked_for(opened: Open) -> None:
    other = opened()
    with watch(opened()) as wakes:
        killed = monotonic()
        other.run(
            lambda uow: [
                uow.connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
                for pid in uow.connection.execute(_WATCHES).scalars().all()
            ]
        )
        assert wakes.after(killed, 5) is not None, "the new connection begins with a look"
        assert wakes.after(commit(other), 5) is not None


@on_postgresql
def test_the_watch_gives_its_connection_back(opened: Open) -> None:
    other = opened()
    with watch(opened()):
        assert other.read(lambda uow: len(uow.connection.execute(_WATCHES).all())) == 1
    ends = monotonic() + 5
    while other.read(lambda uow: len(uow.connection.execute(_WATCHES).all())):
        assert monotonic() < ends


def say_nothing_new(uow: UnitOfWork) -> None:
    """A commit without an event, like a heartbeat's."""
    uow.connection.execute(_NOTHING_RECORDED)


@pytest.mark.usefixtures("long_look")
def test_a_commit_without_an_event_wakes_nobody(opened: Open) -> None:
    other = opened()
    with watch(opened()) as wakes:
        began = monotonic()
        other.run(say_nothing_new)
        assert wakes.after(began, 0.3) is None
        assert wakes.after(commit(other), 5) is not None, "the next event does"


@on_sqlite
@pytest.mark.negative_control
def test_who_does_not_look_at_the_log_is_woken_by_every_commit(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "_ENDS", "SELECT random()")
    other = opened()
    with watch(opened()) as wakes:
        began = monotonic()
        other.run(say_nothing_new)
        assert wakes.after(began, 5) is not None


@on_sqlite
def test_it_looks_more_often_while_something_happens(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "SQLITE_LOOKS_EVERY_S", 0.4)
    other = opened()
    watching = CommitWatch(opened().engine, wakes := Wakes(), busy_every_s=0.005)

    def noticed() -> float:
        after = wakes.after(commit(other), 5)
        assert after is not None
        return after

    watching.start()
    try:
        assert wakes.after(0.0, 5) is not None
        noticed()
        assert min(noticed() for _ in range(5)) < 0.2
        monkeypatch.setattr(commits, "BUSY_FOR_S", 0.0)
        noticed()
        assert max(noticed() for _ in range(2)) > 0.2, "right after a look the next is far"
    finally:
        watching.stop()
