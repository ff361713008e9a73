"""An ID-003 validator numbers nothing: whatever dies, and wherever, its box and the book agree."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.control import ControlServer
from devices.id003.protocol import Note
from devices.id003.simulator import Id003Simulator
from devices.id003.under_way import describe
from tests.crash.cash.forker import Forker, forking
from tests.crash.cash.id003 import SERIAL
from tests.crash.cash.life import Order
from tests.support.credit_book import Book

THOROUGH = pytest.mark.thorough
RECOVERIES = ("on", "off", "blind", "stubborn")

# Around everything that decides about money, by the code sent or what the book is told.
DECISIVE = [("after 41", 1), ("before credit", 1), ("after credit", 1)]
POINTS = [
    *DECISIVE,
    ("before 41", 1),
    ("after 50", 1),
    ("before stacking", 1),
    ("after stacking", 1),
    ("heard 41", 1),
    ("before 50", 1),
    ("before nothing", 2),
    ("before nothing", 3),
    ("after nothing", 3),
    ("before 43", 1),
    ("after 43", 1),
    ("heard 43", 1),
    ("before 40", 1),
    ("after 40", 1),
    ("before C3", 3),
    ("after C3", 3),
    ("before 43", 2),
    ("after 43", 2),
]
# Every command there is, before it goes, when it has gone, and when its answer comes.
BOUNDARIES = [
    (f"{moment} {code}", which)
    for code in ("11", "40", "41", "43", "50", "88", "8A", "C0", "C1", "C2", "C3", "C4", "C5")
    for moment in ("before", "after", "heard")
    for which in ((1, 2) if code in ("11", "43", "C3") else (1,))
    if (moment, code) != ("heard", "50")
]
SEEDED_BYTES = sorted(random.Random(3).sample(range(1, 800), 50))


def thorough(values: list[Any]) -> list[Any]:
    """Values for the thorough run only."""
    return [pytest.param(value, marks=THOROUGH) for value in values]


class Bench:
    """A validator, its book, and the lives that use them."""

    def __init__(self, forker: Forker, folder: Path) -> None:
        self._forker = forker
        self.simulator = Id003Simulator(folder / "port", folder / "spool")
        self._control = ControlServer("127.0.0.1", 0, self.simulator.obey)
        self.simulator.start()
        self.simulator.obey("pace 20")
        self._control.start()
        self.book = Book(folder / "book.db")
        self._order = {
            "model": "id003",
            "port": self.simulator.port,
            "control": self._control.address,
            "book": str(folder / "book.db"),
        }

    def first_life(self, point: Any, happens: str = "kill", variant: str = "") -> int:
        order = Order(
            **self._order, script="take notes", point=point, happens=happens, variant=variant
        )
        return self._forker.live(order)

    def next_life(self, variant: str = "") -> None:
        order = Order(**self._order, script="end session", variant=variant)
        assert self._forker.live(order) == 0

    def a_tool_was_here(self) -> None:
        """A technician tries the validator while the kiosk is down: no book of the kiosk's."""
        words = {**self._order, "book": self._order["book"] + ".tool"}
        assert self._forker.live(Order(**words, script="try out")) == 0

    def close(self) -> None:
        self._control.stop()
        self.simulator.stop()

    def check(self, *, may_be_unknown: bool = False) -> None:
        """Raise AssertionError unless box and book agree, or the book says what is missing."""
        rows = self.simulator.ledger.rows()
        stacked = sorted(int(str(r["centimos"])) for r in rows if r["what"] == "stacked")
        credits = self.book.credits()
        credited = sorted(credit.amount_centimos for credit in credits)
        tally = self.book.tally(SERIAL)
        assert tally is not None
        if may_be_unknown and tally.events_lost:
            missing = list(stacked)
            for amount in credited:
                missing.remove(amount)
            assert len(missing) == 1, (stacked, credited)
            assert tally.events_lost.startswith(describe(Note("", missing[0]))), tally
        else:
            assert credited == stacked, (credited, stacked, tally)
            assert tally.events_lost == "", tally
        inside = sum(r["what"] == "inserted" for r in rows)
        assert inside == len(stacked) + self.simulator.ledger.count("returned")
        assert {credit.session for credit in credits} <= {"S1"}
        assert len({credit.counter for credit in credits}) == len(credits)
        assert (tally.session, tally.under_way.split(" ")[0]) in (("", ""), ("", "doubtful"))


@pytest.fixture(scope="module")
def forker() -> Iterator[Forker]:
    with forking("tests.crash.cash.id003") as begun:
        yield begun


