"""A reversal at a terminal that somebody else pays at; and a kiosk that lost its journal."""

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from devices.kinds.card_terminal import CardEvidence, CardResult, Pay, Reverse, not_sent
from devices.status import Completion, DeviceState, DeviceStatus
from devices.supervisor import Supervisor
from kiosk.cash.settlement import CashSettlement
from kiosk.cash.till import Till
from kiosk.giving_back import GivingBack
from kiosk.journal import Journal, load_key
from kiosk.order import TRANSITIONS, Means, OrderState, service_id
from kiosk.performers.card import evidence_body
from kiosk.queue_client import Granted
from tests.support.centre import eventually

ONLINE = DeviceStatus(DeviceState.ONLINE)
DEADLINE_S = 0.5


class Terminal:
    """A driver at which somebody looks for a card until `found`."""

    capabilities: Mapping[str, str] = {}
    poll_interval_s = 0.05

    def __init__(self) -> None:
        self.found, self.began = threading.Event(), threading.Event()
        self.reversed = 0

    def probe(self) -> DeviceStatus:
        return ONLINE

    poll = probe

    def close(self) -> None:
        self.found.set()

    def execute(self, command: object, deadline: float) -> CardResult:
        if isinstance(command, Pay):
            self.began.set()
            self.found.wait(20)
        if isinstance(command, Reverse):
            self.reversed += 1
        return CardResult("approved", Completion.SUCCESS, evidence("X"), "", ONLINE)


def evidence(service: str) -> CardEvidence:
    return CardEvidence(service, 3770, "T", "A", "R", "S", "1234", "Visa", datetime.now(UTC))


class Server:
    """Lists one return until it is over."""

    def __init__(self, payment: UUID, state: str = "owed") -> None:
        self._row = {"payment_id": str(payment), "same_day": True, "state": state}
        self.heard: list[str] = []

    def get(self, path: str) -> Granted:
        over = {"returned", "refused"} & set(self.heard)
        return Granted({"returns": [] if over else [self._row]})

    def put(self, path: str, body: Mapping[str, Any], key: UUID, deadline_s: float) -> Granted:
        self.heard.append(body["result"])
        return Granted({})


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.db", load_key(tmp_path / "key"))


@pytest.fixture
def driver() -> Terminal:
    return Terminal()


@pytest.fixture
def terminal(driver: Terminal) -> Iterator[Supervisor]:
    made = Supervisor(
        device="terminal",
        kind="card_terminal",
        model="x",
        open_link=lambda: driver,  # type: ignore[arg-type,return-value]
        build_driver=lambda _link, _report: driver,  # type: ignore[arg-type,return-value]
        publish=lambda _: None,
        refuse=not_sent,  # type: ignore[arg-type]
    )
    made.start()
    eventually(lambda: made.status.usable)
    yield made
    made.stop()


def accepted(journal: Journal) -> tuple[UUID, UUID]:
    application, payment = uuid4(), uuid4()
    journal.orders.counter(application)
    journal.orders.register(application, uuid4(), 3770)
    journal.orders.begin(application, Means.CARD, payment)
    journal.orders.step(application, OrderState.PAID, evidence_body(evidence(service_id(payment))))
    journal.orders.step(application, OrderState.ACCEPTED)
    return application, payment


def giving(journal: Journal, server: Server, terminal: Supervisor | None) -> GivingBack:
    settlement = CashSettlement(journal, Till([], []))
    return GivingBack(journal, server, terminal, lambda: terminal is not None, settlement)  # type: ignore[arg-type]


def test_money_goes_back_once_the_terminal_is_free(
    journal: Journal, driver: Terminal, terminal: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.giving_back.REVERSAL_DEADLINE_S", DEADLINE_S)
    monkeypatch.setattr("kiosk.performers.card.SLACK_S", 0.1)
    application, payment = accepted(journal)
    server = Server(payment)
    back = giving(journal, server, terminal)
    terminal.submit(Pay("OTHERS", "A01", 3770), 60)  # the next person
    assert driver.began.wait(10)
    back.look()
    entry = journal.orders.entry(application)
    assert entry is not None
    assert (entry.state, driver.reversed) == (OrderState.ACCEPTED, 0), "it is tried again"
    driver.found.set()
    eventually(lambda: back.look() or "returned" in server.heard)
    entry = journal.orders.entry(application)
    assert entry is not None
    assert (entry.state, driver.reversed) == (OrderState.RETURNED, 1)
    assert "refused" not in server.heard


@pytest.mark.parametrize(("state", "word"), [("owed", "refused"), ("under_way", "unknown")])
def test_a_kiosk_without_that_journal_proves_nothing_about_what_was_begun(
    journal: Journal, state: str, word: str
) -> None:
    server = Server(uuid4(), state)
    giving(journal, server, None).look()
    assert server.heard == [word]


@pytest.mark.negative_control
def test_the_step_back_is_one_of_the_legal_ones() -> None:
    assert (OrderState.RETURNING, OrderState.ACCEPTED) in TRANSITIONS
    assert (OrderState.OWED, OrderState.ACCEPTED) not in TRANSITIONS
