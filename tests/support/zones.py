"""Documents that exist nowhere, and what optical readers make of their zones."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import get_args

from devices.documents.mrz import DocumentKind, TravelDocument

TODAY = date(2026, 1, 15)
STATES = ("PER", "UTO", "ESP", "COL", "VEN", "BRA", "ARG", "D")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABET = LETTERS + "0123456789<"
LOOKS_LIKE = dict(zip("018256OIBZSG", "OIBZSG018256", strict=True))
Zone = tuple[str, ...]


def some_document(dice: random.Random, states: Sequence[str] = STATES) -> TravelDocument:
    """A TD1, TD2 or TD3 with a number of up to nine characters; half are Peruvian cards."""
    if dice.random() < 0.5:
        return _document(dice, "TD1", "I", "PER", "PER", f"{dice.randrange(10**8):08d}")
    kind = dice.choice(get_args(DocumentKind))
    code = "P" if kind == "TD3" else dice.choice(("I", "ID", "A", "C"))
    number = "".join(dice.choice(ALPHABET[:-1]) for _ in range(dice.randint(5, 9)))
    return _document(dice, kind, code, dice.choice(states), dice.choice(states), number)


def _document(
    dice: random.Random, kind: DocumentKind, code: str, issuer: str, nation: str, number: str
) -> TravelDocument:
    names = [_name(dice) for _ in range(dice.randint(2, 3))]
    return TravelDocument(
        kind=kind,
        document_code=code,
        issuing_state=issuer,
        number=number,
        birth_date=date(1940, 1, 1) + timedelta(dice.randrange(25_000)),
        sex=dice.choice("MF"),
        expiry_date=date(2016, 1, 1) + timedelta(dice.randrange(9_000)),
        nationality=nation,
        surname="PRUEBA",
        given_names=" ".join(names),
        optional="",
    )


def _name(dice: random.Random) -> str:
    return "".join(dice.choice(LETTERS) for _ in range(dice.randint(2, 5)))


def with_character(lines: Zone, line: int, column: int, character: str) -> Zone:
    text = lines[line][:column] + character + lines[line][column + 1 :]
    return (*lines[:line], text, *lines[line + 1 :])
