"""The printed QR code, drawn dot by dot, read by zxing-cpp.

Where the printer gets the code as a picture (GS v 0, ESC *), this shows that the very dots we send
are a readable code. Where the printer makes the code itself (GS ( k), the drawing is segno's: it
shows that data, module size and level arrive and fit the paper, not how a real printer draws.
"""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from devices.escpos.composer import compose
from devices.escpos.raster import QR_DOTS
from devices.escpos.rendering import picture_of, tickets_in
from devices.kinds.receipt_printer import Block, Cut, Feed, Logo, PrintJob, Qr, Rule, Text
from tests.support.loud import skip_loudly

WAYS = {"native": "default", "rows": "TH230", "columns": "KPM150"}
LINK = "https://turnos.example/t/7Kq2Z?m=ñaña"
Read = Callable[[Image.Image], list[str]]


@pytest.fixture(scope="module")
def read() -> Read:
    """The texts of all codes in a picture. Skips loudly where zxing-cpp is not installed."""
    try:
        import zxingcpp
    except ImportError:
        skip_loudly("zxing-cpp is not installed, so nothing of another make reads our QR codes")
    return lambda picture: [each.text for each in zxingcpp.read_barcodes(picture)]


def printed(profile: str, *blocks: Block, change: Callable[[bytes], bytes] = bytes) -> Image.Image:
    data = change(compose(PrintJob("j", (*blocks, Cut())), profile))
    [ticket] = tickets_in(data + b"\x1bi")  # torn off, where the model has no knife
    return picture_of(ticket)


def logo() -> bytes:
    picture = Image.new("1", (300, 60), 1)
    picture.paste(0, (20, 10, 280, 50))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "payload", ["1", LINK, "A" * 150, "x" * 400], ids=["digit", "link", "letters", "long"]
)
def test_a_code_amid_a_slip_is_read(read: Read, way: str, payload: str) -> None:
    slip = (Logo(logo()), Text("Turno J-042", align="center"), Rule(), Qr(payload), Text("Adiós"))
    assert read(printed(WAYS[way], *slip, Feed(2))) == [payload]


@pytest.mark.parametrize("way", WAYS)
def test_a_slip_without_a_code_has_none(read: Read, way: str) -> None:
    assert read(printed(WAYS[way], Logo(logo()), Text("Turno J-042"))) == []


def test_a_code_is_as_large_as_its_paper_allows(read: Read) -> None:
    narrow = printed("ZJ-5870", Qr("x" * 300))  # 384 dots
    assert read(narrow) == ["x" * 300]
    assert QR_DOTS == 6  # 0.75 mm a module at 203 dpi: cheap phones read it


def _mirrored(data: bytes) -> bytes:
    """The bits of each byte of the picture turned round, as if the rightmost dot came first."""
    at = data.index(b"\x1dv0\x03")
    size = data[at + 4] * data[at + 6]
    dots = data[at + 8 : at + 8 + size]
    turned = bytes(int(f"{byte:08b}"[::-1], 2) for byte in dots)
    return data[: at + 8] + turned + data[at + 8 + size :]


@pytest.mark.negative_control
def test_a_code_with_its_dots_in_the_wrong_order_is_not_read(read: Read) -> None:
    assert read(printed("TH230", Qr(LINK), change=_mirrored)) == []
