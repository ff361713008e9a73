"""PURE: the few lines of a kiosk's configuration that may be changed from afar, none of which can
touch money, trust or ports. The kiosk checks them again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_CHANGES = 20


class WrongSetting(ValueError):
    """A change that no kiosk would take; the words are for the person who asked for it."""


@dataclass(frozen=True)
class Whole:
    """A whole number between two others."""

    least: int
    most: int

    def fault(self, value: Any) -> str:
        """Why not, "" when it will do."""
        if isinstance(value, bool) or not isinstance(value, int):
            return "escriba un número entero"
        if not self.least <= value <= self.most:
            return f"escriba un número de {self.least} a {self.most}"
        return ""


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]

    def fault(self, value: Any) -> str:
        """Why not, "" when it will do."""
        return "" if value in self.words else f"elija entre {', '.join(self.words)}"


@dataclass(frozen=True)
class Sentence:
    """One printable line."""

    longest: int

    def fault(self, value: Any) -> str:
        """Why not, "" when it will do."""
        if not isinstance(value, str) or len(value) > self.longest or not _printable(value):
            return f"escriba una línea de hasta {self.longest} letras"
        return ""


@dataclass(frozen=True)
class YesOrNo:
    """True or false."""

    def fault(self, value: Any) -> str:
        """Why not, "" when it will do."""
        return "" if isinstance(value, bool) else "elija sí o no"


Rule = Whole | OneOf | Sentence | YesOrNo

RULES: Mapping[str, Rule] = {
    "screen.language": OneOf(("es", "en", "qu", "ay")),
    "speech.words_per_minute": Whole(80, 300),
    "offline.numbers": Whole(0, 50),
    "discovery.enabled": YesOrNo(),
    "places.reader": Sentence(200),
    "places.terminal": Sentence(200),
    "places.paper": Sentence(200),
    "places.cash": Sentence(200),
    "places.keypad": Sentence(200),
}
"""Keys of kiosk.toml as `section.key`."""
CAPACITY = re.compile(r"devices\.[a-z0-9-]{1,20}\.capacity")
_CAPACITY_RULE = Whole(1, 100_000)


def checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """`changes` as they are signed; null takes a change back. Raises WrongSetting."""
    if len(changes) > MOST_CHANGES:
        raise WrongSetting(f"Cambie como mucho {MOST_CHANGES} valores a la vez.")
    for name, value in changes.items():
        rule = _CAPACITY_RULE if CAPACITY.fullmatch(name) else RULES.get(name)
        if rule is None:
            raise WrongSetting(f"«{name[:60]}» no se cambia a distancia.")
        if value is not None and (fault := rule.fault(value)):
            raise WrongSetting(f"«{name}»: {fault}.")
    return dict(sorted(changes.items()))


def _printable(text: str) -> bool:
    return all(each.isprintable() for each in text)
