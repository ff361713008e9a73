"""What one acceptor told, and what of it is in the credit book: each piece exactly once.

An event is money only by its place in the device's counter. ``absorb`` takes what a reading brings
beyond the last counter, writes counter and credits in one transaction, and only then hands the
events on. What could not be written waits here, and is written first once the book works again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from devices.cctalk.events import (
    ACCEPT_MODULUS,
    Event,
    Reading,
    may_follow_reset,
    signed_difference,
    unseen,
)
from devices.cctalk.faults import BookFailed
from devices.kinds.cash_acceptor import Credit, CreditBook, Tally

MOST_WAITING = 64


@dataclass(frozen=True, slots=True)
class Money:
    """A piece the device kept; ``centimos`` is None where it did not say which."""

    item: str
    centimos: int | None


@dataclass(frozen=True, slots=True)
class Heard:
    """One event that is in the book now, with the credit it was, if any."""

    event: Event
    credit: Credit | None = None
    unvalued: bool = False


class Till:
    """The book's side of one device; ``money_in`` says which events are money."""

    def __init__(
        self, book: CreditBook, serial: str, money_in: Callable[[Event], Money | None]
    ) -> None:
        """Read the book; raises ``BookFailed``."""
        self.serial = serial
        self._book = book
        self._money_in = money_in
        self._waiting: list[Heard] = []
        self._written: list[Heard] = []
        self._tried: tuple[Tally, int] | None = None
        self._tally = self._ask_book()
        self._seen = 0 if self._tally is None else self._tally.counter

    @property
    def is_known(self) -> bool:
        """Whether the book has seen this device before."""
        return self._tally is not None

    @property
    def tally(self) -> Tally:
        """What the book holds; of a device not yet adopted, nothing."""
        return self._tally or Tally(0)

    @property
    def seen(self) -> int:
        """The event counter up to which everything was read."""
        return self._seen

    @property
    def failed(self) -> bool:
        """Whether the last commit failed and was not made good yet."""
        return self._tried is not None

    def adopt(self, reading: Reading, accepted: int | None) -> None:
        """Begin to keep book of a device never seen, from ``reading`` on.

        Money among its past events may or may not have been credited by another: that is for
        staff to say.
        """
        money = any(self._money_in(event) for event in reading.visible)
        hidden = reading.counter > len(reading.visible)
        lost = "it has past events and no book: they may hold money" if money or hidden else ""
        self._seen = reading.counter
        known = None if lost else accepted
        self._commit(Tally(reading.counter, known, events_lost=lost), 0, ())

    def may_be_reset(self, reading: Reading) -> bool:
        """Whether events seem lost that the device may just have forgotten: see ``rewind``."""
        return may_follow_reset(self._seen, reading)

    def rewind(self, reading: Reading, accepted: int | None) -> bool:
        """Begin anew at counter 0 where the device was reset and nothing can be missing.

        That is proved by its lasting count: it is what the book holds, with what waits for the
        book and what ``reading`` shows. False where it is not: then events are lost.
        """
        if not self.may_be_reset(reading) or self.tally.accepted is None or accepted is None:
            return False
        shown = [self._heard(event) for event in reading.visible]
        pieces = sum(heard.credit is not None for heard in self._waiting + shown)
        if signed_difference(accepted, self.tally.accepted + pieces):
            return False
        self._seen = 0
        return True

    def absorb(self, reading: Reading) -> list[Heard]:
        """Write what is new in ``reading``; return what is in the book now, oldest first.

        Raises ``BookFailed``; what was new then waits for the next call.
        """
        new = unseen(self._seen, reading)
        lost = f"{new.lost} events were overwritten before they were read" if new.lost else ""
        self._waiting += [self._heard(event) for event in new.events]
        self._seen = reading.counter
        lost = lost or self._shorten()
        if any(heard.unvalued for heard in self._waiting):
            lost = lost or "a piece of unknown value was kept"
        return self._write(lost)

    def missing(self, accepted: int | None) -> int | None:
        """How many pieces the device's count is ahead of the book; None where nobody counts."""
        expected = self.tally.accepted
        if accepted is None or expected is None:
            return None
        return signed_difference(accepted, expected)

    def change(self, **changes: Any) -> None:
        """Commit a tally that differs in ``changes``; raises ``BookFailed``."""
        if self._waiting or self._tried:
            raise BookFailed("earlier events are not in the book yet")
        self._commit(replace(self.tally, **changes), 0, ())

    def open_session(self, session: str) -> None:
        """Credits belong to ``session`` from now on; the one that is open goes on."""
        if self.tally.session != session:
            self.change(session=session, session_centimos=0)

    def _write(self, lost: str) -> list[Heard]:
        again = self._tried is not None
        self._look_up_last_try()
        credits = tuple(heard.credit for heard in self._waiting if heard.credit is not None)
        before = self.tally
        accepted = before.accepted
        after = replace(
            before,
            counter=self._seen,
            accepted=None if accepted is None else (accepted + len(credits)) % ACCEPT_MODULUS,
            session_centimos=before.session_centimos
            + sum(credit.amount_centimos for credit in credits if credit.session),
            events_lost=before.events_lost or lost,
        )
        if after != before or credits or again:
            self._commit(after, len(self._waiting), credits)
        done, self._waiting, self._written = self._written + self._waiting, [], []
        return done

    def _commit(self, tally: Tally, waiting: int, credits: tuple[Credit, ...]) -> None:
        self._tried = (tally, waiting)
        self._guarded(lambda: self._book.commit(self.serial, tally, credits))
        self._tried = None
        self._tally = tally

    def _look_up_last_try(self) -> None:
        """After a failure ask what the book holds: it may have written before it failed."""
        if self._tried is None:
            return
        tried, count = self._tried
        found = self._ask_book()
        if found == tried:
            self._written += self._waiting[:count]
            del self._waiting[:count]
        elif found != self._tally:
            raise BookFailed("the book holds what this driver never wrote")
        self._tally, self._tried = found, None

    def _ask_book(self) -> Tally | None:
        return self._guarded(lambda: self._book.tally(self.serial))

    def _guarded(self, ask: Callable[[], Any]) -> Any:
        """Whatever a store raises means the same here: no more money may be taken."""
        try:
            return ask()
        except Exception as failure:
            raise BookFailed(f"{type(failure).__name__}") from failure

    def _heard(self, event: Event) -> Heard:
        money = self._money_in(event)
        if money is None:
            return Heard(event)
        if money.centimos is None:
            return Heard(event, unvalued=True)
        session = self.tally.session
        return Heard(event, Credit(self.serial, event.counter, money.centimos, money.item, session))

    def _shorten(self) -> str:
        """Bound what waits: events that are no money go first; returns what is lost then."""
        if len(self._waiting) <= MOST_WAITING:
            return ""
        tried = self._tried[1] if self._tried else 0
        first, rest = self._waiting[:tried], self._waiting[tried:]
        money = [heard for heard in rest if heard.credit or heard.unvalued]
        room = MOST_WAITING - len(first)
        self._waiting = first + money[:room]
        surplus = len(money) - room
        return "" if surplus <= 0 else f"{surplus} pieces came while the book could not be written"
