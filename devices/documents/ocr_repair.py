"""Repairs what an optical reader confuses: a letter where only a digit can stand. Pure.

Each letter stands for one digit only, and at most one character is changed under each check digit,
so there is never a choice between repairs: either every check digit agrees with the only one there
is, or the document is presented again. Two misread characters under one check digit could make up
for each other; no check digit would notice.

Only numeric fields are repaired. A digit in a name or a State code is refused, not turned into a
letter: no check digit covers those, and a guess could not be proved.
"""

from collections.abc import Mapping, Sequence

from devices.documents.mrz import FILLER

DIGIT_OF: Mapping[str, str] = {"O": "0", "I": "1", "B": "8", "S": "5", "Z": "2", "G": "6"}

Place = tuple[int, int]
Field = tuple[Place, ...]


def repair(lines: Sequence[str]) -> tuple[str, ...] | None:
    """Return ``lines`` with their misread digits put right.

    None where there is nothing to repair, or no repair that could be proved. What comes back has
    still to pass ``parse``.
    """
    fields = _fields(lines)
    misread = [[place for place in field if _is_letter(lines, place)] for field in fields]
    if not any(misread) or any(len(places) > 1 for places in misread):
        return None
    repaired = [list(line) for line in lines]
    for at, column in (place for places in misread for place in places):
        digit = DIGIT_OF.get(lines[at][column])
        if digit is None:
            return None
        repaired[at][column] = digit
    return tuple("".join(line) for line in repaired)


def _is_letter(lines: Sequence[str], place: Place) -> bool:
    character = lines[place[0]][place[1]]
    return character != FILLER and not character.isdigit()


def _fields(lines: Sequence[str]) -> tuple[Field, ...]:
    """The numeric fields of a zone of this size, each with its check digit; none if unknown."""
    shape = (len(lines), len(lines[0]) if lines else 0)
    if any(len(line) != shape[1] for line in lines):
        return ()
    fields = _NUMERIC.get(shape, ())
    if shape == (3, 30) and lines[0].startswith("I<PER") and lines[1][15:18] == "PER":
        return (_DNI_NUMBER, *fields[1:])
    return fields


def _run(line: int, first: int, last: int) -> Field:
    return tuple((line, column) for column in range(first, last + 1))


# Columns from 0. A document number may hold letters, so of it only the check digit is numeric,
# except on a Peruvian's Peruvian card: 8 digits (ICAO Doc 9303 parts 4, 5 and 6).
_DNI_NUMBER: Field = (*_run(0, 5, 12), (0, 14))
_NUMERIC: Mapping[tuple[int, int], tuple[Field, ...]] = {
    (3, 30): (_run(0, 14, 14), _run(1, 0, 6), _run(1, 8, 14), _run(1, 29, 29)),
    (2, 36): (_run(1, 9, 9), _run(1, 13, 19), _run(1, 21, 27), _run(1, 35, 35)),
    (2, 44): (
        _run(1, 9, 9), _run(1, 13, 19), _run(1, 21, 27), _run(1, 42, 42), _run(1, 43, 43),
    ),
}  # fmt: skip
