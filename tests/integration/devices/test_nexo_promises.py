"""The promises of the card driver: never twice, never a card's secrets, nothing forgotten."""

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from devices.errors import LinkError
from devices.kinds.card_terminal import CardResult, Pay, QueryPayment, Reverse
from devices.link import HttpLink
from devices.nexo.driver import NexoDriver
from devices.nexo.exchange import new_service_id
from devices.nexo.members import MAX_MESSAGE_BYTES
from devices.nexo.protocol import Login, Message, Payment
from devices.nexo.simulator import FORBIDDEN, NexoSimulator
from devices.nexo.verdict import Asked, Verdict
from devices.registry import DeviceConfig, build
from devices.status import DeviceState
from tests.integration.devices.test_nexo import wait_until
from tests.support.card import check_paid_at_most_once

FEE = 3770
LOCAL = ("127.0.0.1", 0)


@pytest.fixture
def terminal() -> Iterator[NexoSimulator]:
    simulator = NexoSimulator(LOCAL)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.mark.parametrize("trouble", ["approve", "no reply", "spoil cut", "decline"])
def test_forbidden_card_data_never_leaves_the_driver(terminal: NexoSimulator, trouble: str) -> None:
    terminal.obey("stuffed")
    terminal.obey(trouble)
    link = HttpLink(terminal.port)
    driver = NexoDriver(link, reply_timeout_s=0.2, settle_s=0.6)
    wait_until(lambda: driver.probe().device is DeviceState.ONLINE)
    health = driver.probe()
    result = driver.execute(Pay("PAY1", "o1", FEE), time.monotonic() + 1.5)
    assert isinstance(result, CardResult)
    back = None
    if result.evidence is not None:
        back = driver.execute(Reverse("REV1", result.evidence), time.monotonic() + 1.5)
    check_holds_no_secret((health, result, back, link.raw.entries(), vars(driver)))


@pytest.mark.parametrize("trouble", ["spoil garbage", "no reply"])
def test_neither_logs_nor_events_hold_forbidden_card_data(
    terminal: NexoSimulator, recorder: Any, trouble: str
) -> None:
    terminal.obey("stuffed")
    terminal.obey(trouble)
    with capture_logs() as logs:
        supervisor = build(DeviceConfig("card", "nexo", terminal.port), recorder)
        supervisor.start()
        result = supervisor.submit(Pay("PAY1", "o1", FEE), 3.0).result(5.0)
        assert supervisor.stop()
    assert [log["event"] for log in logs] == ["device_up"]
    check_holds_no_secret((result, logs, recorder.events(), supervisor.status))


def check_holds_no_secret(kept: object) -> None:
    """Raise AssertionError naming the forbidden data that `kept` shows."""
    shown = repr(kept)
    assert [name for name, value in FORBIDDEN.items() if value in shown] == []


@pytest.mark.negative_control
def test_a_kept_reply_would_be_noticed(terminal: NexoSimulator) -> None:
    terminal.obey("stuffed")
    link = HttpLink(terminal.port)
    message = Message("LOGIN1", "KIOSK", "TERMINAL", Login(datetime.now(UTC)))
    reply = link.exchange(message.to_bytes(), time.monotonic() + 1.0, MAX_MESSAGE_BYTES)
    with pytest.raises(AssertionError, match="PAN"):
        check_holds_no_secret(reply)


class Retrying(NexoDriver):
    """Broken on purpose: pays again, as a new payment, when the first is not answered."""

    def _settle(self, asked: Asked, stop_at: float, deadline: float, *, lost: bool) -> Verdict:
        return self._pay_again(asked, new_service_id(), deadline)

    def _pay_again(self, asked: Asked, service_id: str, deadline: float) -> Verdict:
        body = Payment("order-PAY1", self._utc_now(), FEE, asked.currency)
        with contextlib.suppress(LinkError):
            self._exchange(self._message(body, service_id), deadline)
        return Verdict("unknown")


class Resending(Retrying):
    """Broken on purpose: sends the same payment again when the first is not answered."""

    def _settle(self, asked: Asked, stop_at: float, deadline: float, *, lost: bool) -> Verdict:
        return self._pay_again(asked, asked.service_id, deadline)


@pytest.mark.negative_control
@pytest.mark.parametrize(("kind", "crime"), [(Retrying, "paid twice"), (Resending, "sent twice")])
def test_the_ledger_catches_a_driver_that_pays_again_on_silence(
    terminal: NexoSimulator, kind: type[NexoDriver], crime: str
) -> None:
    terminal.obey("no reply")
    driver = kind(HttpLink(terminal.port))
    driver.execute(Pay("PAY1", "order-PAY1", FEE), time.monotonic() + 1.0)
    with pytest.raises(AssertionError, match=crime):
        check_paid_at_most_once(terminal)


def test_the_ledger_on_disk_outlives_the_terminal(tmp_path: Path) -> None:
    first = NexoSimulator(LOCAL, tmp_path)
    first.start()
    driver = NexoDriver(HttpLink(first.port))
    driver.execute(Pay("PAY1", "order-1", FEE), time.monotonic() + 2.0)
    first.stop()
    second = NexoSimulator(LOCAL, tmp_path)
    second.start()
    result = NexoDriver(HttpLink(second.port)).execute(
        QueryPayment("PAY1", FEE), time.monotonic() + 2.0
    )
    second.stop()
    assert isinstance(result, CardResult)
    assert result.outcome == "approved"
