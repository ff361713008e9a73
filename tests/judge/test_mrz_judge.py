"""Our zones and PyPI's ``mrz``: each reads what the other writes, and refuses what it garbled."""

import importlib
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from devices.documents import mrz as ours
from devices.documents.mrz import MrzRefused, Refusal, TravelDocument, parse
from devices.documents.mrz_writer import write
from tests.support.loud import skip_loudly
from tests.support.zones import ALPHABET, TODAY, Zone, some_document, with_character

CHECKERS: dict[str, Any] = {}
GENERATORS: dict[str, Any] = {}
# States that stand in the judge's list, which has no UTO.
STATES = ("PER", "ESP", "COL", "VEN", "BRA", "ARG", "D")
Parse = Callable[[Zone, date], TravelDocument]


@pytest.fixture(autouse=True, scope="module")
def judge() -> None:
    """The judge's classes by the size of the document."""
    for size in ("td1", "td2", "td3"):
        try:
            checker = importlib.import_module(f"mrz.checker.{size}")
            generator = importlib.import_module(f"mrz.generator.{size}")
        except ImportError:
            skip_loudly("the judge of zones is not here: install mrz")
        CHECKERS[size.upper()] = getattr(checker, f"{size.upper()}CodeChecker")
        GENERATORS[size.upper()] = getattr(generator, f"{size.upper()}CodeGenerator")


def written_by_the_judge(document: TravelDocument) -> Zone:
    assert document.expiry_date is not None
    made = GENERATORS[document.kind](
        document_type=document.document_code,
        country_code=document.issuing_state,
        surname=document.surname,
        given_names=document.given_names,
        document_number=document.number,
        nationality=document.nationality,
        birth_date=document.birth_date.strftime("%y%m%d"),
        sex=document.sex,
        expiry_date=document.expiry_date.strftime("%y%m%d"),
    )
    return tuple(str(made).split("\n"))


def judged(document: TravelDocument, lines: Zone) -> Any:
    return CHECKERS[document.kind]("\n".join(lines))


def garbled(dice: random.Random, lines: Zone) -> Zone:
    """One to three characters of the numbered line changed, and those of the number."""
    rows = len(lines) - 1 if len(lines) == 3 else len(lines)
    for _ in range(dice.randint(1, 3)):
        line = dice.randrange(rows)
        column = dice.randrange(len(lines[0]))
        lines = with_character(lines, line, column, dice.choice(ALPHABET))
    return lines


def refusal(parse_it: Parse, lines: Zone) -> Refusal | None:
    try:
        parse_it(lines, TODAY)
    except MrzRefused as refused:
        return refused.reason
    return None


def assert_what_the_judge_writes_is_read(parse_it: Parse, count: int, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(count):
        document = some_document(dice, STATES)
        assert parse_it(written_by_the_judge(document), TODAY) == document, "not read as written"


def assert_the_judge_reads_what_we_write(count: int, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(count):
        document = some_document(dice, STATES)
        verdict = judged(document, write(document))
        assert bool(verdict), verdict.report.falses
        fields = verdict.fields()
        assert fields.document_number == document.number
        assert fields.birth_date == document.birth_date.strftime("%y%m%d")
        assert (fields.surname, fields.name) == (document.surname, document.given_names)


def assert_both_refuse_the_same_digits(parse_it: Parse, count: int, seed: int) -> None:
    dice = random.Random(seed)
    refused = 0
    for _ in range(count):
        document = some_document(dice, STATES)
        lines = garbled(dice, write(document))
        agree = judged(document, lines)._all_hashes()
        reason = refusal(parse_it, lines)
        assert reason is not None or agree, "we took what the judge refuses"
        assert reason is not Refusal.CHECK_DIGIT or not agree, "we refuse what the judge takes"
        refused += reason is Refusal.CHECK_DIGIT
    assert refused > count // 3


def test_we_read_what_the_judge_writes() -> None:
    assert_what_the_judge_writes_is_read(parse, 1000, seed=1)


def test_the_judge_reads_what_we_write() -> None:
    assert_the_judge_reads_what_we_write(1000, seed=2)


def test_we_and_the_judge_refuse_the_same_garbled_zones() -> None:
    assert_both_refuse_the_same_digits(parse, 1000, seed=3)


@pytest.mark.thorough
def test_we_and_the_judge_agree_on_more_than_ten_thousand_documents() -> None:
    assert_what_the_judge_writes_is_read(parse, 12_000, seed=4)
    assert_the_judge_reads_what_we_write(12_000, seed=5)
    assert_both_refuse_the_same_digits(parse, 12_000, seed=6)


@pytest.mark.negative_control
def test_the_judge_catches_a_parser_that_skips_the_composite_digit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ours, "_verify_composite", lambda *_: None)
    with pytest.raises(AssertionError, match="the judge refuses"):
        assert_both_refuse_the_same_digits(parse, 1000, seed=3)


@pytest.mark.negative_control
def test_the_judge_catches_a_parser_with_its_dates_exchanged() -> None:
    def exchanged(lines: Zone, today: date) -> TravelDocument:
        document = parse(lines, today)
        return replace(document, expiry_date=document.birth_date)

    with pytest.raises(AssertionError, match="not read as written"):
        assert_what_the_judge_writes_is_read(exchanged, 10, seed=1)
