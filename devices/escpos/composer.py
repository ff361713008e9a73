"""Turns a print job into ESC/POS bytes with python-escpos' ``Dummy``; nothing is sent here."""

from escpos.capabilities import CAPABILITIES
from escpos.printer import Dummy

from devices.errors import InvalidJob
from devices.kinds.receipt_printer import MAX_SIZE, Block, Cut, Feed, PrintJob, Qr, Rule, Text

CODE_PAGES = ("CP1252", "CP850")
QR_DOTS = 6
MAX_QR_BYTES = 1024
MAX_FEED = 255
INITIALISE = b"\x1b@"


def compose(job: PrintJob, profile: str = "default") -> bytes:
    """Return the bytes of ``job`` for a printer with this python-escpos ``profile``.

    The code page is pinned (CP1252, else CP850), as python-escpos would change it in mid-line;
    a character outside it becomes ``?``. Raises ``InvalidJob``.
    """
    printer = Dummy(profile=profile)
    page = _code_page(printer)
    if page is None:
        raise InvalidJob(job.job_id, f"needs CP1252 or CP850, which profile {profile!r} lacks")
    printer.magic.force_encoding(page)
    for block in job.blocks:
        fault = _fault(block)
        if fault:
            raise InvalidJob(job.job_id, fault)
        printer.set_with_default()
        _put(block, printer)
    return INITIALISE + printer.output


def usable_profiles() -> tuple[str, ...]:
    """Name the python-escpos profiles that have a code page with Spanish letters."""
    known = sorted(CAPABILITIES["profiles"])
    return tuple(name for name in known if _code_page(Dummy(profile=name)))


def can_cut(profile: str) -> bool:
    """Whether printers of this profile have a cutter; without one ``Cut`` only feeds."""
    features = Dummy(profile=profile).profile
    return bool(features.supports("paperFullCut") or features.supports("paperPartCut"))


def _code_page(printer: Dummy) -> str | None:
    pages = printer.profile.get_code_pages()
    return next((page for page in CODE_PAGES if page in pages), None)


def _put(block: Block, printer: Dummy) -> None:
    """Add one block; each starts from default settings, as they leak from block to block."""
    match block:
        case Text():
            _put_text(block, printer)
        case Qr(payload):
            printer.set_with_default(align="center")
            native = bool(printer.profile.supports("qrCode"))
            printer.qr(payload, native=native, size=QR_DOTS)
        case Rule():
            printer.text("-" * int(printer.profile.get_columns("a")) + "\n")
        case Feed(lines):
            printer.print_and_feed(lines)
        case Cut():
            printer.cut()


def _put_text(block: Text, printer: Dummy) -> None:
    printer.set_with_default(
        align=block.align,
        bold=block.bold,
        width=block.width,
        height=block.height,
        custom_size=block.width > 1 or block.height > 1,
    )
    printer.text(block.text if block.text.endswith("\n") else f"{block.text}\n")


def _fault(block: Block) -> str:
    """Say what is wrong with a block, or nothing."""
    match block:
        case Text(text=text, width=width, height=height):
            if any(c < " " and c != "\n" for c in text):
                return "has control characters in a text"
            fits = 1 <= width <= MAX_SIZE and 1 <= height <= MAX_SIZE
            return "" if fits else f"has a size outside 1 to {MAX_SIZE}"
        case Qr(payload):
            fits = 0 < len(payload.encode()) <= MAX_QR_BYTES
            return "" if fits else f"has a QR payload outside 1 to {MAX_QR_BYTES} bytes"
        case Feed(lines):
            return "" if 0 <= lines <= MAX_FEED else f"feeds outside 0 to {MAX_FEED} lines"
        case Rule() | Cut():
            return ""
