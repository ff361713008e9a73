"""Days as they are said in a language."""

from datetime import date

from babel.dates import format_date

FORMS = {"en": "en_GB", "ay": "es_PE"}
"""Day first in English too, as on every paper here. Babel knows no Aymara: papers in Aymara
name the months in Spanish."""


def said(day: date, language: str) -> str:
    """`day` in full.

    >>> said(date(2027, 2, 12), "es")
    '12 de febrero de 2027'
    >>> said(date(2027, 2, 12), "en")
    '12 February 2027'
    """
    return format_date(day, "long", locale=FORMS.get(language, language))
