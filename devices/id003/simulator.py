"""A simulated validator that speaks ID-003: notes go in, wait, and are stacked or come back."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from devices.id003.physical import Ledger
from devices.id003.protocol import (
    ACK,
    BOOT_VERSION,
    COMMUNICATION_MODE,
    CURRENCY_ASSIGN,
    DENOMINATIONS,
    DIRECTION,
    FIRST_ESCROW_CODE,
    HOLD,
    INHIBIT,
    INVALID_COMMAND,
    OPTIONAL_FUNCTION,
    PERU,
    RESET,
    RETURN,
    SECURITY,
    STACK_1,
    STACK_2,
    STATUS_REQUEST,
    VERSION,
    Frame,
    FrameParser,
    State,
)
from devices.id003.transport import Transport
from devices.simulator import Answer, CommandRefused, Simulator, number, one_of
from devices.simulator import Command as Order

SOLES = (10, 20, 50, 100, 200)
MAX_MS = 600_000
PACE_S = 0.3
VERSION_TEXT = b"i(PER)100-SS ID003-05V280-42 01AUG17 964D"
BOOT_TEXT = b"B05 "
CURRENCY = {10: (1, 1), 20: (2, 1), 50: (5, 1), 100: (1, 2), 200: (2, 2)}
STACKERS = {"ok": None, "full": State.STACKER_FULL, "removed": State.STACKER_OPEN}
RECOVERIES = ("on", "off", "blind", "stubborn")
MISBEHAVIOURS: tuple[str, ...] = ("no reply", "bad crc", "half", "refuse", "echo")
_SETTINGS = {
    command.code
    for command in (DENOMINATIONS, SECURITY, COMMUNICATION_MODE, DIRECTION, OPTIONAL_FUNCTION)
}


class Id003Simulator(Simulator):
    """Notes of 10, 20, 50, 100 and 200 soles as escrow codes 61h..65h, one inside at a time.

    Commands: ``insert note SOLES``, ``bad note`` (rejected), ``state``, ``ledger``, ``escrow
    timeout MS`` (without a status request for so long it gives the note back), ``stacker
    ok|full|removed``, ``jam on|off`` (the next movement jams; ``off`` takes the note out), ``cheat
    on|off``, ``pause on|off``, ``fail HEX|off``, ``recovery on|off|blind|stubborn`` (what power
    loss leaves of a note past return: told again, 42h and silence, 40h and silence, told again
    even when acknowledged), ``no reply on|off``, ``lose reply HEX`` (does the next such command,
    and its reply is lost), ``lose command HEX``, ``bad crc on|off``, ``half on|off`` (replies break
    off), ``refuse on|off`` (every command is invalid), ``echo on|off`` (it gives back what it
    hears, as an adapter of another sort), ``country N``, ``power cycle|off|on``, ``pace MS`` (how
    long a movement takes), and the common ones.
    """

    buttons = (
        "insert note 10",
        "insert note 20",
        "insert note 50",
        "insert note 100",
        "bad note",
        "stacker full",
        "stacker removed",
        "stacker ok",
        "jam on",
        "jam off",
        "power cycle",
    )

    def __init__(self, path: Path, spool: Path | None, seed: int = 0) -> None:
        super().__init__(path, seed)
        self.ledger = Ledger(spool)
        self.inside = Transport(self.ledger, PACE_S)
        self._parser = FrameParser()
        self._switches = dict.fromkeys(MISBEHAVIOURS, False)
        self._lose_reply: int | None = None
        self._lose_command: int | None = None
        self._country = PERU
        self._powered = True
        self.seen: list[int] = []

    def commands(self) -> Mapping[str, Order]:
        """Return the validator's commands beside the common ones."""
        own: dict[str, Order] = {
            "insert": self._insert,
            "bad": self._bad,
            "state": lambda _rest: self.state(),
            "ledger": lambda _rest: {"ledger": self.ledger.rows()},
            "escrow": self._set_escrow,
            "stacker": self._set_stacker,
            "jam": self._set_jam,
            "cheat": lambda rest: self._set_trouble(State.CHEATED, rest),
            "pause": lambda rest: self._set_trouble(State.PAUSE, rest),
            "fail": self._set_failure,
            "recovery": self._set_recovery,
            "no": lambda rest: self._switch("no reply", _after(rest, "reply")),
            "lose": self._lose,
            "half": lambda rest: self._switch("half", rest),
            "refuse": lambda rest: self._switch("refuse", rest),
            "echo": lambda rest: self._switch("echo", rest),
            "country": self._set_country,
            "power": self._power,
            "pace": self._set_pace,
        }
        return {**own, **super().commands()}

    def received(self, data: bytes) -> None:
        """Answer whole frames."""
        if self._switches["echo"]:
            self.send(data)
            return
        if not self._powered:
            return
        for frame in self._parser.feed(data, time.monotonic()):
            if isinstance(frame, Frame):
                self._hear(frame)

    def tick(self) -> None:
        """Let time pass."""
        if self._powered:
            self.inside.live(time.monotonic())

    def state(self) -> Answer:
        """What is inside and how it is set."""
        inside = self.inside
        return {
            "state": inside.state.name,
            "note": inside.note_words,
            "enabled": inside.enabled,
            "acknowledged": inside.acknowledged,
            "stacked_centimos": self.ledger.total("stacked"),
        }

    def _hear(self, frame: Frame) -> None:
        if self._lose_command == frame.code:
            self._lose_command = None
            return
        self.seen = [*self.seen[-999:], frame.code]
        reply = self._answer(frame, time.monotonic())
        if self._lose_reply == frame.code:
            self._lose_reply = None
        elif reply is not None and not self._switches["no reply"]:
            self._reply(reply)

    def _answer(self, frame: Frame, now: float) -> Frame | None:
        inside, code = self.inside, frame.code
        if code == ACK:
            inside.acknowledge(now)
            return None
        if self._switches["refuse"]:
            return Frame(INVALID_COMMAND)
        orders: dict[int, Callable[[float], bool]] = {
            RESET.code: inside.reset,
            STACK_1.code: inside.stack,
            STACK_2.code: inside.stack,
            RETURN.code: inside.give_back,
            HOLD.code: inside.hold,
        }
        if code == STATUS_REQUEST.code:
            return inside.status(now).to_frame()
        if code in orders:
            return Frame(ACK if orders[code](now) else INVALID_COMMAND)
        return self._answer_setting(frame)

    def _answer_setting(self, frame: Frame) -> Frame:
        inside, code = self.inside, frame.code
        told = {
            VERSION.code: VERSION_TEXT,
            BOOT_VERSION.code: BOOT_TEXT,
            CURRENCY_ASSIGN.code: self._currency(),
        }
        if code in told:
            return Frame(code, told[code])
        if inside.is_waking or code not in _SETTINGS | {INHIBIT.code} or not frame.data:
            return Frame(INVALID_COMMAND)
        if code == INHIBIT.code:
            inside.enable(not frame.data[0] & 1)
        elif code == DENOMINATIONS.code:
            inside.disabled = frame.data[0]
        return frame

    def _currency(self) -> bytes:
        unused = bytes([FIRST_ESCROW_CODE + len(SOLES), 0, 0, 0])
        rows = (
            bytes([FIRST_ESCROW_CODE + place, self._country, *CURRENCY[soles]])
            for place, soles in enumerate(SOLES)
        )
        return b"".join(rows) + unused

    def _reply(self, reply: Frame) -> None:
        raw = reply.to_bytes()
        if self._switches["bad crc"]:
            raw = raw[:-1] + bytes([raw[-1] ^ 0xFF])
        self.send(raw[: len(raw) // 2] if self._switches["half"] else raw)

    def _insert(self, rest: str) -> Answer:
        soles = _after(rest, "note")
        if soles not in map(str, SOLES):
            raise CommandRefused(f"there is no note of {soles} soles")
        code = FIRST_ESCROW_CODE + SOLES.index(int(soles))
        taken = self._powered and self.inside.insert(code, int(soles) * 100, time.monotonic())
        return {"taken": taken}

    def _bad(self, rest: str) -> Answer:
        if rest.startswith("crc"):
            return self._switch("bad crc", _after(rest, "crc"))
        one_of(rest, "note")
        return {"taken": self._powered and self.inside.insert(0, 0, time.monotonic())}

    def _set_escrow(self, rest: str) -> Answer:
        self.inside.alone_s = number(_after(rest, "timeout"), MAX_MS) / 1000
        return self.state()

    def _set_stacker(self, rest: str) -> Answer:
        self.inside.box_trouble = STACKERS[one_of(rest, *STACKERS)]
        return self.state()

    def _set_jam(self, rest: str) -> Answer:
        if one_of(rest, "on", "off") == "on":
            self.inside.jams = True
        else:
            self.inside.clear_jam()
        return self.state()

    def _set_trouble(self, trouble: State, rest: str) -> Answer:
        on = one_of(rest, "on", "off") == "on"
        self.inside.trouble, self.inside.failure = (trouble if on else None), 0
        return self.state()

    def _set_failure(self, rest: str) -> Answer:
        if rest == "off":
            self.inside.trouble, self.inside.failure = None, 0
        else:
            self.inside.failure = _code(rest)
            self.inside.trouble = State.FAILURE
        return self.state()

    def _set_recovery(self, rest: str) -> Answer:
        self.inside.recovery = one_of(rest, *RECOVERIES)
        return self.state()

    def _set_country(self, rest: str) -> Answer:
        self._country = number(rest, 255)
        return self.state()

    def _lose(self, rest: str) -> Answer:
        word, _, code = rest.partition(" ")
        if one_of(word, "reply", "command") == "reply":
            self._lose_reply = _code(code)
        else:
            self._lose_command = _code(code)
        return {"lose": rest}

    def _power(self, rest: str) -> Answer:
        if one_of(rest, "cycle", "off", "on") != "on":
            self._powered = False
            self.inside.lose_power()
        if rest != "off" and not self._powered:
            self._powered = True
            self._parser = FrameParser()
            self.inside.wake_up(time.monotonic())
        return self.state()

    def _set_pace(self, rest: str) -> Answer:
        self.inside.pace_s = number(rest, MAX_MS) / 1000
        return {"pace_ms": rest}

    def _switch(self, name: str, rest: str) -> Answer:
        self._switches[name] = one_of(rest, "on", "off") == "on"
        return {name: rest}


def _after(rest: str, word: str) -> str:
    first, _, more = rest.partition(" ")
    one_of(first, word)
    return more.strip()


def _code(text: str) -> int:
    """Read a code in hexadecimal; raises ``CommandRefused``."""
    try:
        code = int(text, 16)
    except ValueError:
        code = -1
    if not 0 <= code <= 0xFF:
        raise CommandRefused(f"write a code from 00 to FF, not {text!r}")
    return code


def build(path: Path, spool: Path | None) -> Id003Simulator:
    """Make the simulator at ``path``; its ledger is in ``spool``."""
    return Id003Simulator(path, spool)
