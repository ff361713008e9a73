"""Days as they are said in a language."""

from datetime import date

from babel.dates import format_date


def said(day: date, language: str) -> str:
    """`day` in full.

    >>> said(date(2027, 2, 12), "es")
    '12 de febrero de 2027'
    """
    return format_date(day, "long", locale=language)
