"""PURE: the comparison of a day's five books: every difference by name, to the céntimo.

A payment is compared by its id wherever ids exist (journal, server, centre), and in sums where a
machine only counts (terminal, acceptors, hoppers). What is missing is a difference, never 0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from queue_server.payments.model.day_books import (
    AcceptorCount,
    CentreTaking,
    DayBooks,
    Held,
    JournalPayment,
    KioskReport,
    ServerPayment,
    Sums,
    TerminalPeriod,
    Told,
    Tried,
)
from queue_server.payments.model.paid import Means


class Kind(StrEnum):
    """What does not agree."""

    # A book is missing.
    NO_REPORT = "no_report"
    NO_CENTRE = "no_centre"
    NO_TOTALS = "no_totals"
    # Not ended yet: it may go away by itself.
    PAYMENT_UNDER_WAY = "payment_under_way"
    IN_DOUBT = "in_doubt"
    RETURN_PENDING = "return_pending"
    NEWS_UNTOLD = "news_untold"
    # Journal and server.
    NOT_ON_SERVER = "not_on_server"
    NOT_IN_JOURNAL = "not_in_journal"
    AMOUNT_DIFFERS = "amount_differs"
    MEANS_DIFFER = "means_differ"
    RETURN_DIFFERS = "return_differs"
    CLAIM_DIFFERS = "claim_differs"
    PIECES_DIFFER = "pieces_differ"
    # Server and centre.
    NOT_AT_CENTRE = "not_at_centre"
    ONLY_AT_CENTRE = "only_at_centre"
    CENTRE_AMOUNT_DIFFERS = "centre_amount_differs"
    CENTRE_PAYMENT_DIFFERS = "centre_payment_differs"
    REFUSED_AT_CENTRE = "refused_at_centre"
    BACK_BUT_ISSUED = "back_but_issued"
    # Terminal and journal.
    UNKNOWN_CHARGE = "unknown_charge"
    NOT_AT_TERMINAL = "not_at_terminal"
    TERMINAL_AMOUNT_DIFFERS = "terminal_amount_differs"
    REVERSALS_DIFFER = "reversals_differ"
    # Cash within the kiosk.
    PIECES_NOT_BOOKED = "pieces_not_booked"
    PIECES_WITHOUT_PAYMENT = "pieces_without_payment"
    COINS_DIFFER = "coins_differ"
    CASH_UNBALANCED = "cash_unbalanced"


# These may disappear without anybody's help.
PENDING = (
    Kind.NO_REPORT,
    Kind.NO_CENTRE,
    Kind.NO_TOTALS,
    Kind.PAYMENT_UNDER_WAY,
    Kind.RETURN_PENDING,
    Kind.NEWS_UNTOLD,
)


@dataclass(frozen=True)
class Difference:
    """One thing that does not agree. `here` and `there`: what the two books say, in céntimos (of
    `PIECES_NOT_BOOKED` and `NEWS_UNTOLD`: pieces and news). `kiosk` is "" where none is known.

    `evidence`: what finds it on paper: terminal and RRN, a device's serial, a reference.
    """

    kind: Kind
    kiosk: str
    here: int
    there: int
    payment: str = ""
    application: str = ""
    means: Means | None = None
    evidence: str = ""

    @property
    def key(self) -> str:
        """Names it among the differences of its day, whatever the amounts are."""
        return ":".join((self.kind, self.kiosk, self.payment or self.application or self.evidence))

    @property
    def centimos(self) -> int:
        """By how much the books differ; 0 where no money is named."""
        counts_things = self.kind in (Kind.PIECES_NOT_BOOKED, Kind.NEWS_UNTOLD)
        return 0 if counts_things else self.here - self.there


def differences(books: DayBooks) -> tuple[Difference, ...]:
    """Everything that does not agree, kiosk by kiosk; what belongs to no kiosk comes last."""
    found = [each for kiosk in books.kiosks for each in _of_kiosk(books, kiosk)]
    return (*found, *_of_centre(books))


def kiosks_of(
    expected: Iterable[str], reports: Iterable[str], payments: Iterable[ServerPayment]
) -> tuple[str, ...]:
    """Every kiosk of a day, in order: those expected, those that told, those that took money."""
    took = (each.kiosk for each in payments)
    return tuple(sorted({*expected, *reports, *took}))


def _of_kiosk(books: DayBooks, kiosk: str) -> Iterator[Difference]:
    report = books.reports.get(kiosk)
    held = {each.payment: each for each in books.payments if each.kiosk == kiosk}
    if report is None:
        yield Difference(Kind.NO_REPORT, kiosk, 0, sum(_held(held.values())))
    else:
        yield from _of_journal(report, held)
        yield from _of_machines(report)
        if report.untold:
            yield Difference(Kind.NEWS_UNTOLD, kiosk, report.untold, 0)
    if books.centre.asked_at is not None:
        for each in held.values():
            yield from _at_centre(each, books.centre.takings.get(each.application or ""))


def _held(payments: Iterable[ServerPayment]) -> Iterator[int]:
    return (each.fee_centimos for each in payments)


# --- journal and server ---------------------------------------------------------------------------
def _of_journal(report: KioskReport, held: dict[str, ServerPayment]) -> Iterator[Difference]:
    tried = {each.payment for each in report.payments}
    for each in report.payments:
        yield from _of_payment(report.kiosk, each, held.get(each.payment))
    for theirs in held.values():
        if theirs.payment not in tried and theirs.means is not Means.VOUCHER:
            yield from _without_journal(report.kiosk, theirs)


def _of_payment(
    kiosk: str, ours: JournalPayment, theirs: ServerPayment | None
) -> Iterator[Difference]:
    def differs(kind: Kind, here: int, there: int) -> Difference:
        evidence = " ".join(filter(None, (ours.terminal_id, ours.rrn)))
        return Difference(
            kind, kiosk, here, there, ours.payment, ours.application, ours.means, evidence
        )

    if ours.means is Means.CASH and ours.stands is not Tried.UNDER_WAY:
        accounted = ours.fee_centimos + ours.given_centimos + ours.claimed_centimos
        if ours.taken_centimos != accounted:
            yield differs(Kind.CASH_UNBALANCED, ours.taken_centimos, accounted)
    if ours.stands is Tried.UNDER_WAY:
        yield differs(Kind.PAYMENT_UNDER_WAY, ours.asked_centimos, 0)
    elif ours.stands is Tried.IN_DOUBT:
        yield differs(Kind.IN_DOUBT, ours.asked_centimos, theirs.price_centimos if theirs else 0)
    elif theirs is None:
        if ours.fee_centimos:
            yield differs(Kind.NOT_ON_SERVER, ours.fee_centimos, 0)
        if ours.claimed_centimos:
            yield differs(Kind.CLAIM_DIFFERS, ours.claimed_centimos, 0)
    else:
        if ours.means is not theirs.means:
            yield differs(Kind.MEANS_DIFFER, ours.taken_centimos, theirs.price_centimos)
        for kind, here, there in _of_both(ours, theirs):
            yield differs(kind, here, there)


def _of_both(ours: JournalPayment, theirs: ServerPayment) -> Iterator[tuple[Kind, int, int]]:
    fee, price = ours.fee_centimos, theirs.price_centimos
    match ours.stands, theirs.held:
        case ((Tried.KEPT | Tried.UNTOLD), Held.NOTHING):
            yield Kind.NOT_ON_SERVER, fee, 0
        case _, Held.GOES_BACK:
            yield Kind.RETURN_PENDING, fee, price
        case ((Tried.KEPT | Tried.UNTOLD), Held.BACK):
            # A wallet's money is given back by its gateway: no kiosk hears of it.
            if ours.means is not Means.WALLET:
                yield Kind.RETURN_DIFFERS, fee, 0
        case ((Tried.KEPT | Tried.UNTOLD), _) if fee != price:
            yield Kind.AMOUNT_DIFFERS, fee, price
        case Tried.BACK, (Held.SERVES | Held.CLAIMED):
            yield Kind.RETURN_DIFFERS, 0, price
        case Tried.OWED, (Held.SERVES | Held.BACK) if price:
            yield Kind.RETURN_DIFFERS, 0, theirs.fee_centimos
        case Tried.NOTHING, (Held.SERVES | Held.CLAIMED):
            yield Kind.NOT_IN_JOURNAL, 0, price
        case _:
            pass
    told = theirs.claimed_centimos
    if ours.claimed_centimos not in (told, told + theirs.withdrawn_centimos):
        yield Kind.CLAIM_DIFFERS, ours.claimed_centimos, told
    if price and theirs.taken_centimos not in (None, ours.taken_centimos):
        yield Kind.PIECES_DIFFER, ours.taken_centimos, theirs.taken_centimos or 0


def _without_journal(kiosk: str, theirs: ServerPayment) -> Iterator[Difference]:
    there = theirs.price_centimos or theirs.claimed_centimos
    if there:
        yield Difference(
            Kind.NOT_IN_JOURNAL,
            kiosk,
            0,
            there,
            theirs.payment,
            theirs.application or "",
            theirs.means,
            theirs.reference,
        )


# --- server and centre ----------------------------------------------------------------------------
def _at_centre(ours: ServerPayment, theirs: CentreTaking | None) -> Iterator[Difference]:
    def differs(kind: Kind, here: int, there: int) -> Difference:
        return Difference(
            kind,
            ours.kiosk,
            here,
            there,
            ours.payment,
            ours.application or "",
            ours.means,
            ours.reference,
        )

    fee = ours.fee_centimos
    if theirs is None:
        if fee:
            yield differs(Kind.NOT_AT_CENTRE, fee, 0)
    elif fee and not theirs.fee_centimos:
        yield differs(Kind.REFUSED_AT_CENTRE, fee, 0)
    elif fee and (ours.means, ours.reference) != (theirs.means, theirs.reference):
        yield differs(Kind.CENTRE_PAYMENT_DIFFERS, fee, theirs.amount_centimos)
    elif fee and fee != theirs.amount_centimos:
        yield differs(Kind.CENTRE_AMOUNT_DIFFERS, fee, theirs.amount_centimos)
    elif not fee and ours.price_centimos and theirs.fee_centimos:
        yield differs(Kind.BACK_BUT_ISSUED, 0, theirs.amount_centimos)


def _of_centre(books: DayBooks) -> Iterator[Difference]:
    if books.centre.asked_at is None:
        yield Difference(Kind.NO_CENTRE, "", sum(_held(books.payments)), 0)
        return
    ours = {each.application for each in books.payments}
    for each in books.centre.takings.values():
        if each.application not in ours and each.fee_centimos:
            yield Difference(
                Kind.ONLY_AT_CENTRE,
                "",
                0,
                each.amount_centimos,
                application=each.application,
                means=each.means,
                evidence=each.reference,
            )


# --- the kiosk's machines -------------------------------------------------------------------------
def _of_machines(report: KioskReport) -> Iterator[Difference]:
    for period in report.terminals:
        yield from _of_terminal(report.kiosk, period)
    for acceptor in report.acceptors:
        yield from _of_acceptor(report.kiosk, acceptor)
    in_cash = [each for each in report.payments if each.means is Means.CASH]
    booked = sum(each.centimos for each in report.acceptors)
    taken = sum(each.taken_centimos for each in in_cash)
    if booked != taken:
        yield Difference(Kind.PIECES_WITHOUT_PAYMENT, report.kiosk, booked, taken, means=Means.CASH)
    gave = sum(each.centimos for each in report.hoppers)
    given = sum(each.given_centimos for each in in_cash)
    if gave != given:
        yield Difference(Kind.COINS_DIFFER, report.kiosk, gave, given, means=Means.CASH)


def _of_terminal(kiosk: str, period: TerminalPeriod) -> Iterator[Difference]:
    name = " ".join(filter(None, (period.terminal_id, period.period)))
    if period.told is Told.NOT_AVAILABLE:
        return
    if period.told is Told.NOT_ANSWERED:
        yield Difference(Kind.NO_TOTALS, kiosk, period.booked_payments.centimos, 0, evidence=name)
        return
    payments = _kind_of_sums(period.payments, period.booked_payments)
    for kind, there, here in (
        (payments, period.payments, period.booked_payments),
        (Kind.REVERSALS_DIFFER, period.reversals, period.booked_reversals),
    ):
        if there != here:
            yield Difference(
                kind, kiosk, here.centimos, there.centimos, means=Means.CARD, evidence=name
            )


def _kind_of_sums(terminal: Sums, booked: Sums) -> Kind:
    if terminal.count == booked.count:
        return Kind.TERMINAL_AMOUNT_DIFFERS
    return Kind.UNKNOWN_CHARGE if terminal.count > booked.count else Kind.NOT_AT_TERMINAL


def _of_acceptor(kiosk: str, acceptor: AcceptorCount) -> Iterator[Difference]:
    counted = acceptor.booked if acceptor.counted is None else acceptor.counted
    if counted != acceptor.booked or acceptor.events_lost:
        yield Difference(
            Kind.PIECES_NOT_BOOKED,
            kiosk,
            acceptor.booked,
            counted,
            means=Means.CASH,
            evidence=acceptor.serial,
        )
