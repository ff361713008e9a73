"""The list of sealed columns is whole: what a new key would miss could not be opened afterwards."""

import re

import pytest
from sqlalchemy import LargeBinary

from queue_server.privacy.sealed import SEALED, Sealed
from tests.support.site import REPOSITORY
from tests.unit.privacy.test_rules import DIGESTS_AND_KEYS, every_table

# `seal(_LINK, …)` with `_LINK = "certificates.link"` above it, or the words themselves.
_CONTEXT = re.compile(r'"([a-z_]+\.[a-z_]+)"')
_SEALS = re.compile(r"vault\.seal\((\"[a-z_.]+\"|[A-Z_]+),")


def missed(sealed: tuple[Sealed, ...]) -> set[str]:
    tables = every_table()
    binary = {
        f"{table.name}.{column.name}"
        for table in tables.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    return binary - DIGESTS_AND_KEYS - {each.context for each in sealed}


def contexts_in_code() -> set[str]:
    """Every context that somewhere in the server something is sealed for."""
    found: set[str] = set()
    for file in (REPOSITORY / "queue_server").rglob("*.py"):
        text = file.read_text()
        for word in _SEALS.findall(text):
            if word.startswith('"'):
                found.add(word.strip('"'))
            else:
                found.add(_constant(text, word))
    return found


def _constant(text: str, name: str) -> str:
    line = next(
        each for each in text.splitlines() if re.match(rf"[A-Z_, ]*\b{name}\b[A-Z_, ]* = ", each)
    )
    names = [each.strip() for each in line.split("=")[0].split(",")]
    return _CONTEXT.findall(line)[names.index(name)]


def test_every_column_of_bytes_is_sealed_or_a_digest_or_a_key() -> None:
    assert missed(SEALED) == set()


@pytest.mark.negative_control
def test_a_column_that_is_left_out_is_noticed() -> None:
    without = tuple(each for each in SEALED if each.context != "claims.code")
    assert missed(without) == {"claims.code"}


def test_what_the_code_seals_is_on_the_list() -> None:
    assert contexts_in_code() == {each.context for each in SEALED}


@pytest.mark.parametrize("sealed", SEALED, ids=lambda each: each.context)
def test_rows_are_told_apart_by_their_tables_own_key(sealed: Sealed) -> None:
    table = every_table().tables[sealed.table]
    assert sealed.key == tuple(each.name for each in table.primary_key.columns)
