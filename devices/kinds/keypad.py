"""Kind ``keypad``: navigation keys and a headphone jack, for who cannot use the screen. Pure.

It takes no command but ``SelfTest``; it reports ``KeyPressed`` and ``JackChanged``. The part
``jack`` of its status is a ``JackState``.
"""

from dataclasses import dataclass
from enum import StrEnum

KIND = "keypad"


class Key(StrEnum):
    """What a key is for, whatever is printed on it."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    ENTER = "enter"
    BACK = "back"
    HOME = "home"
    HELP = "help"
    VOLUME_UP = "volume_up"
    VOLUME_DOWN = "volume_down"


class JackState(StrEnum):
    """Whether headphones are plugged in; ``unknown`` until the keypad tells."""

    UNKNOWN = "unknown"
    INSERTED = "inserted"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key went down, or is ``repeated`` because it is still down."""

    key: Key
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class JackChanged:
    """Headphones were plugged in or pulled out, or it became known which of both is so."""

    inserted: bool


Happening = KeyPressed | JackChanged
