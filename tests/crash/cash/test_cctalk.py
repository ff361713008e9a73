"""Whatever dies, and wherever: what the cash device holds is what the book holds."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from devices.cctalk.simulated import CctalkSimulator
from devices.cctalk_bill.simulator import BillSimulator
from devices.cctalk_coin.simulator import CoinSimulator
from devices.cctalk_hopper.simulator import HopperSimulator
from devices.control import ControlServer
from tests.crash.cash.cctalk import TOO_LATE
from tests.crash.cash.forker import Forker, forking
from tests.crash.cash.life import Order
from tests.support.credit_book import Book

SIMULATORS = {"bill": BillSimulator, "coin": CoinSimulator, "hopper": HopperSimulator}
SCRIPTS = {
    "bill": ("take notes", "end session"),
    "coin": ("take coins", "end coins"),
    "hopper": ("give change", "settle change"),
}
REPLUG = "unplug; plug"
POWER = "power cycle"

# Around everything that decides about money, by the header sent or the book written, and how
# often it was passed before.
POINTS: dict[str, list[tuple[str, int]]] = {
    "bill": [
        ("after 154 1", 1),
        ("before credit", 1),
        ("after credit", 1),
        ("before 154 0", 1),
    ],
    "coin": [("after credit", 1)],
    "hopper": [
        ("after begin", 1),
        ("after 167", 1),
        ("before end", 1),
    ],
}
LOST_POINTS = {"bill": [("after 154 1", 1)], "hopper": [("after 167", 1)]}
AT_RANDOM = 50
TRIES = 3


def around(points: dict[str, list[tuple[str, int]]]) -> pytest.MarkDecorator:
    """Each model with each of its points."""
    cases = [(model, point) for model, of_model in points.items() for point in of_model]
    ids = [f"{model} {name} {nth}" for model, (name, nth) in cases]
    return pytest.mark.parametrize(("bench", "point"), cases, indirect=["bench"], ids=ids)


@dataclass
class Bench:
    """A device, its book, and what lives did with them."""

    model: str
    simulator: CctalkSimulator
    book: Book
    order: dict[str, Any]
    forker: Forker
    told: Path

    def first_life(
        self, point: tuple[str, int] | None, happens: str = "kill", variant: str = ""
    ) -> int:
        script = SCRIPTS[self.model][0]
        order = Order(**self.order, script=script, point=point, happens=happens, variant=variant)
        return self.forker.live(order)

    def dies_at(self, point: tuple[str, int], variant: str = "") -> bool:
        """Whether a life died there; one whose line broke before is followed by another."""
        return any(self.first_life(point, variant=variant) == -9 for _ in range(TRIES))

    def next_life(self, variant: str = "") -> None:
        order = Order(**self.order, script=SCRIPTS[self.model][1], variant=variant)
        assert self.forker.live(order) == 0
        self.check_in_time()

    def check_in_time(self) -> None:
        """Raise AssertionError unless the life that ended last always had its device in time."""
        assert TOO_LATE not in json.loads(self.told.read_text())["results"]

    def check(self, *, power_lost: bool = False) -> None:
        """Raise AssertionError unless book and device agree about every piece."""
        if self.model == "hopper":
            self._check_payouts()
        else:
            self._check_credits(power_lost)

    def _check_credits(self, power_lost: bool) -> None:
        rows = self.simulator.ledger.rows()
        stacked = sorted(int(str(r["centimos"])) for r in rows if r["what"] == "stacked")
        credits = self.book.credits()
        credited = sorted(credit.amount_centimos for credit in credits)
        tally = self.book.tally(f"{self.model}-12345678")
        if power_lost and tally is not None and tally.events_lost:
            counted = len(stacked) - len(credited)
            words = f"the device took {counted} more than the book holds"
            assert tally.events_lost == words, (tally, stacked, credited)
        else:
            assert credited == stacked, (credited, stacked)
            assert tally is None or tally.events_lost == "", tally
        inside = sum(r["what"] == "inserted" for r in rows)
        assert inside == len(stacked) + self.simulator.ledger.count("returned")
        assert {credit.session for credit in credits} <= {"S1"}

    def _check_payouts(self) -> None:
        out = self.simulator.ledger.count("paid")
        payouts = self.book.payouts()
        assert all(payout.outcome not in (None, "unknown") for payout in payouts), payouts
        paid = sum(payout.paid or 0 for payout in payouts)
        assert paid == out, f"the book says {paid}, {out} came out"
        assert self.simulator.ledger.count("dispense") <= len(payouts)


@pytest.fixture(scope="module")
def forker() -> Iterator[Forker]:
    with forking("tests.crash.cash.cctalk") as begun:
        yield begun


@contextmanager
def laid(model: str, folder: Path, forker: Forker) -> Iterator[Bench]:
    """A device on a bench of its own."""
    folder.mkdir(exist_ok=True)
    simulator = SIMULATORS[model](folder / "port", folder / "spool")
    control = ControlServer("127.0.0.1", 0, simulator.obey)
    simulator.start()
    simulator.obey("pace 20")
    control.start()
    order = {
        "model": model,
        "port": simulator.port,
        "control": control.address,
        "book": str(folder / "book.db"),
        "told": str(folder / "told"),
    }
    book = Book(folder / "book.db")
    try:
        yield Bench(model, simulator, book, order, forker, folder / "told")
    finally:
        control.stop()
        simulator.stop()


@pytest.fixture
def bench(forker: Forker, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    with laid(request.param, tmp_path, forker) as made:
        yield made


def try_one(bench: Bench, point: tuple[str, int], happens: str) -> None:
    """Let it happen there, let the next life settle it, and compare device and book."""
    ended = bench.first_life(point, happens)
    if happens == "kill":
        assert ended in (-9, 0)  # 0: this life did not pass there
    else:
        assert ended == 0
        bench.check_in_time()
    bench.next_life()
    bench.check(power_lost=happens == POWER)


bill = pytest.mark.parametrize("bench", ["bill"], indirect=True)
hopper = pytest.mark.parametrize("bench", ["hopper"], indirect=True)


@around(POINTS)
def test_money_around_a_kill_is_in_the_book_once_or_went_back(
    bench: Bench, point: tuple[str, int]
) -> None:
    assert bench.dies_at(point)
    bench.next_life()
    bench.check()


@pytest.mark.parametrize("happens", [POWER, REPLUG])
@around(LOST_POINTS)
def test_money_around_a_lost_device_is_in_the_book_once_went_back_or_is_known_to_be_missing(
    bench: Bench, point: tuple[str, int], happens: str
) -> None:
    try_one(bench, point, happens)


@pytest.mark.thorough
@pytest.mark.timeout(900)
@pytest.mark.parametrize("happens", ["kill", POWER, REPLUG])
@pytest.mark.parametrize("model", SIMULATORS)
def test_at_every_command_boundary(
    forker: Forker, tmp_path: Path, model: str, happens: str
) -> None:
    """Each point that a life passes, the first and the last time."""
    points: list[tuple[str, int]] = []
    for name, count in passed(forker, tmp_path, model).items():
        if name != "bytes":
            points += {(name, 1), (name, count)}
    try_all(forker, tmp_path, model, points, happens)


@pytest.mark.thorough
@pytest.mark.timeout(900)
@pytest.mark.parametrize("happens", ["kill", POWER, REPLUG])
@pytest.mark.parametrize("model", SIMULATORS)
def test_at_random_bytes(forker: Forker, tmp_path: Path, model: str, happens: str) -> None:
    count = passed(forker, tmp_path, model)["bytes"]
    dice = random.Random(f"{model} {happens}")
    points = [("bytes", dice.randint(1, count)) for _ in range(AT_RANDOM)]
    try_all(forker, tmp_path, model, points, happens)


def passed(forker: Forker, folder: Path, model: str) -> dict[str, int]:
    """How often a life to which nothing happens passes each point."""
    with laid(model, folder / "whole", forker) as bench:
        assert bench.first_life(None) == 0
        bench.check()
        return json.loads(bench.told.read_text())["passed"]


def try_all(
    forker: Forker, folder: Path, model: str, points: list[tuple[str, int]], happens: str
) -> None:
    """Each point on a bench of its own; tell all that failed."""
    failed: dict[tuple[str, int], str] = {}
    for turn, point in enumerate(points):
        with laid(model, folder / str(turn), forker) as bench:
            try:
                try_one(bench, point, happens)
            except AssertionError as wrong:
                failed[point] = str(wrong)
    assert not failed, f"{len(failed)} of {len(points)}: {failed}"


@pytest.mark.negative_control
@bill
@pytest.mark.parametrize("variant", ["counter first", "credit first"])
def test_a_book_in_two_transactions_loses_or_doubles_a_note(bench: Bench, variant: str) -> None:
    assert bench.first_life(("between", 1), variant=variant) == -9
    bench.next_life(variant)
    with pytest.raises(AssertionError):
        bench.check()


@pytest.mark.negative_control
@bill
def test_a_credit_at_escrow_is_caught_when_the_note_goes_back(bench: Bench) -> None:
    assert bench.first_life(None, variant="hasty") == 0
    with pytest.raises(AssertionError):
        bench.check()


@pytest.mark.thorough
@pytest.mark.negative_control
@bill
def test_a_driver_that_ignores_the_devices_count_loses_a_note_in_silence(bench: Bench) -> None:
    assert bench.first_life(("after 154 1", 1), POWER, "unconcerned") == 0
    bench.next_life("unconcerned")
    with pytest.raises(AssertionError):
        bench.check(power_lost=True)


@pytest.mark.negative_control
@hopper
def test_a_dispense_that_is_repeated_gives_twice(bench: Bench) -> None:
    assert bench.first_life(("before 167", 1), "lose reply 167", "repeating") == 0
    with pytest.raises(AssertionError):
        bench.check()
