"""A simulated 2D scanner: scans codes and misbehaves on command."""

from collections.abc import Mapping
from pathlib import Path

from devices.scanner_2d.protocol import MAX_PAYLOAD_BYTES, Symbology, scan_bytes
from devices.simulated_reader import ReaderSimulator
from devices.simulator import Answer, Command, CommandRefused, number, one_of

SAMPLE_DNI = "101174102"
_WORDS = {"code39": Symbology.CODE_39, "code128": Symbology.CODE_128, "qr": Symbology.QR}
_TEMPLATE_BYTES = 500
_MAX_TEMPLATE_BYTES = 4 * MAX_PAYLOAD_BYTES


class Scanner2dSimulator(ReaderSimulator):
    r"""Commands beside those of every reader::

    present code39|code128|qr TEXT   scan a code (``\r`` in TEXT is a carriage return)
    present dni                      scan the bar code of a sample DNI
    present pdf417 [BYTES]           scan a template: random bytes, 500 without BYTES
    bad check character              scan the sample with a wrong check character
    aim on|off                       the AIM identifier before each scan
    cr on|off                        the carriage return after each scan
    """

    buttons = (
        "present dni", "present pdf417", "present qr https://example.com/1", "bad check character",
        "aim on", "aim off", "no reply on", "no reply off", "unplug", "plug", "power cycle",
    )  # fmt: skip

    def __init__(self, path: Path, seed: int = 0) -> None:
        super().__init__(path, seed)
        self._aim = True
        self._cr = True

    def commands(self) -> Mapping[str, Command]:
        """Return the scanner's commands beside the common ones."""
        own: dict[str, Command] = {
            "present": self._present,
            "bad": self._bad,
            "aim": self._set_aim,
            "cr": self._set_cr,
        }
        return {**own, **super().commands()}

    def _present(self, rest: str) -> Answer:
        word, _, text = rest.partition(" ")
        if word == "dni":
            return self._scan(Symbology.CODE_39, SAMPLE_DNI.encode())
        if word == "pdf417":
            count = number(text, _MAX_TEMPLATE_BYTES) if text else _TEMPLATE_BYTES
            return self._scan(Symbology.PDF417, self._dice.randbytes(count))
        if word in _WORDS and text:
            return self._scan(_WORDS[word], text.replace("\\r", "\r").encode())
        raise CommandRefused("write: present dni | pdf417 [BYTES] | code39|code128|qr TEXT")

    def _bad(self, rest: str) -> Answer:
        one_of(rest, "check character")
        return self._scan(Symbology.CODE_39, SAMPLE_DNI[:-1].encode() + b"9")

    def _scan(self, symbology: Symbology, payload: bytes) -> Answer:
        sent = scan_bytes(symbology, payload, cr=self._cr)
        return self.bring(sent if self._aim else sent.removeprefix(f"]{symbology}0".encode()))

    def _set_aim(self, rest: str) -> Answer:
        self._aim = one_of(rest, "on", "off") == "on"
        return {"aim": rest}

    def _set_cr(self, rest: str) -> Answer:
        self._cr = one_of(rest, "on", "off") == "on"
        return {"cr": rest}


def build(path: Path, spool: Path | None) -> Scanner2dSimulator:  # noqa: ARG001
    """Make the simulator at ``path``; a scanner has nothing to spool."""
    return Scanner2dSimulator(path)
