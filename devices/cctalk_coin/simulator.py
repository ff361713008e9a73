"""A simulated ccTalk coin acceptor: coins fall through it into the cash box, or come back."""

import time
from collections.abc import Mapping
from pathlib import Path

from devices.cctalk.event_memory import EventMemory
from devices.cctalk.protocol import (
    ACCEPT_COUNTER,
    COIN_ACCEPTOR,
    COIN_ID,
    INHIBITS,
    MASTER_INHIBIT,
    MODIFY_INHIBITS,
    MODIFY_MASTER_INHIBIT,
    READ_COINS,
    Command,
)
from devices.cctalk.simulated import COMMON_BUTTONS, CctalkSimulator, Respond, centimos_of
from devices.simulator import Answer, CommandRefused, number, one_of
from devices.simulator import Command as Order

COINS = {1: 10, 2: 20, 3: 50, 4: 100, 5: 200, 6: 500}
SORTER_PATH = 1
_MOST_FALLING = 64


class CoinSimulator(CctalkSimulator):
    """Coins of 0.10, 0.20, 0.50, 1, 2 and 5 soles at positions 1..6.

    Commands: ``coin SOLES [COUNT]``, ``reject`` (a slug falls through), ``jam on|off`` (the
    credit sensor is blocked), ``fraud`` (a coin on a string), ``event N`` (error code N), and
    those of every ccTalk device.
    """

    category = "Coin Acceptor"
    buttons = (
        *(f"coin {soles}" for soles in ("0.10", "0.20", "0.50", "1", "2", "5")),
        *("reject", "jam on", "jam off", "fraud"),
        *COMMON_BUTTONS,
    )

    def __init__(
        self, path: Path, spool: Path | None, address: int = COIN_ACCEPTOR, seed: int = 0
    ) -> None:
        super().__init__(path, spool, address, seed)
        self.pace_s = 0.05
        self._events = EventMemory(self.memory)
        self._falling: list[tuple[float, int, int]] = []
        self._jammed = False
        self._forget()

    def commands(self) -> Mapping[str, Order]:
        """Return the acceptor's commands beside the common ones."""
        own: dict[str, Order] = {
            "coin": self._coin,
            "reject": lambda _rest: self._tell(1),
            "jam": self._set_jam,
            "fraud": lambda _rest: self._tell(20),
            "event": lambda rest: self._tell(number(rest, 255)),
        }
        return {**own, **super().commands()}

    def answers(self) -> Mapping[Command, Respond]:
        """What a coin acceptor answers."""
        return {
            READ_COINS: lambda _data: self._events.reading.to_bytes(),
            ACCEPT_COUNTER: lambda _data: self._events.accepted_bytes,
            COIN_ID: self._coin_id,
            MODIFY_INHIBITS: lambda data: self._set(inhibits=int.from_bytes(data, "little")),
            INHIBITS: lambda _data: self._inhibits.to_bytes(2, "little"),
            MASTER_INHIBIT: lambda _data: bytes([self._enabled]),
            MODIFY_MASTER_INHIBIT: lambda data: self._set(enabled=data == b"\x01"),
        }

    def live(self, now: float) -> None:
        """Let coins that were let in reach the cash box."""
        while self._falling and now >= self._falling[0][0]:
            _, piece, position = self._falling.pop(0)
            self._keep(piece, position, told=True)

    def lose_power(self) -> None:
        """A coin that was let in falls into the box all the same, and is counted."""
        self._events.clear()
        self._forget()
        for _, piece, position in self._falling:
            self._keep(piece, position, told=False)
        self._falling.clear()

    def wake_up(self) -> None:
        """Nothing is told."""

    def state(self) -> Answer:
        """How it is set and what it counted."""
        return {
            "enabled": self._enabled,
            "inhibits": self._inhibits,
            "counter": self._events.reading.counter,
            "accepted": self._events.accepted,
            "falling": len(self._falling),
        }

    def _forget(self) -> None:
        self._enabled = False
        self._inhibits = 0

    def _set(self, *, enabled: bool | None = None, inhibits: int | None = None) -> bytes:
        self._enabled = self._enabled if enabled is None else enabled
        self._inhibits = self._inhibits if inhibits is None else inhibits
        return b""

    def _coin_id(self, data: bytes) -> bytes:
        centimos = COINS.get(data[0]) if data else None
        return b"......" if centimos is None else f"PE{centimos:03d}A".encode()

    def _coin(self, rest: str) -> Answer:
        soles, _, count = rest.partition(" ")
        positions = {centimos: position for position, centimos in COINS.items()}
        position = positions.get(centimos_of(soles))
        if position is None:
            raise CommandRefused(f"there is no coin of {soles} soles")
        many = number(count, _MOST_FALLING) if count else 1
        return {"taken": sum(self._offer(position) for _ in range(many))}

    def _offer(self, position: int) -> bool:
        """A person throws a coin in; False if it comes straight back."""
        fits = self._inhibits >> position - 1 & 1
        if not self._powered or not self._enabled or len(self._falling) >= _MOST_FALLING:
            return False
        if not fits or self._jammed:
            self._events.add(0, 14 if self._jammed else 2)
            return False
        piece = self.memory.get("pieces") + 1
        self.memory.put(pieces=piece)
        self._falling.append((time.monotonic() + self.pace_s, piece, position))
        self.ledger.add("inserted", piece, COINS[position])
        return True

    def _keep(self, piece: int, position: int, *, told: bool) -> None:
        self.ledger.add("stacked", piece, COINS[position])
        self._events.accept(position)
        if told:
            self._events.add(position, SORTER_PATH)

    def _tell(self, code: int) -> Answer:
        self._events.add(0, code)
        return self.state()

    def _set_jam(self, rest: str) -> Answer:
        self._jammed = one_of(rest, "on", "off") == "on"
        if self._jammed:
            self._events.add(0, 14)
        return self.state()


def build(path: Path, spool: Path | None) -> CoinSimulator:
    """Make the simulator at ``path``; its ledger and lasting counters are in ``spool``."""
    return CoinSimulator(path, spool)
