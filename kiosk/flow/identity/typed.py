"""What was typed from a document, judged: its number, its check character, its days. No clock."""

import re
from datetime import date

from devices.documents import dni
from devices.documents.document_types import DNI, is_number
from kiosk.flow.facts import Typed, TypingProblem
from kiosk.flow.paying.voucher import typed_day

LEAST_SIGNS = 5
"""Documents of foreigners have no fewer, whichever State gave them."""
OLDEST_YEARS = 120
_SEPARATORS = re.compile("[\\s.\\-\u2010-\u2015\u2212]+")


def number_in(kind: str, text: str) -> str | TypingProblem:
    """The number of a document of type `kind`, however it was typed, or what is wrong with it."""
    signs = _SEPARATORS.sub("", text).upper()
    if kind == DNI:
        judged = dni.typed(signs)
        if judged.problem is dni.TypingProblem.TOO_SHORT:
            return TypingProblem.TOO_SHORT
        return TypingProblem.NOT_A_NUMBER if judged.problem else judged.number
    if len(signs) < LEAST_SIGNS:
        return TypingProblem.TOO_SHORT
    return signs if is_number(kind, signs) else TypingProblem.NOT_A_NUMBER


def check_in(number: str, text: str) -> str | TypingProblem:
    """The check character of a DNI number, or that it does not agree.

    >>> check_in("10117410", "g")
    'G'
    """
    sign = text.strip().upper()
    return sign if dni.is_valid(number + sign) else TypingProblem.CHECK_CHARACTER


def birth_in(text: str, today: date | None) -> date | TypingProblem:
    """The day of birth, or what is wrong with it. Without `today` no day is too late."""
    day = typed_day(text)
    if day is None:
        return TypingProblem.NO_SUCH_DAY
    if today is not None and day > today:
        return TypingProblem.NOT_YET
    if today is not None and day.year < today.year - OLDEST_YEARS:
        return TypingProblem.TOO_LONG_AGO
    return day


def issue_in(text: str, typed: Typed, today: date | None) -> date | TypingProblem:
    """The day of issue, or what is wrong with it."""
    day = birth_in(text, today)
    if isinstance(day, date) and typed.birth_date is not None and day < typed.birth_date:
        return TypingProblem.BEFORE_BIRTH
    return day
