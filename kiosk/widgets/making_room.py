"""Where words need the room, what is needed least gives way, and no more than has to."""

from math import ceil

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

CLOSEST = 0.05


class GivesWay:
    """`gives_way` 0: never; of the others the highest goes first, and comes back last.

    `wants` is the height it takes when it is shown. What is `hidden` takes none and is not heard.
    """

    gives_way = NumericProperty(0)
    hidden = BooleanProperty(False)
    wants = NumericProperty(0)

    def on_gives_way(self, _widget: Widget, gives_way: float) -> None:
        """What never gives way is not left hidden by what it was before."""
        if not gives_way:
            self.hidden = False

    def on_wants(self, widget: Widget, _wants: float) -> None:
        """Other words may need more room, or less."""
        above = widget.parent if self.gives_way else None
        while above is not None and above is not above.parent:
            if isinstance(above, MakesRoom):
                above.make_room()
                return
            above = above.parent


class MakesRoom(BoxLayout):
    """A column that hides what gives way below it while it does not hold all of it.

    Where that is not enough, it draws closer together, down to `CLOSEST` of its own spacing.
    """

    def __init__(self, **properties: object) -> None:
        self.make_room = Clock.create_trigger(self._make_room, -1)
        self._wide, self._drawing_closer = 0.0, False
        super().__init__(**properties)
        self.fbind("spacing", self._spaced)
        for name in ("height", "minimum_height", "children"):
            self.fbind(name, self.make_room)

    def _make_room(self, _dt: float) -> None:
        giving = sorted(
            (each for each in self.walk(restrict=True) if getattr(each, "gives_way", 0)),
            key=lambda each: each.gives_way,
        )
        gaps = max(0, len(self.children) - 1)
        free = self.height - self.minimum_height - gaps * (self._wide - self.spacing)
        for each in reversed(giving):
            if free < 0 and not each.hidden and each.wants:
                each.hidden = True
                free += each.wants
        for each in giving:
            if each.hidden and each.wants > free:
                break
            if each.hidden:
                each.hidden = False
                free -= each.wants
        self._draw_closer(gaps, free)

    def _spaced(self, _column: Widget, spacing: float) -> None:
        if not self._drawing_closer:
            self._wide = spacing

    def _draw_closer(self, gaps: int, free: float) -> None:
        """`free`: pixels that would be left with its own spacing; below zero they are missing."""
        missing = ceil(-free / gaps) if gaps and free < 0 else 0
        self._drawing_closer = True
        self.spacing = max(self._wide * CLOSEST, self._wide - missing)
        self._drawing_closer = False
