"""How to hold the document: the edge with arrows, of a card or a passport, goes to the reader."""

from kivy.graphics import Color, SmoothLine
from kivy.properties import BooleanProperty

from kiosk.widgets.moving_picture import SHAPE, MovingPicture


class DocumentPicture(MovingPicture):
    """A card sinks slowly into the reader and comes back; then an open passport, then a card.

    `passport`: whose turn it is. One at a time: two together look as if both had to go in.
    No portrait: on some cards it is on the other side, and it is the arrows that are looked for.
    """

    passport = BooleanProperty(False)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.fbind("passport", self._redraw)

    def on_phase(self, _picture: object, phase: float) -> None:
        """A round begins: the other document's turn."""
        if phase < self._before:
            self.passport = not self.passport
        self._before = phase

    _before = 0.0

    def way(self, width: float) -> tuple[float, float]:
        """Down, until the reader covers the arrows."""
        return 0.0, -0.24 * width * SHAPE

    def draw_moving(self, left: float, low: float, width: float, height: float) -> None:
        """The card, or the passport."""
        low, middle = low + 0.44 * height, left + 0.5 * width
        if self.passport:
            self._draw_passport(middle - 0.17 * width, low, 0.34 * width, 0.56 * height)
        else:
            self._draw_card(middle - 0.26 * width, low, 0.52 * width, 0.5 * height)

    def draw_resting(self, left: float, low: float, width: float, height: float) -> None:
        """The reader, and which way to go."""
        self._draw_reader(left, low, width, 0.32 * height)
        self._draw_arrow(left + 0.84 * width, low + 0.64 * height, 0.06 * width)

    def _draw_card(self, x: float, y: float, width: float, height: float) -> None:
        palette, edge = self.theme.palette, self.theme.stroke * 1.6
        self.slab(x, y, width, height, 0.07 * height, palette.ground)
        Color(*palette.accent)
        SmoothLine(rounded_rectangle=(x, y, width, height, 0.07 * height), width=edge)
        for row, long in enumerate((0.6, 0.8, 0.5)):
            at = y + (0.83 - 0.14 * row) * height
            self.slab(x + 0.07 * width, at, long * width, 0.05 * height, 4, palette.hairline)
        self._draw_edge(x, y, width, height * 0.44, (0.2, 0.5, 0.8), 13)

    def _draw_passport(self, x: float, y: float, width: float, height: float) -> None:
        """Open: the page with the arrows below, the other above the fold."""
        palette, edge = self.theme.palette, self.theme.stroke * 1.6
        self.slab(x, y, width, height, 0.04 * height, palette.ground)
        Color(*palette.accent)
        SmoothLine(rounded_rectangle=(x, y, width, height, 0.04 * height), width=edge)
        SmoothLine(points=(x, y + height / 2, x + width, y + height / 2), width=edge)
        for row, long in enumerate((0.6, 0.8, 0.45)):
            for page in (0.86, 0.4):
                at = y + (page - 0.1 * row) * height
                wide = long * width * (0.6 if page < 0.5 else 1.0)
                self.slab(x + 0.1 * width, at, wide, 0.035 * height, 4, palette.hairline)
        self._draw_edge(x, y, width, height * 0.17, (0.28, 0.72), 10)

    def _draw_edge(
        self, x: float, y: float, width: float, height: float, rows: tuple[float, ...], signs: int
    ) -> None:
        """The rows of arrows along the lower edge."""
        palette = self.theme.palette
        inside = (x + 0.03 * width, y + 0.06 * height, 0.94 * width, 0.9 * height)
        self.slab(*inside, 8, palette.tint)
        Color(*palette.accent)
        for row in rows:
            for column in range(signs):
                at = x + (0.07 + 0.87 * column / signs) * width
                self._wedge(at, y + row * height, 0.34 * width / signs)

    def _draw_reader(self, x: float, y: float, width: float, height: float) -> None:
        palette = self.theme.palette
        self.slab(x, y, width, height, 0.14 * height, palette.ink)
        Color(*palette.soft)
        SmoothLine(rounded_rectangle=(x, y, width, height, 0.14 * height), width=2)
        self.slab(
            x + 0.1 * width, y + height * 0.86, 0.8 * width, height * 0.07, 6, palette.good.edge
        )
        self.slab(x + 0.42 * width, y + 0.3 * height, 0.16 * width, 10, 5, palette.stripe)

    def _draw_arrow(self, x: float, y: float, size: float) -> None:
        Color(*self.theme.palette.accent)
        thick = max(3.0, size * 0.09)
        wings = (x - size / 2, y - size / 3, x, y - size * 0.85, x + size / 2, y - size / 3)
        SmoothLine(points=(x, y + size, x, y - size * 0.8), width=thick, cap="round")
        SmoothLine(points=wings, width=thick, cap="round", joint="round")

    @staticmethod
    def _wedge(x: float, y: float, size: float) -> None:
        SmoothLine(points=(x + size, y + size, x, y, x + size, y - size), width=1.6)
