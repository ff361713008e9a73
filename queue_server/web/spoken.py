"""PURE: a call as people in Peru say it aloud: "Turno jota, cero cuarenta y dos. Ventanilla tres."

A synthesiser left alone reads `J-042` as "jota menos cuarenta y dos" and drops the zero that people
look for on their paper; so letters are written by name and each leading zero is said.
"""

import re

_LETTERS = {
    "A": "a",
    "B": "be",
    "C": "ce",
    "D": "de",
    "E": "e",
    "F": "efe",
    "G": "ge",
    "H": "hache",
    "I": "i",
    "J": "jota",
    "K": "ka",
    "L": "ele",
    "M": "eme",
    "N": "ene",
    "Ñ": "eñe",
    "O": "o",
    "P": "pe",
    "Q": "cu",
    "R": "erre",
    "S": "ese",
    "T": "te",
    "U": "u",
    "V": "uve",
    "W": "doble u",
    "X": "equis",
    "Y": "i griega",
    "Z": "zeta",
}
_SMALL = (
    *("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
    *("diez", "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete"),
    *("dieciocho", "diecinueve", "veinte", "veintiuno", "veintidós", "veintitrés"),
    *("veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve"),
)
_TENS = ("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_HUNDREDS = (
    *("ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos"),
    *("seiscientos", "setecientos", "ochocientos", "novecientos"),
)
_NUMBER = re.compile(r"([A-ZÑ]{1,3})-(\d{1,5})")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_NUMBER_SIGN = re.compile(r"\b[Nn]\.?\s*[º°]\.?")


def spoken_call(number: str, counter_name: str) -> str:
    """The words of a call. `number` like `J-042`; ValueError when it has another shape."""
    shape = _NUMBER.fullmatch(number)
    if shape is None:
        raise ValueError(f"not a turn number: {number!r}")
    letters = " ".join(_LETTERS[letter] for letter in shape[1])
    place = spoken_name(counter_name)
    said = f"Turno {letters}, {spoken_digits(shape[2])}."
    return f"{said} {place[0].upper()}{place[1:]}." if place else said


def spoken_digits(digits: str) -> str:
    """`042` as "cero cuarenta y dos": each leading zero, then the rest as one number."""
    rest = digits.lstrip("0")
    zeros = ["cero"] * (len(digits) - len(rest))
    return " ".join([*zeros, cardinal(int(rest))] if rest else zeros)


def spoken_name(name: str) -> str:
    """A counter's name: "Ventanilla 3B" as "Ventanilla tres be"; signs are left out."""
    plain = _NUMBER_SIGN.sub("número", name)
    return " ".join(_spoken_word(word) for word in _WORD.findall(plain))


def _spoken_word(word: str) -> str:
    if word.isdigit():
        return spoken_digits(word[:5])
    return _LETTERS.get(word, word)


def cardinal(value: int) -> str:
    """0 to 99 999 in words, masculine as *el turno* is. Raises ValueError outside."""
    if not 0 <= value <= 99_999:
        raise ValueError(f"no words for {value}")
    thousands, rest = divmod(value, 1000)
    if thousands == 0:
        return _below_thousand(rest)
    counted = "" if thousands == 1 else _shortened(_below_thousand(thousands)) + " "
    return f"{counted}mil" + (f" {_below_thousand(rest)}" if rest else "")


def _below_thousand(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    if hundreds == 0:
        return _below_hundred(rest)
    if value == 100:
        return "cien"
    return _HUNDREDS[hundreds - 1] + (f" {_below_hundred(rest)}" if rest else "")


def _below_hundred(value: int) -> str:
    if value < len(_SMALL):
        return _SMALL[value]
    tens, rest = divmod(value, 10)
    return _TENS[tens - 3] + (f" y {_SMALL[rest]}" if rest else "")


def _shortened(words: str) -> str:
    """Before `mil` *uno* loses its vowel: "veintiún mil", "treinta y un mil"."""
    if words.endswith("veintiuno"):
        return words.removesuffix("veintiuno") + "veintiún"
    return words.removesuffix("o") if words.endswith(" uno") else words
