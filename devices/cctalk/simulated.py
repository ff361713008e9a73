"""What every simulated ccTalk device shares: frames, echo, identity, power, and misbehaviour."""

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path

from devices.cctalk.physical import Memory, PhysicalLedger
from devices.cctalk.protocol import (
    ACK,
    BUSY,
    CATEGORY,
    HOST,
    MANUFACTURER,
    NAK,
    PRODUCT,
    RESET,
    SELF_CHECK,
    SERIAL_NUMBER,
    SIMPLE_POLL,
    SOFTWARE,
    Command,
    Frame,
    FrameParser,
    Mode,
)
from devices.simulator import Answer, CommandRefused, Simulator, number, one_of
from devices.simulator import Command as Order

BOOT_S = 0.1
MAX_MS = 600_000
FACTORY_SERIAL = 12_345_678

MISBEHAVIOURS: tuple[str, ...] = ("no reply", "bad crc", "half", "busy", "nak")

Respond = Callable[[bytes], bytes | None]


COMMON_BUTTONS = (
    *("no reply on", "no reply off", "bad crc on", "bad crc off", "busy on", "busy off"),
    *("power cycle", "unplug", "plug"),
)
"""What every ccTalk device's page offers at a touch."""


class CctalkSimulator(Simulator):
    """A ccTalk device at one address; subclasses give ``answers``, ``lose_power`` and ``state``.

    Commands for all: ``state``, ``ledger``, ``echo on|off|wrong``, ``mode checksum|crc``,
    ``address N``, ``serial N``, ``no reply on|off``, ``lose reply [HEADER]`` (does the next such
    command, and its reply is lost), ``bad crc on|off``, ``half on|off`` (replies break off),
    ``busy on|off``, ``nak on|off``, ``fault N`` (code of the self-check), ``power
    cycle|off|on``, ``pace MS`` (how long a movement takes), and the common ones. Power loss is
    real: what a device holds in volatile memory is gone, its lasting counters stay.
    """

    category: str = ""

    def __init__(self, path: Path, spool: Path | None, address: int, seed: int = 0) -> None:
        super().__init__(path, seed)
        self.ledger = PhysicalLedger(spool)
        self.memory = Memory(spool)
        self.pace_s = 0.3
        self._address = address
        self._mode: Mode = "checksum"
        self._parser = FrameParser(self._mode)
        self._echo = "on"
        self._switches: dict[str, bool] = dict.fromkeys(MISBEHAVIOURS, False)
        self._lose: int | None = None
        self._self_check = 0
        self._powered = True
        self._boots_until_s = 0.0
        self.seen: list[int] = []

    # What a device adds.

    @abstractmethod
    def answers(self) -> Mapping[Command, Respond]:
        """What it answers, by command; a responder returns data, or None for NAK."""

    @abstractmethod
    def lose_power(self) -> None:
        """Forget what is volatile, and leave pieces where they are then."""

    @abstractmethod
    def wake_up(self) -> None:
        """Power is back."""

    @abstractmethod
    def state(self) -> Answer:
        """What the command ``state`` shows."""

    def live(self, now: float) -> None:
        """Let time pass; called about 100 times a second while there is power."""

    def commands(self) -> Mapping[str, Order]:
        """Return the commands of a ccTalk device beside the common ones."""
        own: dict[str, Order] = {
            "state": lambda _rest: self.state(),
            "ledger": lambda _rest: {"ledger": self.ledger.rows()},
            "echo": self._set_echo,
            "mode": self._set_mode,
            "address": lambda rest: self._set_number("_address", rest, 255),
            "serial": lambda rest: self._set_serial(rest),
            "no": lambda rest: self._switch("no reply", _after(rest, "reply")),
            "lose": self._lose_reply,
            "bad": lambda rest: self._switch("bad crc", _after(rest, "crc")),
            "half": lambda rest: self._switch("half", rest),
            "busy": lambda rest: self._switch("busy", rest),
            "nak": lambda rest: self._switch("nak", rest),
            "fault": lambda rest: self._set_number("_self_check", rest, 255),
            "power": self._power,
            "pace": self._set_pace,
        }
        return {**own, **super().commands()}

    def received(self, data: bytes) -> None:
        """Echo what came as the one wire does, and answer whole frames for this device."""
        if self._echo != "off":
            self.send(data if self._echo == "on" else bytes(byte ^ 0x41 for byte in data))
        if not self._powered:
            return
        for frame in self._parser.feed(data, time.monotonic()):
            if isinstance(frame, Frame) and frame.destination == self._address:
                self._answer(frame)

    def tick(self) -> None:
        """Let time pass."""
        if self._powered:
            self.live(time.monotonic())

    @property
    def serial_number(self) -> int:
        """Its serial number, which it keeps."""
        return self.memory.get("serial", FACTORY_SERIAL)

    def _answer(self, frame: Frame) -> None:
        if time.monotonic() < self._boots_until_s:
            return
        self.seen = [*self.seen[-999:], frame.header]
        if self._switches["no reply"]:
            return
        for flag, header in (("busy", BUSY), ("nak", NAK)):
            if self._switches[flag]:
                self._reply(header, b"", frame.header)
                return
        respond = self._responders().get(frame.header)
        if respond is None:
            return
        data = respond(frame.data)
        self._reply(NAK if data is None else ACK, data or b"", frame.header)

    def _responders(self) -> dict[int, Respond]:
        said: dict[Command, Respond] = {
            SIMPLE_POLL: lambda _data: b"",
            MANUFACTURER: lambda _data: b"VEN",
            CATEGORY: lambda _data: self.category.encode(),
            PRODUCT: lambda _data: b"SIM",
            SOFTWARE: lambda _data: b"1.0",
            SERIAL_NUMBER: lambda _data: self.serial_number.to_bytes(3, "little"),
            SELF_CHECK: lambda _data: bytes([self._self_check]),
            RESET: lambda _data: self._restart(),
            **self.answers(),
        }
        return {command.header: respond for command, respond in said.items()}

    def _reply(self, header: int, data: bytes, asked: int) -> None:
        if self._lose in (0, asked):
            self._lose = None
            return
        raw = Frame(HOST, self._address, header, data).to_bytes(self._mode)
        if self._switches["bad crc"]:
            raw = raw[:-1] + bytes([raw[-1] ^ 0xFF])
        self.send(raw[: len(raw) // 2] if self._switches["half"] else raw)

    def _restart(self) -> bytes:
        self.lose_power()
        self.wake_up()
        return b""

    def _power(self, rest: str) -> Answer:
        if one_of(rest, "cycle", "off", "on") != "on":
            self._powered = False
            self.lose_power()
        if rest != "off" and not self._powered:
            self._powered = True
            self._parser = FrameParser(self._mode)
            self._boots_until_s = time.monotonic() + BOOT_S
            self.wake_up()
        return self.state()

    def _lose_reply(self, rest: str) -> Answer:
        header = _after(rest, "reply")
        self._lose = number(header, 255) if header else 0
        return {"lose": self._lose}

    def _set_echo(self, rest: str) -> Answer:
        self._echo = one_of(rest, "on", "off", "wrong")
        return {"echo": self._echo}

    def _set_mode(self, rest: str) -> Answer:
        self._mode = "crc" if one_of(rest, "checksum", "crc") == "crc" else "checksum"
        self._parser = FrameParser(self._mode)
        return {"mode": self._mode}

    def _set_serial(self, rest: str) -> Answer:
        self.memory.put(serial=number(rest, (1 << 24) - 1))
        return {"serial": self.serial_number}

    def _set_number(self, name: str, rest: str, limit: int) -> Answer:
        setattr(self, name, number(rest, limit))
        return {"set": rest}

    def _set_pace(self, rest: str) -> Answer:
        self.pace_s = number(rest, MAX_MS) / 1000
        return {"pace_ms": rest}

    def _switch(self, name: str, rest: str) -> Answer:
        self._switches[name] = one_of(rest, "on", "off") == "on"
        return {name: rest}


def _after(rest: str, word: str) -> str:
    first, _, more = rest.partition(" ")
    one_of(first, word)
    return more.strip()


def centimos_of(soles: str) -> int:
    """Read an amount in soles (``20``, ``0.50``) from a command line; ``CommandRefused``."""
    whole, _, part = soles.partition(".")
    digits = whole + part
    if not digits.isascii() or not digits.isdigit() or len(part) not in (0, 2) or not whole:
        raise CommandRefused(f"write an amount in soles, as 20 or 0.50, not {soles!r}")
    return int(whole) * 100 + int(part or 0)
