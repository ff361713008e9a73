"""A day's close at the server: compared, explained, sealed once, and never changed afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from queue_server.core.problem import Problem
from queue_server.payments import tables
from queue_server.payments.model.claims import ClaimReason
from queue_server.payments.model.day_books import (
    AcceptorCount,
    CentreState,
    CentreTaking,
    Denomination,
    JournalPayment,
    KioskReport,
    TakingsNotTold,
    TakingsPage,
    Tried,
)
from queue_server.payments.model.day_close import Kind
from queue_server.payments.model.paid import Means
from queue_server.payments.model.returns import Result
from queue_server.payments.services import centre_ledger, day_close, day_reports
from queue_server.payments.services.day_close import Close, Sealed
from tests.support.office import FEE, KIOSK
from tests.support.owed import BOSS, Treasury, cash_of, piece
from tests.support.site import Site

DAY = date(2026, 11, 21)  # of Office's clock, noon in Lima
EVENING = datetime(2026, 11, 22, 4, 59, tzinfo=UTC)  # 23:59 of DAY
MORNING = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)  # 08:00 of the day after


class House(Treasury):
    """A site with one kiosk, its centre, and its day."""

    def payments(self) -> list[Any]:
        return self.rows(select(tables.payments))

    def tells(self, *tries: JournalPayment, day: date = DAY, **more: Any) -> None:
        """The kiosk's report."""
        report = KioskReport(KIOSK.name, self.clock.now(), tries, **more)
        self.database.run(lambda uow: day_reports.hear(uow, KIOSK, day, report))

    def tried(self, row: Any, **changes: Any) -> JournalPayment:
        """A payment as its kiosk should have written it."""
        made = JournalPayment(
            row.id,
            row.application,
            Means(row.means),
            row.paid_at,
            Tried.KEPT,
            row.amount_centimos,
            row.amount_centimos,
        )
        return replace(made, **changes)

    def centre_told(self, *takings: CentreTaking, day: date = DAY) -> None:
        self.database.run(lambda uow: centre_ledger.keep(uow, "PRUEBA", day, list(takings)))

    def taking(self, row: Any, **changes: Any) -> CentreTaking:
        """A payment as the centre should have it."""
        made = CentreTaking(
            row.application,
            Means(row.means),
            row.amount_centimos,
            row.reference,
            row.paid_at,
            CentreState.ISSUED,
        )
        return replace(made, **changes)

    def at(self, instant: datetime) -> None:
        self.clock.pass_by(seconds=(instant - self.clock.now()).total_seconds())

    def look(self, day: date = DAY) -> Close:
        return self.database.read(lambda uow: day_close.close_of(uow, "PRUEBA", day))

    def kinds(self, day: date = DAY) -> list[Kind]:
        return [Kind(each["kind"]) for each in self.look(day).now["differences"]]

    def seal(self, reasons: dict[str, str] | None = None) -> Sealed:
        given = reasons or {each["key"]: "revisado" for each in self.look().now["differences"]}
        return self.database.run(lambda uow: day_close.seal(uow, BOSS, DAY, given))

    def sold(self) -> Any:
        """One certificate paid by card; the payment's row."""
        known = {row.id for row in self.payments()}
        self.pay_by_card(self.register())
        return next(row for row in self.payments() if row.id not in known)

    def sound(self) -> Any:
        """A day on which one payment stands alike in every book."""
        row = self.sold()
        self.tells(self.tried(row))
        self.centre_told(self.taking(row))
        return row


