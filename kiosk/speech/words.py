"""PURE: a text of the screen as it is said aloud: numbers, money, masks and addresses have words.

Digits stay digits where a synthesiser says them well in every language: "J, 0 42" is heard as
"jota, cero cuarenta y dos".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """The catalogue of the language that is spoken: `say(key)`, and `plural(key, count)`."""

    say: Callable[[str], str]
    plural: Callable[[str, int], str]

    def filled(self, key: str, **values: str) -> str:
        """The sentence `key` with its placeholders filled."""
        return self.say(key).format(**values)


_MONEY = re.compile(r"S/ (\d+)(?:\.(\d\d))?")
_EMAIL = re.compile(r"[\w.+*-]*@[\w*-]+(?:\.[\w*-]+)*")
_MASKED_NAME = re.compile(r"(\w{1,3})\*{3,}(?: (\w[\w ]*\w|\w))?")
_STARS = re.compile(r"(?<![\w*])\*{3,}(?![\w*])")
_MASKED_END = re.compile(r"\*{3,}(\w+)")
_TURN = re.compile(r"\b([A-ZÑ]{1,3})-(\d{2,5})\b")
_PAPER_NUMBER = re.compile(r"\b[A-Z]\d{2}-\d{3,}-\w\b|\bC-\w{4}-\w{4}-\w\b")
_LONG_DIGITS = re.compile(r"\b\d{7,}\b")
_DOMAIN = re.compile(r"\b[a-z][\w-]*(?:\.[a-z]{2,})+\b(?:/[\w/-]*)?")
_PATH = re.compile(r"(?:/[\w.-]+)+")
_ARROWS = re.compile(r":?\s*<{2,}")
_SPACES = re.compile(r"\s+")
_LOST_STOP = re.compile(r"\s+([.,:;])")
_SIGNS = {
    "@": "speech.at",
    ".": "speech.dot",
    "-": "speech.hyphen",
    "_": "speech.underscore",
    "+": "speech.plus",
    "/": "speech.slash",
}


def said(text: str, phrases: Phrases) -> str:
    """`text` as it is to be pronounced, on one line."""
    plain = _ARROWS.sub("", text)
    plain = _EMAIL.sub(lambda found: address(found[0], phrases), plain)
    plain = plain.replace("@", f" {phrases.say('speech.at')} ").replace("…", ".")
    plain = _DOMAIN.sub(lambda found: _signs_named(found[0], phrases), plain)
    plain = _PAPER_NUMBER.sub(lambda found: spelled(found[0], phrases), plain)
    plain = _MASKED_NAME.sub(lambda found: _name(found[1], found[2] or "", phrases), plain)
    plain = _STARS.sub(phrases.say("speech.stars"), plain)
    plain = _MASKED_END.sub(lambda found: _ending(found[1], phrases), plain)
    plain = _MONEY.sub(lambda found: money(int(found[1]), int(found[2] or 0), phrases), plain)
    plain = _PATH.sub(lambda found: f" {_signs_named(found[0], phrases)}", plain)
    plain = _TURN.sub(lambda found: turn(found[1], found[2]), plain)
    plain = _LONG_DIGITS.sub(lambda found: " ".join(found[0]), plain)
    return _LOST_STOP.sub(r"\1", _SPACES.sub(" ", plain)).strip()


def money(soles: int, centimos: int, phrases: Phrases) -> str:
    """An amount: "37 soles con 70"; "20 céntimos"; "5 soles"."""
    if not soles and centimos:
        return phrases.plural("speech.centimos", centimos)
    whole = phrases.plural("speech.soles", soles)
    if not centimos:
        return whole
    return phrases.filled("speech.soles_and", soles=whole, centimos=str(centimos))


def turn(letters: str, digits: str) -> str:
    """A turn's number: its letters by name, each leading zero, then the rest as one number.

    >>> turn("J", "042")
    'J, 0 42'
    """
    rest = digits.lstrip("0")
    zeros = ["0"] * (len(digits) - len(rest))
    return f"{' '.join(letters)}, {' '.join([*zeros, rest] if rest else zeros)}"


def spelled(text: str, phrases: Phrases) -> str:
    """Character by character, with a rest where a hyphen stands; signs by their names."""
    groups = [letters(group, phrases) for group in text.split("-")]
    return ", ".join(group for group in groups if group)


def letters(text: str, phrases: Phrases) -> str:
    """Character by character, hyphens too: as it was typed."""
    named = (character(each, phrases) for each in text)
    return " ".join(each for each in named if each)


def character(one: str, phrases: Phrases) -> str:
    """One character by its name; one that has none is not said."""
    if one in _SIGNS:
        return phrases.say(_SIGNS[one])
    return one.upper() if one.isalnum() else ""


def address(email: str, phrases: Phrases) -> str:
    """An e-mail address; of a masked one its first letter, and where the mailbox is."""
    local, _, domain = email.rpartition("@")
    place = _signs_named(domain, phrases)
    if "*" in domain:
        return phrases.filled("speech.masked_letter", letter=local[:1].strip("*").upper())
    if "*" in local:
        first = local.strip("*")
        key = "speech.masked_email" if first else "speech.masked_mailbox"
        return phrases.filled(key, letter=first.upper(), domain=place)
    if not local:
        return f"{phrases.say('speech.at')} {place}"
    return f"{_signs_named(local, phrases)} {phrases.say('speech.at')} {place}"


def _signs_named(text: str, phrases: Phrases) -> str:
    named = [f" {phrases.say(_SIGNS[each])} " if each in _SIGNS else each for each in text]
    return _SPACES.sub(" ", "".join(named)).strip()


def _name(letters: str, given: str, phrases: Phrases) -> str:
    """A masked name: the given name, and how the surname begins."""
    begins = " ".join(letters.upper())
    if not given:
        return phrases.filled("speech.masked_word", letters=begins)
    return phrases.filled("speech.masked_name", name=given.title(), letters=begins)


def _ending(end: str, phrases: Phrases) -> str:
    return phrases.filled("speech.masked_end", digits=" ".join(end))


def is_private(text: str) -> bool:
    """Whether bystanders must not hear `text` of the screen.

    A masked name or number, an address, the number of a document, of an application, of a claim.
    """
    if "***" in text or _PAPER_NUMBER.search(text) or _LONG_DIGITS.search(text):
        return True
    return any(found[0][0] != "@" for found in _EMAIL.finditer(text))


def is_money(number: str) -> bool:
    """Whether a large number of the screen is an amount."""
    return bool(_MONEY.fullmatch(number))


def may_be_called(number: str) -> bool:
    """Whether a large number of the screen is public anyway: a turn's, or an amount."""
    return bool(_TURN.fullmatch(number)) or is_money(number)
