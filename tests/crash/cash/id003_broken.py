"""Books and ID-003 drivers with one rule broken: each a negative control."""

from typing import Any

import devices.id003.acceptor as acceptor
import devices.id003.driver as id003
import devices.id003.till as till
from devices.id003.protocol import Note
from devices.id003.under_way import Seen, UnderWay, Verdict, judge
from devices.kinds.cash_acceptor import Credit, Tally
from tests.crash.cash.mortal_book import MortalBook
from tests.support.credit_book import Book


class MarkedBook(MortalBook):
    """A book whose every commit is a point, named after the mark it writes."""

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        name = "credit" if credits else tally.under_way.split(" ")[0] or "nothing"
        self.fate.at(f"before {name}")
        Book.commit(self, serial, tally, credits)
        self.fate.at(f"after {name}")


class MarkFirst(MarkedBook):
    """Broken on purpose: the mark "booked", then the credit, each in its own transaction."""

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        super().commit(serial, tally, ())
        if credits:
            self.fate.at("between")
            super().commit(serial, tally, credits)


class CreditFirst(MarkedBook):
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
