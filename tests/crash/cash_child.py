"""The process that handles cash and dies: a real driver and book, and something happens at a point.

Started once, it forks a life for each order line (JSON) it reads: nothing of a life survives into
the next. The device is simulated in the parent's process, whose control port the life uses to
insert notes. At the ordered point the life kills itself, or the device loses power or its cable.
"""

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

import devices.cctalk_bill.driver as bill
import devices.cctalk_coin.driver as coin
import devices.cctalk_hopper.driver as hopper
from devices.cctalk.events import Event
from devices.cctalk.faults import BusFault
from devices.cctalk.till import Money
from devices.cctalk_bill.protocol import news_of
from devices.control import ask
from devices.driver import Model, Wiring
from devices.errors import DeviceError
from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInStart,
    Credit,
    KeepNote,
    NoteHeld,
    ReturnNote,
    Tally,
)
from devices.kinds.cash_dispenser import Dispense, Payout, QueryDispense
from devices.link import WRITE_TIMEOUT_S, Link, open_link
from devices.supervisor import Reported, Supervisor
from tests.support.cash_bench import PATIENCE
from tests.support.credit_book import Book

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
LONGEST_LIFE_S = 40
TOO_LATE = "not usable in time"


@dataclass(frozen=True)
class Order:
    """What a life is to do. `point` is a name and the how-manieth, or `bytes` and a count."""

    model: str
    port: str
    control: tuple[str, int]
    book: str
    script: str
    point: tuple[str, int] | None = None
    happens: str = "kill"
    variant: str = ""
    told: str = ""


class Fate:
    """Counts the points a life passes and lets the ordered thing happen at the ordered one."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self.passed: Counter[str] = Counter()
        self.happened = False

    def at(self, name: str) -> None:
        self.passed[name] += 1
        if self._order.point == (name, self.passed[name]):
            self._happen()

    def bytes_until_then(self) -> int | None:
        """How many bytes may still pass before it happens, where it goes by bytes."""
        point = self._order.point
        if point is None or point[0] != "bytes" or self.happened:
            return None
        return point[1] - self.passed["bytes"]

    def bytes_passed(self, count: int) -> None:
        left = self.bytes_until_then()
        self.passed["bytes"] += count
        if left is not None and count >= left:
            self._happen()

    def _happen(self) -> None:
        self.happened = True
        if self._order.happens == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        for line in self._order.happens.split("; "):
            assert ask(self._order.control, line)["ok"]


class MortalLink:
    """A link whose every write and read is a point, named after the header last sent."""

    def __init__(self, inner: Link, fate: Fate) -> None:
        self._inner = inner
        self._fate = fate
        self._name = "0"

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._inner.read(max_bytes, timeout_s)
        if data:
            self._fate.at(f"heard {self._name}")
            self._fate.bytes_passed(len(data))
        return data

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        route = f" {data[4]}" if data[3] == 154 else ""
        self._name = f"{data[3]}{route}"
        self._fate.at(f"before {self._name}")
        left = self._fate.bytes_until_then()
        first = data if left is None else data[:left]
        self._inner.write(first, timeout_s)
        self._fate.bytes_passed(len(first))
        self._inner.write(data[len(first) :], timeout_s)
        self._fate.at(f"after {self._name}")

    def close(self) -> None:
        self._inner.close()


class MortalBook(Book):
    """A book whose every commit is a point; one with money has a name of its own."""

    def __init__(self, path: Path, fate: Fate) -> None:
        super().__init__(path)
        self.fate = fate

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        name = "credit" if credits else "tally"
        self.fate.at(f"before {name}")
        super().commit(serial, tally, credits)
        self.fate.at(f"after {name}")

    def begin(self, payout: Payout) -> None:
        self.fate.at("before begin")
        super().begin(payout)
        self.fate.at("after begin")

    def end(self, payout: Payout) -> None:
        self.fate.at("before end")
        super().end(payout)
        self.fate.at("after end")


class CounterFirst(MortalBook):
    """Broken on purpose: the counter, then the credit, each in a transaction of its own."""

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        super().commit(serial, tally, ())
        if credits:
            self.fate.at("between")
            held = self.tally(serial)
            assert held is not None
            super().commit(serial, held, credits)


class CreditFirst(MortalBook):
    """Broken on purpose: the credit, then the counter."""

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        if credits:
            super().commit(serial, self.tally(serial) or Tally(0), credits)
            self.fate.at("between")
        super().commit(serial, tally, ())


class Hasty(bill.BillDriver):
    """Broken on purpose: a note in escrow is a credit."""

    def _money_in(self, event: Event) -> Money | None:
        news = news_of(event)
        return self._catalogue.get(news.bill) if news.kind == "held" else None


class Unconcerned(bill.BillDriver):
    """Broken on purpose: what the device counted while nobody looked is nobody's business."""

    def _compare(self, accepted: int | None) -> None:
        return


class Repeating(hopper.HopperDriver):
    """Broken on purpose: a dispense that was not answered is sent again."""

    def _tell(self, payout: Payout) -> bool:
        assert self._identity is not None
        data = hopper.dispense_data(self._identity.serial_number, payout.coins)
        for _ in range(2):
            try:
                self._station.ask(hopper.DISPENSE, data)
            except BusFault:
                time.sleep(0.3)
            else:
                break
        return False


