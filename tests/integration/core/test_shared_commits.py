"""Writers that wait at the same moment share a commit, and nothing else."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from queue_server.core import db, sqlite, tables
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from tests.integration.core.conftest import Open, note, on_postgresql, on_sqlite

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


@pytest.fixture
def long_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, company comes in time."""
    monkeypatch.setattr(db, "COMPANY_S", 1.0)


async def at_intervals(database: Database, count: int, *, in_company: bool) -> list[int]:
    """The ids of `count` events, each asked for only when the thread has nothing left to do."""
    asking: list[asyncio.Task[int]] = []
    for _ in range(count):
        call = database.call_in_company if in_company else database.call
        asking.append(asyncio.ensure_future(call(note)))
        await asyncio.sleep(0)
        await database.look(lambda _: None)
    return await asyncio.gather(*asking)


@on_sqlite
@pytest.mark.usefixtures("long_wait")
def test_who_can_wait_shares_a_commit_with_those_who_come_later(
    opened: Open, commits: list[str]
) -> None:
    database = opened()
    ids = asyncio.run(at_intervals(database, 5, in_company=True))
    assert kept(database) == sorted(ids)
    assert commits == ["commit"]


@on_sqlite
@pytest.mark.negative_control
def test_who_cannot_wait_has_a_commit_alone(opened: Open, commits: list[str]) -> None:
    asyncio.run(at_intervals(opened(), 5, in_company=False))
    assert commits == ["commit"] * 5


@on_sqlite
@pytest.mark.usefixtures("long_wait")
def test_nobody_who_stands_and_waits_waits_for_company(opened: Open, commits: list[str]) -> None:
    database = opened()

    async def both() -> None:
        patient = asyncio.ensure_future(database.call_in_company(note))
        await asyncio.sleep(0)
        await database.call(note)
        assert (commits, patient.done()) == (["commit"], False)
        await patient

    asyncio.run(both())
    assert commits == ["commit", "commit"]


@on_postgresql
def test_where_no_commit_can_be_shared_nobody_waits_for_company(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "COMPANY_S", 60.0)
    database = opened()
    assert asyncio.run(asyncio.wait_for(database.call_in_company(note), 10)) in kept(database)


@on_sqlite
def test_of_those_who_wait_for_company_only_so_many_are_let_in(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "MAX_WAITING", 2)
    database = opened()

    async def three() -> list[Any]:
        asked = (database.call_in_company(note) for _ in range(3))
        return await asyncio.gather(*asked, return_exceptions=True)

    *taken, refused = asyncio.run(three())
    assert kept(database) == sorted(taken)
    assert isinstance(refused, Problem)
    assert refused.status == 503
