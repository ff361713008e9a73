"""The book's side of one validator: credits, the note under way, and what is missing.

Every change is one transaction. What failed to be written may be durable all the same: before
anything else is written, ``recover`` asks the book what it holds.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from devices.errors import DeviceError
from devices.id003.protocol import Note
from devices.id003.under_way import UnderWay, Unreadable
from devices.kinds.cash_acceptor import Credit, CreditBook, Tally


class BookFailed(DeviceError):
    """The credit book cannot be read or written: no more money may be taken."""


class Till:
    """What the book holds of the validator ``serial``. Everything raises ``BookFailed``."""

    def __init__(self, book: CreditBook, serial: str) -> None:
        self.serial = serial
        self._book = book
        self._tried: tuple[Tally, Credit | None] | None = None
        self._tally = self._ask_book()
        self._mark = self._read_mark(self._tally)

    @property
    def is_known(self) -> bool:
        """Whether the book has seen this validator before."""
        return self._tally is not None

    @property
    def tally(self) -> Tally:
        """What the book holds; of a validator it never saw, nothing."""
        return self._tally or Tally(0)

    @property
    def under_way(self) -> UnderWay | None:
        """The note that was told to be stacked and is not settled."""
        return self._mark

    @property
    def failed(self) -> bool:
        """Whether the last commit failed and nobody asked yet what became of it."""
        return self._tried is not None

    def recover(self) -> Credit | None:
        """After a failure ask what the book holds; return a credit that was durable after all."""
        if self._tried is None:
            return None
        tried, credit = self._tried
        found = self._ask_book()
        if found not in (tried, self._tally):
            raise BookFailed("it holds what this driver never wrote")
        self._mark = self._read_mark(found)
        self._tally, self._tried = found, None
        return credit if found == tried else None

    def prove(self) -> None:
        """Write what is written already: after a failure, to know that it can be done again."""
        if self._tally is not None:
            self._commit(self._tally, None)

    def mark(self, mark: UnderWay | None, *, events_lost: str | None = None) -> None:
        """Write what is under way and, if given, why money may be missing."""
        lost = self.tally.events_lost if events_lost is None else events_lost
        text = "" if mark is None else mark.to_text()
        after = replace(self.tally, under_way=text, events_lost=lost)
        if after != self.tally:
            self._commit(after, None)

    def adopt(self, *, events_lost: str) -> None:
        """Begin to keep book of a validator the book never saw."""
        self._commit(Tally(0, events_lost=events_lost), None)

    def credit(self, note: Note) -> Credit:
        """Write that ``note`` was kept, and that what the device tells of it is booked."""
        before = self.tally
        counter, session = before.counter + 1, before.session
        credit = Credit(self.serial, counter, note.centimos, note.item, session)
        more = note.centimos if session else 0
        after = replace(
            before,
            counter=counter,
            session_centimos=before.session_centimos + more,
            under_way=UnderWay("booked", note).to_text(),
        )
        self._commit(after, credit)
        return credit

    def open_session(self, session: str) -> None:
        """Credits belong to ``session`` from now on; the one that is open goes on."""
        if self.tally.session != session:
            self._commit(replace(self.tally, session=session, session_centimos=0), None)

    def close_session(self) -> None:
        """Credits belong to nobody from now on."""
        self.open_session("")

    def _commit(self, tally: Tally, credit: Credit | None) -> None:
        if self._tried is not None:
            raise BookFailed("what was written last is not known yet")
        self._tried = (tally, credit)
        credits = () if credit is None else (credit,)
        self._guarded(lambda: self._book.commit(self.serial, tally, credits))
        self._tried = None
        self._tally, self._mark = tally, self._read_mark(tally)

    def _ask_book(self) -> Tally | None:
        return self._guarded(lambda: self._book.tally(self.serial))

    def _read_mark(self, tally: Tally | None) -> UnderWay | None:
        try:
            return None if tally is None else UnderWay.from_text(tally.under_way)
        except Unreadable as unreadable:
            raise BookFailed(str(unreadable)) from None

    def _guarded(self, ask: Callable[[], Any]) -> Any:
        """Whatever a store raises means the same here: no more money may be taken."""
        try:
            return ask()
        except Exception as failure:
            raise BookFailed(type(failure).__name__) from failure
