"""A kiosk's report of a day: from a real journal, with a real terminal's totals beside it."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from devices.driver import NotRun
from devices.kinds.card_terminal import CardResult, Pay, Reverse, Totals
from devices.kinds.cash_acceptor import Credit, Tally
from devices.kinds.cash_dispenser import Payout
from devices.link import HttpLink
from devices.nexo.driver import NexoDriver
from devices.nexo.simulator import NexoSimulator
from devices.status import Completion, DeviceState, DeviceStatus
from kiosk import day_closing
from kiosk.day_closing import DayReports
from kiosk.day_report import bounds, local_day
from kiosk.journal import Journal, load_key
from kiosk.journal.claims import Claim, ClaimReason
from kiosk.journal.days import DayBook, Try
from kiosk.order import Means, OrderState, service_id
from queue_server.payments.api.day_close import DayReportBody

FEE = 3770


class Line:
    """Hands commands to a driver at once, as a supervisor does in its turn."""

    def __init__(self, driver: NexoDriver | None) -> None:
        self.driver = driver
        self.asked: list[object] = []

    def submit(self, command: object, deadline_s: float) -> Future[object]:
        self.asked.append(command)
        future: Future[object] = Future()
        if self.driver is None:
            status = DeviceStatus(DeviceState.ONLINE)
            future.set_result(NotRun(Completion.UNSUPPORTED_COMMAND, status))
        else:
            future.set_result(self.driver.execute(command, time.monotonic() + deadline_s))
        return future


@dataclass
class Stand:
    """A kiosk's journal and terminal; `ahead`: how far its clock is beyond ours."""

    journal: Journal
    terminal: NexoSimulator
    line: Line
    ahead: timedelta = timedelta()
    idle: bool = True
    reports: DayReports = field(init=False)

    def __post_init__(self) -> None:
        self.reports = self.begin()

    def begin(self) -> DayReports:
        return DayReports(
            self.journal,
            self.line,  # type: ignore[arg-type]  # the part of a supervisor that is used
            lambda: self.idle,
            lambda: datetime.now(UTC) + self.ahead,
            lambda: 0.0,
        )

    def look(self) -> None:
        self.reports.look()

    def told(self) -> list[dict[str, Any]]:
        """The reports among the outgoing, oldest first; the server takes them all."""
        found = [each for each in self.journal.outgoing.waiting() if each.path == day_closing.PATH]
        for each in found:
            self.journal.outgoing.acknowledged(each.id)
        for each in found:
            DayReportBody.model_validate(dict(each.body))
        return [dict(each.body) for each in found]

    def today(self) -> str:
        return local_day(datetime.now(UTC) + self.ahead).isoformat()

    def order(self) -> UUID:
        application = uuid4()
        self.journal.orders.counter(application)
        self.journal.orders.register(application, uuid4(), FEE)
        return application

    def charge(self, *, until: OrderState = OrderState.ACCEPTED) -> tuple[UUID, CardResult]:
        """Somebody pays by card."""
        application, payment = self.order(), uuid4()
        self.journal.orders.begin(application, Means.CARD, payment)
        assert self.line.driver is not None
        command = Pay(service_id(payment), "order", FEE)
        result = self.line.driver.execute(command, time.monotonic() + 3)
        assert isinstance(result, CardResult)
        evidence = {"rrn": "000000000001", "terminal_id": "SIM00001", "masked_last4": "4242"}
        self.journal.orders.step(application, OrderState.PAID, evidence)
        if until is not OrderState.PAID:
            self.journal.orders.step(application, until)
        return application, result

    def reverse(self, application: UUID, paid: CardResult) -> None:
        assert paid.evidence is not None
        assert self.line.driver is not None
        self.journal.orders.step(application, OrderState.RETURNING)
        self.line.driver.execute(Reverse("BACK1", paid.evidence), time.monotonic() + 3)
        self.journal.orders.step(application, OrderState.RETURNED)


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    monkeypatch.setattr(day_closing, "QUIET_S", 0.0)
    monkeypatch.setattr(day_closing, "READ_AGAIN_S", 0.0)
    terminal = NexoSimulator(("127.0.0.1", 0))
    terminal.start()
    journal = Journal(tmp_path / "journal.db", load_key(tmp_path / "journal.key"))
    driver = NexoDriver(HttpLink(terminal.port), reply_timeout_s=0.3, settle_s=0.5)
    yield Stand(journal, terminal, Line(driver))
    journal.close()
    terminal.stop()


def sums(body: dict[str, Any], name: str) -> tuple[int, int]:
    (terminal,) = body["terminals"]
    return terminal[name]["count"], terminal[name]["centimos"]


