"""Statements run on the driver: the values, the order and the faults that SQLAlchemy would give."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, ProgrammingError

from queue_server.core import libpq
from queue_server.core.prepared import Prepared, ask_all, settled
from queue_server.core.problem import Problem
from queue_server.core.schema import Instant
from queue_server.core.unit_of_work import UnitOfWork
from tests.integration.core.conftest import Open, note, on_postgresql

_metadata = MetaData()
things = Table(
    "things",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("word", String(20), nullable=False),
    Column("at", Instant, nullable=True),
    Column("day", Date, nullable=True),
    Column("share", Float, nullable=True),
    Column("sealed", LargeBinary, nullable=True),
    Column("told", JSON, nullable=True),
)
PUT = Prepared(insert(things))
ALL = Prepared(select(things).order_by(things.c.id))
COUNT = Prepared(select(func.count()).select_from(things))
RENAME = Prepared(
    update(things)
    .where(things.c.id == bindparam("of_id"))
    .values(word=bindparam("new_word"))
    .returning(things.c.word)
)
FULL: dict[str, Any] = {
    "id": 1,
    "word": "Ñ 'q' \\ %s $1 😀",
    "at": datetime(2026, 12, 31, 23, 59, 59, 123456, tzinfo=UTC),
    "day": date(2026, 12, 31),
    "share": 0.1,
    "sealed": bytes(range(256)),
    "told": {"a": [1, None, "ñ"], "b": {"c": 0.5}},
}
EMPTY: dict[str, Any] = {**dict.fromkeys(FULL), "id": 2, "word": ""}


@pytest.fixture
def run(opened: Open) -> Callable[[Callable[[UnitOfWork], Any]], Any]:
    database = opened()
    with database.engine.begin() as connection:
        _metadata.create_all(connection)
    return database.run


def put(uow: UnitOfWork, *rows: dict[str, Any]) -> None:
    for row in rows:
        PUT.tell(uow.connection, row)


def count(uow: UnitOfWork) -> int:
    return COUNT.scalar(uow.connection, {})


def test_values_come_back_as_sqlalchemy_gives_them(run: Any) -> None:
    run(lambda uow: put(uow, FULL, EMPTY))
    ours = run(lambda uow: ALL.all(uow.connection, {}))
    theirs = run(lambda uow: uow.connection.execute(select(things).order_by(things.c.id)).all())
    assert [each._asdict() for each in ours] == [each._asdict() for each in theirs]
    assert [each._asdict() for each in ours] == [FULL, EMPTY]


def test_what_is_told_is_done_in_its_turn(run: Any) -> None:
    def work(uow: UnitOfWork) -> tuple[int, str, str | None, list[int]]:
        put(uow, FULL)
        first = count(uow)
        put(uow, EMPTY)
        RENAME.tell(uow.connection, {"of_id": 2, "new_word": "b"})
        by_sqlalchemy = uow.connection.execute(select(things.c.word).where(things.c.id == 2))
        word = by_sqlalchemy.scalar_one()
        renamed, counted = ask_all(
            uow.connection, [(RENAME, {"of_id": 1, "new_word": "a"}), (COUNT, {})]
        )
        return first, word, renamed[0].word, [row[0] for row in counted]

    assert run(work) == (1, "b", "a", [2])


def test_what_is_told_last_is_committed(run: Any) -> None:
    run(lambda uow: put(uow, FULL))
    assert run(count) == 1


@pytest.mark.parametrize("asked", [count, lambda uow: settled(uow.connection), lambda _: None])
def test_what_fails_fails_the_unit_wherever_it_is_noticed(run: Any, asked: Any) -> None:
    def twice(uow: UnitOfWork) -> None:
        put(uow, FULL, EMPTY, FULL)
        asked(uow)

    with pytest.raises(IntegrityError):
        run(twice)
    assert run(count) == 0


def test_what_a_refused_unit_told_was_never_said(run: Any) -> None:
    def refuse(uow: UnitOfWork) -> None:
        put(uow, FULL)
        raise LookupError

    with pytest.raises(LookupError):
        run(refuse)
    assert run(count) == 0


def test_a_statement_the_database_does_not_know_leaves_the_next_unit_alone(run: Any) -> None:
    unknown = Prepared(text("SELECT * FROM nothing_of_that_name"))
    with pytest.raises((Problem, ProgrammingError)):
        run(lambda uow: unknown.all(uow.connection, {}))
    run(lambda uow: put(uow, FULL))
    assert run(count) == 1


@on_postgresql
def test_names_that_somebody_took_away_cost_one_unit(opened: Open) -> None:
    database = opened()
    first = database.run(note)
    database.read(lambda uow: uow.connection.execute(text("DEALLOCATE ALL")))
    with pytest.raises(Problem) as refused:
        database.run(note)
    assert (refused.value.status, refused.value.kind) == (503, "database_unavailable")
    assert database.run(note) == first + 1


@on_postgresql
def test_what_nobody_waits_for_costs_no_round_trip(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips: list[int] = []
    say = libpq.Line.say

    def counted(line: libpq.Line, asked: Any = ()) -> Any:
        trips.append(len(line.told) + len(asked))
        return say(line, asked)

    run(count)
    monkeypatch.setattr(libpq.Line, "say", counted)

    def told(uow: UnitOfWork) -> None:
        put(uow, FULL, EMPTY)
        count(uow)
        RENAME.tell(uow.connection, {"of_id": 1, "new_word": "a"})

    run(told)
    assert trips == [3, 2], "two rows and a question; a change and COMMIT"


@pytest.mark.negative_control
@on_postgresql
def test_without_the_wait_before_sqlalchemy_an_order_would_turn_round(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(uow: UnitOfWork) -> int:
        put(uow, FULL)
        return uow.connection.execute(select(func.count()).select_from(things)).scalar_one()

    monkeypatch.setattr("queue_server.core.postgresql.settled", lambda _: None)
    assert run(work) == 0
