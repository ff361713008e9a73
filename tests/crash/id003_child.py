"""The process that takes notes through an ID-003 validator and dies, or whose device does.

Started once, it forks a life for each order line (JSON) it reads. The validator is simulated in
the parent's process; the life inserts notes through its control port. At the ordered point the life
kills itself, or the device loses power or its cable.
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

import devices.id003.acceptor as acceptor
import devices.id003.driver as id003
import devices.id003.till as till
from devices.control import ask
from devices.driver import Wiring
from devices.errors import DeviceError
from devices.id003.protocol import Note
from devices.id003.under_way import Seen, UnderWay, Verdict, judge
from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInStart,
    Credit,
    KeepNote,
    NoteHeld,
    ReturnNote,
    Tally,
)
from devices.kinds.self_test import SelfTest
from devices.link import WRITE_TIMEOUT_S, Link, open_link
from devices.supervisor import Reported, Supervisor
from tests.support.credit_book import Book

SERIAL = "bill-id003"
OPTIONS = {"reply_timeout_s": 0.05, "poll_interval_s": 0.01, "route_s": 1.0, "fraud_pause_s": 0.2}
STEP_S = 6.0
RECOVERED_S = 5.0
HELD_S = 2.0
LONGEST_LIFE_S = 40


@dataclass(frozen=True)
class Order:
    """What a life is to do. `point` is a name and the how-manieth, or `bytes` and a count."""

    port: str
    control: tuple[str, int]
    book: str
    script: str
    point: tuple[str, int] | None = None
    happens: str = "kill"
    variant: str = ""


class Fate:
    """Counts the points a life passes and lets the ordered thing happen at the ordered one."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._passed: Counter[str] = Counter()
        self.happened = False

    def at(self, name: str) -> None:
        self._passed[name] += 1
        if self._order.point == (name, self._passed[name]):
            self._happen()

    def bytes_left(self) -> int | None:
        """How many bytes may still pass before it happens, where it goes by bytes."""
        point = self._order.point
        if point is None or point[0] != "bytes" or self.happened:
            return None
        return point[1] - self._passed["bytes"]

    def bytes_passed(self, count: int) -> None:
        left = self.bytes_left()
        self._passed["bytes"] += count
        if left is not None and count >= left:
            self._happen()

    def _happen(self) -> None:
        self.happened = True
        if self._order.happens == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        for line in self._order.happens.split("; "):
            assert ask(self._order.control, line)["ok"]


class MortalLink:
    """A link whose every write and read is a point, named after the code last sent."""

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
        self._name = f"{data[2]:02X}"
        self._fate.at(f"before {self._name}")
        left = self._fate.bytes_left()
        first = data if left is None else data[:left]
        self._inner.write(first, timeout_s)
        self._fate.bytes_passed(len(first))
        if data[len(first) :]:
            self._inner.write(data[len(first) :], timeout_s)
        self._fate.at(f"after {self._name}")

    def close(self) -> None:
        self._inner.close()


class MortalBook(Book):
    """A book whose every commit is a point, named after what it writes."""

    def __init__(self, path: Path, fate: Fate) -> None:
        super().__init__(path)
        self.fate = fate

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        name = "credit" if credits else tally.under_way.split(" ")[0] or "nothing"
        self.fate.at(f"before {name}")
        super().commit(serial, tally, credits)
        self.fate.at(f"after {name}")


class MarkFirst(MortalBook):
    """Broken on purpose: the mark "booked", then the credit, each in its own transaction."""

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        super().commit(serial, tally, ())
        if credits:
            self.fate.at("between")
            super().commit(serial, tally, credits)


class CreditFirst(MortalBook):
    """Broken on purpose: the credit, then the mark."""

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        if credits:
            super().commit(serial, self.tally(serial) or Tally(0), credits)
            self.fate.at("between")
        super().commit(serial, tally, ())


class AcknowledgeFirst(id003.Id003Driver):
    """Broken on purpose: tells the device to go on before the credit is durable."""

    def _carry_out(self, verdict: Verdict) -> None:
        if verdict is Verdict.CREDIT:
            self._device.acknowledge()
        super()._carry_out(verdict)


class Unsuspecting(id003.Id003Driver):
    """Broken on purpose: nobody else ever touches the device."""

    def _doubt_what_others_did(self) -> None:
        return


class Unmarked(till.Till):
    """Broken on purpose: a credit leaves no mark, so what repeats is a credit again."""

    def credit(self, note: Note) -> Credit:
        credit = super().credit(note)
        self.mark(UnderWay("stacking", note))
        return credit


def trusting(mark: UnderWay | None, state: Any, seen: Seen, *, same_note: bool) -> Verdict:
    """Broken on purpose: whatever happened to power, a quiet device means the note came back."""
    verdict = judge(mark, state, seen, same_note=same_note)
    quiet = verdict in (Verdict.DOUBT, Verdict.LOST)
    return Verdict.NOTHING if quiet else verdict


BOOKS = {"mark first": MarkFirst, "credit first": CreditFirst}


