"""How to hold the document: a card whose side with arrows goes down into the reader."""

from kivy.graphics import Color, SmoothEllipse, SmoothLine, SmoothRoundedRectangle

from kiosk.widgets.moving_picture import SHAPE, MovingPicture


class DocumentPicture(MovingPicture):
    """The card sinks slowly into the reader and comes back."""

    def way(self, width: float) -> tuple[float, float]:
        """Down, until the reader covers the arrows."""
        return 0.0, -0.24 * width * SHAPE

    def draw_moving(self, left: float, low: float, width: float, height: float) -> None:
        """The card."""
        self._draw_card(left + 0.23 * width, low + 0.44 * height, 0.54 * width, 0.54 * height)

    def draw_resting(self, left: float, low: float, width: float, height: float) -> None:
        """The reader, and which way to go."""
        self._draw_reader(left + 0.13 * width, low, 0.74 * width, 0.32 * height)
        for middle in (0.11, 0.89):
            self._draw_arrow(left + middle * width, low + 0.71 * height, 0.075 * width)

    def _draw_card(self, x: float, y: float, width: float, height: float) -> None:
        palette, edge = self.theme.palette, self.theme.stroke * 1.6
        self.slab(x, y, width, height, 0.07 * height, palette.ground)
        Color(*palette.accent)
        SmoothLine(rounded_rectangle=(x, y, width, height, 0.07 * height), width=edge)
        self.slab(x + 0.07 * width, y + 0.42 * height, 0.24 * width, 0.46 * height, 6, palette.tint)
        Color(*palette.accent)
        head = 0.15 * height
        middle = x + 0.19 * width
        SmoothEllipse(pos=(middle - head / 2, y + 0.66 * height), size=(head, head))
        SmoothRoundedRectangle(
            pos=(middle - head * 0.85, y + 0.44 * height),
            size=(head * 1.7, head * 1.25),
            radius=[head * 0.8, head * 0.8, 4, 4],
        )
        for row, long in enumerate((0.52, 0.42, 0.48)):
            at = y + (0.8 - 0.15 * row) * height
            self.slab(x + 0.39 * width, at, long * width, 0.055 * height, 4, palette.hairline)
        self.slab(x + 0.03 * width, y + 0.05 * height, 0.94 * width, 0.28 * height, 8, palette.tint)
        Color(*palette.accent)
        for row in (0.12, 0.245):
            for column in range(17):
                self._wedge(x + (0.075 + 0.05 * column) * width, y + row * height, 0.042 * height)

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
