"""A repaired document is never a wrong one, over thousands of misread documents."""

import itertools
import os
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import pytest

from devices.documents.mrz import MrzRefused, TravelDocument, check_digit, parse
from devices.documents.mrz_writer import write
from devices.kinds.document_reader import DocumentRead, ReadFailed, zone_read
from tests.support.zones import (
    ALPHABET,
    LOOKS_LIKE,
    TODAY,
    Zone,
    some_document,
    with_character,
)

DOCUMENTS = int(os.environ.get("REPAIR_DOCUMENTS", "2500"))
Read = Callable[[Zone, date], DocumentRead | ReadFailed]

# By hand from ICAO Doc 9303 parts 4 to 6, columns from 0: birth, expiry and the composite digit.
FIELDS = {
    "TD1": ((1, range(0, 7)), (1, range(8, 15)), (1, range(29, 30))),
    "TD2": ((1, range(13, 20)), (1, range(21, 28)), (1, range(35, 36))),
    "TD3": ((1, range(13, 20)), (1, range(21, 28)), (1, range(43, 44))),
}
DNI_NUMBER = (0, (*range(5, 13), 14))


def our_read(lines: Zone, today: date) -> DocumentRead | ReadFailed:
    return zone_read("\r".join(lines), today)


def numeric_fields(document: TravelDocument) -> list[tuple[int, Sequence[int]]]:
    fields: list[tuple[int, Sequence[int]]] = list(FIELDS[document.kind])
    of = (document.kind, document.document_code, document.issuing_state, document.nationality)
    is_dni = of == ("TD1", "I", "PER", "PER")
    return [*fields, DNI_NUMBER] if is_dni else fields


def misread(dice: random.Random, document: TravelDocument, lines: Zone) -> Zone:
    """In up to three numeric fields: digits taken for the letters they look like, and in some one
    character that is anything at all; two of those no check digit can tell from a right field.
    Elsewhere letters are taken for digits, as in names.
    """
    fields = numeric_fields(document)
    for line, columns in dice.sample(fields, dice.randint(1, min(3, len(fields)))):
        for column in dice.sample(list(columns), min(len(columns), dice.choice((1, 1, 1, 2)))):
            like = LOOKS_LIKE.get(lines[line][column], lines[line][column])
            lines = with_character(lines, line, column, like)
        if dice.random() < 0.3:
            lines = with_character(lines, line, dice.choice(list(columns)), dice.choice(ALPHABET))
    if dice.random() < 0.2:
        line = 2 if len(lines) == 3 else 0
        column = dice.randrange(5, 12)
        like = LOOKS_LIKE.get(lines[line][column], lines[line][column])
        lines = with_character(lines, line, column, like)
    return lines


def repaired_documents(read: Read, count: int) -> Iterator[tuple[TravelDocument, TravelDocument]]:
    """What was on the card, and what the reading says is on it, wherever it was repaired."""
    dice = random.Random(20_261)
    for _ in range(count):
        written = some_document(dice)
        lines = write(written)
        said = read(misread(dice, written, lines), TODAY)
        if isinstance(said, DocumentRead) and said.repaired:
            card = our_read(lines, TODAY)
            assert isinstance(card, DocumentRead)
            yield card.document, said.document


def assert_no_repair_is_wrong(read: Read, count: int) -> None:
    repaired = 0
    for card, said in repaired_documents(read, count):
        assert said == card, "a repaired document is another one"
        repaired += 1
    assert repaired > count // 5


def test_a_repaired_document_is_never_a_wrong_one() -> None:
    assert_no_repair_is_wrong(our_read, DOCUMENTS)


@pytest.mark.thorough
def test_a_repaired_document_is_never_a_wrong_one_of_a_hundred_thousand() -> None:
    assert_no_repair_is_wrong(our_read, 100_000)


def first_composite_match(lines: Zone, today: date) -> DocumentRead | ReadFailed:
    """The broken variant: tries look-alikes anywhere, takes the first that the last digit fits."""
    places = [(n, at) for n, line in enumerate(lines) for at in range(len(line))]
    alike = [(n, at) for n, at in places if lines[n][at] in LOOKS_LIKE]
    for n, at in alike:
        tried = with_character(lines, n, at, LOOKS_LIKE[lines[n][at]])
        if len(tried) == 3 and composite_fits(tried):
            document = without_other_digits(tried, today)
            if document is not None:
                return DocumentRead(document, "", repaired=True)
    return our_read(lines, today)


def composite_fits(lines: Zone) -> bool:
    first, second = lines[0], lines[1]
    covered = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    return check_digit(covered) == second[29]


def without_other_digits(lines: Zone, today: date) -> TravelDocument | None:
    """Parse after writing the field digits anew, as a parser would that never looked at them."""
    first, second = lines[0], lines[1]
    number = first[:14] + check_digit(first[5:14]) + first[15:]
    dates = second[:6] + check_digit(second[:6]) + second[7:14] + check_digit(second[8:14])
    body = dates + second[15:29]
    composite = check_digit(number[5:30] + body[0:7] + body[8:15] + body[18:29])
    try:
        return parse((number, body + composite, lines[2]), today)
    except MrzRefused:
        return None


@pytest.mark.negative_control
def test_a_repair_that_takes_the_first_composite_match_is_caught() -> None:
    with pytest.raises(AssertionError, match="is another one"):
        assert_no_repair_is_wrong(first_composite_match, DOCUMENTS)


def test_every_single_misread_digit_of_a_dni_is_put_right_or_refused() -> None:
    """All of them, not a sample: each look-alike, and each other letter, in each place."""
    dice = random.Random(5)
    document = next(d for d in iter(lambda: some_document(dice), None) if d.number.isdigit())
    lines = write(document)
    for (line, columns), character in itertools.product(numeric_fields(document), ALPHABET):
        for column in columns:
            said = our_read(with_character(lines, line, column, character), TODAY)
            same = isinstance(said, DocumentRead) and said.document == document
            assert same or isinstance(said, ReadFailed)
            assert same or character != LOOKS_LIKE.get(lines[line][column])
