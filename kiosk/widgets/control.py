"""What everything touchable has in common: a stable name, words, and why it is disabled."""

from collections.abc import Iterator

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

LIFTED_S = 0.15
"""How long a control looks pressed that a key has pressed."""

NOWHERE = (-9.0, -9.0, 1.0, 1.0, 0.4)
"""Where a ring is that nobody sees: a line without colour would still be drawn, all around."""


class Control(ButtonBehavior, BoxLayout):  # pyright: ignore[reportIncompatibleMethodOverride]
    """`name` is the stable id, `label` the words, `reason` why it is disabled.

    `later`: by keys and by ear it comes after the others of its screen, wherever it stands.
    The ring of one that is `ringed` stands `ring_out` pixels outside of it.
    """

    name = StringProperty()
    label = StringProperty()
    reason = StringProperty()
    ringed = BooleanProperty(False)
    later = BooleanProperty(False)
    ring_out = NumericProperty(0)
    ring_round = NumericProperty(0)
    ring_pen = NumericProperty(1)

    def __init__(self, **properties: object) -> None:
        self._lift = Clock.create_trigger(self._lifted, LIFTED_S)
        super().__init__(**properties)

    def press(self) -> None:
        """What a finger does, at once, by a key; it looks pressed for a moment."""
        self._lift.cancel()
        self.state = "down"
        self.dispatch("on_press")
        self.dispatch("on_release")
        self._lift()

    def _lifted(self, _dt: float) -> None:
        self.state = "normal"


def around(
    pos: tuple[float, float], size: tuple[float, float], out: float, radius: float
) -> tuple[float, float, float, float, float]:
    """The rounded rectangle `out` pixels outside of another: x, y, width, height, radius."""
    return (pos[0] - out, pos[1] - out, size[0] + 2 * out, size[1] + 2 * out, radius)


def shown(root: Widget) -> Iterator[Widget]:
    """Every widget below `root` that can be seen, parents first, in the order they were added."""
    if root.opacity <= 0 or root.width <= 0 or root.height <= 0:
        return
    yield root
    for child in reversed(root.children):
        yield from shown(child)


def named(root: Widget, name: str) -> Control | None:
    """The control of this name below `root`, laid out or not yet; None where there is none."""
    found = (each for each in root.walk() if isinstance(each, Control))
    return next((each for each in found if name and each.name == name), None)


def controls(root: Widget) -> list[Control]:
    """The controls that can be seen below `root`, row by row from the top of the screen down.

    What stands side by side is one row, also where one of them is taller.
    """
    found = [each for each in shown(root) if isinstance(each, Control)]
    rows: list[list[Control]] = []
    for each in sorted(found, key=lambda each: -round(each.top)):
        if rows and _beside(rows[-1][0], each):
            rows[-1].append(each)
        else:
            rows.append([each])
    in_order = [each for row in rows for each in sorted(row, key=lambda each: round(each.x))]
    return sorted(in_order, key=lambda each: each.later)


def _beside(one: Control, other: Control) -> bool:
    """Whether the lower one shares more than half of its height, or of the other's."""
    shared = min(one.top, other.top) - max(one.y, other.y)
    return shared > min(one.height, other.height) / 2
