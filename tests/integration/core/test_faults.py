"""What a database cannot do is said in words, nothing is lost, and the next unit works again."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text, update

from queue_server.core import libpq, outbox
from queue_server.core.db import Database, open_engine
from queue_server.core.problem import Problem, UnsafeDatabase
from queue_server.core.tables import event_counters, replies
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.migrations import upgrade
from tests.integration.core.conftest import ACTOR, Open, note, on_postgresql
from tests.support.postgres import PostgresServer, postgres_server

_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)

_BACKEND = text("SELECT pg_backend_pid()")


def refusal(database: Database, work: object) -> tuple[int, str]:
    with pytest.raises(Problem) as refused:
        database.run(work)  # type: ignore[arg-type]
    return refused.value.status, refused.value.kind


@on_postgresql
def test_a_connection_lost_between_two_units_is_replaced_and_nobody_notices(opened: Open) -> None:
    database, other = opened(), opened()
    before = database.run(note)
    other.run(lambda uow: uow.connection.execute(_OTHERS).all())
    assert database.run(note) == before + 1


@pytest.mark.negative_control
@on_postgresql
def test_without_the_second_begin_the_loss_is_somebodys_503(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, other = opened(), opened()
    database.run(note)
    other.run(lambda uow: uow.connection.execute(_OTHERS).all())
    monkeypatch.setattr(Database, "_begun", Database._begin)
    assert refusal(database, note) == (503, "database_unavailable")


@on_postgresql
def test_a_connection_lost_in_a_unit_is_a_503_and_nothing_of_it_stays(opened: Open) -> None:
    database, other = opened(), opened()
    before = database.run(note)

    def cut(uow: UnitOfWork) -> None:
        note(uow)
        other.run(lambda beside: beside.connection.execute(_OTHERS).all())
        uow.last_event_id(ACTOR.site)

    assert refusal(database, cut) == (503, "database_unavailable")
    assert database.run(note) == before + 1


@on_postgresql
def test_a_silent_connection_is_left_in_time(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between units it is replaced; in a unit it is a 503, and nothing of the unit stays."""
    database = opened()
    before = database.run(note)
    silent: list[int] = []

    def fall_silent(uow: UnitOfWork) -> None:
        silent.append(uow.connection.execute(_BACKEND).scalar_one())
        os.kill(silent[-1], signal.SIGSTOP)

    def and_write(uow: UnitOfWork) -> None:
        fall_silent(uow)
        note(uow)

    monkeypatch.setattr(libpq, "ANSWER_WITHIN_S", 0.3)
    try:
        database.read(fall_silent)
        assert database.run(note) == before + 1
        assert refusal(database, and_write) == (503, "database_unavailable")
        assert database.run(note) == before + 2
    finally:
        for backend in silent:
            os.kill(backend, signal.SIGCONT)


@on_postgresql
def test_two_units_that_wait_for_each_other_are_told_apart(opened: Open) -> None:
    databases = [opened(), opened()]
    sites, together = ("S1", "S2"), threading.Barrier(2)
    counter = event_counters
    for site in sites:
        row = {"site": site, "last_id": 0}
        databases[0].run(lambda uow, row=row: uow.connection.execute(insert(counter), row))

    def cross(uow: UnitOfWork, order: tuple[str, ...]) -> None:
        for site in order:
            grow = update(counter).where(counter.c.site == site).values(last_id=counter.c.last_id)
            uow.connection.execute(grow)
            if site == order[0]:
                together.wait(10)

    with ThreadPoolExecutor(2) as pool:
        orders = (sites, sites[::-1])
        futures = [
            pool.submit(database.run, lambda uow, order=order: cross(uow, order))
            for database, order in zip(databases, orders, strict=True)
        ]
        ends = [future.exception(10) for future in futures]
    lost = [each for each in ends if each is not None]
    assert [isinstance(each, Problem) and each.kind for each in lost] == ["database_locked"]


@on_postgresql
def test_a_server_that_only_reads_says_so(opened: Open) -> None:
    database = opened()
    lock = text("SET TRANSACTION READ ONLY")

    def write(uow: UnitOfWork) -> None:
        uow.connection.execute(lock)
        note(uow)

    assert refusal(database, write) == (503, "database_read_only")


@on_postgresql
def test_what_a_database_cannot_store_is_the_callers_to_correct(opened: Open) -> None:
    long = {"site": "S" * 300, "last_id": 1}
    spoilt = {"site": "a\x00b", "last_id": 1}
    for row in (long, spoilt):
        made = insert(event_counters).values(row)
        assert refusal(opened(), lambda uow, m=made: uow.connection.execute(m)) == (422, "invalid")


