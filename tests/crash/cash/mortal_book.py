"""A book whose every commit is a point."""

from pathlib import Path

from devices.kinds.cash_acceptor import Credit, Tally
from devices.kinds.cash_dispenser import Payout
from tests.crash.cash.fate import Fate
from tests.support.credit_book import Book


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
