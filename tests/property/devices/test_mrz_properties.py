"""What holds for every zone: corruption, round trips, garbage."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from devices.documents.document_types import classify
from devices.documents.mrz import MrzRefused, TravelDocument, check_digit, parse, split_lines

TODAY = date(2025, 11, 21)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
VALUE = {c: (int(c) if c.isdigit() else 0 if c == "<" else ord(c) - 55) for c in ALPHABET}
BIRTHS = st.dates(date(1926, 1, 1), TODAY)
EXPIRIES = st.dates(date(1980, 1, 1), date(2070, 1, 1))
NUMBERS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=9)
LONG_NUMBERS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=10, max_size=20)
DNIS = st.integers(0, 99_999_999).map(lambda n: f"{n:08d}")


def td1(number: str, birth: date, expiry: date, state: str = "PER") -> tuple[str, str, str]:
    """Build a zone from the standard's table, not from the parser."""
    if len(number) > 9:
        field = number[:9] + "<" + number[9:] + check_digit(number)
    else:
        principal = number.ljust(9, "<")
        field = principal + check_digit(principal)
    first = ("I<" + state + field).ljust(30, "<")
    born, ends = birth.strftime("%y%m%d"), expiry.strftime("%y%m%d")
    second = f"{born}{check_digit(born)}F{ends}{check_digit(ends)}{state}".ljust(29, "<")
    composite = check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    return first, second + composite, "PRUEBA<<ANA<MARIA".ljust(30, "<")


def td3(number: str, birth: date, expiry: date) -> tuple[str, str]:
    principal = number.ljust(9, "<")
    born, ends = birth.strftime("%y%m%d"), expiry.strftime("%y%m%d")
    second = f"{principal}{check_digit(principal)}UTO{born}{check_digit(born)}F{ends}"
    second = (second + check_digit(ends)).ljust(43, "<")
    composite = check_digit(second[0:10] + second[13:20] + second[21:43])
    return "P<UTOPRUEBA<<ANA".ljust(44, "<"), second + composite


def accepted(lines: tuple[str, ...]) -> TravelDocument | None:
    try:
        return parse(lines, TODAY)
    except MrzRefused:
        return None


@given(st.one_of(NUMBERS, LONG_NUMBERS.filter(lambda n: len(n) <= 22)), BIRTHS, EXPIRIES)
def test_what_was_written_is_what_is_read(number: str, birth: date, expiry: date) -> None:
    document = parse(td1(number, birth, expiry), TODAY)
    assert (document.number, document.birth_date, document.expiry_date) == (number, birth, expiry)


@given(NUMBERS, BIRTHS, EXPIRIES)
def test_a_passport_is_read_as_it_was_written(number: str, birth: date, expiry: date) -> None:
    document = parse(td3(number, birth, expiry), TODAY)
    assert (document.number, document.birth_date, document.expiry_date) == (number, birth, expiry)


CHECKED_TD1 = [(0, at) for at in range(5, 30)] + [
    (1, at) for at in (*range(0, 7), *range(8, 15), *range(18, 30))
]


@given(DNIS, BIRTHS, EXPIRIES, st.sampled_from(CHECKED_TD1), st.sampled_from(ALPHABET))
def test_one_wrong_character_passes_only_where_the_check_digits_cannot_tell(
    number: str, birth: date, expiry: date, place: tuple[int, int], char: str
) -> None:
    """Weights 7, 3 and 1 are coprime to 10: only values equal modulo 10 escape them."""
    lines = td1(number, birth, expiry)
    line, at = place
    original = lines[line][at]
    corrupt = tuple(
        text[:at] + char + text[at + 1 :] if n == line else text for n, text in enumerate(lines)
    )
    if char != original and accepted(corrupt) is not None:
        assert VALUE[char] % 10 == VALUE[original] % 10


@given(DNIS, BIRTHS, EXPIRIES, st.sampled_from(CHECKED_TD1), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_gives_another_dni_or_date(
    number: str, birth: date, expiry: date, place: tuple[int, int], char: str
) -> None:
    lines = td1(number, birth, expiry)
    line, at = place
    corrupt = tuple(
        text[:at] + char + text[at + 1 :] if n == line else text for n, text in enumerate(lines)
    )
    document = accepted(corrupt)
    if document is None:
        return
    try:
        classify(document)
    except MrzRefused:
        return
    assert (document.number, document.birth_date, document.expiry_date) == (number, birth, expiry)


@given(st.lists(st.text(ALPHABET + "?*ñé ", max_size=50), max_size=4))
def test_whatever_lines_come_the_answer_is_a_document_or_a_typed_refusal(lines: list[str]) -> None:
    accepted(tuple(lines))


@given(st.lists(st.text(ALPHABET, min_size=30, max_size=30), min_size=3, max_size=3))
def test_random_zones_of_the_right_shape_never_crash(lines: list[str]) -> None:
    accepted(tuple(lines))


@given(st.text())
def test_any_text_splits_into_lines_without_control_characters(text: str) -> None:
    assert all(line and "\r" not in line and "\n" not in line for line in split_lines(text))
