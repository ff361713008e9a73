"""The day's five books: a sound day has no difference, and any one fault has its name and sum."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.payments.model import day_close
from queue_server.payments.model.day_books import (
    CentreBook,
    CentreState,
    CentreTaking,
    DayBooks,
    Held,
    KioskReport,
    Sums,
    Told,
    Tried,
)
from queue_server.payments.model.day_close import Kind, differences, kiosks_of
from queue_server.payments.model.day_figures import rows_of
from queue_server.payments.model.paid import Means
from tests.unit.day_close.days import FEE, days, whole_day

Broken = tuple[DayBooks, Kind, int]


def change_report(books: DayBooks, kiosk: str, **changes: Any) -> DayBooks:
    report = replace(books.reports[kiosk], **changes)
    return replace(books, reports={**books.reports, kiosk: report})


def change_try(books: DayBooks, means: Means, was: Tried, /, **changes: Any) -> DayBooks:
    """The first such try of the day, written down differently; without changes not at all."""
    for kiosk, report in books.reports.items():
        for at, each in enumerate(report.payments):
            if (each.means, each.stands) == (means, was):
                new = [replace(each, **changes)] if changes else []
                rest = (*report.payments[:at], *new, *report.payments[at + 1 :])
                return change_report(books, kiosk, payments=rest)
    raise LookupError(f"no {was} {means}")


def change_held(books: DayBooks, means: Means, was: Held, /, **changes: Any) -> DayBooks:
    for at, each in enumerate(books.payments):
        if (each.means, each.held) == (means, was):
            new = [replace(each, **changes)] if changes else []
            rest = (*books.payments[:at], *new, *books.payments[at + 1 :])
            return replace(books, payments=rest)
    raise LookupError(f"no {was} {means}")


def change_taking(books: DayBooks, **changes: Any) -> DayBooks:
    takings = dict(books.centre.takings)
    key = next(key for key, each in takings.items() if each.state is CentreState.ISSUED)
    takings[key] = replace(takings[key], **changes)
    return replace(books, centre=replace(books.centre, takings=takings))


def issued(books: DayBooks) -> CentreTaking:
    return next(each for each in books.centre.takings.values() if each.fee_centimos)


def without_taking(books: DayBooks) -> DayBooks:
    takings = dict(books.centre.takings)
    takings.pop(next(key for key, each in takings.items() if each.state is CentreState.ISSUED))
    return replace(books, centre=replace(books.centre, takings=takings))


def change_terminal(books: DayBooks, **changes: Any) -> DayBooks:
    kiosk, report = next(iter(books.reports.items()))
    return change_report(books, kiosk, terminals=(replace(report.terminals[0], **changes),))


def change_box(books: DayBooks, **changes: Any) -> DayBooks:
    kiosk, report = next(iter(books.reports.items()))
    return change_report(books, kiosk, acceptors=(replace(report.acceptors[0], **changes),))


def more(books: DayBooks, by: int, count: int = 1) -> Sums:
    return next(iter(books.reports.values())).terminals[0].payments + Sums(count, by)


def pieces(books: DayBooks) -> int:
    return next(iter(books.reports.values())).acceptors[0].booked


# Each: the book that is broken, how, the name the difference must have, and by how much.
FAULTS: dict[str, tuple[Callable[[DayBooks], DayBooks], Kind, int]] = {
    "journal: a payment is missing": (
        lambda it: change_try(it, Means.CARD, Tried.KEPT),
        Kind.NOT_IN_JOURNAL,
        -FEE,
    ),
    "journal: a céntimo more": (
        lambda it: change_try(it, Means.CARD, Tried.KEPT, asked_centimos=FEE + 1),
        Kind.AMOUNT_DIFFERS,
        1,
    ),
    "journal: reversed, it says": (
        lambda it: change_try(it, Means.CARD, Tried.KEPT, stands=Tried.BACK),
        Kind.RETURN_DIFFERS,
        -FEE,
    ),
    "journal: still in doubt": (
        lambda it: change_try(it, Means.CARD, Tried.KEPT, stands=Tried.IN_DOUBT),
        Kind.IN_DOUBT,
        0,
    ),
    "journal: a claim of another sum": (
        lambda it: change_try(it, Means.CASH, Tried.OWED, claimed_centimos=1999),
        Kind.CLAIM_DIFFERS,
        -1,
    ),
    "terminal: a charge nobody knows": (
        lambda it: change_terminal(it, payments=more(it, FEE)),
        Kind.UNKNOWN_CHARGE,
        -FEE,
    ),
    "terminal: a charge less": (
        lambda it: change_terminal(it, payments=more(it, -FEE, -1)),
        Kind.NOT_AT_TERMINAL,
        FEE,
    ),
    "terminal: a céntimo more": (
        lambda it: change_terminal(it, payments=more(it, 1, 0)),
        Kind.TERMINAL_AMOUNT_DIFFERS,
        -1,
    ),
    "terminal: a reversal nobody knows": (
        lambda it: change_terminal(it, reversals=Sums(5, 5 * FEE), booked_reversals=Sums(4, 4)),
        Kind.REVERSALS_DIFFER,
        4 - 5 * FEE,
    ),
    "terminal: no answer": (
        lambda it: change_terminal(it, told=Told.NOT_ANSWERED, booked_payments=Sums(1, FEE)),
        Kind.NO_TOTALS,
        FEE,
    ),
    "acceptor: counted one more than was booked": (
        lambda it: change_box(it, counted=pieces(it) + 1),
        Kind.PIECES_NOT_BOOKED,
        0,
    ),
    "acceptor: a note of no payment": (
        lambda it: change_box(
            it,
            pieces=(
                replace(
                    (first := next(iter(it.reports.values())).acceptors[0].pieces[0]),
                    pieces=first.pieces + 1,
                ),
            ),
        ),
        Kind.PIECES_WITHOUT_PAYMENT,
        2000,
    ),
    "hopper: a coin more came out": (
        lambda it: change_report(
            it,
            next(iter(it.reports)),
            hoppers=(
                replace((one := next(iter(it.reports.values())).hoppers[0]), coins=one.coins + 1),
            ),
        ),
        Kind.COINS_DIFFER,
        10,
    ),
    "server: a payment is missing": (
        lambda it: change_held(it, Means.CARD, Held.SERVES),
        Kind.NOT_ON_SERVER,
        FEE,
    ),
    "server: a céntimo less": (
        lambda it: change_held(it, Means.WALLET, Held.SERVES, price_centimos=FEE - 1),
        Kind.AMOUNT_DIFFERS,
        1,
    ),
    "server: a note less": (
        lambda it: change_held(it, Means.CASH, Held.SERVES, taken_centimos=2000),
        Kind.PIECES_DIFFER,
        2000,
    ),
    "server: it still goes back": (
        lambda it: change_held(it, Means.CARD, Held.BACK, held=Held.GOES_BACK),
        Kind.RETURN_PENDING,
        -FEE,
    ),
    "server: it never went back": (
        lambda it: change_held(it, Means.CARD, Held.BACK, held=Held.SERVES),
        Kind.RETURN_DIFFERS,
        -FEE,
    ),
    "centre: an application is missing": (without_taking, Kind.NOT_AT_CENTRE, FEE),
    "centre: a céntimo less": (
        lambda it: change_taking(it, amount_centimos=FEE - 1),
        Kind.CENTRE_AMOUNT_DIFFERS,
        1,
    ),
    "centre: another payment": (
        lambda it: change_taking(it, reference="OTHER"),
        Kind.CENTRE_PAYMENT_DIFFERS,
        0,
    ),
    "centre: refused": (
        lambda it: change_taking(it, state=CentreState.REFUSED),
        Kind.REFUSED_AT_CENTRE,
        FEE,
    ),
    "centre: one more": (
        lambda it: replace(
            it,
            centre=replace(
                it.centre,
                takings={
                    **it.centre.takings,
                    "f": replace(issued(it), application="f"),
                },
            ),
        ),
        Kind.ONLY_AT_CENTRE,
        -FEE,
    ),
    "centre: no answer": (
        lambda it: replace(it, centre=CentreBook(None)),
        Kind.NO_CENTRE,
        0,
    ),
}


@settings(max_examples=60, deadline=None)
@given(days())
def test_a_day_whose_books_agree_has_no_difference(books: DayBooks) -> None:
    assert differences(books) == ()


@settings(max_examples=8, deadline=None)
@pytest.mark.parametrize("fault", FAULTS)
@given(st.data())
def test_any_single_fault_in_any_book_is_found_and_named_to_the_centimo(
    fault: str, data: st.DataObject
) -> None:
    books = data.draw(days())
    spoil, kind, by = FAULTS[fault]
    try:
        broken = spoil(books)
    except (LookupError, StopIteration):  # nothing of that sort happened on this day
        broken = spoil(whole_day())
    found = differences(broken)
    assert kind in {each.kind for each in found}
    if kind not in (Kind.NO_CENTRE, Kind.IN_DOUBT):
        assert by in {each.centimos for each in found if each.kind is kind}


@pytest.mark.negative_control
@pytest.mark.parametrize("fault", ["server: a payment is missing", "centre: a céntimo less"])
def test_a_comparison_of_sums_alone_would_be_caught(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_close, "_of_journal", lambda *_: iter(()))
    monkeypatch.setattr(day_close, "_at_centre", lambda *_: iter(()))
    spoil, kind, _ = FAULTS[fault]
    with pytest.raises(AssertionError):
        assert kind in {each.kind for each in differences(spoil(whole_day()))}


def test_a_kiosk_that_told_nothing_is_a_difference_and_never_nothing() -> None:
    books = whole_day()
    silent = replace(books, reports={}, kiosks=("K1", "K2"))
    found = [each for each in differences(silent) if each.kind is Kind.NO_REPORT]
    assert [(each.kiosk, each.there) for each in found] == [("K1", 3 * FEE + FEE), ("K2", 0)]
    assert all(row.journal is None for row in rows_of(silent, "K1"))


def test_a_terminal_that_keeps_no_totals_is_no_difference() -> None:
    assert differences(change_terminal(whole_day(), told=Told.NOT_AVAILABLE)) == ()


def test_a_claim_that_the_server_withdrew_since_the_payment_serves_is_no_difference() -> None:
    books = change_try(whole_day(), Means.CARD, Tried.KEPT, stands=Tried.OWED, claimed_centimos=FEE)
    agreed = change_held(books, Means.CARD, Held.SERVES, withdrawn_centimos=FEE)
    kinds = {each.kind for each in differences(agreed)}
    assert Kind.CLAIM_DIFFERS not in kinds
    assert Kind.CLAIM_DIFFERS in {each.kind for each in differences(books)}


def test_every_kiosk_that_took_money_is_compared() -> None:
    books = whole_day()
    assert kiosks_of(["K2"], ["K3"], books.payments) == ("K1", "K2", "K3")


def test_the_rows_of_a_sound_day_say_the_same_in_every_book() -> None:
    for row in rows_of(whole_day(), "K1"):
        said = {sums for sums in (row.journal, row.server, row.centre) if sums is not None}
        assert said == {Sums(1, FEE)}


def test_news_that_wait_for_the_server_are_told() -> None:
    books = change_report(whole_day(), "K1", untold=2)
    assert [each.kind for each in differences(books)] == [Kind.NEWS_UNTOLD]


def test_two_differences_of_one_day_never_share_a_key() -> None:
    books = whole_day()
    empty = replace(books, payments=(), centre=CentreBook(None))
    keys = [each.key for each in differences(empty)]
    assert len(keys) == len(set(keys))


def test_a_report_knows_its_kiosk() -> None:
    assert isinstance(whole_day().reports["K1"], KioskReport)
