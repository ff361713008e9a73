"""One key, one effect, on both databases, whoever asks at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from queue_server.core import postgresql, sqlite
from queue_server.core.db import Database
from queue_server.core.idempotency import Reply, once, request_hash
from queue_server.core.problem import Problem
from queue_server.core.tables import events, replies
from queue_server.core.unit_of_work import UnitOfWork
from tests.integration.core.conftest import ACTOR, Open, note, on_postgresql

KEY = "one-key-for-both"
DIGEST = request_hash(ACTOR, "POST /x", None)
WORKERS = 4


def ask(database: Database, before: Callable[[], object] = lambda: None) -> Reply:
    """Ask under `KEY`; `before` happens in the middle of the work."""

    def unit(uow: UnitOfWork) -> Reply:
        def work() -> Reply:
            before()
            return Reply(201, {"id": note(uow)})

        return once(uow, ACTOR, KEY, DIGEST, work)

    return database.run(unit)


def effects(database: Database) -> int:
    count = select(func.count()).where(events.c.key == KEY)
    return database.read(lambda uow: uow.connection.execute(count).scalar_one())


def test_many_at_once_have_one_effect_and_get_one_answer(opened: Open) -> None:
    databases = [opened() for _ in range(WORKERS)]
    together = threading.Barrier(WORKERS)

    def one(database: Database) -> Reply:
        together.wait(10)
        return ask(database)

    with ThreadPoolExecutor(WORKERS) as pool:
        answers = list(pool.map(one, databases))
    assert effects(databases[0]) == 1
    assert len({each.body["id"] for each in answers}) == 1
    assert sorted(each.replayed for each in answers) == [False] + [True] * (WORKERS - 1)


def test_a_key_in_flight_waits_for_the_first_and_gets_its_answer(opened: Open) -> None:
    first, second = opened(), opened()
    begun, go_on = threading.Event(), threading.Event()

    def pause() -> None:
        begun.set()
        go_on.wait(10)

    with ThreadPoolExecutor(2) as pool:
        original = pool.submit(ask, first, pause)
        assert begun.wait(10)
        repeated = pool.submit(ask, second)
        with pytest.raises(TimeoutError):
            repeated.result(0.2)
        go_on.set()
        assert repeated.result(10).body == original.result(10).body
    assert repeated.result().replayed


def test_a_key_in_flight_for_too_long_is_a_503_and_later_its_answer(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite.WAIT_S == postgresql.WAIT_S == 5.0
    monkeypatch.setitem(sqlite._PRAGMAS, "busy_timeout", 300)
    monkeypatch.setitem(postgresql._SETTINGS, "lock_timeout", 300)
    first, second = opened(), opened()
    begun, go_on = threading.Event(), threading.Event()

    def pause() -> None:
        begun.set()
        go_on.wait(20)

    with ThreadPoolExecutor(2) as pool:
        original = pool.submit(ask, first, pause)
        assert begun.wait(10)
        with pytest.raises(Problem) as refused:
            ask(second)
        assert (refused.value.status, refused.value.kind) == (503, "database_locked")
        go_on.set()
        assert ask(second).body == original.result(10).body


@pytest.mark.negative_control
@on_postgresql
def test_without_the_lock_of_the_site_the_second_breaks_instead_of_replaying(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases = [opened() for _ in range(2)]
    both_looked = threading.Barrier(2)
    monkeypatch.setattr(UnitOfWork, "lock_site", lambda *_: None)

    def one(database: Database) -> Reply:
        return ask(database, lambda: both_looked.wait(10))

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(one, database) for database in databases]
        broken = [future.exception(10) for future in futures]
    assert sum(isinstance(each, IntegrityError) for each in broken) == 1
    assert effects(databases[0]) == 1, "even then the database holds the promise"


def test_the_same_key_for_something_else_is_refused(database: Database) -> None:
    ask(database)
    with pytest.raises(Problem) as refused:
        database.run(lambda uow: once(uow, ACTOR, KEY, b"x" * 32, lambda: Reply(200, None)))
    assert (refused.value.status, refused.value.kind) == (422, "key_reused")


def test_an_answer_is_stored_sealed(database: Database) -> None:
    ask(database)
    stored = database.read(lambda uow: uow.connection.execute(select(replies.c.body)).scalar_one())
    assert b'"id"' not in bytes(stored)


def test_a_unit_belongs_to_one_site(database: Database) -> None:
    def wander(uow: UnitOfWork) -> None:
        uow.lock_site("OTHER")
        note(uow)

    with pytest.raises(RuntimeError, match="belongs to OTHER"):
        database.run(wander)
