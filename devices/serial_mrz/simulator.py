"""A simulated serial MRZ reader: presents documents and misbehaves on command."""

from collections.abc import Mapping
from pathlib import Path

from devices.serial_mrz.protocol import Framing, pieces
from devices.simulated_reader import (
    BANK_CARD_SAMPLE,
    SAMPLE,
    UNREADABLE_SAMPLE,
    WRONG_DIGIT_SAMPLE,
    ReaderSimulator,
)
from devices.simulator import Answer, Command, CommandRefused, one_of

_FRAMINGS: Mapping[str, Framing] = {"plain": "plain", "stx": "stx", "cute": "cute", "3m": "3m"}


class SerialMrzSimulator(ReaderSimulator):
    """Commands beside those of every reader::

    present L1|L2[|L3]      send these lines; without lines, a sample DNI
    unreadable              send the sample with a mark where a character was not read
    bad check digit         send the sample with a wrong digit
    bank card               send the stripe of an invented payment card
    framing plain|stx|cute|3m
    lf on|off               a line feed after each carriage return
    bad crc on|off          a wrong block check in framing 3m
    """

    buttons = (
        "present",
        "unreadable",
        "bad check digit",
        "bank card",
        "framing plain",
        "framing stx",
        "framing cute",
        "framing 3m",
        "no reply on",
        "no reply off",
        "power cycle",
        "unplug",
        "plug",
    )

    def __init__(self, path: Path, seed: int = 0) -> None:
        super().__init__(path, seed)
        self._framing: Framing = "plain"
        self._lf = False
        self._bad_check = False

    def commands(self) -> Mapping[str, Command]:
        """Return the reader's commands beside the common ones."""
        own: dict[str, Command] = {
            "present": self._present,
            "unreadable": lambda _rest: self._send_lines(UNREADABLE_SAMPLE),
            "bad": self._bad,
            "bank": self._bank,
            "framing": self._set_framing,
            "lf": self._set_lf,
        }
        return {**own, **super().commands()}

    def _present(self, rest: str) -> Answer:
        lines = tuple(line for line in rest.split("|") if line)
        if not rest.isascii() or len(lines) > 3:
            raise CommandRefused("write: present [LINE1|LINE2[|LINE3]], in ASCII")
        return self._send_lines(lines or SAMPLE)

    def _bad(self, rest: str) -> Answer:
        if rest == "check digit":
            return self._send_lines(WRONG_DIGIT_SAMPLE)
        word, _, how = rest.partition(" ")
        if word != "crc":
            raise CommandRefused("write: bad check digit, or bad crc on|off")
        self._bad_check = one_of(how, "on", "off") == "on"
        return {"bad crc": how}

    def _bank(self, rest: str) -> Answer:
        one_of(rest, "card")
        return self._send_lines(BANK_CARD_SAMPLE)

    def _send_lines(self, lines: tuple[str, ...]) -> Answer:
        portions = list(pieces(lines, self._framing, lf=self._lf))
        if self._bad_check and self._framing == "3m":
            portions[-1] = portions[-1][:-1] + bytes([portions[-1][-1] ^ 0x55])
        return self.bring(*portions)

    def _set_framing(self, rest: str) -> Answer:
        self._framing = _FRAMINGS[one_of(rest, *_FRAMINGS)]
        return {"framing": self._framing}

    def _set_lf(self, rest: str) -> Answer:
        self._lf = one_of(rest, "on", "off") == "on"
        return {"lf": rest}


def build(path: Path, spool: Path | None) -> SerialMrzSimulator:  # noqa: ARG001
    """Make the simulator at ``path``; a reader has nothing to spool."""
    return SerialMrzSimulator(path)
