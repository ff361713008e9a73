"""Numbers of the DNI (CUI): the check character printed beside them, and how people type. Pure.

The check character is a digit on some cards and a letter on others, and is not the MRZ's check
digit. It catches typing errors and proves nothing. Method as published for ``stdnum.pe.cui``.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_DIGITS = "65432110987"
_LETTERS = "KJIHGFEDCBA"
_NUMBER = re.compile(r"[0-9]{8}")
_WITH_CHECK = re.compile(r"[0-9]{8}[0-9A-K]")
_LENGTH = 8
# Spaces, dots and the dashes that keyboards and copied texts hold.
_SEPARATORS = re.compile("[\\s.\\-\u2010-\u2015\u2212]+")


def check_characters(number: str) -> tuple[str, str]:
    """Return the digit and the letter that may stand beside ``number`` (8 digits).

    Raises ``ValueError`` for anything but 8 digits.
    """
    if not _NUMBER.fullmatch(number):
        raise ValueError("A DNI number has 8 digits; ask for it again.")
    place = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=True)) % 11
    return _DIGITS[place], _LETTERS[place]


def is_valid(text: str) -> bool:
    """Whether ``text`` is 8 digits followed by a check character that agrees with them."""
    return bool(_WITH_CHECK.fullmatch(text)) and text[8] in check_characters(text[:8])


class TypingProblem(StrEnum):
    """Why what was typed is no DNI number; each has its own words on a screen."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_DIGITS = "not_digits"
    CHECK_CHARACTER = "check_character"


@dataclass(frozen=True, slots=True)
class TypedDni:
    """What a person typed for their DNI: 8 digits in ``number``, or a ``problem`` and ``""``.

    ``checked`` tells that the character after the eighth digit was typed too, and agrees.
    """

    number: str = ""
    checked: bool = False
    problem: TypingProblem | None = None


def typed(text: str) -> TypedDni:
    """Judge what a person typed: ``10117410``, ``10.117.410-2``, ``10117410 g``.

    Spaces, dots and dashes are left out. The check character may be missing; if it is there it
    must agree. While fewer than 8 digits are there it is ``too_short``, whatever may follow.
    """
    kept = _SEPARATORS.sub("", text).upper()
    digits, check = kept[:_LENGTH], kept[_LENGTH:]
    if not re.fullmatch(r"[0-9]*", digits):
        return TypedDni(problem=TypingProblem.NOT_DIGITS)
    if len(digits) < _LENGTH:
        return TypedDni(problem=TypingProblem.TOO_SHORT)
    if len(check) > 1:
        return TypedDni(problem=TypingProblem.TOO_LONG)
    if check and check not in check_characters(digits):
        return TypedDni(problem=TypingProblem.CHECK_CHARACTER)
    return TypedDni(digits, checked=bool(check))
