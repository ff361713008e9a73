"""Files that Excel opens as they are meant, and that read back as they were."""

import csv
import io

import pytest

from queue_server.reports.model import csv_file
from queue_server.reports.model.csv_file import BYTE_ORDER_MARK, lines, sheet_file
from queue_server.reports.model.sheets import Column, Sheet, Unit

NASTY = ["a;b", 'say "no"', "two\r\nlines", "ñandú", " ", "", "J-001"]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_what_is_written_reads_back_as_it_was() -> None:
    assert read(lines([NASTY])) == [NASTY]
    assert lines([("a", 1, None)]) == "a;1;\r\n"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text: str) -> None:
    assert read(lines([[text]])) == [[f"'{text}"]]


def test_a_table_says_its_units_and_begins_with_the_mark() -> None:
    columns = (Column("Hora", Unit.WORDS), Column("Media", Unit.SECONDS, "Espera"))
    text = sheet_file(Sheet("x", "X", columns, (("09:00", 61), ("10:00", ""))))
    assert text.encode().startswith(b"\xef\xbb\xbf")
    assert read(text.removeprefix(BYTE_ORDER_MARK)) == [
        ["Hora", "Espera media (s)"], ["09:00", "61"], ["10:00", ""],
    ]  # fmt: skip


@pytest.mark.negative_control
def test_without_the_apostrophe_a_formula_gets_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "_safe", lambda cell: cell)
    assert read(lines([["=1+1"]])) == [["=1+1"]]
