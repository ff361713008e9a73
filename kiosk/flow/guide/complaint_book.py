"""PURE: what a site says of its complaint book, and the address in it that a phone can open."""

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"(?:https://|www\.)[^\s<>\"]+[^\s<>\".,;:)]")


@dataclass(frozen=True)
class Book:
    """The site's words, and the digital book's address; None where the words name none."""

    words: str
    link: str | None


def book(words: str) -> Book:
    """The complaint book of a site whose configuration says `words` (perhaps nothing).

    >>> book("En el mostrador y en www.example.pe/reclamos.").link
    'https://www.example.pe/reclamos'
    """
    found = _ADDRESS.search(words)
    if found is None:
        return Book(words, None)
    address = found[0]
    return Book(words, address if address.startswith("https://") else f"https://{address}")
