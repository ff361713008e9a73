"""A simulated Concert E terminal on a cable: a person with a card, and faults, on command."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from devices.concert.ledger import Ledger
from devices.concert.protocol import Ear, Request
from devices.concert.seven_bits import with_parity, without_parity
from devices.concert.terminal import Terminal
from devices.simulator import Answer, Command, Simulator, number, one_of

MAX_DELAY_MS = 600_000


class ConcertSimulator(Simulator):
    """A terminal; what it did is in its ledger.

    The person: ``approve``, ``decline``, ``authorise CENTIMOS|asked`` (another amount than
    asked), ``delay MS`` (takes that long), ``insert`` (pays now), ``abort by customer``. The
    protocol: ``no reply on|off`` (hears, and says nothing), ``bad lrc on|off`` (of answers),
    ``nak on|off`` (refuses requests), ``result DIGIT|own``, ``echo on|off`` (of the private
    field), ``starts eot|ack``, ``stoppable on|off``, ``session MS``, ``characters 8N1|7E1``. The
    terminal: ``busy on|off``, ``power cycle``, ``ledger``, ``status``, and the common ones.
    """

    buttons = (
        "approve",
        "decline",
        "insert",
        "abort by customer",
        "no reply on",
        "no reply off",
        "busy on",
        "busy off",
        "power cycle",
        "unplug",
        "plug",
    )

    def __init__(self, path: Path, spool: Path | None = None, seed: int = 0) -> None:
        super().__init__(path, seed)
        self._terminal = Terminal(Ledger(spool))
        self._ear: Ear[Request] = Ear(Request.from_text)
        self._heard_s = 0.0
        self._mute = False
        self._seven_bits = False

    def commands(self) -> Mapping[str, Command]:
        """Return the terminal's commands beside the common ones."""
        own: dict[str, Command] = {
            "approve": lambda _rest: self._set(declines=False),
            "decline": lambda _rest: self._set(declines=True),
            "authorise": self._authorise,
            "delay": lambda rest: self._set(delay_ms=number(rest, MAX_DELAY_MS)),
            "insert": lambda _rest: self._finish("approved"),
            "abort": self._abort_by_customer,
            "no": self._no_reply,
            "bad": self._bad_lrc,
            "nak": lambda rest: self._set(refuses=_is_on(rest)),
            "result": self._result,
            "echo": lambda rest: self._set(echo=_is_on(rest)),
            "starts": lambda rest: self._set(starts=one_of(rest, "eot", "ack")),
            "stoppable": lambda rest: self._set(stoppable=_is_on(rest)),
            "session": lambda rest: self._set(session_ms=number(rest, MAX_DELAY_MS)),
            "characters": self._characters,
            "busy": lambda rest: self._set(busy=_is_on(rest)),
            "power": self._power_cycle,
            "ledger": lambda _rest: {"payments": self._terminal.rows},
            "status": lambda _rest: self._set(),
        }
        return {**own, **super().commands()}

    def received(self, data: bytes) -> None:
        """Hear the register, and answer."""
        now = self._heard_s = time.monotonic()
        for heard in self._ear.feed(without_parity(data) if self._seven_bits else data):
            self._say(self._terminal.hear(heard, now))

    def tick(self) -> None:
        """Let time pass; half a request ends when nothing follows it."""
        now = time.monotonic()
        if self._ear.pending and now - self._heard_s > self._terminal.manners.session_ms / 1000:
            for heard in self._ear.silence():
                self._say(self._terminal.hear(heard, now))
        self._say(self._terminal.tick(now))

    def _say(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            if not self._mute:
                self.send(with_parity(piece) if self._seven_bits else piece)

    def _set(self, **changes: Any) -> Answer:
        manners = asdict(self._terminal.behave(**changes))
        return {**manners, "phase": self._terminal.phase.name, "mute": self._mute}

    def _authorise(self, rest: str) -> Answer:
        return self._set(authorise=None if rest == "asked" else number(rest, 99_999_999))

    def _finish(self, state: str) -> Answer:
        return {"ended": self._terminal.finish(state, time.monotonic())}

    def _abort_by_customer(self, rest: str) -> Answer:
        one_of(rest, "by customer")
        return {"aborted": self._terminal.finish("aborted", time.monotonic())}

    def _no_reply(self, rest: str) -> Answer:
        self._mute = one_of(rest, "reply on", "reply off") == "reply on"
        return self._set()

    def _bad_lrc(self, rest: str) -> Answer:
        return self._set(bad_lrc=one_of(rest, "lrc on", "lrc off") == "lrc on")

    def _result(self, rest: str) -> Answer:
        return self._set(result="" if rest == "own" else str(number(rest, 9)))

    def _characters(self, rest: str) -> Answer:
        self._seven_bits = one_of(rest, "8N1", "7E1") == "7E1"
        return {"characters": rest}

    def _power_cycle(self, rest: str) -> Answer:
        one_of(rest, "cycle")
        self._unplug("")
        self._terminal.lose_power()
        self._ear = Ear(Request.from_text)
        return self._plug("")


def _is_on(rest: str) -> bool:
    return one_of(rest or "on", "on", "off") == "on"


def build(path: Path, spool: Path | None) -> ConcertSimulator:
    """Make the simulator at ``path``, with its ledger on disk in ``spool`` if given."""
    return ConcertSimulator(path, spool)
