"""Listens to a 2D scanner: a DNI's bar code becomes a number, a QR code is handed on as it is."""

import re

from devices.blind_ring import BlindRing
from devices.documents.dni import is_valid
from devices.documents.document_types import DNI
from devices.documents.mrz import Refusal
from devices.driver import SERIAL_CHOICES, Model, Options, Wiring
from devices.kinds.document_reader import KIND, NumberRead, QrRead, ReadFailed, Reading
from devices.link import Link, open_link
from devices.listening import Judged, ListeningDriver
from devices.scanner_2d.protocol import Scan, ScanParser, Symbology

NO_IDENTIFIER = (
    "its scans come without AIM identifier: switch it on with the code in the scanner's manual"
)
NO_TEXT = "what it sends is no text: check the baud rate, the parity and the cable"

_DNI = re.compile(rb"[0-9]{8}[0-9A-K]?")
_LINEAR = (Symbology.CODE_39, Symbology.CODE_128)
_NUMBER_DIGITS = 8


def judge(scan: Scan) -> Judged:
    """Judge one scan."""
    return Judged(_reading(scan), _symptom(scan))


def _reading(scan: Scan) -> Reading:
    if scan.symbology == Symbology.PDF417:
        return ReadFailed(Refusal.NOT_TEXT)
    if scan.overlong:
        return ReadFailed(Refusal.UNREADABLE)
    if scan.symbology == Symbology.QR and scan.payload:
        return QrRead(scan.payload)
    if scan.symbology in _LINEAR and _DNI.fullmatch(scan.payload):
        return _number(scan.payload.decode("ascii"))
    return ReadFailed(Refusal.UNREADABLE)


def _number(text: str) -> NumberRead | ReadFailed:
    """The number of a DNI; where its check character was printed too, it must agree."""
    checked = len(text) > _NUMBER_DIGITS
    if checked and not is_valid(text):
        return ReadFailed(Refusal.CHECK_DIGIT)
    return NumberRead(DNI, text[:_NUMBER_DIGITS], checked)


def _symptom(scan: Scan) -> str:
    if scan.symbology:
        return ""
    printable = all(0x20 <= byte < 0x7F or byte in b"\r\n" for byte in scan.payload)
    return NO_IDENTIFIER if printable and not scan.overlong else NO_TEXT


def _open(port: str, options: Options) -> Link:
    """A serial line whose record keeps lengths only: a fingerprint template may pass."""
    link = open_link(port, int(options["baud"]), str(options["parity"]))
    link.raw = BlindRing()
    return link


def _build(link: Link, _options: Options, wiring: Wiring) -> ListeningDriver[Scan]:
    capabilities = {"mrz": False, "chip": False, "barcode": True, "qr": True}
    return ListeningDriver(link, wiring.report, ScanParser(), judge, capabilities)


MODEL = Model(
    kind=KIND,
    options={},
    build=_build,
    choices=SERIAL_CHOICES,
    open_link=_open,
    answers=False,
)
