"""The members of nexo messages: how each value is read and written, and where it stands. Pure.

Reading is by name only: what no ``Member`` names is never looked at, so it cannot be kept.
"""
# pyright: strict

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeGuard

MAX_MESSAGE_BYTES = 64 * 1024
MAX_CENTIMOS = 99_999_999
_BETWEEN = "[ ./-]"
_SHORTEST, _LONGEST = 13, 19


class MessageRefused(ValueError):
    """Bytes that are not the message they should be; names the member, never its content."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"nexo message: {where} {what}; the message is not used.")
        self.where = where
        self.what = what


@dataclass(frozen=True, slots=True)
class Codec:
    """How one value is read (``ValueError`` or ``ArithmeticError`` if it cannot) and written."""

    read: Callable[[Any], object]
    write: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Member:
    """One member: the attribute that holds it, its dotted path in the JSON, and its codec."""

    attribute: str
    path: str
    codec: Codec
    required: bool = True


def text(pattern: str) -> Codec:
    """A text of exactly this form."""

    def checked(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise ValueError
        return value

    return Codec(checked, checked)


def word(*choices: str) -> Codec:
    """One of some words."""
    return text("|".join(choices))


def kept(pattern: str) -> Codec:
    """A text worth keeping; one of another form becomes empty.

    So does one that begins with 13 digits or more, whatever separates them, or has a card number
    anywhere: it might be one, or track 2, in the wrong place.
    """

    def read(value: Any) -> str:
        fits = isinstance(value, str) and re.fullmatch(pattern, value)
        return value if fits and not might_be_card(value) else ""

    return Codec(read, str)


def might_be_card(text: str) -> bool:
    """Whether a text begins with 13 digits, or holds 13 to 19 in a row with a right check digit.

    Separators between them are ignored. No card number begins with 0, and one that begins with 1
    (an airline's) counts only as a whole row: times and counters would else be taken for one.
    """
    if re.match(rf"(?:[0-9]{_BETWEEN}*){{{_SHORTEST}}}", text):
        return True
    rows = re.findall(rf"[0-9](?:{_BETWEEN}*[0-9])*", text)
    return any(_holds_card(re.sub(_BETWEEN, "", row)) for row in rows)


def _holds_card(digits: str) -> bool:
    """Whether a row of digits is a card number, or one stands anywhere in it."""
    ends = range(_SHORTEST, min(len(digits), _LONGEST) + 1)
    parts = [digits[at : at + size] for size in ends for at in range(len(digits) - size + 1)]
    return any(
        _passes_luhn(part) and part[0] not in ("0" if part == digits else "01") for part in parts
    )


def _passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: every second digit from the right doubled, its digits added."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _read_last4(value: Any) -> str:
    ending = re.search(r"[0-9]{4}\Z", value) if isinstance(value, str) else None
    return ending.group() if ending else ""


def _read_moment(value: Any) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else None
    if at is None or at.tzinfo is None:
        raise ValueError
    return at.astimezone(UTC)


def _write_moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError
    return value.astimezone(UTC).isoformat()


def _read_centimos(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise ValueError
    soles = Decimal(value)
    if not 0 <= soles <= Decimal(MAX_CENTIMOS) / 100 or soles != round(soles, 2):
        raise ValueError
    return int(soles * 100)


def _write_centimos(value: int) -> float:
    if not 0 <= value <= MAX_CENTIMOS:
        raise ValueError
    return value / 100


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


LAST4 = Codec(_read_last4, str)
MOMENT = Codec(_read_moment, _write_moment)
CENTIMOS = Codec(_read_centimos, _write_centimos)
FLAG = Codec(_flag, _flag)


def is_tree(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether this is a JSON object."""
    return isinstance(value, dict)


def parse(data: bytes) -> dict[str, Any]:
    """Read one JSON object of at most 64 KiB; raises ``MessageRefused``."""
    if len(data) > MAX_MESSAGE_BYTES:
        raise MessageRefused("envelope", f"is longer than {MAX_MESSAGE_BYTES} bytes")
    try:
        tree: object = json.loads(
            data.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_once_each,
        )
    except (ValueError, ArithmeticError, RecursionError):
        raise MessageRefused("envelope", "is not JSON with each name once") from None
    if not is_tree(tree):
        raise MessageRefused("envelope", "is not an object")
    return tree


def _no_constant(_name: str) -> object:
    raise ValueError


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError
    return tree


def at_path(tree: object, path: str) -> object:
    """Follow a dotted path; None where it ends early."""
    for name in path.split("."):
        if tree is None:
            return None
        if not is_tree(tree):
            raise MessageRefused(path, "is not inside an object")
        tree = tree.get(name)
    return tree


def put(tree: dict[str, Any], path: str, value: object) -> None:
    """Set a value at a dotted path, making the objects on the way."""
    *folders, last = path.split(".")
    for name in folders:
        tree = tree.setdefault(name, {})
    tree[last] = value


def values_of(members: tuple[Member, ...], tree: object) -> dict[str, Any]:
    """Read the members found in ``tree`` by attribute; raises ``MessageRefused``."""
    values: dict[str, Any] = {}
    for member in members:
        found = at_path(tree, member.path)
        if found is None:
            if member.required:
                raise MessageRefused(member.path, "is missing")
            continue
        try:
            values[member.attribute] = member.codec.read(found)
        except MessageRefused:
            raise
        except (ValueError, ArithmeticError):
            raise MessageRefused(member.path, "has another form") from None
    return values


def fill(tree: dict[str, Any], members: tuple[Member, ...], source: object) -> None:
    """Write the attributes of ``source`` into ``tree``; raises ``MessageRefused``."""
    for member in members:
        value: Any = getattr(source, member.attribute)
        if not member.required and (value is None or value == ""):
            continue
        try:
            put(tree, member.path, member.codec.write(value))
        except (ValueError, ArithmeticError):
            raise MessageRefused(member.path, "cannot be sent in this form") from None
