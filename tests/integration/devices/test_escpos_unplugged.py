"""The printer's cable is pulled at every write and at random bytes, and put back.

Whatever is then claimed about the paper is true, no job is on two papers, and the next job is
printed whole, on paper of its own, within five seconds of the cable being back.
"""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.escpos.composer import compose
from devices.escpos.driver import MODEL, EscposDriver
from devices.escpos.simulator import EscposSimulator
from devices.kinds.receipt_printer import PrintResult
from devices.link import open_link
from devices.status import DeviceState
from devices.supervisor import Supervisor
from tests.integration.devices.printing import (
    CutLink,
    Knife,
    assert_true,
    job,
    print_it,
    status_where,
    tickets,
    whole,
)

RECOVERED_S = 5.0
REPLY_S = 0.12
DIALECTS = ("epson", "custom")
QUICK_DIALECTS = ("epson", pytest.param("custom", marks=pytest.mark.thorough))
POSITIONS = 50
QUICK_POSITIONS = 4
WRITES = {"epson": 12, "custom": 6}  # of a first job: status, fence, cut, job, status, a poll
BYTES = {"tx": len(compose(job("T00-tx-000"))) + 60, "rx": 45}

Make = Callable[[type[EscposDriver], str], "Bench"]


class Bench:
    """A printer, its driver, and the cable between them."""

    def __init__(self, folder: Path, recorder: Any, kind: type[EscposDriver], dialect: str) -> None:
        self.spool = folder / "spool"
        self.printer = EscposSimulator(folder / "printer", self.spool, seed=7)
        self.printer.start()
        self.printer.obey(f"dialect {dialect}")
        self.knife = knife = Knife(self.printer)
        self._where: dict[str, Any] | None = None
        bench = self

        class Armed(kind):
            """The knife is armed when a job begins, not while the driver polls."""

            def execute(self, command: object, deadline: float) -> Any:
                if bench._where is not None:
                    knife.arm(**bench._where)
                    bench._where = None
                return super().execute(command, deadline)

        self._recorder = recorder
        self.claims: list[PrintResult] = []
        self.supervisor = Supervisor(
            device="slips",
            kind=MODEL.kind,
            model="escpos",
            open_link=lambda: CutLink(open_link(str(folder / "printer")), self.knife),
            build_driver=lambda link, _report: Armed(
                link, dialect=dialect, reply_timeout_s=REPLY_S, poll_interval_s=60.0
            ),
            publish=recorder,
            refuse=MODEL.refuse,
            backoff_first_s=0.02,
            backoff_last_s=0.1,
        )
        self.supervisor.start()
        assert recorder.wait_for(status_where(DeviceState.ONLINE))

    def stop(self) -> None:
        assert self.supervisor.stop()
        self.printer.stop()

    def reconnect(self) -> None:
        """Pull the cable between two jobs and put it back."""
        self.printer.obey("unplug")
        self.supervisor.submit(object(), 1.0)  # any command makes it look
        assert self._recorder.wait_for(status_where(DeviceState.NO_DEVICE))
        self.printer.obey("plug")
        assert self._recorder.wait_for(status_where(DeviceState.ONLINE), RECOVERED_S)

    def pull_and_print(self, name: str, **where: Any) -> None:
        """Print a job while the cable is pulled; put it back; print another one after it."""
        self._where = where
        self._claim(print_it(self.supervisor, f"T{name}", 1.0))
        if self.knife.disarm():
            assert self._recorder.wait_for(status_where(DeviceState.NO_DEVICE))
            back = time.monotonic()
            self.printer.obey("plug")
            assert self._recorder.wait_for(status_where(DeviceState.ONLINE), RECOVERED_S)
            self._print_next(f"N{name}")
            assert time.monotonic() - back < RECOVERED_S

    def _print_next(self, name: str) -> None:
        """The next one is printed, alone on its paper."""
        after = print_it(self.supervisor, name, RECOVERED_S)
        self._claim(after)
        assert after.evidence == "printed"
        [paper] = [text for text in tickets(self.spool) if whole(name, text)]
        assert paper.count("Turno") == 1, f"{name} hangs on the paper of another"

    def _claim(self, result: PrintResult) -> None:
        assert_true(result, self.spool)
        self.claims.append(result)

    def check_again(self) -> int:
        """Nothing came out later that makes a claim false; how many were ``printed``."""
        self.printer.obey("status")
        for result in self.claims:
            assert_true(result, self.spool)
        return sum(result.evidence == "printed" for result in self.claims)


@pytest.fixture
def bench(tmp_path: Path, recorder: Any) -> Iterator[Make]:
    made: list[Bench] = []

    def make(kind: type[EscposDriver], dialect: str) -> Bench:
        made.append(Bench(tmp_path, recorder, kind, dialect))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def pull_at_every_write(bench: Bench, writes: int) -> None:
    for count in range(1, writes + 1):
        bench.reconnect()
        bench.pull_and_print(f"{count:02d}", after_writes=count)
    assert bench.check_again() >= writes


def pull_at_random_bytes(bench: Bench, direction: str, positions: int) -> None:
    dice = random.Random(f"paper {direction}")
    for number in range(positions):
        if number % 2:
            bench.reconnect()
        at = dice.randrange(BYTES[direction])
        bench.pull_and_print(f"{number:02d}-{direction}-{at:03d}", at=at, direction=direction)
    assert bench.check_again() >= positions


@pytest.mark.parametrize("dialect", QUICK_DIALECTS)
def test_a_cable_pulled_after_any_write_leaves_every_claim_true(bench: Make, dialect: str) -> None:
    pull_at_every_write(bench(EscposDriver, dialect), WRITES[dialect])


@pytest.mark.parametrize("direction", ["tx", "rx"])
@pytest.mark.parametrize("dialect", QUICK_DIALECTS)
def test_a_cable_pulled_at_random_bytes_leaves_every_claim_true(
    bench: Make, dialect: str, direction: str
) -> None:
    pull_at_random_bytes(bench(EscposDriver, dialect), direction, QUICK_POSITIONS)


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize("direction", ["tx", "rx"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_cable_pulled_at_fifty_random_bytes_leaves_every_claim_true(
    bench: Make, dialect: str, direction: str
) -> None:
    pull_at_random_bytes(bench(EscposDriver, dialect), direction, POSITIONS)


class ImpatientDriver(EscposDriver):
    """Broken on purpose: prints at once, whatever hangs from the printer or half filled it."""

    def _settle(self, deadline: float) -> bool:
        return True


@pytest.mark.negative_control
def test_a_driver_that_does_not_clear_the_paper_first_is_caught(bench: Make) -> None:
    broken = bench(ImpatientDriver, "epson")
    with pytest.raises(AssertionError):
        pull_at_random_bytes(broken, "tx", POSITIONS)


class InsistentDriver(EscposDriver):
    """Broken on purpose: prints a job that was not confirmed once more, for good measure."""

    def _print(self, job: Any, pieces: Any, deadline: float, **options: Any) -> PrintResult:
        first = super()._print(job, pieces, deadline, **options)
        if first.evidence == "printed":
            return first
        return super()._print(job, pieces, time.monotonic() + 0.4, **options)


@pytest.mark.negative_control
def test_a_driver_that_prints_again_is_caught(bench: Make) -> None:
    """Here the cable holds, and the confirmation alone is lost."""
    broken = bench(InsistentDriver, "epson")
    broken.printer.obey("no reply after_job")
    result = print_it(broken.supervisor, "T1", 0.4)
    broken.printer.obey("status")  # it has taken what was sent
    with pytest.raises(AssertionError, match="is on 2 papers"):
        assert_true(result, broken.spool)
