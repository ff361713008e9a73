"""Writers that wait at the same moment share a commit, and nothing else."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from queue_server.core import sqlite, tables
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from tests.integration.core.conftest import Open, note

on_sqlite = pytest.mark.parametrize("kind", ["sqlite"])
Work = Callable[[UnitOfWork], Any]


def together(database: Database, *works: Work) -> list[Any]:
    """What each work answers, or how it failed, when all of them wait at the same moment."""
    begun, go = threading.Event(), threading.Event()

    def first(_: UnitOfWork) -> None:
        begun.set()
        assert go.wait(5)

    def outcome(work: Work) -> Any:
        try:
            return database.run(work)
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            return error

    with ThreadPoolExecutor(len(works) + 1) as pool:
        holder = pool.submit(database.read, first)
        assert begun.wait(5)
        waiting = []
        for count, work in enumerate(works, 1):
            waiting.append(pool.submit(outcome, work))
            while len(database._waiting) < count:  # each takes its place before the next
                threading.Event().wait(0.001)
        go.set()
        holder.result(5)
        return [each.result(10) for each in waiting]


def kept(database: Database) -> list[int]:
    """The ids of the events that were noted."""
    noted = select(tables.events.c.id).where(tables.events.c.kind == "test.noted")
    return list(database.read(lambda uow: uow.connection.execute(noted).scalars().all()))


def note_and_fail(uow: UnitOfWork) -> None:
    note(uow)
    raise Problem(409, "changed_my_mind", "No.")


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for every commit."""
    seen: list[str] = []
    commit = Connection.commit

    def counted(self: Connection) -> None:
        commit(self)
        seen.append("commit")

    monkeypatch.setattr(Connection, "commit", counted)
    return seen


@on_sqlite
def test_a_unit_that_fails_takes_nobody_with_it(opened: Open, commits: list[str]) -> None:
    database = opened()
    first, failed, last = together(database, note, note_and_fail, note)
    assert isinstance(failed, Problem)
    assert kept(database) == [first, last]
    assert last == first + 1, "an id that was not kept is given to the next"
    assert commits == ["commit"]


@on_sqlite
@pytest.mark.negative_control
def test_without_its_savepoint_a_failed_unit_would_stay(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = sqlite.tell
    monkeypatch.setattr(sqlite, "tell", lambda on, words, *bound: bound and tell(on, words, *bound))
    database = opened()
    first, _, last = together(database, note, note_and_fail, note)
    assert kept(database) == [first, first + 1, last]


@on_sqlite
def test_when_the_commit_fails_everybody_is_told_and_nothing_is_kept(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(self: Connection) -> None:
        raise OSError("no space left on device")

    database = opened()
    told: list[int] = []
    database.on_commit(lambda event: told.append(event.id))
    with monkeypatch.context() as broken:
        broken.setattr(Connection, "commit", no_room)
        assert all(isinstance(each, OSError) for each in together(database, note, note))
    assert (kept(database), told) == ([], [])


@on_sqlite
def test_when_sqlite_gives_up_the_whole_transaction_nobody_is_told_it_was_done(
    opened: Open,
) -> None:
    """A full disk makes SQLite roll back by itself; the savepoints are gone with it."""

    def give_up(uow: UnitOfWork) -> None:
        uow.connection.execute(text("ROLLBACK"))
        raise Problem(409, "changed_my_mind", "No.")

    database = opened()
    outcomes = together(database, note, give_up, note)
    assert all(isinstance(each, Problem) and each.status == 503 for each in outcomes)
    assert kept(database) == []
    assert database.run(note) in kept(database), "the next one finds everything in order"
