"""What a printer model can print: python-escpos' table, and Custom's KPM150, which it lacks."""

from collections.abc import Mapping
from typing import Any, ClassVar

from escpos.capabilities import CAPABILITIES, Profile, get_profile

from devices.escpos.letters import CODECS

KPM150 = "KPM150"
FONT_A_DOTS = 12

# Source: Custom Engineering, KPM150 command reference, ESC/POS emulation (ESC t, ESC C1, ESC *,
# GS V) and user manual (code tables). It documents neither QR codes nor raster images.
_KPM150: Mapping[str, Any] = {
    "name": "Custom KPM150",
    "codePages": {"0": "CP437", "2": "CP850", "3": "CP860", "4": "CP863", "5": "CP865"},
    "features": {
        "bitImageColumn": True,
        "bitImageRaster": False,
        "paperFullCut": True,
        "paperPartCut": False,
        "qrCode": False,
    },
    "fonts": {
        "0": {"name": "15 cpi", "columns": 41},
        "1": {"name": "20 cpi", "columns": 57},
    },
    "media": {"width": {"mm": 72, "pixels": 576}},
}


class Kpm150(Profile):
    """Custom's KPM150 in its ESC/POS emulation."""

    profile_data: ClassVar[dict[str, Any]] = dict(_KPM150)

    def __init__(self) -> None:
        """Take everything from the table above."""
        super().__init__(features=dict(_KPM150["features"]))


class PrinterProfile:
    """One model: what the composer needs to know of it.

    ``known_as`` is what python-escpos takes for it; ``opening`` are bytes that make it print as
    the profile says (KPM150: 15 characters an inch).
    """

    def __init__(self, name: str) -> None:
        self.known_as: Any = Kpm150() if name == KPM150 else name
        self._table: Any = get_profile(self.known_as)
        self.opening = b"\x1b\xc1\x01" if name == KPM150 else b""

    @property
    def code_page(self) -> str | None:
        """The code page to pin: the first of CP1252 and CP850 that it has."""
        has = self._table.get_code_pages()
        return next((page for page in CODECS if page in has), None)

    @property
    def select_page(self) -> bytes:
        """ESC t for ``code_page``."""
        pages = self._table.get_code_pages()
        return b"\x1bt" + bytes([int(pages[self.code_page])]) if self.code_page else b""

    @property
    def columns(self) -> int:
        """Characters of font A on one line."""
        return int(self._table.get_columns("a"))

    @property
    def dots(self) -> int:
        """Dots on one line, a multiple of 8."""
        pixels = self._table.media["width"].get("pixels")
        known = pixels if isinstance(pixels, int) else FONT_A_DOTS * self.columns
        return known // 8 * 8

    @property
    def native_qr(self) -> bool:
        """Whether it makes QR codes itself (``qr(native=True)`` of python-escpos does not ask)."""
        return bool(self._table.supports("qrCode"))

    @property
    def raster(self) -> bool:
        """Whether it takes pictures by rows (GS v 0); any other takes them by columns (ESC *)."""
        return bool(self._table.supports("bitImageRaster"))

    @property
    def can_cut(self) -> bool:
        """Whether it has a cutter; without one ``Cut`` only feeds."""
        return bool(self._table.supports("paperFullCut") or self._table.supports("paperPartCut"))


def usable_profiles() -> tuple[str, ...]:
    """Name the profiles that have a code page with Spanish letters."""
    known = sorted((*CAPABILITIES["profiles"], KPM150))
    return tuple(name for name in known if PrinterProfile(name).code_page)
