"""A simulated reader with a document on it: a socket that speaks vpcd, for a driver or pcscd."""

import random
import threading
from collections.abc import Mapping
from pathlib import Path

from devices.documents.mrz import split_lines
from devices.pcsc_chip.card import FAULTS, Emrtd
from devices.pcsc_chip.card_socket import CardSocket
from devices.pcsc_chip.vpcd import ASK_ATR, POWER_OFF, POWER_ON, RESET
from devices.simulator import Answer, Command, CommandRefused, carry_out, number, one_of

SPECIMEN = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
LONGEST_WAIT_S = 60.0

_SHAPES = ((3, 30), (2, 36), (2, 44))


class ChipSimulator:
    """A virtual card at ``pcsc:vpcd://host:port``, or behind the virtual reader of a ``pcscd``.

    The person: ``card in|out``. The document: ``document L1|L2[|L3]`` (its zone), ``forge
    L1|L2[|L3]`` (data group 1 names another; ``forge`` alone: itself), ``protocol t0|t1``.
    What goes wrong: ``fault NAME`` (see ``FAULTS``), ``slow MS`` (before every answer), ``no reply
    on|off``, ``remove at N`` (the card is taken away at the Nth command from now). The reader:
    ``unplug``, ``plug``, ``power cycle``, ``join HOST:PORT`` (where a ``pcscd`` with vpcd waits for
    its card), ``leave``. ``status`` tells what is set, and how many commands came.
    """

    buttons = (
        "card in",
        "card out",
        "protocol t0",
        "protocol t1",
        "slow 1000",
        "slow 0",
        "no reply on",
        "no reply off",
        *(f"fault {name}" for name in FAULTS),
        "unplug",
        "plug",
        "power cycle",
    )

    def __init__(self, address: tuple[str, int], seed: int = 0) -> None:
        self._socket = CardSocket(address, self._answer, self._is_there)
        self._card = Emrtd(SPECIMEN, random.Random(seed))
        self._guard = threading.RLock()
        self._present = True
        self._mute = False
        self._slow_s = 0.0
        self._hurry = threading.Event()
        self._remove_at: int | None = None
        self._commands = 0

    @property
    def port(self) -> str:
        """Where a driver reaches it."""
        return f"pcsc:vpcd://{self._socket.address[0]}:{self._socket.address[1]}"

    def start(self) -> None:
        """Listen; raises ``OSError`` when the address is taken."""
        self._socket.listen()

    def stop(self) -> None:
        """Hang up everywhere and stop listening."""
        self._end_pauses()
        self._socket.leave()
        self._socket.close()

    def obey(self, line: str) -> Answer:
        """Carry out one command line; raises ``CommandRefused``."""
        return carry_out(self.commands(), line)

    def commands(self) -> Mapping[str, Command]:
        """Return the commands by their first word."""
        return {
            "card": self._move,
            "document": self._document,
            "forge": self._forge,
            "protocol": self._protocol,
            "fault": self._fault,
            "slow": self._slow,
            "no": self._no_reply,
            "remove": self._remove,
            "unplug": self._unplug,
            "plug": self._plug,
            "power": self._power_cycle,
            "join": self._join,
            "leave": self._leave,
            "status": lambda _rest: self._status(),
        }

    def _status(self) -> Answer:
        with self._guard:
            return {
                "card": "in" if self._present else "out",
                "protocol": "t0" if self._card.t0 else "t1",
                "fault": self._card.fault,
                "slow_ms": round(self._slow_s * 1000),
                "no_reply": self._mute,
                "plugged": self._socket.listening,
                "joined": self._socket.joined,
                "commands": self._commands,
            }

    def _move(self, rest: str) -> Answer:
        inside = one_of(rest, "in", "out") == "in"
        with self._guard:
            self._present = inside
            self._card.power()
        self._end_pauses()
        if not inside and self._socket.joined:
            self._socket.hang_up()
        return self._status()

    def _document(self, rest: str) -> Answer:
        with self._guard:
            self._card.lines, self._card.named = _zone(rest), None
            self._card.power()
        return self._status()

    def _forge(self, rest: str) -> Answer:
        with self._guard:
            self._card.named = _zone(rest) if rest else None
        return self._status()

    def _protocol(self, rest: str) -> Answer:
        with self._guard:
            self._card.t0 = one_of(rest, "t0", "t1") == "t0"
            self._card.power()
        return self._status()

    def _fault(self, rest: str) -> Answer:
        with self._guard:
            self._card.fault = one_of(rest, *FAULTS)
        return self._status()

    def _slow(self, rest: str) -> Answer:
        self._slow_s = number(rest, int(LONGEST_WAIT_S * 1000)) / 1000
        self._end_pauses()
        return self._status()

    def _no_reply(self, rest: str) -> Answer:
        self._mute = one_of(rest, "reply on", "reply off") == "reply on"
        return self._status()

    def _remove(self, rest: str) -> Answer:
        word, _, count = rest.partition(" ")
        one_of(word, "at")
        with self._guard:
            self._remove_at = self._commands + number(count, 10_000)
        return self._status()

    def _plug(self, _rest: str) -> Answer:
        try:
            self.start()
        except OSError as taken:
            raise CommandRefused(f"cannot listen at {self.port} ({taken})") from taken
        return self._status()

    def _unplug(self, _rest: str) -> Answer:
        self._socket.close()
        return self._status()

    def _power_cycle(self, rest: str) -> Answer:
        one_of(rest, "cycle")
        self._unplug("")
        with self._guard:
            self._card.power()
        return self._plug("")

    def _join(self, rest: str) -> Answer:
        host, _, port = rest.rpartition(":")
        if not host:
            raise CommandRefused("write: join HOST:PORT, where a vpcd waits")
        self._socket.join((host, number(port, 65_535)))
        return self._status()

    def _leave(self, _rest: str) -> Answer:
        self._socket.leave()
        return self._status()

    def _end_pauses(self) -> None:
        """Let slow answers that are on their way go at once."""
        hurry, self._hurry = self._hurry, threading.Event()
        hurry.set()

    # The rest runs on threads of the socket.

    def _is_there(self) -> bool:
        return self._present

    def _answer(self, content: bytes) -> bytes | None:
        """What goes back for one message; None for nothing, empty for a card that is gone."""
        if content in (POWER_ON, POWER_OFF, RESET):
            with self._guard:
                self._card.power()
            return None
        if content == ASK_ATR:
            return self._card.atr if self._present else b""
        with self._guard:
            self._commands += 1
            if self._remove_at is not None and self._commands >= self._remove_at:
                self._remove_at = None
                self._present = False
            mute = self._mute
        self._hurry.wait(self._slow_s)
        with self._guard:
            if not self._present:
                return b""
            return None if mute else self._card.answer(content)


def _zone(rest: str) -> tuple[str, ...]:
    lines = split_lines(rest.replace("|", "\n"))
    if (len(lines), len(lines[0]) if lines else 0) not in _SHAPES or len(set(map(len, lines))) > 1:
        raise CommandRefused("write the zone's lines: L1|L2|L3 of 30, or L1|L2 of 36 or 44")
    return lines


def listen(address: tuple[str, int], spool: Path | None) -> ChipSimulator:  # noqa: ARG001
    """Make the simulator at ``address``; a card has nothing to spool."""
    return ChipSimulator(address)
