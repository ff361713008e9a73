"""Faults of the database as a Problem people can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    StatementError,
)

from queue_server.core.problem import Problem

_WORDS = {
    "database_read_only": "La base de datos no admite cambios",
    "database_locked": "La base de datos está ocupada",
    "database_unavailable": "La base de datos no responde",
}
# SQLSTATE (PostgreSQL 18, appendix A): read-only transaction; serialization failure, deadlock,
# lock not available, query cancelled by a timeout.
_READ_ONLY = {"25006"}
_LOCKED = {"40001", "40P01", "55P03", "57014"}


@contextmanager
def spoken_faults() -> Iterator[None]:
    """Turn what a database could not do into Problem 503, and what it cannot store into 422.

    A 503 may be repeated with the same key: the transaction was rolled back, or its reply is kept.
    """
    try:
        yield
    except (DataError, OverflowError) as error:
        raise _unfit() from error
    except (OperationalError, InterfaceError, InternalError) as error:
        kind = _kind(error)
        detail = f"{_WORDS[kind]}; nada se perdió. Intente otra vez y avise a soporte si continúa."
        raise Problem(503, kind, detail) from error
    except StatementError as error:  # the last: it stands above all of them
        if isinstance(error.orig, OverflowError):
            raise _unfit() from error
        raise


def _unfit() -> Problem:
    """A number beyond 64 bits, an instant beyond the calendar, a character no text may hold."""
    words = "Los datos enviados no tienen la forma esperada; corríjalos."
    return Problem(422, "invalid", words)


def _kind(error: DBAPIError) -> str:
    state = getattr(error.orig, "sqlstate", None)
    reason = str(error.orig)
    if state in _READ_ONLY or "readonly" in reason or "read-only" in reason:
        return "database_read_only"
    if state in _LOCKED or (state is None and ("locked" in reason or "busy" in reason)):
        return "database_locked"
    return "database_unavailable"