def test_a_day_without_money_is_told_once_and_as_such(stand: Stand) -> None:
    stand.look()
    (body,) = stand.told()
    assert (body["day"], body["payments"], body["untold"]) == (stand.today(), [], 0)
    stand.look()
    (body,) = stand.told()
    assert sums(body, "payments") == sums(body, "booked_payments") == (0, 0)
    stand.look()
    assert stand.told() == []


def test_card_payments_and_a_reversal_stand_beside_what_the_terminal_counted(
    stand: Stand,
) -> None:
    stand.look()
    stand.told()
    stand.charge()
    application, paid = stand.charge()
    stand.reverse(application, paid)
    stand.look()
    (body,) = stand.told()
    assert [each["stands"] for each in body["payments"]] == ["kept", "back"]
    assert body["payments"][0]["rrn"] == "000000000001"
    assert sums(body, "payments") == sums(body, "booked_payments") == (2, 2 * FEE)
    assert sums(body, "reversals") == sums(body, "booked_reversals") == (1, FEE)


def test_the_same_content_is_told_once_and_another_one_again(stand: Stand) -> None:
    stand.charge(until=OrderState.PAID)
    stand.look()
    (first,) = stand.told()
    stand.look()
    assert stand.told() == []
    application = UUID(first["payments"][0]["application"])
    stand.journal.orders.step(application, OrderState.ACCEPTED)
    stand.look()
    (second,) = stand.told()
    assert (first["payments"][0]["stands"], second["payments"][0]["stands"]) == ("untold", "kept")


def test_what_waits_for_the_server_is_not_doubled(stand: Stand) -> None:
    stand.look()
    stand.charge()
    stand.look()
    assert len(stand.told()) == 1, "the newer one waits for the older one to be heard"
    stand.look()
    (body,) = stand.told()
    assert len(body["payments"]) == 1


def test_when_its_day_is_over_the_terminals_period_is_closed_and_told_with_that_day(
    stand: Stand,
) -> None:
    stand.look()
    stand.told()
    stand.charge()
    day = stand.today()
    stand.ahead = timedelta(days=1)
    stand.look()
    bodies = {body["day"]: body for body in stand.told()}
    assert set(bodies) == {day, stand.today()}
    assert bodies[day]["terminals"][0]["closed"] is True
    assert sums(bodies[day], "payments") == sums(bodies[day], "booked_payments") == (1, FEE)
    stand.look()
    assert [body["terminals"] for body in stand.told()][-1:] != [bodies[day]["terminals"]]


