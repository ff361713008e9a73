"""A simulated ESC/POS printer: prints into a folder, tells its status, and fails on command."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from devices.escpos.condition import (
    CHOICES,
    CUSTOM_QUESTION,
    EPSON_QUESTIONS,
    Condition,
    custom_answer,
    epson_answer,
    epson_automatic,
)
from devices.escpos.interpreter import BlankCut, CountAsked, Interpreter, Processed, Ticket
from devices.escpos.print_server import PrintServer
from devices.simulator import Answer, Command, CommandRefused, Simulator, number, one_of

MAX_BUFFER = 64 * 1024
MAX_SPEED = 1_000_000
_TICKS_A_SECOND = 100
_RESPONSE = b"\x37\x22%s\x00"
_MUTE = ("on", "off", "after_job")


class EscposSimulator(Simulator):
    """A printer that spools each ticket, when it is cut, as ``NNN.bin`` and ``NNN.txt``.

    What is the matter: ``paper full|low|out|jammed``, ``cover open|closed``, ``cutter ok|jammed``,
    ``temperature ok|high``, ``memory ok|failed``, ``voltage ok|wrong``, ``error on|off``
    (unrecoverable), ``feed pressed|released``. How it talks: ``dialect epson|custom``, ``no reply
    on|off|after_job`` (prints but is mute; ``after_job``: from the next ticket on), ``bad reply
    on|off`` (every bit of its answers turned), ``automatic on|off`` (status unasked at every
    change, Epson only). How it works: ``speed BYTES`` (printed in a second, 0: at once), ``buffer
    BYTES`` (what does not fit is lost), ``power off|on|cycle`` (what is not on paper is lost).
    And ``status``, ``jobs``, ``picture NNN`` (draws a ticket as ``NNN.png``), the common ones.
    Off line it keeps what it is sent and prints it once it is put right, as real ones do.
    """

    buttons = (
        *("paper full", "paper low", "paper out", "paper jammed", "cover open", "cover closed"),
        *("cutter jammed", "cutter ok", "temperature high", "temperature ok"),
        *("no reply on", "no reply off", "power cycle", "unplug", "plug"),
    )

    def __init__(self, path: Path, spool: Path, seed: int = 0) -> None:
        super().__init__(path, seed)
        self._spool = spool
        self._interpreter = Interpreter()
        self._waiting = bytearray()
        self._recent = b""
        self._condition = Condition()
        self._dialect = "epson"
        self._no_reply = "off"
        self._bad_reply = self._automatic = "off"
        self._power = "on"
        self._speed = 0
        self._buffer = MAX_BUFFER
        self._cuts = 0
        self._ups = 1
        self._tickets = len(list(spool.glob("*.bin")))

    def commands(self) -> Mapping[str, Command]:
        """Return the printer's commands beside the common ones."""
        own: dict[str, Command] = {
            **{word: self._set_condition(word) for word in CHOICES},
            "dialect": self._chooser("_dialect", "epson", "custom"),
            "no": self._no,
            "no_reply": self._chooser("_no_reply", *_MUTE),
            "bad": self._bad,
            "automatic": self._chooser("_automatic", "on", "off"),
            "speed": self._set_speed,
            "buffer": self._set_buffer,
            "power": self._set_power,
            "status": lambda _rest: self._state(),
            "jobs": lambda _rest: self._jobs(),
            "picture": self._picture,
        }
        return {**own, **super().commands()}

    def received(self, data: bytes) -> None:
        """Answer real-time questions at once; process the rest while on line."""
        if self._power == "off":
            return
        for question in self._questions(data):
            self._answer(question)
        self._waiting += data[: max(0, self._buffer - len(self._waiting))]
        if not self._speed:
            self._process(len(self._waiting))

    def tick(self) -> None:
        """Print a hundredth of a second's worth, when it prints slowly."""
        if self._speed and self._waiting:
            self._process(max(1, self._speed // _TICKS_A_SECOND))

    def _questions(self, data: bytes) -> list[int]:
        """Find DLE EOT n anywhere, as the printer does, also across two receipts."""
        seen = self._recent + data
        self._recent = seen[-2:]
        return [seen[i + 2] for i in range(len(seen) - 2) if seen[i : i + 2] == b"\x10\x04"]

    def _answer(self, question: int) -> None:
        if question in EPSON_QUESTIONS:
            self._reply(bytes([epson_answer(self._condition, question)]))
        elif question == CUSTOM_QUESTION and self._dialect == "custom":
            self._reply(custom_answer(self._condition))

    def _process(self, count: int) -> None:
        if self._condition.stopped or self._power == "off":
            return
        data = bytes(self._waiting[:count])
        del self._waiting[:count]
        for outcome in self._interpreter.feed(data):
            match outcome:
                case Ticket():
                    self._cuts += 1
                    self._keep(outcome)
                case BlankCut():
                    self._cuts += 1
                case Processed(digits) if self._dialect == "epson":
                    self._reply(_RESPONSE % digits)
                case CountAsked(what) if self._dialect == "custom":
                    self._reply(self._count(what))
                case _:
                    pass

    def _count(self, what: str) -> bytes:
        return b"%d cuts" % self._cuts if what == "cuts" else b"%don" % self._ups

    def _keep(self, ticket: Ticket) -> None:
        self._tickets += 1
        self._spool.mkdir(parents=True, exist_ok=True)
        name = self._spool / f"{self._tickets:03d}"
        name.with_suffix(".txt").write_text(ticket.text, encoding="utf-8")
        staged = name.with_suffix(".part")
        staged.write_bytes(ticket.raw)
        staged.replace(name.with_suffix(".bin"))
        if self._no_reply == "after_job":
            self._no_reply = "on"

    def _reply(self, data: bytes) -> None:
        if self._no_reply != "on":
            turned = bytes(byte ^ 0xFF for byte in data)
            self.send(turned if self._bad_reply == "on" else data)

    def _set_condition(self, word: str) -> Command:
        def set_it(rest: str) -> Answer:
            self._condition = replace(self._condition, **{word: one_of(rest, *CHOICES[word])})
            return self._changed()

        return set_it

    def _chooser(self, attribute: str, *choices: str) -> Command:
        def set_it(rest: str) -> Answer:
            setattr(self, attribute, one_of(rest, *choices))
            return self._state()

        return set_it

    def _no(self, rest: str) -> Answer:
        return self._two_words("reply", rest, self._chooser("_no_reply", *_MUTE))

    def _bad(self, rest: str) -> Answer:
        return self._two_words("reply", rest, self._chooser("_bad_reply", "on", "off"))

    def _two_words(self, word: str, rest: str, command: Callable[[str], Answer]) -> Answer:
        second, _, choice = rest.partition(" ")
        one_of(second, word)
        return command(choice.strip())

    def _set_speed(self, rest: str) -> Answer:
        self._speed = number(rest, MAX_SPEED)
        return self._changed()

    def _set_buffer(self, rest: str) -> Answer:
        self._buffer = number(rest, MAX_BUFFER)
        return self._state()

    def _set_power(self, rest: str) -> Answer:
        """What was in its memory is lost; what was on the paper still hangs from it."""
        wanted = one_of(rest, "on", "off", "cycle")
        if wanted != "on":
            self._waiting.clear()
            self._recent = b""
            self._interpreter.lose_power()
        if wanted != "off" and (wanted == "cycle" or self._power == "off"):
            self._ups += 1
        self._power = "off" if wanted == "off" else "on"
        return self._state()

    def _changed(self) -> Answer:
        if self._automatic == "on":
            self._reply(epson_automatic(self._condition))
        if not self._speed:
            self._process(len(self._waiting))
        return self._state()

    def _state(self) -> Answer:
        return {
            **asdict(self._condition),
            "dialect": self._dialect,
            "no_reply": self._no_reply,
            "bad_reply": self._bad_reply,
            "power": self._power,
            "waiting_bytes": len(self._waiting),
            "tickets": self._tickets,
            "cuts": self._cuts,
        }

    def _jobs(self) -> Answer:
        return {"jobs": [str(path) for path in sorted(self._spool.glob("*.txt"))]}

    def _picture(self, rest: str) -> Answer:
        from devices.escpos.rendering import png_of, tickets_in  # heavy, and seldom wanted

        name = self._spool / f"{number(rest, 999_999):03d}"
        try:
            raw = name.with_suffix(".bin").read_bytes()
        except OSError as missing:
            raise CommandRefused(f"there is no ticket {rest}") from missing
        drawn = name.with_suffix(".png")
        drawn.write_bytes(b"".join(png_of(ticket) for ticket in tickets_in(raw)[:1]))
        return {"picture": str(drawn)}


def build(path: Path, spool: Path | None) -> EscposSimulator:
    """Make the simulator at ``path``, printing into ``spool`` (default: ``path`` + ``.spool``)."""
    return EscposSimulator(path, spool or path.with_name(f"{path.name}.spool"))


def listen(address: tuple[str, int], spool: Path | None) -> PrintServer:
    """Make the simulator behind a print server at ``address``, printing into ``spool``."""
    return PrintServer(address, lambda cable: build(cable, spool))