def spoil(driver: id003.Id003Driver, variant: str) -> None:
    """Make a driver as bad as ordered; this process has but one life."""
    if variant == "acknowledge first":
        driver.__class__ = AcknowledgeFirst
    elif variant == "unmarked":
        acceptor.Till = Unmarked
    elif variant == "unsuspecting":
        driver.__class__ = Unsuspecting
    elif variant == "trusting":
        acceptor.judge = trusting
        acceptor.Acceptor._reset = lambda self: self._device.reset()


class Life:
    """One life of a kiosk's cash part."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._fate = Fate(order)
        self.book = BOOKS.get(order.variant, MortalBook)(Path(order.book), self._fate)
        self._held = 0
        self.device = Supervisor(
            device="bill",
            kind=id003.MODEL.kind,
            model="id003",
            open_link=lambda: MortalLink(open_link(order.port), self._fate),
            build_driver=self._driver,
            publish=self._heard,
            refuse=id003.MODEL.refuse,
            backoff_first_s=0.02,
            backoff_last_s=0.1,
        )

    def run(self) -> int:
        """Do the script; returns 3 where the ordered point was never passed."""
        self.device.start()
        SCRIPTS[self._order.script](self)
        self.device.stop()
        return 0 if self._order.point is None or self._fate.happened else 3

    def do(self, command: object) -> Any:
        """Run a command; None where the link was lost meanwhile."""
        try:
            return self.device.submit(command, STEP_S).result(STEP_S + 2)
        except DeviceError:
            return None

    def simulated(self, line: str) -> dict[str, Any]:
        """One line to the device's control port."""
        return ask(self._order.control, line)

    def until(self, ready: Callable[[], object], seconds: float = STEP_S) -> bool:
        """Wait for something, at most so long."""
        ends = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > ends:
                return False
            time.sleep(0.005)
        return True

    def lost(self) -> bool:
        """Whether it is out of service for a missing note."""
        tally = self.book.tally(SERIAL)
        return tally is not None and bool(tally.events_lost)

    def recover(self) -> None:
        """The device serves again, or is out of service for good, within five seconds."""
        ready = self.until(lambda: self.device.status.usable or self.lost(), RECOVERED_S)
        assert ready, self.device.status

    def start_taking(self) -> None:
        """Open the session, or go on with it, however often the way breaks meanwhile."""
        for _ in range(10):
            self.recover()
            result = self.do(CashInStart("S1"))
            if result is not None and (result.outcome == "done" or self.lost()):
                return

    def note(self, soles: int) -> bool:
        """Insert a note until one is held; False where none could be."""
        for _ in range(4):
            if self.lost():
                return False
            before = self._held
            if not self.until(lambda: self.simulated(f"insert note {soles}")["taken"], HELD_S):
                self.start_taking()
            elif self.until(lambda before=before: self._held > before, HELD_S):
                return True
        return False

    def close(self) -> None:
        """End the session, however often the way breaks meanwhile."""
        for _ in range(10):
            tally = self.book.tally(SERIAL)
            if tally is None or not tally.session:
                return
            self.recover()
            self.do(CashInEnd("S1"))

    def is_settled(self) -> bool:
        """Whether nothing is inside or under way."""
        tally = self.book.tally(SERIAL)
        quiet = tally is not None and (tally.events_lost or not tally.under_way)
        return bool(quiet) and self.simulated("state")["note"] is None

    def _heard(self, event: object) -> None:
        if isinstance(event, Reported) and isinstance(event.payload, NoteHeld):
            self._held += 1

    def _driver(self, link: Any, report: Any) -> Any:
        options = {**id003.MODEL.link_options, **id003.MODEL.options, **OPTIONS}
        driver = id003.MODEL.build(link, options, Wiring(report, self.book))
        assert isinstance(driver, id003.Id003Driver)
        spoil(driver, self._order.variant)
        return driver


def take_notes(life: Life) -> None:
    """Keep one note, give one back, and end the session with a third in escrow."""
    life.start_taking()
    if life.note(20):
        life.do(KeepNote("S1"))
    if life.note(50):
        life.do(ReturnNote("S1"))
    life.note(10)
    life.close()


def end_session(life: Life) -> None:
    """What a kiosk does after it came back: wait until nothing is inside, then close the books."""
    life.recover()
    life.until(life.is_settled)
    life.close()


def try_out(life: Life) -> None:
    """What a technician's tool does."""
    life.recover()
    life.do(SelfTest())


SCRIPTS: dict[str, Callable[[Life], None]] = {
    "take notes": take_notes,
    "end session": end_session,
    "try out": try_out,
}


def main() -> None:
    """Fork a life for each line; answer with how it ended: 0, or -9 for killed."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    for name, seconds in (("RESEND_S", 0.1), ("BOOK_RETRY_S", 0.05), ("LOOK_GAP_S", 0.01)):
        setattr(acceptor, name, seconds)
    id003.LOOK_GAP_S = 0.01
    print("ready", flush=True)
    for line in sys.stdin:
        words = json.loads(line)
        point = words.get("point")
        words["control"] = (words["control"][0], words["control"][1])
        words["point"] = None if point is None else (point[0], point[1])
        child = os.fork()
        if child == 0:
            signal.alarm(LONGEST_LIFE_S)  # no life may hang
            os._exit(Life(Order(**words)).run())
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
