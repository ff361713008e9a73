"""Who comes to the kiosk and what goes on around it: documents, notes, coins, cards and phones."""

import contextlib
import json
import random
import threading
import time
from dataclasses import dataclass
from typing import Any

from tests.crash.money.world import MoneyWorld
from tests.support.applicant import somebody
from tests.support.centre import EXTRA_REVIEW
from tests.support.nursery import Child

MOODS = ("approve", "approve", "approve", "decline", "no reply", "delay 700")
NOTES = (20, 20, 10, 10)
LOOKS_S = 1.5  # how long somebody looks for what they put in
COINS = ("5", "2", "1", "0.50")


@dataclass(frozen=True)
class Habits:
    """What visitors do. `means`, `moods` (of the terminal) and `notes` (soles) are drawn from.

    `leaves`: how likely somebody stops while paying; `coins`: how likely a coin comes with a note.
    """

    means: tuple[str, ...] = ("card", "cash", "cash", "wallet")
    moods: tuple[str, ...] = MOODS
    notes: tuple[int, ...] = NOTES
    leaves: float = 0.25
    coins: float = 0.15
    phones: float = 0.8


class Street:
    """The people of one world; all chance is the dice's."""

    def __init__(self, world: MoneyWorld, dice: random.Random) -> None:
        self._world = world
        self._dice = dice
        self._next_person = 0
        self.at = ""  # where the person of the moment stands

    def attend(self, process: Child, habits: Habits) -> threading.Thread:
        """Let people come to the kiosk until it is dead; the thread ends then."""
        thread = threading.Thread(target=self._play, args=(process, habits), daemon=True)
        thread.start()
        return thread

    def present(self) -> None:
        """The next person lays their document on the reader."""
        person = somebody(self._next_person)
        self._next_person += 1 + (self._next_person + 1 == EXTRA_REVIEW)
        self._world.kiosk.hardware.reader.obey("present " + "|".join(person.mrz()))

    def pay_codes(self) -> None:
        """Somebody's phone pays every code that can be paid."""
        charges = self._world.gateway.ledger()["charges"]
        for id_, charge in charges.items():
            if charge["state"] == "waiting":
                self._world.gateway.order(pay=id_)

    def put_money(self, habits: Habits) -> bool:
        """A note into the mouth, or a coin; whether the machine took it."""
        till = self._world.kiosk.hardware.till
        assert till is not None
        if self._dice.random() < habits.coins:
            return bool(till.coins.obey(f"coin {self._dice.choice(COINS)}")["taken"])
        return bool(till.bills.obey(f"insert note {self._dice.choice(habits.notes)}")["taken"])

    def set_mood(self, habits: Habits) -> None:
        """How the terminal treats the next card."""
        self._world.kiosk.hardware.terminal.obey(self._dice.choice(habits.moods))

    def _play(self, process: Child, habits: Habits) -> None:
        self.at = ""
        seen: dict[str, Any] = {}
        gone = threading.Event()
        feeder = threading.Thread(target=self._feed, args=(seen, gone, habits), daemon=True)
        feeder.start()
        with contextlib.suppress(OSError, ValueError):  # it died in the middle of a word
            self._send(process, habits)
            for line in process.stdout:
                now = json.loads(line)
                self.at = now["at"]
                self._act(process, dict(seen), now, habits)
                seen.update(now)
        gone.set()
        feeder.join(timeout=10)

    def _feed(self, seen: dict[str, Any], gone: threading.Event, habits: Habits) -> None:
        """Money into the mouth while the screen asks for it: the next piece once it shows the last.

        Nobody throws coins faster than a screen follows; a machine holds only five untold.
        """
        shown, patient_until = None, 0.0
        while not gone.wait(0.15):
            if seen.get("at") != "PayingByCash":
                shown = None
            elif seen["inserted"] != shown or time.monotonic() > patient_until:
                now = seen["inserted"]
                if self.put_money(habits):
                    shown, patient_until = now, time.monotonic() + LOOKS_S

    def _send(self, process: Child, habits: Habits) -> None:
        person, dice = somebody(self._next_person), self._dice
        leaves = dice.random() < habits.leaves
        row = {"means": dice.choice(habits.means), "email": person.email, "leaves": leaves}
        process.stdin.write(json.dumps(row) + "\n")
        process.stdin.flush()
        self.set_mood(habits)

    def _act(
        self, process: Child, seen: dict[str, Any], now: dict[str, Any], habits: Habits
    ) -> None:
        entered = now["at"] != seen.get("at")
        match now["at"]:
            case "ReadDocument" if entered:
                self.present()
            case "PayingByWallet" if now["shown"] and self._dice.random() < habits.phones:
                self.pay_codes()
            case "Welcome" if entered and seen:
                self._send(process, habits)
