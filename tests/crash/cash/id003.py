"""Lives that take notes through an ID-003 validator, and something happens at a point.

The validator is simulated in the test's process; the life inserts notes through its control port.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import devices.id003.acceptor as acceptor
import devices.id003.driver as id003
from devices.driver import Wiring
from devices.errors import DeviceError
from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInStart,
    KeepNote,
    ReturnNote,
)
from devices.kinds.self_test import SelfTest
from devices.supervisor import Supervisor
from tests.crash.cash.id003_broken import BOOKS, MarkedBook, spoil
from tests.crash.cash.life import Life, Order, serve

SERIAL = "bill-id003"
OPTIONS = {"reply_timeout_s": 0.05, "poll_interval_s": 0.01, "route_s": 1.0, "fraud_pause_s": 0.2}
STEP_S = 6.0
RECOVERED_S = 5.0
HELD_S = 2.0


class Id003Life(Life):
    """One life of a kiosk's cash part."""

    step_s = STEP_S

    def __init__(self, order: Order) -> None:
        super().__init__(order)
        self.book = BOOKS.get(order.variant, MarkedBook)(Path(order.book), self.fate)
        self.device = Supervisor(
            device="bill",
            kind=id003.MODEL.kind,
            model="id003",
            open_link=lambda: self.link(named),
            build_driver=self._driver,
            publish=self.heard,
            refuse=id003.MODEL.refuse,
            backoff_first_s=0.02,
            backoff_last_s=0.1,
        )

    def run(self) -> int:
        """Do the script; returns 3 where the ordered point was never passed."""
        self.device.start()
        SCRIPTS[self.order.script](self)
        self.device.stop()
        return 0 if self.order.point is None or self.fate.happened else 3

    def do(self, command: object) -> Any:
        """Run a command; None where the link was lost meanwhile."""
        try:
            return self.device.submit(command, STEP_S).result(STEP_S + 2)
        except DeviceError:
            return None

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
            before = self.held
            if not self.until(lambda: self.simulated(f"insert note {soles}")["taken"], HELD_S):
                self.start_taking()
            elif self.until(lambda before=before: self.held > before, HELD_S):
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

    def _driver(self, link: Any, report: Any) -> Any:
        options = {**id003.MODEL.link_options, **id003.MODEL.options, **OPTIONS}
        driver = id003.MODEL.build(link, options, Wiring(report, self.book))
        assert isinstance(driver, id003.Id003Driver)
        spoil(driver, self.order.variant)
        return driver


def take_notes(life: Id003Life) -> None:
    """Keep one note, give one back, and end the session with a third in escrow."""
    life.start_taking()
    if life.note(20):
        life.do(KeepNote("S1"))
    if life.note(50):
        life.do(ReturnNote("S1"))
    life.note(10)
    life.close()


def end_session(life: Id003Life) -> None:
    """What a kiosk does after it came back: wait until nothing is inside, then close the books."""
    life.recover()
    life.until(life.is_settled)
    life.close()


def try_out(life: Id003Life) -> None:
    """What a technician's tool does."""
    life.recover()
    life.do(SelfTest())


SCRIPTS: dict[str, Callable[[Id003Life], None]] = {
    "take notes": take_notes,
    "end session": end_session,
    "try out": try_out,
}


def named(data: bytes) -> str:
    """An ID-003 message by its code."""
    return f"{data[2]:02X}"


def main() -> None:
    """Serve lives, with a driver that waits less for a device that is only simulated."""
    for name, seconds in (("RESEND_S", 0.1), ("BOOK_RETRY_S", 0.05), ("LOOK_GAP_S", 0.01)):
        setattr(acceptor, name, seconds)
    id003.LOOK_GAP_S = 0.01
    serve(Id003Life)


if __name__ == "__main__":
    main()
