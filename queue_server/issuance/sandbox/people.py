"""The register of invented people and payments: read from a TOML file that a person edits."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from queue_server.issuance.sandbox.entries import (
    PeopleError,
    build,
    check_document,
    refuse_unknown,
)
from queue_server.issuance.sandbox.vouchers import Voucher, read_voucher, refuse_doubles

SHIPPED = Path(__file__).with_name("people.toml")
_NAME = re.compile(r"[A-ZÑÜ][A-ZÑÜ'. \-]{0,79}")
_MIGRATORY = (None, "REGULAR", "NO_REGULAR")


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

    @property
    def full_name(self) -> str:
        """Given names, then surnames."""
        names = (self.given_names, self.first_surname, self.second_surname)
        return " ".join(filter(None, names))

    def is_of_age(self, today: date) -> bool:
        """Eighteen or older on `today`."""
        born = self.birth_date
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= 18


@dataclass(frozen=True)
class Payment:
    """What the centre accepts as paid. `minimum_centimos`: the least."""

    minimum_centimos: int = 1


@dataclass(frozen=True)
class Register:
    """All the sandbox knows before it starts. `minimum_centimos`: the least that is accepted."""

    credential: Credential
    minimum_centimos: int
    people: Mapping[tuple[str, str], Person]
    vouchers: tuple[Voucher, ...] = ()

    def find(self, document_type: str, number: str) -> Person | None:
        """The holder of a document, or None."""
        return self.people.get((document_type, number))


def load_register(path: Path = SHIPPED) -> Register:
    """Read the register. Raises PeopleError for an unreadable file, entry or key."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise PeopleError(f"{path}: {error}") from error
    refuse_unknown(content, {"credential", "payment", "person", "voucher"}, f"{path}")
    people = [
        _person(entry, f"{path} person {n}")
        for n, entry in enumerate(_entries(content, "person", path), 1)
    ]
    by_document = {(person.type, person.number): person for person in people}
    if len(by_document) != len(people):
        raise PeopleError(f"{path}: two people have the same document.")
    vouchers = tuple(
        read_voucher(entry, f"{path} voucher {n}")
        for n, entry in enumerate(_entries(content, "voucher", path), 1)
    )
    refuse_doubles(vouchers, f"{path}")
    return Register(
        build(Credential, content.get("credential", {}), f"{path} [credential]"),
        build(Payment, content.get("payment", {}), f"{path} [payment]").minimum_centimos,
        by_document,
        vouchers,
    )


def _entries(content: Mapping[str, Any], name: str, path: Path) -> list[Any]:
    entries = content.get(name, [])
    if not isinstance(entries, list):
        raise PeopleError(f"{path}: each {name} begins with [[{name}]], in two brackets.")
    return entries


def _person(entry: dict[str, Any], where: str) -> Person:
    if isinstance(entry, dict) and isinstance(held := entry.get("certificate"), dict):
        entry = {**entry, "certificate": build(Held, held, f"{where} certificate")}
    person = build(Person, entry, where)
    check_document(person.type, person.number, where)
    names = (person.given_names, person.first_surname, person.second_surname or "X")
    if not all(_NAME.fullmatch(name) for name in names):
        raise PeopleError(f"{where}: names are capitals without accents.")
    if person.migratory not in _MIGRATORY:
        raise PeopleError(f"{where}: migratory is REGULAR or NO_REGULAR.")
    return person
