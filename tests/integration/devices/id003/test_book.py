"""An ID-003 validator end to end: its book fails, is another one, or outlives the kiosk."""

from pathlib import Path

import pytest

from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInStart,
    Credited,
    EventsLost,
    KeepNote,
)
from devices.status import Action, DeviceState
from tests.integration.devices.id003.failing_book import FailingBook, broken, tally
from tests.support.cash_bench import WAIT_S
from tests.support.credit_book import Book
from tests.support.id003_bench import SERIAL, Id003Bench

THOROUGH = pytest.mark.thorough


def test_a_new_book_does_not_touch_a_note_from_before(bench: Id003Bench, tmp_path: Path) -> None:
    bench.start()
    bench.do(CashInStart("S1"))
    broken(bench, "before credit")
    bench.hold()
    bench.do(KeepNote("S1"), 0.2)
    bench.stop()
    ours, bench.book = bench.book, Book(tmp_path / "other.db")
    bench.start()
    assert bench.heard(EventsLost).reason.startswith("it holds 1 note from before this book")
    bench.stop()
    assert bench.state() == "VEND_VALID"
    broken_book = ours
    assert isinstance(broken_book, FailingBook)
    broken_book.broken = ""
    bench.book = ours
    bench.start()
    bench.wait_until(lambda: bench.credited() == [2000])
    assert bench.do(CashInEnd("S1")).credited_centimos == 2000


@THOROUGH
def test_money_of_a_dead_kiosk_is_found_at_the_next_start(open_bench: Id003Bench) -> None:
    open_bench.obey("pace 100")
    open_bench.hold()
    assert open_bench.supervisor is not None
    open_bench.supervisor.submit(KeepNote("S1"), 0.05)
    open_bench.wait_until(lambda: open_bench.state() == "STACKING")
    open_bench.stop()
    open_bench.wait_until(lambda: open_bench.state() == "VEND_VALID")
    assert open_bench.credited() == []
    open_bench.start()
    open_bench.wait_until(lambda: open_bench.credited() == [2000])
    open_bench.wait_until(lambda: tally(open_bench).under_way == "")
    assert open_bench.do(CashInStart("S1")).credited_centimos == 2000
    assert [credit.session for credit in open_bench.book.credits()] == ["S1"]


def test_a_book_that_cannot_be_written_keeps_the_note_out(open_bench: Id003Bench) -> None:
    open_bench.hold()
    broken(open_bench, "before")
    kept = open_bench.do(KeepNote("S1"), 0.3)
    assert kept.outcome != "done"
    status = open_bench.is_now(DeviceState.HARDWARE_ERROR)
    assert status.action is Action.MAINTENANCE
    assert "credit book cannot be written" in status.detail
    open_bench.wait_until(open_bench.is_empty)
    open_bench.wait_until(lambda: open_bench.obey("state")["enabled"] is False)
    broken(open_bench, "")
    open_bench.serves()
    assert open_bench.stacked() == open_bench.credited() == []
    assert 0x41 not in open_bench.simulator.seen
    open_bench.hold()


@pytest.mark.parametrize(
    ("moment", "outcome"), [("before credit", "unknown"), ("after credit", "done")]
)
def test_a_credit_the_book_failed_to_take_is_made_good_once(
    open_bench: Id003Bench, moment: str, outcome: str
) -> None:
    open_bench.hold()
    broken(open_bench, moment)
    result = open_bench.do(KeepNote("S1"), WAIT_S if outcome == "done" else 0.3)
    assert result.outcome == outcome
    broken(open_bench, "")
    assert open_bench.heard(Credited).credit.amount_centimos == 2000
    open_bench.serves()
    assert open_bench.credited() == open_bench.stacked() == [2000]
    assert open_bench.do(CashInEnd("S1")).credited_centimos == 2000


@THOROUGH
def test_a_serial_of_its_own_keeps_a_book_of_its_own(bench: Id003Bench) -> None:
    bench.start(serial="left")
    bench.do(CashInStart("S1"))
    bench.hold()
    bench.do(KeepNote("S1"))
    assert [credit.serial for credit in bench.book.credits()] == ["bill-left"]
    assert bench.book.tally(SERIAL) is None
