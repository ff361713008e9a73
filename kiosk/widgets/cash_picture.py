"""Notes and coins each have an opening of their own to go in, and one tray to come out."""

from kivy.graphics import Color, SmoothEllipse, SmoothLine
from kivy.properties import BooleanProperty

from kiosk.theme import rgb
from kiosk.widgets.moving_picture import MovingPicture

GOLD, GOLD_EDGE = rgb("#E3C271"), rgb("#8A6A1D")


class CashPicture(MovingPicture):
    """A note and a coin go slowly into their openings and come back; `out`: down into the tray."""

    out = BooleanProperty(False)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.fbind("out", self._redraw)

    def way(self, width: float) -> tuple[float, float]:
        """To the right, until the openings hold half of them; or down, out of the machine."""
        return (0.0, -0.2 * width) if self.out else (0.17 * width, 0.0)

    def draw_moving(self, left: float, low: float, width: float, height: float) -> None:
        """The note, and the coin below it; or both side by side, on their way out."""
        if self.out:
            self._draw_note(left + 0.28 * width, low + 0.48 * height, 0.24 * width, 0.26 * height)
            self._draw_coin(left + 0.63 * width, low + 0.61 * height, 0.22 * height)
            return
        self._draw_note(left + 0.08 * width, low + 0.56 * height, 0.42 * width, 0.32 * height)
        self._draw_coin(left + 0.36 * width, low + 0.24 * height, 0.24 * height)

    def draw_resting(self, left: float, low: float, width: float, height: float) -> None:
        """The machine with both openings, or with its tray; what is inside is behind it."""
        if self.out:
            self._draw_tray(left, low, width, height)
            return
        palette = self.theme.palette
        x, wide = left + 0.56 * width, 0.36 * width
        self.slab(x, low, wide, height, 0.06 * height, palette.ink)
        self.slab(x, low + 0.53 * height, 0.045 * width, 0.38 * height, 6, palette.good.edge)
        self.slab(x, low + 0.1 * height, 0.045 * width, 0.28 * height, 6, palette.good.edge)
        for middle in (0.72, 0.24):
            self._draw_arrow(x + 0.55 * wide, low + middle * height, 0.07 * width)

    def _draw_tray(self, left: float, low: float, width: float, height: float) -> None:
        palette = self.theme.palette
        edge = 0.05 * height
        self.slab(
            left + 0.14 * width, low + 0.48 * height, 0.72 * width, 0.52 * height, edge, palette.ink
        )
        self.slab(left + 0.24 * width, low + 0.5 * height, 0.52 * width, edge, 6, palette.good.edge)
        self.slab(left + 0.2 * width, low, 0.6 * width, 1.6 * edge, 6, palette.ink)
        for x in (0.2, 0.78):
            self.slab(left + x * width, low, 0.02 * width, 0.2 * height, 6, palette.ink)
        Color(*palette.ground)
        x, y, size = left + 0.5 * width, low + 0.76 * height, 0.07 * width
        thick = max(3.0, size * 0.09)
        SmoothLine(points=(x, y + size, x, y - size * 0.8), width=thick, cap="round")
        wings = (x - size / 2, y - size / 3, x, y - size * 0.85, x + size / 2, y - size / 3)
        SmoothLine(points=wings, width=thick, cap="round", joint="round")

    def _draw_note(self, x: float, y: float, width: float, height: float) -> None:
        palette = self.theme.palette
        self.slab(x, y, width, height, 0.08 * height, palette.good.face)
        Color(*palette.good.edge)
        edge = (x, y, width, height, 0.08 * height)
        SmoothLine(rounded_rectangle=edge, width=self.theme.stroke * 1.4)
        ring = 0.5 * height
        middle = (x + (width - ring) / 2, y + (height - ring) / 2)
        SmoothLine(ellipse=(*middle, ring, ring), width=self.theme.stroke * 1.4)
        for at in (0.08, 0.8):
            self.slab(
                x + at * width, y + 0.4 * height, 0.12 * width, 0.2 * height, 4, (palette.good.edge)
            )

    def _draw_coin(self, x: float, y: float, size: float) -> None:
        Color(*GOLD)
        SmoothEllipse(pos=(x - size / 2, y - size / 2), size=(size, size))
        Color(*GOLD_EDGE)
        for part in (1.0, 0.7):
            ring = size * part
            box = (x - ring / 2, y - ring / 2, ring, ring)
            SmoothLine(ellipse=box, width=self.theme.stroke * 1.2)

    def _draw_arrow(self, x: float, y: float, size: float) -> None:
        Color(*self.theme.palette.ground)
        thick = max(3.0, size * 0.09)
        SmoothLine(points=(x - size, y, x + size * 0.8, y), width=thick, cap="round")
        wings = (x + size / 3, y + size / 2, x + size * 0.85, y, x + size / 3, y - size / 2)
        SmoothLine(points=wings, width=thick, cap="round", joint="round")
