"""What an order may say of a fault beside its name: each parameter, its values, what is refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from queue_server.issuance.sandbox.codes import WORDS

MAX_SECONDS = 600.0
MAX_BYTES = 1 << 30
MAX_TEXT = 200
REQUIRED = object()


class FaultRefused(ValueError):
    """The order is not understood; the words say what is."""


@dataclass(frozen=True)
class Parameter:
    """One parameter. `read` gives its value or raises FaultRefused; `choices`: the known ones."""

    name: str
    read: Callable[[Any], Any]
    default: Any = REQUIRED
    choices: Sequence[str] = ()


def seconds(name: str = "seconds", default: Any = REQUIRED) -> Parameter:
    """A time from 0 to 600 s."""

    def read(value: Any) -> float:
        if not _is_number(value) or not 0 <= value <= MAX_SECONDS:
            raise FaultRefused(f"{name} is between 0 and {MAX_SECONDS:g}")
        return float(value)

    return Parameter(name, read, default)


def amount(name: str, default: int, largest: int = MAX_BYTES) -> Parameter:
    """A whole number from 1."""

    def read(value: Any) -> int:
        if type(value) is not int or not 1 <= value <= largest:
            raise FaultRefused(f"{name} is a whole number from 1 to {largest}")
        return value

    return Parameter(name, read, default)


def flag(name: str, default: bool) -> Parameter:
    """True or false."""

    def read(value: Any) -> bool:
        if type(value) is not bool:
            raise FaultRefused(f"{name} is true or false")
        return value

    return Parameter(name, read, default, ("true", "false"))


def choice(name: str, choices: Sequence[str], default: Any = REQUIRED) -> Parameter:
    """One of a few words."""

    def read(value: Any) -> str:
        value = str(value) if type(value) is int else value
        if value not in choices:
            raise FaultRefused(f"{name} is one of {', '.join(choices)}")
        return value

    return Parameter(name, read, default, choices)


def words(name: str, default: str) -> Parameter:
    """Printable ASCII that may stand in a header or an attribute."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > MAX_TEXT or not _is_plain(value):
            raise FaultRefused(f"{name} is at most {MAX_TEXT} plain characters")
        return value

    return Parameter(name, read, default)


def code() -> Parameter:
    """An application code of the contract."""
    return choice("code", tuple(WORDS))


def read_rate(value: Any) -> float:
    """The part of the calls something happens to. Raises FaultRefused."""
    if not _is_number(value) or not 0 < value <= 1:
        raise FaultRefused("rate is above 0 and at most 1: the part of the calls it happens to")
    return float(value)


def read_whole(name: str, value: Any, least: int | None = None) -> int | None:
    """A whole number, or None. Raises FaultRefused."""
    if value is None or (type(value) is int and (least is None or value >= least)):
        return value
    raise FaultRefused(f"{name} is a whole number" + ("" if least is None else f" from {least}"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and not set(text) & set('"<>&')
