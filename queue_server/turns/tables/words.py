"""Conditions that tables, partial indexes and queries share word for word."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint

from queue_server.turns.model.ticket import AT_COUNTER, CALLABLE, AttentionClass


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """`column` holds one of `words`."""
    return CheckConstraint(f"{column} IN {_listed(words)}", name=column)


def _listed(words: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{word}'" for word in words) + ")"


# A partial index is used only where the query says the same words.
IS_CALLABLE = f"state IN {_listed(CALLABLE)}"
IS_AT_COUNTER = f"state IN {_listed(AT_COUNTER)}"
WAS_CALLED = "called_at IS NOT NULL"
IS_PREFERENTIAL = f"attention_class = '{AttentionClass.PREFERENTIAL}'"
HAS_DOCUMENT = "document_index IS NOT NULL"
