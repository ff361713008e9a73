"""One entry of the register: known keys with values of the right type, or words that say why."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import date, time
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_type_hints

# The forms of numbers, by document type; the XSD describes them in words.
NUMBER_FORMS: Mapping[str, re.Pattern[str]] = {
    "01": re.compile(r"[0-9]{8}"),
    "04": re.compile(r"[0-9A-Z]{1,12}"),
    "07": re.compile(r"[0-9A-Z]{1,12}"),
    "23": re.compile(r"[0-9A-Z]{1,15}"),
    "26": re.compile(r"[0-9A-Z]{1,15}"),
}
# How a value of each type is written in TOML.
_WRITTEN: Mapping[type, str] = {
    str: "text between quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a day, like 1980-01-01 without quotes",
    time: "a local time, like 10:15:00 without quotes",
}
T = TypeVar("T")


class PeopleError(ValueError):
    """The register cannot be used; the words say which entry and what to change."""


def build(kind: type[T], entry: Any, where: str) -> T:
    """A dataclass from an entry's keys. Raises PeopleError: unknown, missing or wrong ones."""
    if not isinstance(entry, dict):
        raise PeopleError(f"{where}: it is a table of keys and values.")
    refuse_unknown(entry, _types(kind), where)
    if missing := [name for name in _needed(kind) if name not in entry]:
        raise PeopleError(f"{where}: {', '.join(missing)} is missing.")
    for name, value in entry.items():
        _check(value, _types(kind)[name], f"{where}: {name}")
    return kind(**entry)


def refuse_unknown(entry: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Raises PeopleError for a key nobody asked for, most often a mistyped one."""
    if unknown := sorted(set(entry) - set(known)):
        raise PeopleError(f"{where}: unknown key {', '.join(unknown)}.")


def check_document(kind: str, number: str, where: str) -> None:
    """Raises PeopleError unless the number has the form of its document type."""
    form = NUMBER_FORMS.get(kind)
    if form is None:
        raise PeopleError(
            f"{where}: {kind!r} is no document type; one of {', '.join(NUMBER_FORMS)}."
        )
    if not form.fullmatch(number):
        raise PeopleError(f"{where}: {number!r} is no number of type {kind!r}.")


@cache
def _types(kind: type) -> Mapping[str, tuple[type, ...]]:
    """The admissible types of each field; a union gives several."""
    hints = get_type_hints(kind)
    return {
        each.name: get_args(hint) if isinstance(hint := hints[each.name], UnionType) else (hint,)
        for each in fields(kind)
    }


@cache
def _needed(kind: type) -> tuple[str, ...]:
    return tuple(
        each.name
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING
    )


def _check(value: Any, types: tuple[type, ...], where: str) -> None:
    given = type(value)
    if given in types or (given is int and float in types):
        return
    wanted = [_WRITTEN.get(kind, "a table in braces") for kind in types if kind is not NoneType]
    raise PeopleError(f"{where} is {' or '.join(wanted)}.")
