"""What a card terminal counted, over real sockets: read, closed, asked again after a lost reply."""

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from devices.kinds.card_terminal import (
    CardResult,
    Pay,
    Reverse,
    Totals,
    TotalsResult,
)
from devices.link import HttpLink
from devices.nexo import totals as messages
from devices.nexo.driver import NexoDriver
from devices.nexo.ledger import Ledger
from devices.nexo.simulator import NexoSimulator
from devices.status import Completion
from tests.integration.devices.test_nexo_wire import Pieces, Way, Wire, bytewise, whole

FEE = 3770


@pytest.fixture
def terminal() -> Iterator[NexoSimulator]:
    simulator = NexoSimulator(("127.0.0.1", 0))
    simulator.start()
    yield simulator
    simulator.stop()


def driver_of(port: str) -> NexoDriver:
    return NexoDriver(HttpLink(port), reply_timeout_s=0.5, settle_s=0.5)


@pytest.fixture
def driver(terminal: NexoSimulator) -> NexoDriver:
    return driver_of(terminal.port)


def ask(driver: NexoDriver, command: Totals, within_s: float = 3.0) -> TotalsResult:
    result = driver.execute(command, time.monotonic() + within_s)
    assert isinstance(result, TotalsResult)
    return result


def pay(driver: NexoDriver, service_id: str, amount: int = FEE) -> CardResult:
    result = driver.execute(Pay(service_id, "order", amount), time.monotonic() + 3.0)
    assert isinstance(result, CardResult)
    assert result.outcome == "approved"
    return result


def give_back(driver: NexoDriver, paid: CardResult) -> None:
    assert paid.evidence is not None
    back = driver.execute(Reverse("BACK1", paid.evidence), time.monotonic() + 3.0)
    assert isinstance(back, CardResult)
    assert back.outcome == "approved"


def counted(result: TotalsResult) -> tuple[int, int, int, int]:
    totals = result.totals
    assert totals is not None, result.reason
    return (
        totals.payments,
        totals.payments_centimos,
        totals.reversals,
        totals.reversals_centimos,
    )


def test_payments_and_reversals_are_counted_to_the_centimo_until_the_period_is_closed(
    driver: NexoDriver, terminal: NexoSimulator
) -> None:
    first = pay(driver, "PAY1")
    pay(driver, "PAY2", 3771)
    terminal.obey("decline")
    driver.execute(Pay("PAY3", "order", FEE), time.monotonic() + 3.0)
    terminal.obey("approve")
    give_back(driver, first)
    read = ask(driver, Totals())
    assert counted(read) == (2, 7541, 1, FEE)
    closed = ask(driver, Totals(close=True))
    assert closed.totals == read.totals
    assert counted(ask(driver, Totals())) == (0, 0, 0, 0)
    assert ask(driver, Totals(period="1")).totals == closed.totals


def test_a_close_whose_reply_was_lost_is_asked_about_by_its_period(
    driver: NexoDriver, terminal: NexoSimulator
) -> None:
    pay(driver, "PAY1")
    before = ask(driver, Totals()).totals
    assert before is not None
    terminal.obey("mute on")
    lost = ask(driver, Totals(close=True), 0.4)
    assert (lost.outcome, lost.completion) == ("unknown", Completion.TIME_OUT)
    terminal.obey("mute off")
    assert ask(driver, Totals(period=before.period)).totals == before
    assert ask(driver, Totals(period="7")).outcome == "not_found"


def test_a_terminal_that_serves_somebody_or_is_away_tells_nothing(
    driver: NexoDriver, terminal: NexoSimulator
) -> None:
    terminal.obey("busy on")
    busy = ask(driver, Totals())
    assert (busy.outcome, busy.reason) == ("unknown", "Busy")
    terminal.obey("busy off")
    terminal.obey("unplug")
    assert ask(driver, Totals()).outcome == "unknown"


def test_a_session_that_ended_meanwhile_is_opened_again(
    driver: NexoDriver, terminal: NexoSimulator
) -> None:
    pay(driver, "PAY1")
    terminal.obey("power cycle")
    assert ask(driver, Totals()).outcome == "unknown"
    assert counted(ask(driver, Totals())) == (1, FEE, 0, 0)


@pytest.mark.parametrize("pieces", [whole, bytewise])
def test_totals_come_whole_over_any_line(terminal: NexoSimulator, pieces: Pieces) -> None:
    wire = Wire(terminal)
    wire.pieces = pieces
    try:
        driver = driver_of(wire.port)
        pay(driver, "PAY1")
        assert counted(ask(driver, Totals())) == (1, FEE, 0, 0)
    finally:
        wire.stop()


@pytest.mark.parametrize("way", ["to", "from"])
@pytest.mark.parametrize("at", [0, 40, 200])
def test_a_line_cut_while_totals_come_proves_nothing_and_loses_nothing(
    terminal: NexoSimulator, way: Way, at: int
) -> None:
    wire = Wire(terminal)
    try:
        driver = driver_of(wire.port)
        pay(driver, "PAY1")
        period = ask(driver, Totals()).totals
        assert period is not None
        wire.cut_after(way, at)
        assert ask(driver, Totals(close=True)).outcome == "unknown"
        again = ask(driver, Totals(period=period.period))
        if again.outcome == "not_found":  # it never arrived
            again = ask(driver, Totals(close=True))
        assert again.totals == period
    finally:
        wire.stop()


def test_card_data_stuffed_into_totals_is_never_kept(
    driver: NexoDriver, terminal: NexoSimulator
) -> None:
    pay(driver, "PAY1")
    terminal.obey("stuffed on")
    result = ask(driver, Totals())
    assert counted(result) == (1, FEE, 0, 0)
    assert "4000001234567899" not in repr(result)


def test_totals_of_a_kind_or_currency_nobody_knows_are_not_believed() -> None:
    codec = messages.TOTALS_REPLY[1].codec
    line = {"TransactionType": "Debit", "TransactionCount": 1, "TransactionAmount": Decimal("37.7")}
    good = [{"PaymentCurrency": "PEN", "PaymentTotals": [line]}]
    odd = [
        [{"PaymentCurrency": "USD", "PaymentTotals": [line]}],
        [{"PaymentTotals": [{**line, "TransactionType": "Unheard"}]}],
        [{"PaymentTotals": [{**line, "TransactionCount": -1}]}],
        [{"PaymentTotals": [{**line, "TransactionAmount": "37.70"}]}],
        [{"PaymentTotals": {}}],
        {},
    ]
    assert codec.read(good) == messages.Counted(1, FEE)
    for each in odd:
        with pytest.raises(ValueError):
            codec.read(each)


def test_a_ledger_that_lost_a_charge_counts_one_less(
    driver: NexoDriver, terminal: NexoSimulator
) -> None:
    pay(driver, "PAY1")
    pay(driver, "PAY2")
    assert terminal.obey("forget PAY1") == {"forgotten": True}
    assert counted(ask(driver, Totals())) == (1, FEE, 0, 0)


def test_what_a_terminal_closed_outlives_its_power(tmp_path: Path) -> None:
    Ledger(tmp_path).close()
    assert Ledger(tmp_path).period == 2


@pytest.mark.negative_control
def test_a_close_that_is_simply_repeated_would_lose_the_period(
    driver: NexoDriver, terminal: NexoSimulator
) -> None:
    pay(driver, "PAY1")
    terminal.obey("mute on")
    ask(driver, Totals(close=True), 0.4)
    terminal.obey("mute off")
    careless = ask(driver, Totals(close=True))
    with pytest.raises(AssertionError):
        assert counted(careless) == (1, FEE, 0, 0)
