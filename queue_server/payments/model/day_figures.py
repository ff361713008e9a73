"""PURE: the sums of a day, means by means, beside which the differences are shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from queue_server.payments.model.day_books import (
    DayBooks,
    KioskReport,
    Sums,
    TerminalPeriod,
    Told,
)
from queue_server.payments.model.paid import Means


@dataclass(frozen=True)
class MeansRow:
    """One means of one kiosk: fees by the journal, the server and the centre, what is owed, and
    what the machines hold by their own counts. None: that book says nothing of it."""

    means: Means
    journal: Sums | None
    machines: Sums | None
    server: Sums
    centre: Sums | None
    owed_journal: int | None
    owed_server: int


def rows_of(books: DayBooks, kiosk: str) -> tuple[MeansRow, ...]:
    """The figures of a kiosk, means by means, in one order."""
    return tuple(_row(books, kiosk, means) for means in Means)


def _row(books: DayBooks, kiosk: str, means: Means) -> MeansRow:
    report = books.reports.get(kiosk)
    held = [each for each in books.payments if (each.kiosk, each.means) == (kiosk, means)]
    mine = [each for each in report.payments if each.means is means] if report else []
    tells = report is not None and means is not Means.VOUCHER
    takings = [
        taking
        for each in held
        if (taking := books.centre.takings.get(each.application or "")) is not None
    ]
    return MeansRow(
        means,
        _sums(each.fee_centimos for each in mine) if tells else None,
        _machines(report, means),
        _sums(each.fee_centimos for each in held),
        _sums(each.fee_centimos for each in takings) if books.centre.asked_at else None,
        sum(each.claimed_centimos for each in mine) if tells else None,
        sum(each.owed_centimos for each in held),
    )


def _sums(amounts: Iterable[int]) -> Sums:
    counted = [each for each in amounts if each]
    return Sums(len(counted), sum(counted))


def _machines(report: KioskReport | None, means: Means) -> Sums | None:
    """What terminal or till hold: what came in without what went out."""
    if report is None:
        return None
    if means is Means.CARD:
        told = [each for each in report.terminals if each.told is Told.TOLD]
        return _net(told) if told else None
    if means is Means.CASH and (report.acceptors or report.hoppers):
        pieces = sum(piece.pieces for each in report.acceptors for piece in each.pieces)
        out = sum(each.centimos for each in report.hoppers)
        return Sums(pieces, sum(each.centimos for each in report.acceptors) - out)
    return None


def _net(periods: Sequence[TerminalPeriod]) -> Sums:
    count = sum(each.payments.count - each.reversals.count for each in periods)
    return Sums(count, sum(each.payments.centimos - each.reversals.centimos for each in periods))
