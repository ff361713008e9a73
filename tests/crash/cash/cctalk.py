"""Lives with a ccTalk device: notes, coins or payouts, and something happens at a point.

The device is simulated in the test's process, whose control port the life uses to insert notes.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import devices.cctalk_bill.driver as bill
import devices.cctalk_coin.driver as coin
import devices.cctalk_hopper.driver as hopper
from devices.driver import Model, Wiring
from devices.errors import DeviceError
from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInStart,
    KeepNote,
    ReturnNote,
)
from devices.kinds.cash_dispenser import Dispense, QueryDispense
from devices.supervisor import Supervisor
from tests.crash.cash.cctalk_broken import BOOKS, DRIVERS
from tests.crash.cash.life import Life, Order, serve
from tests.crash.cash.mortal_book import MortalBook
from tests.support.cash_bench import PATIENCE

MODELS = {"bill": bill.MODEL, "coin": coin.MODEL, "hopper": hopper.MODEL}
OPTIONS = {
    "reply_timeout_s": 0.05,
    "poll_interval_s": 0.01,
    "settle_s": 0.1,
    "bill_types": 5,
    "route_s": 1.0,
    "fraud_pause_s": 0.2,
}
STEP_S = 8.0
HELD_S = 0.5
RECOVERY_S = 5.0
TOO_LATE = "not usable in time"


class CctalkLife(Life):
    """One life of a kiosk's cash part."""

    step_s = STEP_S

    def __init__(self, order: Order) -> None:
        super().__init__(order)
        self.book = BOOKS.get(order.variant, MortalBook)(Path(order.book), self.fate)
        self.results: list[str] = []
        model = MODELS[order.model]
        self.device = Supervisor(
            device=order.model,
            kind=model.kind,
            model=order.model,
            open_link=lambda: self.link(named),
            build_driver=lambda link, report: self._driver(model, link, report),
            publish=self.heard,
            refuse=model.refuse,
            backoff_first_s=0.02,
            backoff_last_s=0.1,
        )

    def run(self) -> int:
        """Do the script; what was done is told in a file, if this life lasts so long."""
        self.device.start()
        SCRIPTS[self.order.script](self)
        self.device.stop()
        told = {"passed": self.fate.passed, "results": self.results}
        Path(self.order.told).write_text(json.dumps(told))
        return 0

    def do(self, command: object) -> Any:
        """Run a command; a lost link is a result too."""
        try:
            result: Any = self.device.submit(command, STEP_S).result(STEP_S + 2)
        except DeviceError as lost:
            self.results.append(f"{type(command).__name__}: {type(lost).__name__}")
            return None
        self.results.append(f"{type(command).__name__}: {result.outcome} {result.reason}")
        return result

    def usable(self) -> bool:
        """Wait until the device is, or is out of service for good."""
        well = self.until(lambda: self.device.status.usable or self._lost(), RECOVERY_S)
        if not well:
            self.results.append(TOO_LATE)
        return well

    def start_taking(self) -> None:
        """Open the session, or go on with it, however often the way breaks meanwhile."""
        for _ in range(10):
            self.usable()
            result = self.do(CashInStart("S1"))
            if result is not None and (result.outcome == "done" or self._lost()):
                return

    def note(self, soles: int) -> bool:
        """Insert a note until one is held; False where none could be."""
        for _ in range(4):
            before = self.held
            if not self.simulated(f"insert note {soles}")["taken"]:
                self.start_taking()
            elif self.until(lambda before=before: self.held > before, HELD_S):
                return True
        return False

    def _lost(self) -> str:
        tally = self.book.tally(f"{self.order.model}-12345678")
        return f"lost: {tally.events_lost}" if tally is not None and tally.events_lost else ""

    def _driver(self, model: Model, link: Any, report: Any) -> Any:
        known = {**model.link_options, **model.options}
        options = {**known, **{k: v for k, v in OPTIONS.items() if k in known}}
        driver = model.build(link, options, Wiring(report, self.book, self.book))
        worse = DRIVERS.get(self.order.variant)
        if worse is not None:
            driver.__class__ = worse
        return driver


def take_notes(life: CctalkLife) -> None:
    """Keep one note, give one back, and end the session with a third in escrow."""
    life.start_taking()
    if life.note(20):
        life.do(KeepNote("S1"))
    if life.note(50):
        life.do(ReturnNote("S1"))
    life.note(10)
    close_session(life, "bill-12345678")


def end_session(life: CctalkLife) -> None:
    """What a kiosk does after it came back: wait until nothing is inside, then close the books."""
    life.usable()
    life.until(lambda: life.simulated("state")["note"] is None)
    close_session(life, "bill-12345678")


def close_session(life: CctalkLife, serial: str) -> None:
    """End the session, however often the way breaks meanwhile."""
    for _ in range(10):
        tally = life.book.tally(serial)
        if tally is None or not tally.session:
            return
        life.usable()
        life.do(CashInEnd("S1"))


def take_coins(life: CctalkLife) -> None:
    """Take coins as they fall, some while the session ends."""
    life.start_taking()
    for soles in ("1", "0.50", "5"):
        if not life.simulated(f"coin {soles}")["taken"]:
            life.start_taking()
            life.simulated(f"coin {soles}")
    end_coins(life)


def end_coins(life: CctalkLife) -> None:
    """Close the session once nothing falls any more."""
    life.usable()
    life.until(lambda: life.simulated("state")["falling"] == 0)
    close_session(life, "coin-12345678")


def give_change(life: CctalkLife) -> None:
    """Two payouts."""
    life.usable()
    life.do(Dispense("p1", 3))
    life.do(Dispense("p2", 2))
    settle_change(life)


def settle_change(life: CctalkLife) -> None:
    """Wait until no payout is open; then ask for the first again, which must give nothing new."""
    life.usable()
    life.until(lambda: life.book.open_payout("hopper-12345678") is None)
    for payout in life.book.payouts():
        life.do(Dispense(payout.payout_id, payout.coins))
        life.do(QueryDispense(payout.payout_id))


SCRIPTS: dict[str, Callable[[CctalkLife], None]] = {
    "take notes": take_notes,
    "end session": end_session,
    "take coins": take_coins,
    "end coins": end_coins,
    "give change": give_change,
    "settle change": settle_change,
}


def named(data: bytes) -> str:
    """A ccTalk command by its header; a note's way with where it leads."""
    route = f" {data[4]}" if data[3] == 154 else ""
    return f"{data[3]}{route}"


def main() -> None:
    """Serve lives, with drivers that wait less for a device that is only simulated."""
    for name, seconds in PATIENCE.items():
        module, _, constant = name.rpartition(".")
        setattr(sys.modules[module], constant, seconds)
    serve(CctalkLife)


if __name__ == "__main__":
    main()