BOTH = pytest.mark.parametrize(
    "house", ["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)], indirect=True
)


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    made = House(Site(tmp_path / "site", database=getattr(request, "param", "sqlite")))
    yield made
    made.close()


@BOTH
def test_a_day_alike_in_every_book_has_no_difference_and_seals_without_a_word(
    house: House,
) -> None:
    house.sound()
    assert house.kinds() == []
    house.at(MORNING)
    sealed = house.seal()
    assert (sealed.number, sealed.whole, sealed.reasons) == (1, True, {})
    assert not house.look().may_be_sealed
    with pytest.raises(Problem, match="already_sealed"):
        house.seal()


def test_a_payment_that_only_one_book_has_is_named_with_its_sum(house: House) -> None:
    row = house.sold()
    house.tells(house.tried(row))
    house.centre_told()
    (found,) = house.look().now["differences"]
    assert (found["kind"], found["centimos"], found["payment"]) == ("not_at_centre", FEE, row.id)
    house.centre_told(house.taking(row, amount_centimos=FEE - 1))
    (found,) = house.look().now["differences"]
    assert (found["kind"], found["centimos"]) == ("centre_amount_differs", 1)


def test_late_news_make_a_difference_disappear_until_the_day_is_sealed(house: House) -> None:
    row = house.sold()
    house.tells()
    house.centre_told(house.taking(row))
    assert house.kinds() == [Kind.NOT_IN_JOURNAL]
    house.tells(house.tried(row))
    assert house.kinds() == []


def test_a_day_is_not_sealed_before_it_is_over_nor_with_a_difference_unexplained(
    house: House,
) -> None:
    house.sold()
    house.at(EVENING)
    with pytest.raises(Problem, match="day_not_over"):
        house.seal()
    house.at(MORNING)
    keys = {each["key"] for each in house.look().now["differences"]}
    assert {Kind.NO_REPORT, Kind.NO_CENTRE} <= set(house.kinds())
    with pytest.raises(Problem) as refused:
        house.seal({next(iter(keys)): "se revisó el rollo", "other": "x"})
    assert refused.value.kind == "unexplained"
    assert house.seal().reasons.keys() == keys


@BOTH
def test_what_comes_to_light_after_the_seal_is_appended_and_the_seal_stays(house: House) -> None:
    row = house.sold()
    house.tells(house.tried(row))
    house.centre_told()
    house.at(MORNING)
    first = house.seal()
    house.centre_told(house.taking(row))
    close = house.look()
    assert close.news == {each["key"] for each in first.figures["differences"]}
    assert close.sealed[0] == first
    second = house.seal()
    assert (second.number, second.figures["differences"]) == (2, [])
    assert [each.whole for each in house.look().sealed] == [True, True]
    assert house.look().sealed[0] == first


@BOTH
@pytest.mark.parametrize(
    "change", ["UPDATE day_closes SET sealed_by = 'x'", "DELETE FROM day_closes"]
)
def test_the_database_itself_refuses_to_change_a_sealed_close(house: House, change: str) -> None:
    house.sold()
    house.at(MORNING)
    house.seal()
    with pytest.raises(DatabaseError, match="never changes"):
        house.database.run(lambda uow: uow.connection.execute(text(change)))


@pytest.mark.negative_control
def test_a_sealed_close_changed_behind_the_databases_back_says_so(house: House) -> None:
    house.sold()
    house.at(MORNING)
    house.seal()

    def tamper(uow: Any) -> None:
        uow.connection.execute(text("DROP TRIGGER day_closes_never_update"))
        uow.connection.execute(update(tables.day_closes).values(sealed_by="supervisor:otra"))

    house.database.run(tamper)
    assert [each.whole for each in house.look().sealed] == [False]


def test_a_payment_begun_before_midnight_belongs_to_that_day_and_to_no_other(
    house: House,
) -> None:
    house.at(datetime(2026, 11, 22, 5, 1, tzinfo=UTC))  # 00:01 of the day after
    row = house.sold()
    after = DAY + timedelta(days=1)
    assert row.id in str(house.look(after).now["kiosks"])
    house.tells(house.tried(row, began_at=EVENING))
    house.tells(day=after)
    house.centre_told(house.taking(row), day=after)
    house.centre_told()
    assert house.kinds() == []
    assert house.kinds(after) == []
    sums = [
        sum(each["server"]["centimos"] for each in kiosk["rows"])
        for day in (DAY, after)
        for kiosk in house.look(day).now["kiosks"]
        if kiosk["kiosk"] == KIOSK.name
    ]
    assert sums == [FEE, 0]


def test_a_report_of_a_payment_of_another_day_or_of_a_day_to_come_is_refused(
    house: House,
) -> None:
    row = house.sold()
    with pytest.raises(Problem, match="payment_of_another_day"):
        house.tells(house.tried(row), day=DAY - timedelta(days=1))
    with pytest.raises(Problem, match="not_that_day"):
        house.tells(day=DAY + timedelta(days=1))


def test_what_was_refused_and_went_back_agrees_once_every_book_says_so(house: House) -> None:
    payment = house.refused()
    (row,) = house.payments()
    house.tells(house.tried(row))
    house.centre_told(house.taking(row, state=CentreState.REFUSED))
    assert house.kinds() == [Kind.RETURN_PENDING]
    house.says(payment, Result.UNDER_WAY)
    house.says(payment, Result.RETURNED)
    assert house.kinds() == [Kind.RETURN_DIFFERS]
    house.tells(house.tried(row, stands=Tried.BACK, given_centimos=FEE))
    assert house.kinds() == []
    house.centre_told(house.taking(row))
    assert house.kinds() == [Kind.BACK_BUT_ISSUED]


@BOTH
def test_cash_and_its_claim_agree_to_the_centimo(house: House) -> None:
    application, payment = house.register(), uuid4()
    house.pay_in_cash(application, cash_of(piece(), piece(), payment=payment))
    (row,) = house.payments()
    change = house.claim(
        means=Means.CASH,
        reason=ClaimReason.CHANGE_NOT_GIVEN,
        application=application,
        payment=payment,
        amount_centimos=230,
    )
    tried = house.tried(row, taken_centimos=4000, claimed_centimos=230)
    house.tells(tried, acceptors=(_box(2),))
    house.centre_told(house.taking(row))
    assert house.kinds() == []
    house.redeem(change)
    assert house.kinds() == []
    house.tells(replace(tried, claimed_centimos=229), acceptors=(_box(2),))
    assert set(house.kinds()) == {Kind.CASH_UNBALANCED, Kind.CLAIM_DIFFERS}


def _box(pieces: int) -> AcceptorCount:
    return AcceptorCount("bill-1", (Denomination("PE0020A", 2000, pieces),), pieces, pieces)


class Ledger:
    """A centre that gives these answers, one after the other."""

    def __init__(self, *answers: TakingsPage | TakingsNotTold) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[date, int]] = []

    def takings(self, day: date, page: int) -> TakingsPage | TakingsNotTold:
        self.asked.append((day, page))
        return self.answers.pop(0) if self.answers else TakingsNotTold("timeout")


