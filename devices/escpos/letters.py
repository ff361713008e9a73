"""Letters a printer's code page has, and the nearest it has for those it has not. Pure.

Spanish, Quechua and Aymara need only letters of CP1252 and CP850; a name from elsewhere may not.
"""

import unicodedata
from collections.abc import Mapping

CODECS: Mapping[str, str] = {"CP1252": "cp1252", "CP850": "cp850"}

_STAND_INS: Mapping[str, str] = {
    **dict.fromkeys("‘’‚‛ʹʼʻ′", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("•●◦", "*"),
    "…": "...",
    "€": "EUR",
    "™": "(TM)",
    "Œ": "OE",
    "œ": "oe",
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
    "đ": "d",
    "ı": "i",
}


def printable(text: str, page: str) -> str:
    """``text`` in characters of code page ``page`` only (``CP1252`` or ``CP850``).

    A character it lacks is replaced by its stand-in or its letter without marks; one without
    either becomes ``?``, and invisible ones go.
    """
    codec = CODECS[page]
    return "".join(_nearest(character, codec) for character in unicodedata.normalize("NFC", text))


def _nearest(character: str, codec: str) -> str:
    if unicodedata.category(character) == "Cf":
        return ""
    if _has(codec, character):
        return character
    if character in _STAND_INS:
        return _STAND_INS[character]
    if character.isspace():
        return " "
    plain = (c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    letters = "".join(plain)
    return letters if letters and _has(codec, letters) else "?"


def _has(codec: str, text: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