def test_neither_stores_a_number_too_large_nor_an_instant_beyond_the_calendar(
    opened: Open,
) -> None:
    beyond = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))  # in UTC the year before 1
    reply = {"site": "S", "key": "k", "status": 200, "body": b"", "at": beyond}
    rows = (
        insert(event_counters).values(site="S", last_id=2**63),
        insert(replies).values(reply),
    )
    for made in rows:
        assert refusal(opened(), lambda uow, m=made: uow.connection.execute(m)) == (422, "invalid")


def test_a_reading_unit_sees_one_moment_and_keeps_nothing(opened: Open) -> None:
    database, other = opened(), opened()

    def look_twice(uow: UnitOfWork) -> tuple[int, int]:
        first = uow.last_event_id(ACTOR.site)
        other.run(note)
        return first, uow.last_event_id(ACTOR.site)

    first, second = database.read(look_twice)
    assert first == second < database.read(lambda uow: uow.last_event_id(ACTOR.site))


def test_instants_come_back_aware_and_in_utc(database: Database) -> None:
    database.run(note)
    stamp = datetime(2026, 11, 21, 23, 59, 59, 123456, tzinfo=UTC)
    row = {"site": ACTOR.site, "status": 200, "body": b"\x00\xff", "at": stamp}

    def keep(uow: UnitOfWork) -> None:
        uow.key = "instant-1"
        note(uow)
        uow.connection.execute(insert(replies), {**row, "key": uow.key})

    database.run(keep)
    back = database.read(
        lambda uow: uow.connection.execute(
            select(replies.c.at, replies.c.body).where(replies.c.key == "instant-1")
        ).one()
    )
    assert (back.at, back.at.utcoffset(), bytes(back.body)) == (
        stamp,
        stamp.utcoffset(),
        b"\x00\xff",
    )


def test_errands_are_claimed_once_whoever_claims(opened: Open) -> None:
    databases = [opened() for _ in range(2 if _is_sqlite(opened) else 4)]

    def post(uow: UnitOfWork) -> None:
        for number in range(12):
            outbox.post(uow, ACTOR.site, "test", f"errand-{number}")

    databases[0].run(post)

    def claim_all(database: Database) -> list[str]:
        found = []
        while errand := database.run(outbox.claim):
            found.append(errand.subject)
        return found

    with ThreadPoolExecutor(len(databases)) as pool:
        claimed = [each for found in pool.map(claim_all, databases) for each in found]
    assert sorted(claimed) == sorted(f"errand-{number}" for number in range(12))


def _is_sqlite(opened: Open) -> bool:
    return opened().engine.dialect.name == "sqlite"


@on_postgresql
def test_a_session_is_made_durable_whatever_the_database_was_told(opened: Open) -> None:
    told = text(f"ALTER DATABASE {opened().engine.url.database} SET synchronous_commit = off")
    opened().run(lambda uow: uow.connection.execute(told))
    show = text("SHOW synchronous_commit")
    assert opened().read(lambda uow: uow.connection.execute(show).scalar_one()) == "on"


def test_a_server_that_forgets_what_it_promised_is_refused() -> None:
    server = PostgresServer(durable=False)
    try:
        with pytest.raises(UnsafeDatabase, match="fsync=off"):
            open_engine(server.url("postgres")).connect()
    finally:
        server.stop()


def test_two_processes_that_start_at_once_migrate_once() -> None:
    name = postgres_server().create()
    engines = [open_engine(postgres_server().url(name)) for _ in range(2)]
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(upgrade, engines))
        with engines[0].connect() as connection:
            assert len(connection.execute(text("SELECT * FROM alembic_version")).all()) == 1
    finally:
        for engine in engines:
            engine.dispose()
        postgres_server().drop(name)


@pytest.mark.negative_control
@on_postgresql
def test_prepared_statements_survive_a_refusal_but_not_the_drivers_own_rollback(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours have names of our own; the driver forgets its own, and then says DEALLOCATE ALL."""
    prepared = text("SELECT count(*) FROM pg_prepared_statements")
    plain = text("SELECT 1")

    def refuse(uow: UnitOfWork) -> None:
        raise LookupError

    def after_a_refusal() -> int:
        database = opened()
        for _ in range(8):
            database.run(note)
            database.run(lambda uow: uow.connection.execute(plain))
        with pytest.raises(LookupError):
            database.run(refuse)
        return database.read(lambda uow: uow.connection.execute(prepared).scalar_one())

    assert after_a_refusal() >= 4
    monkeypatch.setattr("queue_server.core.postgresql._roll_back", lambda _: None)
    assert after_a_refusal() == 0
