"""Prepared statements on libpq itself, many in one round trip (PostgreSQL 18, chapter 32.5).

The driver's cursors spend longer on a small statement than PostgreSQL does. Here a statement is
named once a connection and then sent as its name and its parameters; psycopg still converts the
values. Loaded only where the configuration names a `database_url`.
"""

import select
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import abc
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

Row = tuple[Any, ...]
Said = tuple[str, Sequence[Any]]

ANSWER_WITHIN_S = 10.0  # PostgreSQL itself gives up after 5 s; then it is the line that is dead
_TEXT, _BINARY = PyFormat.TEXT, 1


@dataclass
class Line:
    """A connection's line to PostgreSQL: the names it knows, and what it has yet to say.

    `at`: the statement that was answered last, the one that failed after an error.
    """

    driver: "psycopg.Connection[Any]"
    told: list[Said] = field(default_factory=list[Said])
    names: dict[str, bytes] = field(default_factory=dict[str, bytes])
    at: str = ""

    def say(self, asked: Sequence[Said] = ()) -> list[list[Row]]:
        """Say what was told before and what is asked now, in this order, in one round trip.

        The rows of what is asked. Raises psycopg.Error: nothing after the statement that failed
        was carried out, and the transaction can only be rolled back.
        """
        said, self.told = [*self.told, *asked], []
        if not said:
            return []
        values = Transformer(self.driver)
        known = [(self._name(words), _parameters(values, bound)) for words, bound in said]
        answers = _in_one_trip(self.driver.pgconn, known)
        for (words, _), answer in zip(said, answers, strict=True):
            self._accept(words, answer)
        return [_rows(values, answer) for answer in answers[len(said) - len(asked) :]]

    def plainly(self, words: bytes) -> None:
        """Say `words` without parameters, whatever was told before. Raises psycopg.Error."""
        self.driver.pgconn.send_query(words)
        self._accept(words.decode(), _only_answer(self.driver.pgconn))

    def _name(self, words: str) -> bytes:
        name = self.names.get(words)
        if name is None:
            name = b"ventanilla_%d" % len(self.names)
            self.driver.pgconn.send_prepare(name, words.encode())
            self._accept(words, _only_answer(self.driver.pgconn))
            self.names[words] = name
        return name

    def _accept(self, words: str, answer: "PGresult") -> None:
        self.at = words
        if answer.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return
        error = error_from_result(answer, self.driver.info.encoding)
        if isinstance(error, InvalidSqlStatementName):  # somebody said DEALLOCATE ALL
            self.names.clear()
            raise psycopg.OperationalError(str(error))
        if self.driver.pgconn.status != ConnStatus.OK:  # no answer of the server: no SQLSTATE
            raise psycopg.OperationalError(str(error))
        raise error


def _parameters(values: abc.Transformer, bound: Sequence[Any]) -> Sequence[Any]:
    return values.dump_sequence(bound, [_TEXT] * len(bound))


def _rows(values: abc.Transformer, answer: "PGresult") -> list[Row]:
    if not answer.ntuples:
        return []
    values.set_pgresult(answer)
    return values.load_rows(0, answer.ntuples, tuple)


def _in_one_trip(
    connection: "PGconn", said: Sequence[tuple[bytes, Sequence[Any]]]
) -> "Sequence[PGresult]":
    if len(said) == 1:
        connection.send_query_prepared(*said[0], None, _BINARY)
        return [_only_answer(connection)]
    connection.enter_pipeline_mode()
    try:
        for name, parameters in said:
            connection.send_query_prepared(name, parameters, None, _BINARY)
        connection.pipeline_sync()
        *answers, _ = _answers(connection, len(said) + 1)
    finally:
        if connection.status == ConnStatus.OK:
            connection.exit_pipeline_mode()
    return answers


def _only_answer(connection: "PGconn") -> "PGresult":
    (answer,) = _answers(connection, 1)
    connection.get_result()  # the end of it, which has arrived as well
    return answer


def _answers(connection: "PGconn", count: int) -> "list[PGresult]":
    """The next `count` results. Waits without holding up other threads."""
    ready = select.poll()
    ready.register(connection.socket, select.POLLIN)
    answers: list[PGresult] = []
    while len(answers) < count:
        while connection.is_busy():
            if not ready.poll(ANSWER_WITHIN_S * 1000):
                connection.finish()
                raise psycopg.OperationalError("PostgreSQL does not answer")
            connection.consume_input()
        answer = connection.get_result()
        if answer is not None:
            answers.append(answer)
    return answers
