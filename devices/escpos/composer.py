"""Turns a print job into ESC/POS bytes with python-escpos' ``Dummy``; nothing is sent here."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy

from devices.errors import InvalidJob
from devices.escpos.letters import printable
from devices.escpos.profiles import PrinterProfile
from devices.escpos.raster import (
    PictureRefused,
    Raster,
    by_columns,
    by_rows,
    logo_raster,
    qr_module_dots,
    qr_raster,
)
from devices.kinds.receipt_printer import (
    MAX_SIZE,
    Align,
    Block,
    Cut,
    Feed,
    Logo,
    PrintJob,
    Qr,
    Rule,
    Text,
)

MAX_QR_BYTES = 1024
MAX_FEED = 255
FEED_STEP = 200  # the most that every model takes at once
PIECE_BYTES = 2048
INITIALISE = b"\x1b@"
SEVER = INITIALISE + b"\x1dVB\x00"
FILL = bytes(PIECE_BYTES + 16)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a job that a printer's buffer can take at once, and how often it cuts."""

    data: bytes
    cuts: int


def compose(job: PrintJob, profile: str = "default") -> bytes:
    """Return the bytes of ``job`` for a printer with this profile; see ``compose_pieces``."""
    return b"".join(piece.data for piece in compose_pieces(job, profile))


def compose_pieces(job: PrintJob, profile: str = "default") -> tuple[Piece, ...]:
    """Return ``job`` in pieces of at most about 2 KiB, cut between commands.

    The code page is pinned (CP1252, else CP850), as python-escpos would change it in mid-line; a
    character outside it becomes the nearest it has. It is set again in every piece, as a printer
    may have been switched off and on between two. Raises ``InvalidJob``.
    """
    model = PrinterProfile(profile)
    if model.code_page is None:
        raise InvalidJob(job.job_id, f"needs CP1252 or CP850, which profile {profile!r} lacks")
    try:
        commands = _Composer(model, model.code_page).commands(job)
        return tuple(_packed(commands, model.opening + model.select_page))
    except PictureRefused as refused:
        raise InvalidJob(job.job_id, f"has {refused}") from refused


def can_cut(profile: str) -> bool:
    """Whether printers of this profile have a cutter; without one ``Cut`` only feeds."""
    return PrinterProfile(profile).can_cut


def _packed(commands: Iterator[Piece], opening: bytes) -> Iterator[Piece]:
    """Join neighbours while they fit together; each piece begins with ``opening``."""
    data, cuts = INITIALISE + opening, 0
    for piece in commands:
        if len(data) + len(piece.data) > PIECE_BYTES:
            yield Piece(data, cuts)
            data, cuts = opening, 0
        data, cuts = data + piece.data, cuts + piece.cuts
    yield Piece(data, cuts)


class _Composer:
    """Composes the blocks of one job; each starts from default settings, as they leak."""

    def __init__(self, model: PrinterProfile, page: str) -> None:
        self._model = model
        self._page = page
        self._printer = Dummy(profile=model.known_as)
        self._printer.magic.force_encoding(page)

    def commands(self, job: PrintJob) -> Iterator[Piece]:
        """What may be sent apart, in order."""
        self._taken()  # the code page, which every piece sets
        for block in job.blocks:
            fault = _fault(block)
            if fault:
                raise InvalidJob(job.job_id, fault)
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[Piece]:
        match block:
            case Text():
                self._text(block)
            case Qr(payload):
                yield from self._qr(payload)
            case Logo(image, align):
                yield from self._picture(logo_raster(image, self._model.dots), align)
            case Rule():
                self._printer.set_with_default()
                self._printer.text("-" * self._model.columns + "\n")
            case Feed(lines):
                self._printer.set_with_default()
                for at in range(0, lines, FEED_STEP):
                    self._printer.print_and_feed(min(FEED_STEP, lines - at))
            case Cut():
                self._printer.cut()
                yield Piece(self._taken(), int(self._model.can_cut))
        yield Piece(self._taken(), 0)

    def _text(self, block: Text) -> None:
        self._printer.set_with_default(
            align=block.align,
            bold=block.bold,
            width=block.width,
            height=block.height,
            custom_size=block.width > 1 or block.height > 1,
        )
        text = printable(block.text, self._page)
        self._printer.text(text if text.endswith("\n") else f"{text}\n")

    def _qr(self, payload: str) -> Iterator[Piece]:
        size = qr_module_dots(payload, self._model.dots)
        if self._model.native_qr:
            self._printer.set_with_default(align="center")
            self._printer.print_and_feed(1)  # the quiet zone above and below it
            self._printer.qr(payload, native=True, size=size, ec=QR_ECLEVEL_M)
            self._printer.print_and_feed(1)
            return
        if self._model.raster:  # half as fine and printed doubled: a quarter of the bytes
            yield from self._picture(qr_raster(payload, size // 2), "center", doubled=True)
        else:
            yield from self._picture(qr_raster(payload, size), "center")

    def _picture(self, raster: Raster, align: Align, *, doubled: bool = False) -> Iterator[Piece]:
        self._printer.set_with_default(align=align)
        yield Piece(self._taken(), 0)
        bands = by_rows(raster, doubled=doubled) if self._model.raster else by_columns(raster)
        yield from (Piece(band, 0) for band in bands)

    def _taken(self) -> bytes:
        data = bytes(self._printer.output)
        self._printer.clear()
        return data


def _fault(block: Block) -> str:
    """Say what is wrong with a block, or nothing."""
    match block:
        case Text(text=text, width=width, height=height):
            if any(unicodedata.category(c) == "Cc" and c != "\n" for c in text):
                return "has control characters in a text"
            fits = 1 <= width <= MAX_SIZE and 1 <= height <= MAX_SIZE
            return "" if fits else f"has a size outside 1 to {MAX_SIZE}"
        case Qr(payload):
            fits = 0 < len(payload.encode()) <= MAX_QR_BYTES
            return "" if fits else f"has a QR payload outside 1 to {MAX_QR_BYTES} bytes"
        case Feed(lines):
            return "" if 0 <= lines <= MAX_FEED else f"feeds outside 0 to {MAX_FEED} lines"
        case Logo() | Rule() | Cut():
            return ""
