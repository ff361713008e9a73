"""A book of credits that can be made to refuse what it is told."""

from devices.kinds.cash_acceptor import (
    Credit,
    Tally,
)
from tests.support.credit_book import Book
from tests.support.id003_bench import SERIAL, Id003Bench


class FailingBook(Book):
    """A book that refuses to be written while `broken`, before or after it wrote."""

    broken = ""

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        now = self.broken == "before" or (self.broken == "before credit" and bool(credits))
        if now:
            raise OSError("disk full")
        super().commit(serial, tally, credits)
        if self.broken == "after" or (self.broken == "after credit" and credits):
            raise OSError("disk went away")


def broken(bench: Id003Bench, how: str) -> None:
    assert isinstance(bench.book, FailingBook)
    bench.book.broken = how


def tally(bench: Id003Bench) -> Tally:
    held = bench.book.tally(SERIAL)
    assert held is not None
    return held
