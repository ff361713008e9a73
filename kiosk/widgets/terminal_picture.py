"""Where the card goes: the payment terminal, and a card that comes near it."""

from math import cos, pi, sin

from kivy.graphics import Color, SmoothLine

from kiosk.theme import rgb
from kiosk.widgets.moving_picture import MovingPicture

RED, AMBER, GREEN = rgb("#D64545"), rgb("#E0A526"), rgb("#3C9A5F")
"""The keys that mean stop, correct and go on every terminal."""


class TerminalPicture(MovingPicture):
    """The card comes slowly from the right and goes back."""

    def way(self, width: float) -> tuple[float, float]:
        """To the left, as near as the waves reach."""
        return -0.075 * width, 0.0

    def draw_moving(self, left: float, low: float, width: float, height: float) -> None:
        """The card."""
        self._draw_card(left + 0.61 * width, low + 0.44 * height, 0.36 * width, 0.228 * width)

    def draw_resting(self, left: float, low: float, width: float, height: float) -> None:
        """The terminal, and the waves it listens with."""
        self._draw_terminal(left + 0.11 * width, low, 0.34 * width, height)
        for radius in (0.05, 0.08, 0.11):
            self._draw_wave(left + 0.425 * width, low + 0.625 * height, radius * width)

    def _draw_card(self, x: float, y: float, width: float, height: float) -> None:
        palette = self.theme.palette
        self.slab(x, y, width, height, 0.1 * height, palette.accent)
        chip = (x + 0.1 * width, y + 0.42 * height, 0.17 * width, 0.22 * height)
        self.slab(*chip, 0.04 * height, rgb("#E3C271"))
        for column in range(4):
            at = x + (0.1 + 0.21 * column) * width
            self.slab(at, y + 0.2 * height, 0.16 * width, 0.065 * height, 3, palette.tint)

    def _draw_terminal(self, x: float, y: float, width: float, height: float) -> None:
        palette = self.theme.palette
        body, screen = rgb("#2B2627"), rgb("#F4F1F1")
        self.slab(x, y, width, height, 0.12 * width, body)
        Color(*palette.soft)
        edge = (x, y, width, height, 0.12 * width)
        SmoothLine(rounded_rectangle=edge, width=self.theme.stroke)
        left, wide = x + 0.12 * width, 0.76 * width
        self.slab(left, y + 0.6 * height, wide, 0.3 * height, 0.05 * width, screen)
        self.slab(left + 0.1 * wide, y + 0.78 * height, 0.5 * wide, 0.03 * height, 3, palette.soft)
        self.slab(left + 0.1 * wide, y + 0.67 * height, 0.8 * wide, 0.06 * height, 4, GREEN)
        key, high = 0.27 * wide, 0.088 * height
        for row, colours in enumerate(((None,) * 3, (None,) * 3, (None,) * 3, (RED, AMBER, GREEN))):
            for column, colour in enumerate(colours):
                at = (left + column * (wide - key) / 2, y + (0.46 - 0.125 * row) * height)
                self.slab(*at, key, high, 0.3 * high, colour or rgb("#6B6264"))

    def _draw_wave(self, x: float, y: float, radius: float) -> None:
        Color(*self.theme.palette.accent)
        turns = [(-48 + 8 * step) * pi / 180 for step in range(13)]
        points = [(x + radius * cos(turn), y + radius * sin(turn)) for turn in turns]
        SmoothLine(points=points, width=max(2.5, radius * 0.06), cap="round")
