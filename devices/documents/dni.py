"""The check character printed beside a DNI's number (CUI). Pure.

It is a digit on some cards and a letter on others, and is not the MRZ's check digit. It
catches typing errors and proves nothing. Method as published for ``stdnum.pe.cui``.
"""

import re

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_DIGITS = "65432110987"
_LETTERS = "KJIHGFEDCBA"
_NUMBER = re.compile(r"[0-9]{8}")
_WITH_CHECK = re.compile(r"[0-9]{8}[0-9A-K]")


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
