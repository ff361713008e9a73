"""A simulated ccTalk hopper: coins come out one by one, run out or jam."""

from collections.abc import Mapping
from pathlib import Path

from devices.cctalk.events import LAST_COUNTER
from devices.cctalk.protocol import (
    DISPENSE,
    DISPENSE_COUNT,
    ENABLE_HOPPER,
    HOPPER,
    HOPPER_STATUS,
    PAYOUT_LEVEL,
    TEST_HOPPER,
    Command,
)
from devices.cctalk.simulated import COMMON_BUTTONS, CctalkSimulator, Respond
from devices.cctalk_hopper.protocol import ENABLE, HopperStatus
from devices.simulator import Answer, number, one_of
from devices.simulator import Command as Order

FILLED = 200
LOW_BELOW, HIGH_FROM = 20, 400
MOST_COINS = 100_000
_JAM, _TIMEOUT, _BLOCKED, _BRIDGED, _POWER_UP, _DISABLED = 0x01, 0x02, 0x08, 0x10, 0x40, 0x80


class HopperSimulator(CctalkSimulator):
    """One hopper with low and high sensors; 200 coins at first.

    Commands: ``fill N`` (this many are inside then), ``empty``, ``jam after N`` (after N more
    coins), ``jam off``, ``blocked on|off`` (its exit, while it rests), ``fraud on|off`` (its exit
    sensor is bridged), ``nak counts on|off`` (a refused dispense moves the event counter too, as
    some makes do), and those of every ccTalk device.
    ``pace`` is the time between two coins. The lifetime count and the last payout's figures last.
    """

    category = "Payout"
    buttons = ("fill 200", "fill 5", "empty", "jam after 2", "jam off")
    buttons += ("blocked on", "blocked off", "fraud on", "fraud off", *COMMON_BUTTONS)

    def __init__(
        self, path: Path, spool: Path | None, address: int = HOPPER, seed: int = 0
    ) -> None:
        super().__init__(path, spool, address, seed)
        self.pace_s = 0.15
        self._jam_after: int | None = None
        self._exit = 0  # what its test says of its exit
        self._nak_counts = False
        self._next_coin_s = 0.0
        self._forget()

    def commands(self) -> Mapping[str, Order]:
        """Return the hopper's commands beside the common ones."""
        own: dict[str, Order] = {
            "fill": lambda rest: self._fill(number(rest, MOST_COINS)),
            "empty": lambda _rest: self._fill(0),
            "jam": self._set_jam,
            "blocked": lambda rest: self._set_exit(_BLOCKED, rest),
            "fraud": lambda rest: self._set_exit(_BRIDGED, rest),
            "nak": self._set_nak,
        }
        return {**super().commands(), **own}

    def answers(self) -> Mapping[Command, Respond]:
        """What a hopper answers."""
        return {
            TEST_HOPPER: lambda _data: bytes([self._test()]),
            PAYOUT_LEVEL: lambda _data: bytes([self._level()]),
            ENABLE_HOPPER: self._enable,
            HOPPER_STATUS: lambda _data: self._status().to_bytes(),
            DISPENSE_COUNT: lambda _data: (self._dispensed % (1 << 24)).to_bytes(3, "little"),
            DISPENSE: self._dispense,
        }

    def live(self, now: float) -> None:
        """Give the next coin of the payout that runs."""
        if not self._remaining or now < self._next_coin_s:
            return
        if not self._coins or self._jam_after == 0:
            self._flags |= _TIMEOUT | (_JAM if self._jam_after == 0 else 0)
            self._stop()
            return
        self._next_coin_s = now + self.pace_s
        self._remaining -= 1
        if self._jam_after is not None:
            self._jam_after -= 1
        paid = self.memory.get("paid") + 1
        self.ledger.add("paid", self._dispensed + 1, 0)
        self.memory.put(
            coins=self._coins - 1, dispensed=self._dispensed + 1, paid=paid, unpaid=self._remaining
        )

    def lose_power(self) -> None:
        """The payout stops where it is; what is left of it is remembered as unpaid."""
        self._stop()
        self._forget()

    def wake_up(self) -> None:
        """Power is back; it is disabled."""

    def state(self) -> Answer:
        """Coins inside, the payout, the counters."""
        status = self._status()
        return {
            "coins": self._coins,
            "enabled": self._enabled,
            "counter": status.counter,
            "remaining": status.remaining,
            "paid": status.paid,
            "unpaid": status.unpaid,
            "dispensed": self._dispensed,
            "out": self.ledger.count("paid"),
        }

    @property
    def _coins(self) -> int:
        return self.memory.get("coins", FILLED)

    @property
    def _dispensed(self) -> int:
        return self.memory.get("dispensed")

    def _forget(self) -> None:
        self._enabled = False
        self._counter = 0
        self._remaining = 0
        self._flags = _POWER_UP

    def _stop(self) -> None:
        if self._remaining:
            self.memory.put(unpaid=self._remaining)
            self._remaining = 0

    def _status(self) -> HopperStatus:
        paid, unpaid = self.memory.get("paid"), self.memory.get("unpaid")
        return HopperStatus(self._counter, self._remaining, paid, 0 if self._remaining else unpaid)

    def _test(self) -> int:
        idle = self._flags | (0 if self._enabled else _DISABLED)
        return idle | self._exit

    def _level(self) -> int:
        return 0x30 | (self._coins < LOW_BELOW) | (self._coins >= HIGH_FROM) << 1

    def _enable(self, data: bytes) -> bytes:
        self._enabled = data == bytes([ENABLE])
        return b""

    def _dispense(self, data: bytes) -> bytes | None:
        coins = data[3] if len(data) == 4 else 0
        right = data[:3] == self.serial_number.to_bytes(3, "little")
        if not right or not coins or not self._enabled or self._remaining or self._exit:
            if self._nak_counts:
                self._counter = self._counter % LAST_COUNTER + 1
            return None
        self._counter = self._counter % LAST_COUNTER + 1
        self._remaining = coins
        self._flags = 0
        self.memory.put(paid=0, unpaid=0)
        self.ledger.add("dispense", coins, 0)
        return bytes([self._counter])

    def _fill(self, coins: int) -> Answer:
        self.memory.put(coins=coins)
        return self.state()

    def _set_jam(self, rest: str) -> Answer:
        word, _, coins = rest.partition(" ")
        self._jam_after = (
            number(coins, MOST_COINS) if one_of(word, "after", "off") == "after" else None
        )
        return self.state()

    def _set_exit(self, flag: int, rest: str) -> Answer:
        on = one_of(rest, "on", "off") == "on"
        self._exit = self._exit | flag if on else self._exit & ~flag
        return self.state()

    def _set_nak(self, rest: str) -> Answer:
        word, _, more = rest.partition(" ")
        if word == "counts":
            self._nak_counts = one_of(more, "on", "off") == "on"
            return self.state()
        return self._switch("nak", rest)


def build(path: Path, spool: Path | None) -> HopperSimulator:
    """Make the simulator at ``path``; its ledger and lasting counters are in ``spool``."""
    return HopperSimulator(path, spool)
