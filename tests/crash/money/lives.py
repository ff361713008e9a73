"""One life of the kiosk after the other: what visitors and the world do, and when it dies."""

import json
import random
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Any

from tests.crash.money.audit import Audit, audit, open_journal_of
from tests.crash.money.world import MoneyWorld
from tests.support.applicant import somebody
from tests.support.centre import EXTRA_REVIEW, eventually
from tests.support.victim import kill

VISITOR = "tests.crash.money.visitor"
TERMINAL_MOODS = ("approve", "approve", "approve", "decline", "no reply", "delay 700")
LONGEST_LIFE_S = 8.0
RESOLVE_S = 60.0
NOTES = (20, 20, 10, 10)


@dataclass(frozen=True)
class Result:
    """How often power went, how long it took to settle everything, and what the ledgers say."""

    kills: int
    max_resolve_s: float
    audit: Audit


class Lives:
    """Plays lives against a world. All chance comes from `seed`."""

    def __init__(self, world: MoneyWorld, seed: int, module: str = VISITOR) -> None:
        self._world = world
        self._dice = random.Random(seed)
        self._module = module
        self._next_person = 0

    def play(self, kills: int) -> Result:
        """`kills` lives that end by SIGKILL, of the kiosk or (one in four) of the server."""
        for turn in range(kills):
            self._one_life(dies=True)
            _say(turn + 1, kills)
        begun = time.monotonic()
        self._settle()
        return Result(kills, round(time.monotonic() - begun, 1), audit(self._world))

    def _one_life(self, *, dies: bool) -> None:
        process = self._world.kiosk.start(self._module)
        assert process.stdin is not None
        watch = threading.Thread(target=self._play, args=(process,), daemon=True)
        watch.start()
        time.sleep(self._dice.uniform(1.5, LONGEST_LIFE_S))
        if dies and self._dice.random() < 0.25:
            self._world.kill_server()
            time.sleep(self._dice.uniform(0.0, 2.0))
            self._world.start_server()
        kill(process)
        watch.join(timeout=10)

    def _settle(self) -> None:
        """A last life without visitors, everything well: all must end within a minute."""
        self._world.kiosk.hardware.terminal.obey("approve")
        process = self._world.kiosk.start("kiosk", "--headless")
        try:
            eventually(self._is_settled, RESOLVE_S)
        finally:
            process.terminate()
            process.wait(timeout=20)

    def _is_settled(self) -> bool:
        journal = open_journal_of(self._world)
        try:
            open_ones = "SELECT count(*) FROM cash_payouts WHERE outcome IS NULL"
            doubtful = "SELECT count(*) FROM claims WHERE proven = 0 AND means = 'cash'"
            left = [journal.file.read(each)[0][0] for each in (open_ones, doubtful)]
            return not (any(left) or journal.orders.unsettled() or journal.outgoing.count())
        finally:
            journal.close()

    def _play(self, process: "subprocess.Popen[str]") -> None:
        """Be the visitors' hands, and the world around, until the kiosk is dead."""
        assert process.stdout is not None
        seen: dict[str, Any] = {}
        gone = threading.Event()
        feeder = threading.Thread(target=self._feed, args=(seen, gone), daemon=True)
        feeder.start()
        try:
            self._send(process)
            for line in process.stdout:
                now = json.loads(line)
                self._act(process, dict(seen), now)
                seen.update(now)
        except (OSError, ValueError):
            pass  # it died in the middle of a word
        finally:
            gone.set()
            feeder.join(timeout=10)

    def _feed(self, seen: dict[str, Any], gone: threading.Event) -> None:
        """Notes into the mouth while the screen asks for them, and a little longer."""
        till = self._world.kiosk.hardware.till
        assert till is not None
        while not gone.wait(0.2):
            if seen.get("at") == "PayingByCash":
                till.bills.obey(f"insert note {self._dice.choice(NOTES)}")

    def _send(self, process: "subprocess.Popen[str]") -> None:
        person = somebody(self._next_person)
        means = self._dice.choice(("card", "cash", "cash", "wallet"))
        row = {"means": means, "email": person.email, "leaves": self._dice.random() < 0.25}
        assert process.stdin is not None
        process.stdin.write(json.dumps(row) + "\n")
        process.stdin.flush()
        self._world.kiosk.hardware.terminal.obey(self._dice.choice(TERMINAL_MOODS))

    def _act(
        self, process: "subprocess.Popen[str]", seen: dict[str, Any], now: dict[str, Any]
    ) -> None:
        hardware, dice = self._world.kiosk.hardware, self._dice
        entered = now["at"] != seen.get("at")
        match now["at"]:
            case "ReadDocument" if entered:
                person = somebody(self._next_person)
                self._next_person += 1 + (self._next_person + 1 == EXTRA_REVIEW)
                hardware.reader.obey("present " + "|".join(person.mrz()))
            case "PayingByWallet" if now["shown"] and dice.random() < 0.8:
                self._pay_code(now["application"])
            case "Welcome" if entered and seen:
                self._send(process)

    def _pay_code(self, application: str) -> None:
        charges = self._world.gateway.ledger()["charges"]
        for id_, charge in charges.items():
            if charge["state"] == "waiting" and application:
                self._world.gateway.order(pay=id_)


def _say(done: int, of: int) -> None:
    if done % 10 == 0 or done == of:
        print(f"crash: {done} of {of} lives", flush=True)
