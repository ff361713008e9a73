"""PURE: words of one language that were left in a sentence of another."""

import re
from collections.abc import Iterator

SAME_EVERYWHERE = frozenset(
    {
        "institution.initials",
        "give_email.hint",
        "give_number.hint",
        "type_day.hint",
        "welcome.step_document",
        "welcome.step_payment",
        "welcome.step_certificate",
        "follow_code.hint",
        "choose_document.dni",
        "choose_document.passport",
        "staff.kind_receipt_printer",
        "speech.at",
        "speech.dot",
        "speech.hyphen",
        "speech.slash",
    }
)
"""Keys that may be said with the same words in every language."""

PROPER_NAMES = (
    "Instituto Nacional\nPenitenciario",
    "Certificado de antecedentes judiciales",
    "certificado de antecedentes judiciales",
    "Libro de Reclamaciones",
    "Banco de la Nación",
    "Carné de extranjería",
    "carné de extranjería",
    "carné de extranjeria",  # without its accent where an ending follows
    "Código de barras",
    "«Fecha de emisión»",
)
"""Names that stay in Spanish in every language, as they stand on the paper or over the door."""

_SPANISH = "el la los las que para con por una un y se de del en su sus o al no"
_ENGLISH = "the and your you is are of to for with this that it please"

SMALL_WORDS = {"es": _SPANISH.split(), "en": _ENGLISH.split()}
"""The small words that give a language away; no sentence of any length goes without them."""

SHARED = {"en": {"no"}}
"""Small words of another language that are words of this one too."""


def without_names(text: str) -> str:
    """`text` without the proper names in it."""
    for name in PROPER_NAMES:
        text = text.replace(name, " ")
    return text


def left_over(language: str, text: str) -> Iterator[str]:
    """Small words of a language that is not `language`, except inside proper names.

    >>> list(left_over("en", "Wait para your turn"))
    ['para']
    """
    words = set(re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", without_names(text).lower()))
    for other, small in SMALL_WORDS.items():
        if other != language:
            own = SHARED.get(language, set())
            yield from (word for word in small if word in words and word not in own)
