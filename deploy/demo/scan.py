"""Whether a picture of a screen shows the QR code of a text, module by module."""

from collections.abc import Iterator
from pathlib import Path

import segno
from PIL import Image

LARGEST_MODULE_PX = 24


def shows_code(picture: Path, text: str) -> bool:
    """True when the code of `text` (ISO/IEC 18004, error correction M) stands in `picture`.

    Modules are whole pixels there, as the kiosk draws them.
    """
    with Image.open(picture) as image:
        width = image.width
        # Without dithering every shade becomes the nearer of black and white.
        plain = image.convert("L").convert("1", dither=Image.Dither.NONE)
        pixels = plain.convert("L").tobytes()
    return any(
        _stands_at(pixels, width, start, rows)
        for size in range(1, LARGEST_MODULE_PX + 1)
        if (rows := _rows(text, size))
        for start in _places(pixels, rows[0])
    )


def _rows(text: str, size: int) -> list[bytes]:
    """The code's rows of pixels, modules `size` pixels wide."""
    code = segno.make(text, error="m", micro=False)
    rows = (
        b"".join((b"\0" if module else b"\xff") * size for module in row)
        for row in code.matrix_iter(border=0)
    )
    return [row for row in rows for _ in range(size)]


def _places(pixels: bytes, row: bytes) -> Iterator[int]:
    """Every place in `pixels` where `row` begins."""
    start = pixels.find(row)
    while start >= 0:
        yield start
        start = pixels.find(row, start + 1)


def _stands_at(pixels: bytes, width: int, start: int, rows: list[bytes]) -> bool:
    return all(pixels.startswith(row, start + line * width) for line, row in enumerate(rows))