@pytest.fixture
def bench(forker: Forker, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(forker, tmp_path)
    yield made
    made.close()


def test_without_a_crash_one_note_is_credited(bench: Bench) -> None:
    assert bench.first_life(None) == 0
    bench.check()
    assert [credit.amount_centimos for credit in bench.book.credits()] == [2000]


@pytest.mark.parametrize("point", [*DECISIVE, *thorough(POINTS[3:])], ids=str)
def test_a_note_around_a_kill_is_credited_once_or_returned(bench: Bench, point: Any) -> None:
    assert bench.first_life(point) == -9
    bench.next_life()
    bench.check()


@THOROUGH
@pytest.mark.parametrize("point", POINTS, ids=str)
def test_a_validator_left_alone_after_a_kill_gives_back_what_is_not_kept(
    bench: Bench, point: Any
) -> None:
    bench.simulator.obey("escrow timeout 100")
    assert bench.first_life(point) == -9
    while (bench.simulator.obey("state")["note"] or {}) != {}:
        pass
    bench.next_life()
    bench.check()


@pytest.mark.parametrize(
    ("point", "recovery"),
    [
        (("after 41", 1), "off"),
        (("after credit", 1), "stubborn"),
        *(pytest.param(p, r, marks=THOROUGH) for p in POINTS for r in RECOVERIES),
    ],
    ids=str,
)
def test_a_note_around_a_power_loss_is_credited_once_returned_or_known_to_be_missing(
    bench: Bench, point: Any, recovery: str
) -> None:
    bench.simulator.obey(f"recovery {recovery}")
    assert bench.first_life(point, "power cycle") == 0
    bench.next_life()
    bench.check(may_be_unknown=recovery in ("off", "blind"))


@pytest.mark.parametrize(
    ("point", "recovery"),
    [
        (("before credit", 1), "on"),
        *(pytest.param(p, r, marks=THOROUGH) for p in POINTS for r in RECOVERIES),
    ],
    ids=str,
)
def test_a_black_out_of_kiosk_and_validator_loses_and_doubles_nothing(
    bench: Bench, point: Any, recovery: str
) -> None:
    bench.simulator.obey(f"recovery {recovery}")
    assert bench.first_life(point) == -9
    bench.simulator.obey("power cycle")
    bench.next_life()
    bench.check(may_be_unknown=recovery in ("off", "blind"))


@pytest.mark.parametrize("recovery", ["blind", *thorough(["on", "off", "stubborn"])])
def test_a_tool_that_resets_the_validator_meanwhile_loses_no_note_in_silence(
    bench: Bench, recovery: str
) -> None:
    bench.simulator.obey(f"recovery {recovery}")
    assert bench.first_life(("after 41", 1)) == -9
    bench.simulator.obey("power cycle")
    bench.a_tool_was_here()
    bench.next_life()
    bench.check(may_be_unknown=recovery in ("off", "blind"))


@THOROUGH
@pytest.mark.parametrize("recovery", RECOVERIES)
@pytest.mark.parametrize("second", [("before 40", 1), ("after 40", 1), ("before credit", 1)])
def test_a_second_crash_while_the_first_is_put_right_changes_nothing(
    bench: Bench, recovery: str, second: Any
) -> None:
    bench.simulator.obey(f"recovery {recovery}")
    assert bench.first_life(("after 41", 1)) == -9
    bench.simulator.obey("power cycle")
    bench.first_life(second)
    bench.next_life()
    bench.check(may_be_unknown=recovery in ("off", "blind"))


@pytest.mark.parametrize("point", [POINTS[0], *thorough(POINTS[1:])], ids=str)
def test_a_note_around_a_pulled_plug_is_credited_once_or_returned(bench: Bench, point: Any) -> None:
    assert bench.first_life(point, "unplug; plug") == 0
    bench.next_life()
    bench.check()


@THOROUGH
@pytest.mark.parametrize("point", BOUNDARIES, ids=str)
def test_a_plug_pulled_at_any_command_boundary_changes_no_outcome(bench: Bench, point: Any) -> None:
    assert bench.first_life(point, "unplug; plug") == 0
    bench.next_life()
    bench.check()


@THOROUGH
@pytest.mark.parametrize("count", SEEDED_BYTES)
@pytest.mark.parametrize("happens", ["unplug; plug", "power cycle", "kill"])
def test_at_any_byte_the_box_and_the_book_agree(bench: Bench, count: int, happens: str) -> None:
    assert bench.first_life(("bytes", count), happens) in (0, -9)
    bench.next_life()
    bench.check()


@pytest.mark.negative_control
@pytest.mark.parametrize("variant", ["mark first", *thorough(["credit first"])])
def test_a_book_in_two_transactions_loses_or_doubles_a_note(bench: Bench, variant: str) -> None:
    assert bench.first_life(("between", 1), variant=variant) == -9
    bench.next_life(variant)
    with pytest.raises(AssertionError):
        bench.check()


@pytest.mark.negative_control
def test_an_acknowledgement_before_the_commit_loses_a_note(bench: Bench) -> None:
    assert bench.first_life(("before credit", 1), variant="acknowledge first") == -9
    bench.next_life("acknowledge first")
    with pytest.raises(AssertionError):
        bench.check()


@pytest.mark.negative_control
def test_a_credit_without_its_mark_is_given_twice(bench: Bench) -> None:
    assert bench.first_life(("before 50", 1), variant="unmarked") == -9
    bench.next_life("unmarked")
    with pytest.raises(AssertionError):
        bench.check()


@pytest.mark.negative_control
@pytest.mark.parametrize("recovery", ["off", *thorough(["blind"])])
def test_a_driver_that_trusts_a_quiet_device_loses_a_note_in_silence(
    bench: Bench, recovery: str
) -> None:
    bench.simulator.obey(f"recovery {recovery}")
    assert bench.first_life(("after 41", 1), variant="trusting") == -9
    bench.simulator.obey("power cycle")
    bench.next_life("trusting")
    with pytest.raises(AssertionError):
        bench.check(may_be_unknown=True)


@pytest.mark.negative_control
@THOROUGH
def test_a_driver_that_suspects_no_tool_loses_a_note_in_silence(bench: Bench) -> None:
    bench.simulator.obey("recovery blind")
    assert bench.first_life(("after 41", 1)) == -9
    bench.simulator.obey("power cycle")
    bench.a_tool_was_here()
    bench.next_life("unsuspecting")
    with pytest.raises(AssertionError):
        bench.check(may_be_unknown=True)
