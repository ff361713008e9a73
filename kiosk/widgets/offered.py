"""A part of a screen that is there only sometimes."""

from typing import Any


class Offered:
    """Holds `part`, one of a screen's ids, on and off the screen.

    A screen's ids hold weakly: what is taken off it and held by nobody is gone at the next
    collection, and the screen with it. To be made before anything is taken out of its row.
    """

    def __init__(self, part: Any) -> None:
        self.part = part.__self__
        self._row = self.part.parent
        self._below = self._row.children[: self._row.children.index(self.part)]

    def offer(self, *, offered: bool) -> None:
        """It stands in its place in its row exactly while it is `offered`."""
        there = self._row.children
        if offered == (self.part in there):
            return
        if offered:
            self._row.add_widget(self.part, sum(each in there for each in self._below))
        else:
            self._row.remove_widget(self.part)
