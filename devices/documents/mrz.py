"""Machine-readable zones of travel documents: TD1, TD2 and TD3 (ICAO Doc 9303). Pure.

Sources: ICAO Doc 9303 part 3 clause 4.9 (check digits), part 4 (TD3), part 5 (TD1), part 6
(TD2). A document is taken from any issuing State, recognised by its lines' count and length.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

FILLER = "<"
UNREADABLE_MARKS = frozenset("?*")
_WEIGHTS = (7, 3, 1)
_VALUES = {FILLER: 0} | {str(n): n for n in range(10)} | {chr(65 + n): 10 + n for n in range(26)}
_LINE = re.compile(r"[A-Z0-9<]{30}|[A-Z0-9<]{36}|[A-Z0-9<]{44}")
_BREAK = re.compile(r"[\r\n]+")
_LIKE_A_LINE = re.compile(r"[A-Z0-9<?*]{28,44}")
_CLEANED: Mapping[int, str | None] = {
    **{code: None for code in (*range(0x20), 0x7F) if chr(code) not in "\r\n"},
    **{ord(character): FILLER for character in "_ "},
}
_STATE = re.compile(r"[A-Z]{1,3}<*")
_NAMES = re.compile(r"[A-Z][A-Z<]*")
_SEXES = {"M": "M", "F": "F", "X": "X", FILLER: "X"}

DocumentKind = Literal["TD1", "TD2", "TD3"]


class Refusal(StrEnum):
    """Why a document was not accepted.

    ``check_digit`` and ``unreadable``: the person presents it again. ``not_text``: this side of
    the card holds a fingerprint template, which is no text; the person turns the card.
    ``bank_card``: the stripe of a payment card, of which nothing is kept.
    """

    CHECK_DIGIT = "check_digit"
    UNREADABLE = "unreadable"
    NOT_TEXT = "not_text"
    BANK_CARD = "bank_card"


class MrzRefused(ValueError):
    """A zone that cannot be accepted; ``reason`` says why. The text holds no personal data."""

    def __init__(self, reason: Refusal, what: str) -> None:
        super().__init__(f"The machine-readable zone was refused: {what}; present it again.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TravelDocument:
    """What a machine-readable zone says, after every check digit agreed.

    ``number`` and ``optional`` come without trailing filler, ``sex`` is ``M``, ``F`` or ``X``
    (unspecified), ``expiry_date`` is None where the zone gives none. Names are transliterated
    and may be cut; the second surname of Peruvian documents is not there. Nothing here proves
    that the document is genuine or valid today.
    """

    kind: DocumentKind
    document_code: str
    issuing_state: str
    number: str
    birth_date: date
    sex: str
    expiry_date: date | None
    nationality: str
    surname: str
    given_names: str
    optional: str


def check_digit(text: str) -> str:
    """Return the check digit over ``text``: weights 7-3-1, modulo 10 (9303-3, 4.9)."""
    total = sum(_VALUES[c] * _WEIGHTS[i % 3] for i, c in enumerate(text))
    return str(total % 10)


def split_lines(text: str) -> tuple[str, ...]:
    """Keep of what a reader sent the lines that may belong to a zone, in the zone's alphabet.

    Control characters but CR and LF are dropped; ``_`` and space become the filler, letters upper
    case. Kept are lines of 28 to 44 characters of the alphabet, and those a reader marked ``?`` or
    ``*``, which ``parse`` refuses; banners, counters and halves of lines are not.
    """
    lines = (line.upper() for line in _BREAK.split(text.translate(_CLEANED)) if line.isascii())
    return tuple(line for line in lines if _LIKE_A_LINE.fullmatch(line))


def parse(lines: Sequence[str], today: date) -> TravelDocument:
    """Read a zone of 3x30, 2x36 or 2x44 characters; ``today`` settles two-digit years.

    Raises ``MrzRefused``: ``unreadable`` for marks, wrong shape or fields that mean nothing,
    ``check_digit`` where the characters contradict a check digit.
    """
    if any(mark in line for line in lines for mark in UNREADABLE_MARKS):
        raise _unreadable("the reader marked characters it could not read")
    if not lines or not all(_LINE.fullmatch(line) for line in lines):
        raise _unreadable("its lines are not of the expected length or alphabet")
    shape = (len(lines), len(lines[0]))
    reader = _READERS.get(shape)
    if reader is None or len({len(line) for line in lines}) != 1:
        raise _unreadable(f"{shape[0]} lines of {shape[1]} characters are no known size")
    return reader(lines, today)


@dataclass(frozen=True, slots=True)
class _Zone:
    """The raw fields of a zone, whatever its size."""

    kind: DocumentKind
    code: str
    state: str
    number: str
    birth: str
    sex: str
    expiry: str
    nationality: str
    names: str
    optional: str


def _read_td1(lines: Sequence[str], today: date) -> TravelDocument:
    first, second, names = lines
    _verify(second[:6], second[6], "birth date")
    _verify_expiry(second[8:14], second[14])
    number, rest = _long_number(first[5:14], first[14], first[15:30])
    composite = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    _verify_composite(composite, second[29])
    optional = " ".join(part for part in (rest, second[18:29].rstrip(FILLER)) if part)
    return _document(
        _Zone(
            "TD1", first[:2], first[2:5], number, second[:6], second[7], second[8:14],
            second[15:18], names, optional,
        ),
        today,
    )  # fmt: skip


def _read_td2(lines: Sequence[str], today: date) -> TravelDocument:
    first, second = lines
    _verify(second[13:19], second[19], "birth date")
    _verify_expiry(second[21:27], second[27])
    number, rest = _long_number(second[:9], second[9], second[28:35])
    _verify_composite(second[0:10] + second[13:20] + second[21:35], second[35])
    return _document(
        _Zone(
            "TD2", first[:2], first[2:5], number, second[13:19], second[20], second[21:27],
            second[10:13], first[5:], rest,
        ),
        today,
    )  # fmt: skip


def _read_td3(lines: Sequence[str], today: date) -> TravelDocument:
    first, second = lines
    if first[0] != "P":
        raise _unreadable("two lines of 44 that are no passport")
    _verify(second[:9], second[9], "number")
    _verify(second[13:19], second[19], "birth date")
    _verify_expiry(second[21:27], second[27])
    optional = second[28:42]
    if optional.strip(FILLER) or second[42] != FILLER:
        _verify(optional, second[42], "optional field")
    _verify_composite(second[0:10] + second[13:20] + second[21:43], second[43])
    return _document(
        _Zone(
            "TD3", first[:2], first[2:5], second[:9].rstrip(FILLER), second[13:19], second[20],
            second[21:27], second[10:13], first[5:], optional.rstrip(FILLER),
        ),
        today,
    )  # fmt: skip


_READERS = {(3, 30): _read_td1, (2, 36): _read_td2, (2, 44): _read_td3}


def _long_number(principal: str, digit: str, optional: str) -> tuple[str, str]:
    """Return the number and the rest of the optional field.

    A number over 9 characters has a filler for its check digit and runs on in the optional
    field, where its real check digit comes last, before a filler (9303-5, 4.2.2 note j).
    """
    if digit != FILLER:
        _verify(principal, digit, "number")
        return principal.rstrip(FILLER), optional.rstrip(FILLER)
    run_on, filler, rest = optional.partition(FILLER)
    if len(run_on) < 2 or not filler:
        raise MrzRefused(Refusal.CHECK_DIGIT, "the number has no check digit")
    _verify(principal + run_on[:-1], run_on[-1], "long number")
    return principal + run_on[:-1], rest.rstrip(FILLER)


def _document(zone: _Zone, today: date) -> TravelDocument:
    if not zone.code[0].isalpha() or zone.code[0] == "V":
        raise _unreadable("it is not an identity or travel document")
    if not _STATE.fullmatch(zone.state) or not _STATE.fullmatch(zone.nationality):
        raise _unreadable("a State code holds what no State code can")
    if zone.sex not in _SEXES or not _NAMES.fullmatch(zone.names) or not zone.number:
        raise _unreadable("sex, names or number hold what they cannot")
    surname, _, given = zone.names.partition(FILLER * 2)
    return TravelDocument(
        kind=zone.kind,
        document_code=zone.code.rstrip(FILLER),
        issuing_state=zone.state.rstrip(FILLER),
        number=zone.number,
        birth_date=_birth(zone.birth, today),
        sex=_SEXES[zone.sex],
        expiry_date=_expiry(zone.expiry, today),
        nationality=zone.nationality.rstrip(FILLER),
        surname=_spaced(surname),
        given_names=_spaced(given),
        optional=zone.optional,
    )


def _spaced(name: str) -> str:
    return " ".join(name.replace(FILLER, " ").split())


def _birth(text: str, today: date) -> date:
    """Two-digit year of birth: the latest date that is not in the future."""
    past = [day for day in _candidates(text, today) if day <= today]
    if not past:
        raise _unreadable("the date of birth is no date")
    return max(past)


def _expiry(text: str, today: date) -> date | None:
    """Two-digit year of expiry: the date nearest to today; None where only filler is given."""
    if not text.strip(FILLER):
        return None
    days = _candidates(text, today)
    if not days:
        raise _unreadable("the date of expiry is no date")
    return min(days, key=lambda day: abs((day - today).days))


def _candidates(text: str, today: date) -> list[date]:
    if not text.isdigit():
        return []
    century = today.year // 100 * 100
    years = (century + shift + int(text[:2]) for shift in (-100, 0, 100))
    return list(_dates(years, int(text[2:4]), int(text[4:6])))


def _dates(years: Iterable[int], month: int, day: int) -> Iterable[date]:
    for year in years:
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def _verify(field: str, digit: str, what: str) -> None:
    if check_digit(field) != digit:
        raise MrzRefused(Refusal.CHECK_DIGIT, f"the check digit of the {what} does not agree")


def _verify_expiry(field: str, digit: str) -> None:
    if field.strip(FILLER) or digit != FILLER:
        _verify(field, digit, "expiry date")


def _verify_composite(text: str, digit: str) -> None:
    _verify(text, digit, "whole zone")


def _unreadable(what: str) -> MrzRefused:
    return MrzRefused(Refusal.UNREADABLE, what)
