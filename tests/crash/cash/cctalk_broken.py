"""Books and ccTalk drivers with one rule broken: each a negative control."""

import time
from typing import Any

import devices.cctalk_bill.driver as bill
import devices.cctalk_hopper.driver as hopper
from devices.cctalk.events import Event
from devices.cctalk.faults import BusFault
from devices.cctalk.till import Money
from devices.cctalk_bill.protocol import news_of
from devices.kinds.cash_acceptor import Credit, Tally
from devices.kinds.cash_dispenser import Payout
from tests.crash.cash.mortal_book import MortalBook


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
