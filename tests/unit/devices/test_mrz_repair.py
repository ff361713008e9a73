"""Repairs of misread digits: only what every check digit proves."""

from dataclasses import replace
from datetime import date

import pytest

from devices.documents.mrz import Refusal, check_digit
from devices.documents.mrz_writer import write
from devices.documents.ocr_repair import repair
from devices.kinds.document_reader import DocumentRead, ReadFailed, zone_read

TODAY = date(2025, 11, 21)
DNI = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
# ICAO Doc 9303 parts 4 and 6: the specimens of the fictitious State UTO.
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)


def misread(lines: tuple[str, ...], *places: tuple[int, int, str]) -> tuple[str, ...]:
    rows = [list(line) for line in lines]
    for row, column, character in places:
        rows[row][column] = character
    return tuple("".join(row) for row in rows)


def read(lines: tuple[str, ...]) -> DocumentRead | ReadFailed:
    return zone_read("\r".join(lines), TODAY)


def whole(lines: tuple[str, ...]) -> DocumentRead:
    reading = read(lines)
    assert isinstance(reading, DocumentRead)
    return reading


@pytest.mark.parametrize(
    "place",
    [(0, 6, "O"), (0, 5, "I"), (1, 0, "B"), (1, 6, "A"), (1, 29, "B"), (1, 9, "O"), (0, 14, "Z")],
)
def test_a_letter_where_a_digit_stands_is_put_right_if_its_digit_agrees(
    place: tuple[int, int, str],
) -> None:
    reading = read(misread(DNI, place))
    right = {"O": "0", "I": "1", "B": "8"}.get(place[2])
    if right == DNI[place[0]][place[1]]:
        assert reading == DocumentRead(whole(DNI).document, "01", repaired=True)
    else:
        assert isinstance(reading, ReadFailed)


@pytest.mark.parametrize(
    ("lines", "place"),
    [(TD2, (1, 13, "7")), (TD2, (1, 35, "G")), (TD3, (1, 26, "S")), (TD3, (1, 43, "O"))],
)
def test_documents_of_every_size_are_repaired(
    lines: tuple[str, ...], place: tuple[int, int, str]
) -> None:
    changed = misread(lines, place)
    assert whole(changed) == DocumentRead(
        whole(lines).document, whole(lines).document_type, repaired=changed != lines
    )


def test_a_document_read_right_says_it_was_not_repaired() -> None:
    assert whole(DNI).repaired is False


def test_one_letter_in_each_field_is_repaired_two_in_one_field_are_not() -> None:
    one_each = misread(DNI, (0, 6, "O"), (1, 0, "B"), (1, 9, "O"), (1, 29, "B"))
    assert whole(one_each).repaired
    assert repair(misread(DNI, (1, 1, "O"), (1, 2, "O"))) is None


def test_two_misread_characters_that_make_up_for_each_other_are_never_accepted() -> None:
    """33 read as BB: 5 more in each place, and no check digit notices 10."""
    born = ("330101", "880101")
    lines = [
        misread(DNI, *((1, column, digit) for column, digit in enumerate(text))) for text in born
    ]
    assert {read(each) for each in lines} == {ReadFailed(Refusal.CHECK_DIGIT)}
    assert repair(misread(DNI, (1, 0, "B"), (1, 1, "B"))) is None


def test_a_six_read_as_g_is_repaired_though_no_check_digit_saw_it() -> None:
    six = replace(whole(DNI).document, number="10117416")
    lines = write(six)
    assert check_digit("1011741G<") == check_digit("10117416<")
    assert whole(misread(lines, (0, 12, "G"))) == DocumentRead(six, "01", repaired=True)


@pytest.mark.parametrize("place", [(2, 0, "8"), (1, 15, "8"), (0, 2, "8")])
def test_a_digit_in_a_name_or_a_state_code_is_refused_for_no_check_digit_covers_it(
    place: tuple[int, int, str],
) -> None:
    assert read(misread(DNI, place)) == ReadFailed(Refusal.UNREADABLE)


def test_a_number_that_may_hold_letters_is_left_alone() -> None:
    """D231458907: read as O231458907 the check digit tells; no digit is put in its place."""
    assert read(misread(TD2, (1, 0, "O"))) == ReadFailed(Refusal.CHECK_DIGIT)


@pytest.mark.parametrize("mark", ["?", "*"])
def test_a_mark_for_an_unread_character_is_read_again_not_guessed(mark: str) -> None:
    assert read(misread(DNI, (1, 0, mark), (1, 9, "O"))) == ReadFailed(Refusal.UNREADABLE)


def test_a_letter_that_looks_like_no_digit_is_refused() -> None:
    assert repair(misread(DNI, (1, 0, "X"))) is None
    assert read(misread(DNI, (1, 0, "X"))) == ReadFailed(Refusal.CHECK_DIGIT)


@pytest.mark.parametrize("lines", [(), ("A",), DNI[:2], (*DNI, DNI[0]), (DNI[0], DNI[1][:20])])
def test_lines_of_no_known_size_are_not_repaired(lines: tuple[str, ...]) -> None:
    assert repair(lines) is None
