"""Where words need the room, what is needed least gives way, and no more than has to."""

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget


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
    """A column that hides what gives way below it while it does not hold all of it."""

    def __init__(self, **properties: object) -> None:
        self.make_room = Clock.create_trigger(self._make_room, -1)
        super().__init__(**properties)
        for name in ("height", "minimum_height", "children"):
            self.fbind(name, self.make_room)

    def _make_room(self, _dt: float) -> None:
        giving = sorted(
            (each for each in self.walk(restrict=True) if getattr(each, "gives_way", 0)),
            key=lambda each: each.gives_way,
        )
        free = self.height - self.minimum_height
        for each in reversed(giving):
            if free < 0 and not each.hidden and each.wants:
                each.hidden = True
                free += each.wants
        for each in giving:
            if each.hidden and each.wants > free:
                return
            if each.hidden:
                each.hidden = False
                free -= each.wants