def one(number: int, amount: int = FEE) -> CentreTaking:
    at = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    return CentreTaking(
        str(UUID(int=number)), Means.CARD, amount, f"R{number}", at, CentreState.ISSUED
    )


def test_pages_are_believed_only_when_they_belong_together_and_add_up() -> None:
    whole = Ledger(TakingsPage(1, 2, 2, 2 * FEE, [one(1)]), TakingsPage(2, 2, 2, 2 * FEE, [one(2)]))
    assert centre_ledger.whole_day(whole, DAY) == [one(1), one(2)]
    odd = (
        Ledger(TakingsPage(1, 1, 1, FEE + 1, [one(1)])),
        Ledger(TakingsPage(1, 1, 2, 2 * FEE, [one(1), one(1)])),
        Ledger(TakingsPage(1, 2, 2, 7, [one(1)]), TakingsPage(2, 2, 3, 7, [one(2)])),
        Ledger(TakingsPage(1, 2, 2, 7, [one(1)]), TakingsNotTold("timeout")),
    )
    for each in odd:
        assert isinstance(centre_ledger.whole_day(each, DAY), TakingsNotTold)


@BOTH
def test_a_centre_that_does_not_answer_changes_nothing_and_is_asked_again(house: House) -> None:
    row = house.sound()
    house.database.run(lambda uow: centre_ledger.want(uow, BOSS, DAY))
    copy = centre_ledger.LedgerCopy(house.database, Ledger(TakingsNotTold("timeout")))
    assert copy.turn("PRUEBA") is False
    assert house.kinds() == []
    assert house.look().now["centre"]["trouble"] == "timeout"
    assert house.database.read(lambda uow: centre_ledger.due(uow, "PRUEBA")) != DAY
    house.clock.pass_by(minutes=6)
    again = centre_ledger.LedgerCopy(house.database, Ledger(TakingsPage(1, 1, 0, 0, [])))
    assert again.turn("PRUEBA") is True
    assert house.kinds() == [Kind.NOT_AT_CENTRE]
    assert row.application == house.look().now["differences"][0]["application"]


def test_days_that_are_over_are_asked_about_by_themselves_until_they_are_sealed(
    house: House,
) -> None:
    house.sold()
    house.at(MORNING)
    house.tells(day=DAY + timedelta(days=1))
    empty = [TakingsPage(1, 1, 0, 0, [])] * 20
    ledger = Ledger(*empty)
    copy = centre_ledger.LedgerCopy(house.database, ledger, every_s=0.0)
    while copy.turn("PRUEBA"):
        pass
    assert ledger.asked == [(DAY, 1)], "not today, which goes on, nor days on which nothing was"
    house.at(MORNING + timedelta(minutes=31))
    assert copy.turn("PRUEBA") is True
    house.seal()
    house.at(MORNING + timedelta(minutes=62))
    assert copy.turn("PRUEBA") is False
