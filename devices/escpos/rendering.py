"""Draws a printed ticket as a picture, dot by dot, for people and for programs that read codes.

Text is drawn with a font of its own, not the printer's; pictures and codes are drawn as sent. A
code the printer makes itself is made here by another program (segno): that shows what was asked
for, not how a real printer draws it.
"""

import importlib.util
import io
from functools import cache

import segno
from PIL import Image, ImageDraw, ImageFont

from devices.escpos.interpreter import (
    COLUMNS,
    Bitmap,
    Interpreter,
    Item,
    Line,
    Symbol,
    Ticket,
)

CELL = (12, 24)
LEADING = 6
MARGIN = 24
PAPER_DOTS = 576
MAX_HEIGHT = 20_000

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def png_of(ticket: Ticket) -> bytes:
    """The picture of a ticket as a PNG, one pixel a dot."""
    out = io.BytesIO()
    picture_of(ticket).save(out, "PNG")
    return out.getvalue()


def picture_of(ticket: Ticket) -> Image.Image:
    """The picture of a ticket, black on white, at most 20,000 dots high."""
    drawn = [_drawn(item) for item in ticket.items]
    height = min(MAX_HEIGHT, sum(each.height for each in drawn) + 2 * MARGIN)
    paper = Image.new("L", (PAPER_DOTS + 2 * MARGIN, height), 255)
    at = MARGIN
    for each, item in zip(drawn, ticket.items, strict=True):
        paper.paste(each, (_left(item, each.width), at))
        at += each.height
    return paper


def tickets_in(raw: bytes) -> list[Ticket]:
    """The tickets that a stream of bytes prints, as kept in a simulated printer's folder."""
    return [each for each in Interpreter().feed(raw) if isinstance(each, Ticket)]


def _left(item: Item, width: int) -> int:
    room = PAPER_DOTS - width
    return MARGIN + {"center": room // 2, "right": room}.get(item.align, 0)


def _drawn(item: Item) -> Image.Image:
    match item:
        case Line():
            return _line(item)
        case Bitmap():
            return _bitmap(item)
        case Symbol():
            return _symbol(item)


def _line(line: Line) -> Image.Image:
    """Every character in a cell of its own, as a printer sets them."""
    wide, high = CELL[0] * line.width, CELL[1] * line.height
    text = line.text[: COLUMNS // line.width].rstrip()
    picture = Image.new("L", (max(1, wide * len(text)), high + LEADING), 255)
    small = Image.new("L", CELL, 255)
    for place, character in enumerate(text):
        cell = small.copy()
        weight = 1 if line.bold else 0
        middle = (CELL[0] / 2, CELL[1] / 2)
        ImageDraw.Draw(cell).text(
            middle, character, fill=0, font=_font(), anchor="mm", stroke_width=weight
        )
        picture.paste(cell.resize((wide, high)), (place * wide, 0))
    return picture


@cache
def _font() -> _Font:
    """Inter where it is installed, which has every Spanish letter."""
    if importlib.util.find_spec("fontpkg") is None:
        return ImageFont.load_default(17)
    import fontpkg

    try:
        return ImageFont.truetype(str(fontpkg.path("Inter")), 17)
    except (fontpkg.FontpkgError, OSError):
        return ImageFont.load_default(17)


def _bitmap(bitmap: Bitmap) -> Image.Image:
    if not bitmap.rows or not bitmap.width:
        return Image.new("L", (1, 1), 255)
    size = (8 * len(bitmap.rows[0]), len(bitmap.rows))
    dots = Image.frombytes("1", size, b"".join(bitmap.rows)).convert("L").point(_inverted)
    across, down = bitmap.scale
    return dots.resize((size[0] * across, size[1] * down), Image.Resampling.NEAREST)


def _inverted(level: float) -> float:
    return 255 - level


def _symbol(symbol: Symbol) -> Image.Image:
    """Only the code itself: its quiet zone is the paper around it, as on a printer."""
    if not symbol.payload:
        return Image.new("L", (1, 1), 255)
    made = segno.make_qr(symbol.payload, error=symbol.level, boost_error=False)
    out = io.BytesIO()
    made.save(out, kind="png", scale=symbol.module_dots, border=0)
    return Image.open(out).convert("L")