def test_a_close_whose_answer_was_lost_is_told_once_the_terminal_answers(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.look()
    stand.told()
    stand.charge()
    day = stand.today()
    stand.ahead = timedelta(days=1)
    real = stand.line.submit

    def lost(command: object, deadline_s: float) -> Future[object]:
        answer = real(command, deadline_s)
        if command == Totals(close=True):
            raise TimeoutError
        return answer

    monkeypatch.setattr(stand.line, "submit", lost)
    stand.look()
    monkeypatch.setattr(stand.line, "submit", real)
    stand.look()
    stand.told()
    stand.look()
    readings = stand.journal.days.readings(day)
    assert [(each.closed, each.payments_centimos) for each in readings] == [(True, FEE)]
    assert Totals(period=readings[0].period) in stand.line.asked


def test_a_charge_the_terminal_lost_shows_in_its_totals(stand: Stand) -> None:
    stand.look()
    stand.told()
    stand.charge()
    stand.charge()
    (first, _) = stand.journal.days.tries("0", "9")
    assert stand.terminal.obey(f"forget {service_id(UUID(first.payment))}") == {"forgotten": True}
    stand.look()
    (body,) = stand.told()
    assert sums(body, "payments") == (1, FEE)
    assert sums(body, "booked_payments") == (2, 2 * FEE)


def test_while_somebody_stands_there_or_a_card_moves_nothing_is_asked(stand: Stand) -> None:
    stand.idle = False
    stand.look()
    assert stand.line.asked == []
    assert stand.told() == []
    stand.idle = True
    application, payment = stand.order(), uuid4()
    stand.journal.orders.begin(application, Means.CARD, payment)
    stand.look()
    assert stand.line.asked == []
    (body,) = stand.told()
    assert body["payments"][0]["stands"] == "under_way"


def test_a_terminal_that_does_not_answer_is_told_as_such(stand: Stand) -> None:
    stand.charge()
    stand.terminal.obey("unplug")
    stand.look()
    (body,) = stand.told()
    assert body["terminals"][0]["told"] == "not_answered"
    assert sums(body, "booked_payments") == (1, FEE)


def test_a_terminal_that_keeps_no_totals_for_us_is_not_missed(stand: Stand) -> None:
    stand.charge()
    stand.line.driver = None
    stand.look()
    (body,) = stand.told()
    assert body["terminals"][0]["told"] == "not_available"


def test_cash_is_told_piece_by_piece_with_what_came_out_and_what_is_owed(stand: Stand) -> None:
    stand.look()
    stand.told()
    application, payment = stand.order(), uuid4()
    journal = stand.journal
    journal.orders.begin(application, Means.CASH, payment)
    notes = tuple(Credit("bill-1", at, 2000, "PE0020A", str(payment)) for at in (1, 2))
    journal.cash.commit("bill-1", Tally(2, accepted=102), notes)
    journal.cash.begin(Payout(f"{payment}:change:100", "hopper-1", 0, 2))
    journal.cash.end(Payout(f"{payment}:change:100", "hopper-1", 0, 2, None, "paid", 2, 0))
    owed = Claim(
        uuid4(), "C1", application, payment, "cash", 30, ClaimReason.CHANGE_NOT_GIVEN, True
    )
    journal.claims.make(owed)
    journal.orders.step(application, OrderState.PAID, {"amount_centimos": FEE})
    journal.orders.step(application, OrderState.ACCEPTED)
    stand.look()
    (body,) = stand.told()
    (paid,) = body["payments"]
    amounts = ("asked_centimos", "taken_centimos", "given_centimos", "claimed_centimos")
    assert [paid[name] for name in amounts] == [FEE, 4000, 200, 30]
    (box,) = body["acceptors"]
    assert box["pieces"] == [{"item": "PE0020A", "amount_centimos": 2000, "pieces": 2}]
    assert body["hoppers"] == [{"serial": "hopper-1", "coin_centimos": 100, "coins": 2}]


def test_pieces_a_device_counted_and_nobody_booked_show(stand: Stand) -> None:
    journal = stand.journal
    note = Credit("bill-1", 1, 2000, "PE0020A", "")
    journal.cash.commit("bill-1", Tally(1, accepted=100), (note,))
    stand.look()
    stand.told()
    journal.cash.commit("bill-1", Tally(3, accepted=102), (Credit("bill-1", 3, 2000, "X", ""),))
    stand.look()
    (body,) = stand.told()
    (box,) = body["acceptors"]
    assert (box["counted"], box["booked"]) == (2, 1)


def test_a_second_try_of_one_order_is_told_beside_the_first(stand: Stand) -> None:
    stand.look()
    stand.told()
    application, paid = stand.charge()
    stand.reverse(application, paid)
    stand.journal.orders.begin(application, Means.WALLET, uuid4())
    stand.journal.orders.step(application, OrderState.DECLINED)
    stand.look()
    (body,) = stand.told()
    told = [(each["means"], each["stands"], each["taken_centimos"]) for each in body["payments"]]
    assert told == [("card", "back", FEE), ("wallet", "nothing", 0)]
    assert sums(body, "reversals") == sums(body, "booked_reversals") == (1, FEE)


def test_nothing_is_done_right_after_the_start(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_closing, "QUIET_S", 60.0)
    stand.begin().look()
    assert stand.line.asked == []
    assert stand.told() == []


def late_refusal(stand: Stand) -> dict[str, int]:
    """How many payments each day's report has, of one that ended on the day after it began."""
    stand.charge()
    stand.ahead = timedelta(days=1)
    (only,) = stand.journal.days.tries("0", "9")
    stand.journal.orders.step(UUID(only.application), OrderState.RETURNING)
    stand.journal.orders.step(UUID(only.application), OrderState.OWED)
    stand.look()
    return {body["day"]: len(body["payments"]) for body in stand.told()}


def test_money_belongs_to_the_day_on_which_it_began_whatever_becomes_of_it_later(
    stand: Stand,
) -> None:
    day = stand.today()
    assert late_refusal(stand) == {day: 1, stand.today(): 0}


@pytest.mark.negative_control
def test_a_report_by_the_day_of_the_last_step_would_be_caught(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    day, tries = stand.today(), type(stand.journal.days).tries

    def by_the_last_step(book: DayBook, since: str, before: str) -> list[Try]:
        return [each for each in tries(book, "0", "9") if since == bounds_of_tomorrow()]

    def bounds_of_tomorrow() -> str:
        return bounds(local_day(datetime.now(UTC) + timedelta(days=1)))[0]

    monkeypatch.setattr(DayBook, "tries", by_the_last_step)
    stand.line.driver = None
    application, payment = stand.order(), uuid4()
    stand.journal.orders.begin(application, Means.CARD, payment)
    stand.journal.orders.step(application, OrderState.PAID, {})
    stand.ahead = timedelta(days=1)
    stand.look()
    told = {body["day"]: len(body["payments"]) for body in stand.told()}
    with pytest.raises(AssertionError):
        assert told == {day: 1, stand.today(): 0}