BOOKS = {"counter first": CounterFirst, "credit first": CreditFirst}
DRIVERS: dict[str, Any] = {"hasty": Hasty, "unconcerned": Unconcerned, "repeating": Repeating}


class Life:
    """One life of a kiosk's cash part."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.fate = Fate(order)
        self.book = BOOKS.get(order.variant, MortalBook)(Path(order.book), self.fate)
        self.results: list[str] = []
        self.held = 0
        model = MODELS[order.model]
        self.device = Supervisor(
            device=order.model,
            kind=model.kind,
            model=order.model,
            open_link=lambda: MortalLink(open_link(order.port), self.fate),
            build_driver=lambda link, report: self._driver(model, link, report),
            publish=self._heard,
            refuse=model.refuse,
            backoff_first_s=0.02,
            backoff_last_s=0.1,
        )

    def run(self) -> None:
        """Do the script; what was done is told in a file, if this life lasts so long."""
        self.device.start()
        SCRIPTS[self.order.script](self)
        self.device.stop()
        told = {"passed": self.fate.passed, "results": self.results}
        Path(self.order.told).write_text(json.dumps(told))

    def do(self, command: object) -> Any:
        """Run a command; a lost link is a result too."""
        try:
            result: Any = self.device.submit(command, STEP_S).result(STEP_S + 2)
        except DeviceError as lost:
            self.results.append(f"{type(command).__name__}: {type(lost).__name__}")
            return None
        self.results.append(f"{type(command).__name__}: {result.outcome} {result.reason}")
        return result

    def simulated(self, line: str) -> dict[str, Any]:
        """One line to the device's control port."""
        return ask(self.order.control, line)

    def until(self, ready: Callable[[], object], seconds: float = STEP_S) -> bool:
        """Wait for something, at most so long."""
        ends = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > ends:
                return False
            time.sleep(0.005)
        return True

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

    def _heard(self, event: object) -> None:
        if isinstance(event, Reported) and isinstance(event.payload, NoteHeld):
            self.held += 1

    def _driver(self, model: Model, link: Any, report: Any) -> Any:
        known = {**model.link_options, **model.options}
        options = {**known, **{k: v for k, v in OPTIONS.items() if k in known}}
        driver = model.build(link, options, Wiring(report, self.book, self.book))
        worse = DRIVERS.get(self.order.variant)
        if worse is not None:
            driver.__class__ = worse
        return driver


def take_notes(life: Life) -> None:
    """Keep one note, give one back, and end the session with a third in escrow."""
    life.start_taking()
    if life.note(20):
        life.do(KeepNote("S1"))
    if life.note(50):
        life.do(ReturnNote("S1"))
    life.note(10)
    close_session(life, "bill-12345678")


def end_session(life: Life) -> None:
    """What a kiosk does after it came back: wait until nothing is inside, then close the books."""
    life.usable()
    life.until(lambda: life.simulated("state")["note"] is None)
    close_session(life, "bill-12345678")


def close_session(life: Life, serial: str) -> None:
    """End the session, however often the way breaks meanwhile."""
    for _ in range(10):
        tally = life.book.tally(serial)
        if tally is None or not tally.session:
            return
        life.usable()
        life.do(CashInEnd("S1"))


def take_coins(life: Life) -> None:
    """Take coins as they fall, some while the session ends."""
    life.start_taking()
    for soles in ("1", "0.50", "5"):
        if not life.simulated(f"coin {soles}")["taken"]:
            life.start_taking()
            life.simulated(f"coin {soles}")
    end_coins(life)


def end_coins(life: Life) -> None:
    """Close the session once nothing falls any more."""
    life.usable()
    life.until(lambda: life.simulated("state")["falling"] == 0)
    close_session(life, "coin-12345678")


def give_change(life: Life) -> None:
    """Two payouts."""
    life.usable()
    life.do(Dispense("p1", 3))
    life.do(Dispense("p2", 2))
    settle_change(life)


def settle_change(life: Life) -> None:
    """Wait until no payout is open; then ask for the first again, which must give nothing new."""
    life.usable()
    life.until(lambda: life.book.open_payout("hopper-12345678") is None)
    for payout in life.book.payouts():
        life.do(Dispense(payout.payout_id, payout.coins))
        life.do(QueryDispense(payout.payout_id))


SCRIPTS: dict[str, Callable[[Life], None]] = {
    "take notes": take_notes,
    "end session": end_session,
    "take coins": take_coins,
    "end coins": end_coins,
    "give change": give_change,
    "settle change": settle_change,
}


def main() -> None:
    """Fork a life for each line; answer with how it ended: 0, or 9 for killed."""
    for name, seconds in PATIENCE.items():
        module, _, constant = name.rpartition(".")
        setattr(sys.modules[module], constant, seconds)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print("ready", flush=True)
    for line in sys.stdin:
        words = json.loads(line)
        point = words.get("point")
        words["control"] = (words["control"][0], words["control"][1])
        words["point"] = None if point is None else (point[0], point[1])
        child = os.fork()
        if child == 0:
            signal.alarm(LONGEST_LIFE_S)  # no life may hang
            Life(Order(**words)).run()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
