"""What everything touchable has in common: a stable name, words, and why it is disabled."""

from collections.abc import Iterator

from kivy.clock import Clock
from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

LIFTED_S = 0.15
"""How long a control looks pressed that a key has pressed."""


class Control(ButtonBehavior, BoxLayout):  # pyright: ignore[reportIncompatibleMethodOverride]
    """`name` is the stable id, `label` the words, `reason` why it is disabled."""

    name = StringProperty()
    label = StringProperty()
    reason = StringProperty()
    ringed = BooleanProperty(False)

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


def shown(root: Widget) -> Iterator[Widget]:
    """Every widget below `root` that can be seen, parents first, in the order they were added."""
    if root.opacity <= 0 or root.width <= 0 or root.height <= 0:
        return
    yield root
    for child in reversed(root.children):
        yield from shown(child)


def controls(root: Widget) -> list[Control]:
    """The controls that can be seen below `root`, from the top of the screen down."""
    found = [each for each in shown(root) if isinstance(each, Control)]
    return sorted(found, key=lambda each: (-round(each.top), round(each.x)))
