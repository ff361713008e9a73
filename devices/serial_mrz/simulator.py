"""A simulated serial MRZ reader: presents documents and misbehaves on command."""

from collections.abc import Mapping
from pathlib import Path

from devices.serial_mrz.protocol import Framing, pieces
from devices.simulator import Answer, Command, CommandRefused, Simulator, one_of


class SerialMrzSimulator(Simulator):
    """Commands: ``present L1|L2[|L3]``, ``framing plain|stx``, and the common ones."""

    def __init__(self, path: Path, seed: int = 0) -> None:
        super().__init__(path, seed)
        self._framing: Framing = "plain"

    def commands(self) -> Mapping[str, Command]:
        """Return the reader's commands beside the common ones."""
        own: dict[str, Command] = {
            "present": self._present,
            "framing": self._set_framing,
        }
        return {**own, **super().commands()}

    def received(self, data: bytes) -> None:
        """Ignore what it is told: this reader only sends."""

    def _present(self, rest: str) -> Answer:
        lines = tuple(line for line in rest.split("|") if line)
        if not lines or not rest.isascii():
            raise CommandRefused("write: present LINE1|LINE2[|LINE3], in ASCII")
        sent = [self.send(piece) for piece in pieces(lines, self._framing)]
        return {"sent": all(sent)}

    def _set_framing(self, rest: str) -> Answer:
        self._framing = "stx" if one_of(rest, "plain", "stx") == "stx" else "plain"
        return {"framing": self._framing}


def build(path: Path, spool: Path | None) -> SerialMrzSimulator:  # noqa: ARG001
    """Make the simulator at ``path``; a reader has nothing to spool."""
    return SerialMrzSimulator(path)
