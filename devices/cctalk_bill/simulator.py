"""A simulated ccTalk bill validator: notes go in, wait, and are stacked or come back."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devices.cctalk.event_memory import EventMemory
from devices.cctalk.protocol import (
    ACCEPT_COUNTER,
    BILL_ID,
    BILL_MODE,
    BILL_MODE_NOW,
    BILL_VALIDATOR,
    INHIBITS,
    MASTER_INHIBIT,
    MODIFY_INHIBITS,
    MODIFY_MASTER_INHIBIT,
    READ_BILLS,
    ROUTE_BILL,
    SCALING,
    Command,
)
from devices.cctalk.simulated import COMMON_BUTTONS, CctalkSimulator, Respond, centimos_of
from devices.cctalk_bill.protocol import (
    ESCROW_EMPTY,
    IN_ESCROW,
    ROUTE_EXTEND,
    ROUTE_RETURN,
    ROUTE_STACK,
    STACKED,
)
from devices.simulator import Answer, CommandRefused, number, one_of
from devices.simulator import Command as Order

BILLS = {1: 10, 2: 20, 3: 50, 4: 100, 5: 200}
ESCROW_TIMEOUT_S = 30.0
_STACKER_EVENTS = {"ok": 10, "removed": 11, "inserted": 12, "faulty": 13, "full": 14, "jammed": 15}
_FRAUDS = {"pull": 8, "tamper": 9, "opto": 17, "string": 18}


@dataclass(slots=True)
class Note:
    """A note inside: ``place`` is entering, escrow, stacking, returning or jammed."""

    piece: int
    bill: int
    place: str
    moves_at_s: float

    @property
    def centimos(self) -> int:
        """Its value."""
        return BILLS[self.bill] * 100


class BillSimulator(CctalkSimulator):
    """Notes of 10, 20, 50, 100 and 200 soles as types 1..5, one inside at a time.

    Commands: ``insert note SOLES``, ``escrow timeout MS`` (it then comes back by itself),
    ``stacker ok|removed|inserted|faulty|full|jammed``, ``jam on|off`` (the next movement jams;
    ``off`` takes the note out), ``fraud pull|tamper|opto|string``, ``unknown on|off`` (a note that
    power loss caught on its way to the stacker is told as event 21, not silently), ``country CC``
    (its notes are of that country), and those of every ccTalk device.
    """

    category = "Bill Validator"
    country = "PE"
    buttons = (
        *(f"insert note {soles}" for soles in (10, 20, 50, 100, 200)),
        *("stacker full", "stacker removed", "stacker ok", "jam on", "jam off", "fraud string"),
        *COMMON_BUTTONS,
    )

    def __init__(
        self, path: Path, spool: Path | None, address: int = BILL_VALIDATOR, seed: int = 0
    ) -> None:
        super().__init__(path, spool, address, seed)
        self._events = EventMemory(self.memory)
        self._note: Note | None = None
        self._stacker = "ok"
        self._jams = False
        self._tells_unknown = False
        self._escrow_timeout_s = ESCROW_TIMEOUT_S
        self._forget()

    def commands(self) -> Mapping[str, Order]:
        """Return the validator's commands beside the common ones."""
        own: dict[str, Order] = {
            "insert": self._insert,
            "escrow": self._set_escrow,
            "stacker": self._set_stacker,
            "jam": self._set_jam,
            "fraud": self._cheat,
            "unknown": self._set_unknown,
            "country": self._set_country,
        }
        return {**own, **super().commands()}

    def answers(self) -> Mapping[Command, Respond]:
        """What a validator answers."""
        return {
            READ_BILLS: lambda _data: self._events.reading.to_bytes(),
            ACCEPT_COUNTER: lambda _data: self._events.accepted_bytes,
            BILL_ID: self._bill_id,
            SCALING: lambda data: b"\x64\0\2" if data == self.country.encode() else b"\0\0\0",
            MODIFY_INHIBITS: lambda data: self._set(inhibits=int.from_bytes(data, "little")),
            BILL_MODE_NOW: lambda _data: bytes([self._bill_mode]),
            INHIBITS: lambda _data: self._inhibits.to_bytes(2, "little"),
            MASTER_INHIBIT: lambda _data: bytes([self._enabled]),
            MODIFY_MASTER_INHIBIT: lambda data: self._set(enabled=data == b"\x01"),
            BILL_MODE: lambda data: self._set(mode=data[0] if data else 0),
            ROUTE_BILL: self._route,
        }

    def live(self, now: float) -> None:
        """Move the note that is inside."""
        note = self._note
        if note is None or now < note.moves_at_s:
            return
        if self._jams and note.place in ("entering", "stacking", "returning"):
            self._events.add(0, 7 if note.place == "stacking" else 6)
            note.place, note.moves_at_s = "jammed", float("inf")
        elif note.place == "entering":
            self._arrive(note, now)
        elif note.place == "stacking":
            self._stack(note)
        else:
            self._give_back(note, told=True)

    def lose_power(self) -> None:
        """A note past the point of no return goes on into the stacker, any other comes back."""
        self._events.clear()
        self._forget()
        note = self._note
        if note is not None and note.place == "stacking":
            self._stack(note, told=False)
            self._unknown_stacked = True
        elif note is not None and note.place != "jammed":
            self._give_back(note, told=False)

    def wake_up(self) -> None:
        """Tell of a note that power loss caught, if it is of that sort."""
        if self._unknown_stacked and self._tells_unknown:
            self._events.add(0, 21)
        self._unknown_stacked = False
        if self._stacker != "ok":
            self._events.add(0, _STACKER_EVENTS[self._stacker])

    def state(self) -> Answer:
        """What is inside and how it is set."""
        note = self._note
        return {
            "note": None if note is None else {"place": note.place, "centimos": note.centimos},
            "stacker": self._stacker,
            "enabled": self._enabled,
            "mode": self._bill_mode,
            "inhibits": self._inhibits,
            "counter": self._events.reading.counter,
            "accepted": self._events.accepted,
            "stacked_centimos": self._total("stacked"),
        }

    def _forget(self) -> None:
        self._enabled = False
        self._inhibits = 0
        self._bill_mode = 0
        self._unknown_stacked = False

    def _total(self, what: str) -> int:
        rows = self.ledger.rows()
        return sum(int(str(row["centimos"])) for row in rows if row["what"] == what)

    def _set(
        self, *, enabled: bool | None = None, inhibits: int | None = None, mode: int | None = None
    ) -> bytes:
        self._enabled = self._enabled if enabled is None else enabled
        self._inhibits = self._inhibits if inhibits is None else inhibits
        self._bill_mode = self._bill_mode if mode is None else mode
        return b""

    def _bill_id(self, data: bytes) -> bytes:
        soles = BILLS.get(data[0]) if data else None
        return b"......." if soles is None else f"{self.country}{soles:04d}A".encode()

    def _route(self, data: bytes) -> bytes:
        note = self._note
        if note is None or note.place != "escrow":
            return bytes([ESCROW_EMPTY])
        now = time.monotonic()
        if data[:1] == bytes([ROUTE_STACK]):
            note.place, note.moves_at_s = "stacking", now + self.pace_s
        elif data[:1] == bytes([ROUTE_RETURN]):
            note.place, note.moves_at_s = "returning", now + self.pace_s
        elif data[:1] == bytes([ROUTE_EXTEND]):
            note.moves_at_s = now + self._escrow_timeout_s
        return b""

    def _insert(self, rest: str) -> Answer:
        word, _, soles = rest.partition(" ")
        one_of(word, "note")
        bills = {value * 100: bill for bill, value in BILLS.items()}
        bill = bills.get(centimos_of(soles.strip()))
        if bill is None:
            raise CommandRefused(f"there is no note of {soles} soles")
        return {"taken": self._offer(bill)}

    def _offer(self, bill: int) -> bool:
        """A person holds a note to the mouth; False if it is not drawn in."""
        if self._note is not None or not self._powered or self._stacker != "ok":
            return False
        if not self._enabled:
            return False
        if not self._inhibits >> bill - 1 & 1:
            self._events.add(0, 4)
            return False
        piece = self.memory.get("pieces") + 1
        self.memory.put(pieces=piece)
        self._note = Note(piece, bill, "entering", time.monotonic() + self.pace_s)
        self.ledger.add("inserted", piece, self._note.centimos)
        return True

    def _arrive(self, note: Note, now: float) -> None:
        if self._bill_mode & 0x02:
            note.place, note.moves_at_s = "escrow", now + self._escrow_timeout_s
            self._events.add(note.bill, IN_ESCROW)
        else:
            note.place, note.moves_at_s = "stacking", now + self.pace_s

    def _stack(self, note: Note, *, told: bool = True) -> None:
        self._note = None
        self.ledger.add("stacked", note.piece, note.centimos)
        self._events.accept(note.bill)
        if told:
            self._events.add(note.bill, STACKED)

    def _give_back(self, note: Note, *, told: bool) -> None:
        self._note = None
        self.ledger.add("returned", note.piece, note.centimos)
        if told:
            self._events.add(0, 1)

    def _set_escrow(self, rest: str) -> Answer:
        word, _, milliseconds = rest.partition(" ")
        one_of(word, "timeout")
        self._escrow_timeout_s = number(milliseconds, 600_000) / 1000
        return self.state()

    def _set_stacker(self, rest: str) -> Answer:
        word = one_of(rest, *_STACKER_EVENTS)
        self._stacker = "ok" if word == "inserted" else word
        self._events.add(0, _STACKER_EVENTS[word])
        return self.state()

    def _set_jam(self, rest: str) -> Answer:
        self._jams = one_of(rest, "on", "off") == "on"
        note = self._note
        if not self._jams and note is not None and note.place == "jammed":
            self._give_back(note, told=False)
        return self.state()

    def _cheat(self, rest: str) -> Answer:
        self._events.add(0, _FRAUDS[one_of(rest or "string", *_FRAUDS)])
        return self.state()

    def _set_unknown(self, rest: str) -> Answer:
        self._tells_unknown = one_of(rest, "on", "off") == "on"
        return self.state()

    def _set_country(self, rest: str) -> Answer:
        self.country = one_of(rest, "PE", "BO", "CL")
        return {"country": self.country}


def build(path: Path, spool: Path | None) -> BillSimulator:
    """Make the simulator at ``path``; its ledger and lasting counters are in ``spool``."""
    return BillSimulator(path, spool)
