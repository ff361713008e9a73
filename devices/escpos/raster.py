"""Pictures as a printer takes them: QR codes and logos as dots, dots as commands."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import segno
from PIL import Image

QR_DOTS = 6
QUIET_MODULES = 4
MIN_QR_DOTS = 2
MAX_PNG_BYTES = 256 * 1024
MAX_PNG_PIXELS = 2_000_000
MAX_ROWS = 1200
BAND_BYTES = 1536
COLUMN_ROWS = 24
DARK_BELOW = 128

# Source: ISO/IEC 18004, table 7: bytes that versions 1 to 25 hold at level M.
_QR_BYTES = (
    *(14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331),
    *(362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911, 997),
)


class PictureRefused(ValueError):
    """A picture that cannot be printed; its text goes on after "has"."""


@dataclass(frozen=True, slots=True)
class Raster:
    """Dots in rows from the top; bits from the left, 1 is black, the last byte filled with 0."""

    width: int
    rows: tuple[bytes, ...]


def qr_module_dots(payload: str, dots: int) -> int:
    """How many dots wide a module can be for the code to fit on ``dots``; at most 6.

    Taken from the length alone, as encoding costs ten times the rest of a ticket and a printer
    that makes the code itself needs no encoding here.
    """
    length = len(payload.encode())
    version = 1 + sum(length > bytes_held for bytes_held in _QR_BYTES)
    modules = 17 + 4 * version + 2 * QUIET_MODULES
    fitting = min(QR_DOTS, dots // modules)
    if fitting < MIN_QR_DOTS:
        raise PictureRefused("a QR code too dense for its paper")
    return fitting


def qr_raster(payload: str, module_dots: int) -> Raster:
    """The QR code of ``payload`` with its quiet zone."""
    matrix = _qr(payload).matrix_iter(scale=module_dots, border=QUIET_MODULES)
    rows = [bytes(row) for row in matrix]
    return Raster(len(rows[0]), tuple(_packed(row) for row in rows))


def _qr(payload: str) -> segno.QRCode:
    encoding = None if payload.isascii() else "utf-8"
    return segno.make_qr(payload, error="m", boost_error=False, encoding=encoding)


def _packed(row: bytes) -> bytes:
    """One byte a dot (1 is black) to one bit a dot."""
    size = -(-len(row) // 8)
    bits = int("".join("1" if dot else "0" for dot in row).ljust(8 * size, "0"), 2)
    return bits.to_bytes(size, "big")


def logo_raster(image: Path | bytes, dots: int) -> Raster:
    """The dots of a PNG (path or content), at most ``dots`` wide; raises ``PictureRefused``."""
    try:
        with Image.open(io.BytesIO(_content(image)), formats=["PNG"]) as png:
            if png.width * png.height > MAX_PNG_PIXELS:
                raise PictureRefused(f"a logo of more than {MAX_PNG_PIXELS} pixels")
            picture = _black_and_white(png, dots)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as cause:
        if isinstance(cause, PictureRefused):
            raise
        raise PictureRefused(f"a logo that is no readable PNG ({type(cause).__name__})") from cause
    size = -(-picture.width // 8)
    data = bytes(255 - byte for byte in picture.tobytes())
    last = 0xFF << (8 * size - picture.width) & 0xFF
    rows = (data[at : at + size] for at in range(0, len(data), size))
    return Raster(picture.width, tuple(row[:-1] + bytes([row[-1] & last]) for row in rows))


def _content(image: Path | bytes) -> bytes:
    if isinstance(image, bytes):
        content = image[: MAX_PNG_BYTES + 1]
    else:
        with image.open("rb") as file:
            content = file.read(MAX_PNG_BYTES + 1)
    if len(content) > MAX_PNG_BYTES:
        raise PictureRefused(f"a logo of more than {MAX_PNG_BYTES} bytes")
    return content


def _black_and_white(png: Image.Image, dots: int) -> Image.Image:
    """On white paper, no wider than it, in black and white only."""
    coloured = png.convert("RGBA")
    paper = Image.new("RGBA", coloured.size, "white")
    grey = Image.alpha_composite(paper, coloured).convert("L")
    if grey.width > dots:
        height = max(1, round(grey.height * dots / grey.width))
        grey = grey.resize((dots, height))
    if grey.height > MAX_ROWS:
        raise PictureRefused(f"a logo of more than {MAX_ROWS} rows on its paper")
    dark = [255 * (level >= DARK_BELOW) for level in range(256)]
    return grey.point(dark).convert("1", dither=Image.Dither.NONE)


def by_rows(raster: Raster, *, doubled: bool = False) -> Iterator[bytes]:
    """GS v 0 in bands; ``doubled``: each dot is printed two wide and two high."""
    size = len(raster.rows[0])
    rows = max(1, BAND_BYTES // size)
    head = bytes([0x1D, 0x76, 0x30, 3 if doubled else 0, size & 0xFF, size >> 8])
    for at in range(0, len(raster.rows), rows):
        band = raster.rows[at : at + rows]
        yield head + len(band).to_bytes(2, "little") + b"".join(band)


def by_columns(raster: Raster) -> Iterator[bytes]:
    """ESC * (24 dots, double density) line by line, with lines of just that height.

    The vertical unit is set to one dot of 203 dpi and put back, as models differ in it.
    """
    head = b"\x1b*!" + raster.width.to_bytes(2, "little")
    lines = range(0, len(raster.rows), COLUMN_ROWS)
    for number, at in enumerate(lines):
        before = b"\x1dP\xcb\xcb\x1b3\x18" if number == 0 else b""
        after = b"\x1b2\x1dP\x00\x00" if number == len(lines) - 1 else b""
        band = raster.rows[at : at + COLUMN_ROWS]
        yield before + head + _columns(band, raster.width) + b"\n" + after


def _columns(band: tuple[bytes, ...], width: int) -> bytes:
    """Three bytes a column, the top dot first."""
    filled = band + (bytes(len(band[0])),) * (COLUMN_ROWS - len(band))
    values = bytearray()
    for x in range(width):
        byte, mask = x >> 3, 0x80 >> (x & 7)
        column = 0
        for row in filled:
            column = column << 1 | bool(row[byte] & mask)
        values += column.to_bytes(3, "big")
    return bytes(values)
