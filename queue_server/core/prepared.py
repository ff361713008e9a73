"""Statements of the hot path: written in SQLAlchemy Core, compiled once, run on the driver itself.

SQLAlchemy spends four times as long around a small statement as SQLite spends in it. So the text
and the converters of a statement are kept, and each run is one call of the driver. On PostgreSQL
a round trip costs as much again: what nobody waits for travels with the next question.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Float
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from queue_server.core import sqlite

_Convert = Callable[[Any], Any]
_Rows = list[tuple[Any, ...]]


class _Driver(Protocol):
    """The module of a database: how its driver is asked and told."""

    def ask(self, connection: Connection, words: str, bound: Any, /) -> _Rows: ...
    def ask_all(
        self, connection: Connection, asked: Sequence[tuple[str, Any]], /
    ) -> list[_Rows]: ...
    def tell(self, connection: Connection, words: str, bound: Any, /) -> None: ...
    def settled(self, connection: Connection, /) -> None: ...


@dataclass(frozen=True)
class _Made:
    """A statement ready for its driver: its text, what to bind, what to make of a row."""

    driver: _Driver
    text: str
    binds: tuple[tuple[str, _Convert | None, Any], ...]
    row: Callable[..., Any]
    converts: tuple[tuple[int, _Convert], ...]

    def bound(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The parameters in the order of their places."""
        return tuple(
            [
                convert(values.get(name, usual)) if convert else values.get(name, usual)
                for name, convert, usual in self.binds
            ]
        )

    def rows(self, found: _Rows) -> Sequence[Any]:
        """What the driver found, with the statement's columns as attributes."""
        if not self.converts:
            return [self.row(values) for values in found]
        return [self._row(values) for values in found]

    def _row(self, values: tuple[Any, ...]) -> Any:
        converted = list(values)
        for place, convert in self.converts:
            converted[place] = convert(converted[place])
        return self.row(converted)


class Prepared:
    """One statement. An INSERT is always given the same columns.

    Its rows have the statement's columns as attributes. Raises what SQLAlchemy would.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}

    def all(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """Run it; every row it returns, none for a statement that returns no rows."""
        made = self._on(connection, values)
        return made.rows(made.driver.ask(connection, made.text, made.bound(values)))

    def one_or_none(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Its first row, None when there is none."""
        rows = self.all(connection, values)
        return rows[0] if rows else None

    def scalar(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The first column of its first row, None when there is none."""
        row = self.one_or_none(connection, values)
        return None if row is None else row[0]

    def tell(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Run it in its turn; nobody waits for it.

        On PostgreSQL it goes out with the next question or with the commit, and what it raises is
        raised there: the transaction fails, as it would have here.
        """
        made = self._on(connection, values)
        made.driver.tell(connection, made.text, made.bound(values))

    def _on(self, connection: Connection, values: Mapping[str, Any]) -> _Made:
        dialect = connection.dialect
        return self._made.get(dialect.name) or self._make(dialect, values)

    def _make(self, dialect: Dialect, values: Mapping[str, Any]) -> _Made:
        keys = list(values) if self._statement.is_insert else None
        compiled = self._statement.compile(dialect=_by_place(dialect), column_keys=keys)
        binds = [
            (name, _binder(compiled.binds[name].type, dialect), compiled.params.get(name))
            for name in compiled.positiontup
        ]
        columns = _columns(self._statement)
        names = [str(column.key) for column in columns]
        readers = [_reader(column.type, dialect) for column in columns]
        made = self._made[dialect.name] = _Made(
            driver_of(dialect),
            str(compiled),
            tuple(binds),
            namedtuple("Row", names, rename=True)._make if names else tuple,
            tuple((place, read) for place, read in enumerate(readers) if read is not None),
        )
        return made


class PreparedUpsert:
    """An INSERT that says ON CONFLICT, in the dialect of whichever database runs it.

    `finish` says what is to happen: `lambda put: put.on_conflict_do_nothing(…)`.
    """

    def __init__(self, table: Any, finish: Callable[[Any], Any]) -> None:
        self._table = table
        self._finish = finish
        self._made: dict[str, Prepared] = {}

    def on(self, connection: Connection) -> Prepared:
        """The statement for the database of `connection`."""
        name = connection.dialect.name
        made = self._made.get(name)
        if made is None:
            put = self._finish(insert_that_may_conflict(name, self._table))
            made = self._made[name] = Prepared(put)
        return made


def insert_that_may_conflict(dialect: str, table: Any) -> Any:
    """An INSERT that can say ON CONFLICT, for the database of this name."""
    if dialect == "sqlite":
        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert  # 0.1 s of start-up

    return postgresql_insert(table)


def ask_all(
    connection: Connection, asked: Iterable[tuple[Prepared, Mapping[str, Any]]]
) -> list[Sequence[Any]]:
    """The rows of each statement, run in this order; on PostgreSQL in one round trip."""
    made = [(each._on(connection, values), values) for each, values in asked]
    texts = [(each.text, each.bound(values)) for each, values in made]
    found = driver_of(connection.dialect).ask_all(connection, texts)
    return [each.rows(rows) for (each, _), rows in zip(made, found, strict=True)]


def settled(connection: Connection) -> None:
    """Wait until everything told so far has been done. Raises what that raises."""
    driver_of(connection.dialect).settled(connection)


def driver_of(dialect: Dialect) -> _Driver:
    """The module that speaks to this database."""
    if dialect.name == "postgresql":
        from queue_server.core import postgresql  # loads psycopg

        return cast("_Driver", postgresql)
    return cast("_Driver", sqlite)


def _by_place(dialect: Dialect) -> Dialect:
    """The dialect with parameters that are known by their places."""
    kind: Any = type(dialect)
    return dialect if dialect.positional else kind(paramstyle="numeric_dollar")


def _columns(statement: Any) -> Sequence[Any]:
    """The columns a SELECT selects or a change RETURNs."""
    return list(statement.exported_columns) if hasattr(statement, "exported_columns") else []


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    if isinstance(kind, Float):  # a float already; SQLAlchemy would ask the driver which kind
        return None
    return kind.dialect_impl(dialect).result_processor(dialect, None)
