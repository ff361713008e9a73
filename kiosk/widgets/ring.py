"""The visible ring of somebody who works with keys: on which control it is, where it goes."""

from collections.abc import Sequence

from kiosk.widgets.control import Control
from kiosk.widgets.keyboard import Key

ON, BACK = ("down", "right"), ("up", "left")

KEYS = {
    "up": "up",
    "left": "left",
    "down": "down",
    "right": "right",
    "tab": "right",
    "enter": "enter",
    "numpadenter": "enter",
    "spacebar": "enter",
}
"""What the keys of a keyboard mean; those that are not here mean nothing."""

HELD = frozenset({"ctrl", "alt", "meta"})
"""With one of these no key means anything: the system's own combinations move nothing here."""

WAYS = {"back": ("back", "language:keep"), "home": ("cancel", "finish")}
"""The controls that a key of the keypad touches: the first that is there."""


class Ring:
    """At most one control is ringed; none until the first arrow, none after a touch."""

    def __init__(self) -> None:
        self.on: Control | None = None

    def put(self, control: Control | None) -> None:
        """Ring this one, or none."""
        if self.on is not None:
            self.on.ringed = False
        self.on = control
        if control is not None:
            control.ringed = True

    def move(self, reachable: Sequence[Control], arrow: str) -> None:
        """One step through `reachable`, round and round; on a keyboard up and down change rows."""
        if not reachable:
            return
        way = 1 if arrow in ON else -1
        if self.on not in reachable:
            self.put(reachable[0 if way > 0 else -1])
            return
        beside = reachable[(reachable.index(self.on) + way) % len(reachable)]
        if arrow in ("up", "down") and isinstance(self.on, Key):
            beside = _next_row(self.on, reachable, way) or beside
        self.put(beside)


def meant_by(key: str, reachable: Sequence[Control]) -> Control | None:
    """The control that `key` of WAYS touches; None where there is none."""
    named = {each.name: each for each in reachable}
    return next((named[way] for way in WAYS[key] if way in named), None)


def _next_row(key: Control, reachable: Sequence[Control], way: int) -> Control | None:
    """The control of the next row whose middle is nearest; None where no row follows."""
    beyond = [each for each in reachable if (key.center_y - each.center_y) * way > key.height / 2]
    if not beyond:
        return None
    row = min(abs(each.center_y - key.center_y) for each in beyond)
    in_row = [each for each in beyond if abs(each.center_y - key.center_y) < row + key.height / 2]
    return min(in_row, key=lambda each: abs(each.center_x - key.center_x))
