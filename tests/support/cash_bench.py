"""One simulated cash device, its driver under a supervisor, its book, and what was reported."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from devices.cctalk.simulated import CctalkSimulator
from devices.cctalk_bill.simulator import BillSimulator
from devices.cctalk_coin.simulator import CoinSimulator
from devices.cctalk_hopper.simulator import HopperSimulator
from devices.driver import Driver, Report, Wiring
from devices.link import Link, open_link
from devices.registry import load_model
from devices.status import Completion, DeviceState
from devices.supervisor import Reported, StatusChanged, Supervisor
from tests.support.credit_book import Book

SIMULATORS: dict[str, Callable[[Path, Path | None], CctalkSimulator]] = {
    "cctalk-bill": BillSimulator,
    "cctalk-coin": CoinSimulator,
    "cctalk-hopper": HopperSimulator,
}
QUICK: dict[str, Any] = {
    "reply_timeout_s": 0.05,
    "poll_interval_s": 0.01,
    "settle_s": 0.05,
    "bill_types": 5,
    "route_s": 1.0,
    "fraud_pause_s": 0.3,
}
WAIT_S = 20.0
PATIENCE = {
    "devices.cctalk.bus.PATIENCE_S": 0.4,
    "devices.cctalk_bill.driver.RESEND_S": 0.1,
    "devices.cctalk.acceptor.BOOK_RETRY_S": 0.05,
    "devices.cctalk.acceptor.COUNT_LAG_S": 0.03,
    "devices.cctalk.cash_in.LOOK_GAP_S": 0.01,
    "devices.cctalk_bill.driver.LOOK_GAP_S": 0.01,
    "devices.cctalk_hopper.driver.LOOK_GAP_S": 0.02,
}
Kind = TypeVar("Kind")


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the drivers wait less for a device that is only simulated."""
    for name, seconds in PATIENCE.items():
        monkeypatch.setattr(name, seconds)


class CashBench:
    """Start it with `start`; `wrap` may make its link worse, `wait` is a recorder's."""

    def __init__(self, model: str, folder: Path, recorder: Any, book: Book | None = None) -> None:
        self.model = model
        self.recorder = recorder
        self.simulator = SIMULATORS[model](folder / "port", folder / "spool")
        self.book = book or Book(folder / "book.db")
        self.wrap: Callable[[Link], Link] = lambda link: link
        self.options: dict[str, Any] = dict(QUICK)
        self.supervisor: Supervisor | None = None
        self.simulator.start()
        self.simulator.obey("pace 20")

    def start(self, **options: Any) -> None:
        """Start the driver and wait until it knows how its device is."""
        self.options |= options
        model = load_model(self.model)
        known = {**model.link_options, **model.options}
        chosen = {**known, **{name: it for name, it in self.options.items() if name in known}}

        def build(link: Link, report: Report) -> Driver:
            return model.build(link, chosen, Wiring(report, self.book, self.book))

        self.supervisor = Supervisor(
            device="cash",
            kind=model.kind,
            model=self.model,
            open_link=lambda: self.wrap(open_link(self.simulator.port)),
            build_driver=build,
            publish=self.recorder,
            refuse=model.refuse,
            backoff_first_s=0.02,
            backoff_last_s=0.1,
        )
        self.supervisor.start()
        until = time.monotonic() + WAIT_S
        while self.supervisor.status.device is DeviceState.STARTING:
            assert time.monotonic() < until, self.supervisor.status
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop the driver as a kiosk that ends; the device stays on."""
        if self.supervisor is not None:
            assert self.supervisor.stop()
        self.supervisor = None

    def close(self) -> None:
        """Take everything away."""
        self.stop()
        self.simulator.stop()

    def do(self, command: object, seconds: float = WAIT_S) -> Any:
        """Carry out a command; its result."""
        assert self.supervisor is not None
        return self.supervisor.submit(command, seconds).result(seconds + 8)

    def done(self, command: object, seconds: float = WAIT_S) -> Any:
        """Carry out a command until it is done: a stalled machine may look like a lost reply."""
        until = time.monotonic() + seconds
        while (result := self.do(command)).outcome != "done":
            assert result.completion is Completion.DEVICE_NOT_READY, result
            assert time.monotonic() < until, result
        return result

    def obey(self, line: str) -> dict[str, Any]:
        """Something happens to the device."""
        return self.simulator.obey(line)

    def plug_again(self) -> None:
        """Out, and in again once the driver has seen that it is out: a command that comes between
        ends with a broken link, and nobody knows its outcome."""
        self.obey("unplug")
        self.is_now(DeviceState.NO_DEVICE)
        self.obey("plug")

    def heard(self, kind: type[Kind], seconds: float = WAIT_S) -> Kind:
        """Wait for the next report of a kind."""
        event = self.recorder.wait_for(
            lambda it: isinstance(it, Reported) and isinstance(it.payload, kind), seconds
        )
        assert event is not None, f"no {kind.__name__} was reported"
        return event.payload

    def is_now(self, state: DeviceState) -> Any:
        """Wait until the device is in this state; its status."""
        assert self.supervisor is not None
        if self.supervisor.status.device is not state:
            event = self.recorder.wait_for(
                lambda it: isinstance(it, StatusChanged) and it.status.device is state, WAIT_S
            )
            assert event is not None, f"it never became {state}: {self.supervisor.status}"
            return event.status
        return self.supervisor.status

    def credited(self) -> list[int]:
        """The amounts in the book, in céntimos, oldest first."""
        return [credit.amount_centimos for credit in self.book.credits()]

    def stacked(self) -> list[int]:
        """The amounts that are physically in the box."""
        rows = self.simulator.ledger.rows()
        return [int(str(row["centimos"])) for row in rows if row["what"] == "stacked"]
