"""A wallet's code that does not end: nobody stands before it for ever."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from kiosk.flow.effects import ShowWalletCode
from kiosk.flow.events import ChargeUnknown
from kiosk.flow.facts import Order
from kiosk.journal import Journal, load_key
from kiosk.order import Means, OrderState
from kiosk.performers.wallet import LONGEST_S, STOPPING_S, WalletDesk
from kiosk.queue_client import Granted

LOOKS = 3000
STEP_S = 1.0


class EndlessError(AssertionError):
    """It was asked for far too long."""


class Stuck:
    """A server whose gateway never says how a code ended; each question takes a second."""

    def __init__(self) -> None:
        self.now = 0.0
        self.state = "waiting"
        self._left = LOOKS

    def get(self, path: str) -> Granted:
        self.now += STEP_S
        self._left -= 1
        if not self._left:
            raise EndlessError
        return Granted({"state": self.state})

    def put(
        self, path: str, body: Mapping[str, Any] | None, key: UUID, deadline_s: float
    ) -> Granted:
        self.state = "canceling"
        return Granted({"state": self.state})


def followed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, stopped: bool
) -> tuple[Stuck, Journal]:
    """A code somebody looks at, and perhaps gives up."""
    monkeypatch.setattr("kiosk.performers.wallet.LOOK_EVERY_S", 0.0)
    journal, server = Journal(folder / "journal.db", load_key(folder / "key")), Stuck()
    application, payment = uuid4(), uuid4()
    journal.orders.counter(application)
    journal.orders.register(application, uuid4(), 3770)
    journal.orders.begin(application, Means.WALLET, payment)  # shown before
    desk = WalletDesk(server, journal, lambda _: None, lambda: server.now)  # type: ignore[arg-type]
    if stopped:
        desk.stop(payment)
    order = Order(application, "A01-00001-X", 3770, None)
    outcome = desk.perform(ShowWalletCode(payment, uuid4(), order))
    assert outcome.event == ChargeUnknown(payment)
    entry = journal.orders.entry(application)
    assert entry is not None
    assert entry.state is OrderState.UNKNOWN
    return server, journal


def test_a_code_given_up_is_not_waited_for_longer_than_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, journal = followed(tmp_path, monkeypatch, stopped=True)
    assert server.now <= STOPPING_S + 2 * STEP_S
    assert journal.outgoing.count() == 1, "staff and server hear of the doubt"


def test_neither_is_one_nobody_touches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, _ = followed(tmp_path, monkeypatch, stopped=False)
    assert server.now <= LONGEST_S + 2 * STEP_S


@pytest.mark.negative_control
def test_without_the_bound_it_would_never_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.performers.wallet.STOPPING_S", float("inf"))
    monkeypatch.setattr("kiosk.performers.wallet.LONGEST_S", float("inf"))
    with pytest.raises(EndlessError):
        followed(tmp_path, monkeypatch, stopped=True)
