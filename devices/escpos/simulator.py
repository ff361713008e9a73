"""A simulated ESC/POS printer: prints into a folder, answers status, and fails on command."""

from collections.abc import Mapping
from pathlib import Path

from devices.escpos.interpreter import Interpreter, Processed, Ticket
from devices.simulator import Answer, Command, Simulator, one_of

_MAX_BUFFER = 64 * 1024
_RESPONSE = b"\x37\x22%s\x00"


class EscposSimulator(Simulator):
    """A printer that spools each ticket, when it is cut, as ``NNN.bin`` and ``NNN.txt``.

    Commands: ``paper full|low|out|jammed``, ``cover open|closed``, ``error on|off``
    (unrecoverable), ``no_reply on|off|after_job`` (prints but is mute; ``after_job``: from the
    next ticket on), ``status``, ``jobs``, and the common ones. Off line it keeps what it is
    sent, up to 64 KiB, and prints it once it is put right, as real ones do.
    """

    def __init__(self, path: Path, spool: Path, seed: int = 0) -> None:
        super().__init__(path, seed)
        spool.mkdir(parents=True, exist_ok=True)
        self._spool = spool
        self._interpreter = Interpreter()
        self._waiting = bytearray()
        self._recent = b""
        self._paper = "full"
        self._cover = "closed"
        self._error = "off"
        self._no_reply = "off"
        self._tickets = len(list(spool.glob("*.bin")))

    def commands(self) -> Mapping[str, Command]:
        """Return the printer's commands beside the common ones."""
        own: dict[str, Command] = {
            "paper": self._set_paper,
            "cover": self._set_cover,
            "error": self._set_error,
            "no_reply": self._set_no_reply,
            "status": lambda _rest: self._state(),
            "jobs": lambda _rest: self._jobs(),
        }
        return {**own, **super().commands()}

    def received(self, data: bytes) -> None:
        """Answer real-time questions at once; process the rest while on line."""
        for question in self._questions(data):
            self._reply(bytes([self._answer(question)]))
        self._waiting += data[: _MAX_BUFFER - len(self._waiting)]
        self._process()

    def _questions(self, data: bytes) -> list[int]:
        """Find DLE EOT n anywhere, as the printer does, also across two receipts."""
        seen = self._recent + data
        self._recent = seen[-2:]
        found = [seen[i + 2] for i in range(len(seen) - 2) if seen[i : i + 2] == b"\x10\x04"]
        return [question for question in found if 1 <= question <= 4]

    def _process(self) -> None:
        if self._off_line():
            return
        data, self._waiting = bytes(self._waiting), bytearray()
        for outcome in self._interpreter.feed(data):
            if isinstance(outcome, Ticket):
                self._keep(outcome)
            elif isinstance(outcome, Processed):
                self._reply(_RESPONSE % outcome.digits)

    def _keep(self, ticket: Ticket) -> None:
        self._tickets += 1
        name = self._spool / f"{self._tickets:03d}"
        name.with_suffix(".txt").write_text(ticket.text, encoding="utf-8")
        staged = name.with_suffix(".part")
        staged.write_bytes(ticket.raw)
        staged.replace(name.with_suffix(".bin"))
        if self._no_reply == "after_job":
            self._no_reply = "on"

    def _reply(self, data: bytes) -> None:
        if self._no_reply != "on":
            self.send(data)

    def _off_line(self) -> bool:
        return self._cover == "open" or self._paper in ("out", "jammed") or self._error == "on"

    def _answer(self, question: int) -> int:
        """DLE EOT answers: fixed bits 12h plus the findings (ESC/POS reference, DLE EOT)."""
        out, low = self._paper == "out", self._paper == "low"
        jammed, failed = self._paper == "jammed", self._error == "on"
        findings = {
            1: 0x08 * self._off_line(),
            2: 0x04 * (self._cover == "open") | 0x20 * out | 0x40 * (jammed or failed),
            3: 0x08 * jammed | 0x20 * failed,
            4: 0x0C * (low or out) | 0x60 * out,
        }
        return 0x12 | findings[question]

    def _set_paper(self, rest: str) -> Answer:
        self._paper = one_of(rest, "full", "low", "out", "jammed")
        return self._changed()

    def _set_cover(self, rest: str) -> Answer:
        self._cover = one_of(rest, "open", "closed")
        return self._changed()

    def _set_error(self, rest: str) -> Answer:
        self._error = one_of(rest, "on", "off")
        return self._changed()

    def _set_no_reply(self, rest: str) -> Answer:
        self._no_reply = one_of(rest, "on", "off", "after_job")
        return self._changed()

    def _changed(self) -> Answer:
        self._process()
        return self._state()

    def _state(self) -> Answer:
        return {
            "paper": self._paper,
            "cover": self._cover,
            "error": self._error,
            "no_reply": self._no_reply,
            "waiting_bytes": len(self._waiting),
            "tickets": self._tickets,
        }

    def _jobs(self) -> Answer:
        return {"jobs": [str(path) for path in sorted(self._spool.glob("*.txt"))]}


def build(path: Path, spool: Path | None) -> EscposSimulator:
    """Make the simulator at ``path``, printing into ``spool`` (default: ``path`` + ``.spool``)."""
    return EscposSimulator(path, spool or path.with_name(f"{path.name}.spool"))
