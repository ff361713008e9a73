"""Statements of the hot path: written in SQLAlchemy Core, compiled once, run on the driver itself.

SQLAlchemy spends four times as long around a small SQLite statement as SQLite spends in it. So on
SQLite the text and the converters of a statement are kept, and each run is one call of the driver.
On PostgreSQL, where a round trip costs more than all of that, it runs as any other statement.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

_Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Made:
    """A statement ready for the driver: its text, what to bind, what to make of a row."""

    text: str
    binds: tuple[tuple[str, _Convert | None, Any], ...]
    row: Callable[..., Any]
    converts: tuple[tuple[int, _Convert], ...]


class Prepared:
    """One statement. An INSERT is always given the same columns.

    Its rows have the statement's columns as attributes. Raises what SQLAlchemy would.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._made: _Made | None = None

    def all(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """Run it; every row it returns, none for a statement that returns no rows."""
        if connection.dialect.name != "sqlite":
            result = connection.execute(self._statement, values)
            return result.all() if result.returns_rows else ()
        made = self._made or self._make(connection.dialect, values)
        bound = tuple(
            [
                convert(values.get(name, usual)) if convert else values.get(name, usual)
                for name, convert, usual in made.binds
            ]
        )
        driver: Any = connection.connection.driver_connection
        try:
            found = driver.execute(made.text, bound).fetchall()
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                made.text, None, error, sqlite3.Error, dialect=connection.dialect
            ) from error
        return [_row(made, each) for each in found]

    def one_or_none(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Its first row, None when there is none."""
        rows = self.all(connection, values)
        return rows[0] if rows else None

    def scalar(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The first column of its first row, None when there is none."""
        row = self.one_or_none(connection, values)
        return None if row is None else row[0]

    def _make(self, dialect: Dialect, values: Mapping[str, Any]) -> _Made:
        keys = list(values) if self._statement.is_insert else None
        compiled = self._statement.compile(dialect=dialect, column_keys=keys)
        binds = [
            (name, _binder(compiled.binds[name].type, dialect), compiled.params.get(name))
            for name in compiled.positiontup
        ]
        columns = _columns(self._statement)
        names = [str(column.key) for column in columns]
        readers = [_reader(column.type, dialect) for column in columns]
        self._made = _Made(
            str(compiled),
            tuple(binds),
            namedtuple("Row", names, rename=True)._make if names else tuple,
            tuple((place, read) for place, read in enumerate(readers) if read is not None),
        )
        return self._made


def _row(made: _Made, values: tuple[Any, ...]) -> Any:
    if not made.converts:
        return made.row(values)
    converted = list(values)
    for place, convert in made.converts:
        converted[place] = convert(converted[place])
    return made.row(converted)


def _columns(statement: Any) -> Sequence[Any]:
    """The columns a SELECT selects or a change RETURNs."""
    return list(statement.exported_columns) if hasattr(statement, "exported_columns") else []


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
