"""The register of invented people: read from a TOML file that a person edits."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

SHIPPED = Path(__file__).with_name("people.toml")
# The forms of numbers, by document type; the XSD describes them in words.
NUMBER_FORMS: Mapping[str, re.Pattern[str]] = {
    "01": re.compile(r"[0-9]{8}"),
    "04": re.compile(r"[0-9A-Z]{1,12}"),
    "07": re.compile(r"[0-9A-Z]{1,12}"),
    "23": re.compile(r"[0-9A-Z]{1,15}"),
    "26": re.compile(r"[0-9A-Z]{1,15}"),
}
_NAME = re.compile(r"[A-ZÑÜ][A-ZÑÜ'. \-]{0,79}")
_MIGRATORY = (None, "REGULAR", "NO_REGULAR")
T = TypeVar("T")


class PeopleError(ValueError):
    """The register cannot be used; the words say which entry and what to change."""


@dataclass(frozen=True)
class Credential:
    """What the caller presents in every request."""

    user: str
    password: str = field(repr=False)
    ruc: str


@dataclass(frozen=True)
class Held:
    """A certificate a person already has: its number and its age in days."""

    number: str
    issued_days_ago: int


@dataclass(frozen=True)
class Person:
    """One invented person. Names in capitals; `check`: admissible check characters of a DNI."""

    type: str
    number: str
    given_names: str
    first_surname: str
    birth_date: date
    second_surname: str | None = None
    check: str = ""
    issue_date: date | None = None
    record: bool = False
    review: bool = False
    migratory: str | None = None
    certificate: Held | None = None

    def is_of_age(self, today: date) -> bool:
        """Eighteen or older on `today`."""
        born = self.birth_date
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= 18


@dataclass(frozen=True)
class Register:
    """All the sandbox knows before it starts. `minimum_centimos`: the least that is accepted."""

    credential: Credential
    minimum_centimos: int
    people: Mapping[tuple[str, str], Person]

    def find(self, document_type: str, number: str) -> Person | None:
        """The holder of a document, or None."""
        return self.people.get((document_type, number))


def load_register(path: Path = SHIPPED) -> Register:
    """Read the register. Raises PeopleError for an unreadable file, entry or key."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise PeopleError(f"{path}: {error}") from error
    _refuse_unknown(content, {"credential", "payment", "person"}, f"{path}")
    payment = content.get("payment", {})
    _refuse_unknown(payment, {"minimum_centimos"}, f"{path} [payment]")
    people = [_person(entry, f"{path} person {n}") for n, entry in enumerate(_entries(content), 1)]
    by_document = {(person.type, person.number): person for person in people}
    if len(by_document) != len(people):
        raise PeopleError(f"{path}: two people have the same document.")
    return Register(
        _build(Credential, content.get("credential", {}), f"{path} [credential]"),
        int(payment.get("minimum_centimos", 1)),
        by_document,
    )


def _entries(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    return content.get("person", [])


def _person(entry: dict[str, Any], where: str) -> Person:
    if isinstance(held := entry.get("certificate"), dict):
        entry = {**entry, "certificate": _build(Held, held, f"{where} certificate")}
    person = _build(Person, entry, where)
    form = NUMBER_FORMS.get(person.type)
    if form is None or not form.fullmatch(person.number):
        raise PeopleError(f"{where}: {person.number!r} is no number of type {person.type!r}.")
    names = (person.given_names, person.first_surname, person.second_surname or "X")
    if not all(_NAME.fullmatch(name) for name in names):
        raise PeopleError(f"{where}: names are capitals without accents.")
    if type(person.birth_date) is not date:
        raise PeopleError(f"{where}: birth_date is a day, like 1980-01-01 without quotes.")
    if person.migratory not in _MIGRATORY:
        raise PeopleError(f"{where}: migratory is REGULAR or NO_REGULAR.")
    return person


def _build(kind: type[T], entry: Mapping[str, Any], where: str) -> T:
    _refuse_unknown(entry, {known.name for known in fields(kind)}, where)  # pyright: ignore
    try:
        return kind(**entry)
    except TypeError as error:
        raise PeopleError(f"{where}: {error}") from error


def _refuse_unknown(entry: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    if unknown := sorted(set(entry) - set(known)):
        raise PeopleError(f"{where}: unknown key {', '.join(unknown)}.")
