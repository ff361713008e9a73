"""Scans of a bar code scanner: bytes in, one scan with its symbology out. Pure; time is passed in.

A scan is ``]cm payload CR``: the AIM identifier (``]``, a letter for the symbology, a modifier),
the content, a carriage return. A QR code may hold carriage returns itself, so a scan ends with
silence: 50 ms after a carriage return, 200 ms after anything else.

Source: ISO/IEC 15424 (symbology identifiers).
"""

from dataclasses import dataclass, field
from enum import StrEnum

CR = 0x0D
LF = 0x0A
FLAG = b"]"
IDENTIFIER_BYTES = 3
MAX_PAYLOAD_BYTES = 4096
SILENCE_S = 0.2
SILENCE_AFTER_CR_S = 0.05


class Symbology(StrEnum):
    """The letter of the AIM identifier, of the symbologies that matter here."""

    CODE_39 = "A"
    CODE_128 = "C"
    PDF417 = "L"
    QR = "Q"


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan: the identifier's letter (``""``: none was sent) and its content.

    The content of a PDF417 is never kept: on a DNI it is a template of a fingerprint. It is
    ``overlong`` where it had more than 4 KiB, and then empty too.
    """

    symbology: str
    payload: bytes = field(repr=False)
    overlong: bool = False


def scan_bytes(symbology: str, payload: bytes, *, modifier: str = "0", cr: bool = True) -> bytes:
    """What a scanner sends for one scan."""
    return f"]{symbology}{modifier}".encode("ascii") + payload + (bytes([CR]) if cr else b"")


class ScanParser:
    """Cuts a byte stream into scans; holds at most an identifier, 4 KiB and a line end."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._overlong = False
        self._last_s = 0.0

    @property
    def pending(self) -> int:
        """Bytes held at the moment."""
        return len(self._buffer)

    def feed(self, data: bytes, now_s: float) -> list[Scan]:
        """Take bytes, also none, that came at ``now_s`` (monotonic seconds); return ended scans."""
        scans = self.flush(now_s)
        if data:
            self._last_s = now_s
            self._keep(data)
        return scans

    def flush(self, now_s: float) -> list[Scan]:
        """Return the scan that silence ended, if any."""
        ended = self._buffer.endswith((b"\r", b"\n")) and not self._is_template()
        quiet = SILENCE_AFTER_CR_S if ended else SILENCE_S
        if not self._buffer or now_s - self._last_s < quiet:
            return []
        scan = self._end()
        return [scan] if scan.symbology or scan.payload or scan.overlong else []

    def _keep(self, data: bytes) -> None:
        room = IDENTIFIER_BYTES + MAX_PAYLOAD_BYTES + 2 - len(self._buffer)
        self._overlong = self._overlong or len(data) > room
        self._buffer += data[: max(0, room)]
        if self._is_template():
            del self._buffer[IDENTIFIER_BYTES:]
            self._overlong = False

    def _is_template(self) -> bool:
        return self._buffer.startswith(FLAG + Symbology.PDF417.encode())

    def _end(self) -> Scan:
        held, overlong = bytes(self._buffer), self._overlong
        self._buffer.clear()
        self._overlong = False
        if not held.startswith(FLAG) or len(held) < IDENTIFIER_BYTES:
            return Scan("", b"" if overlong else _without_end(held), overlong)
        payload = _without_end(held[IDENTIFIER_BYTES:])
        overlong = overlong or len(payload) > MAX_PAYLOAD_BYTES
        return Scan(chr(held[1]), b"" if overlong else payload, overlong)


def _without_end(data: bytes) -> bytes:
    return data.removesuffix(b"\n").removesuffix(b"\r")
