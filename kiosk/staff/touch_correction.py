"""Puts a panel's touches right before any widget sees them; the matrix outlives the program."""

from typing import Any

from kiosk.staff.calibration import STRAIGHT, Matrix, after, apply
from kiosk.staff.kept import KeptFile


class TouchCorrection:
    """Kivy's input hook (`process`), and the matrix it uses. `keep` from any thread."""

    def __init__(self, file: KeptFile) -> None:
        self._file = file
        self.matrix = _matrix(file.read())

    def keep(self, found: Matrix) -> None:
        """What was felt through the present matrix is still off by `found`. Raises OSError."""
        matrix = after(found, self.matrix)
        self._file.keep(list(matrix))
        self.matrix = matrix

    def process(self, events: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """Move each touch to where it was meant. Kivy measures from the bottom."""
        if self.matrix == STRAIGHT:
            return events
        for kind, touch in events:
            if kind in ("begin", "update") and "pos" in touch.profile:
                x, y = apply(self.matrix, (touch.sx, 1 - touch.sy))
                touch.sx, touch.sy = _on_screen(x), _on_screen(1 - y)
        return events


def _on_screen(share: float) -> float:
    return min(1.0, max(0.0, share))


def _matrix(read: Any) -> Matrix:
    if not isinstance(read, list) or len(read) != 6:
        return STRAIGHT
    a, b, c, d, e, f = (float(each) for each in read)
    return a, b, c, d, e, f
