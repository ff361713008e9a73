"""Nothing ends the program while cash is on its way in or out for somebody."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from kiosk.cash.gate import CashGate
from kiosk.flow.events import Event
from kiosk.flow.staff.events import ChoreEnded, MovePart, RestartKiosk
from kiosk.journal import Journal, load_key
from kiosk.queue_client import QueueClient
from kiosk.staff.closure import ClosureBook
from kiosk.staff.desk import StaffDesk
from kiosk.staff.kept import KeptFile
from kiosk.staff.ports import PortDesk
from kiosk.staff.touch_correction import TouchCorrection


class Ports:
    """Every device answers everywhere."""

    def __init__(self) -> None:
        self.moved: list[str] = []

    def move(self, name: str, port: str) -> bool:
        self.moved.append(f"{name} {port}")
        return True


class Desk:
    """The real desk with a real journal and a real gate; it notes what would end the program."""

    def __init__(self, folder: Path, asks_the_gate: Callable[[CashGate], bool]) -> None:
        self.gate, self.ports = CashGate(), Ports()
        self.restarts, self.posted = 0, list[Event]()
        self.journal = Journal(folder / "j.db", load_key(folder / "k"))
        self.client = QueueClient("http://127.0.0.1:1", "x.y")
        self.desk = StaffDesk(
            "A01",
            self.client,
            self.journal,
            (),
            None,
            ClosureBook(KeptFile(folder / "closure.json")),
            TouchCorrection(KeptFile(folder / "touch.json")),
            cast(PortDesk, self.ports),
            lambda: asks_the_gate(self.gate),
            self.posted.append,
            self._restart,
        )

    def _restart(self) -> None:
        self.restarts += 1

    def noted(self) -> Sequence[Any]:
        return [each.body["outcome"] for each in self.journal.outgoing.waiting()]

    def close(self) -> None:
        self.journal.close()
        self.client.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, lambda gate: gate.is_paying)
    yield made
    made.close()


def endings() -> tuple[RestartKiosk | MovePart, ...]:
    return RestartKiosk(uuid4(), uuid4()), MovePart(uuid4(), uuid4(), "printer", "/dev/b")


def test_it_restarts_once_no_cash_is_under_way(desk: Desk) -> None:
    for effect in endings():
        desk.desk(effect)
        assert desk.posted.pop() == ChoreEnded(effect.effect_id, well=True)
    assert desk.restarts == 2
    assert desk.ports.moved == ["printer /dev/b"]


def test_while_cash_is_under_way_it_says_no_and_writes_that_down(desk: Desk) -> None:
    with desk.gate.serving():
        for effect in endings():
            desk.desk(effect)
            assert desk.posted.pop() == ChoreEnded(effect.effect_id, well=False)
    assert desk.restarts == 0
    assert desk.ports.moved == []
    assert desk.noted() == ["failed", "failed"]


@pytest.mark.negative_control
def test_a_desk_that_does_not_ask_the_gate_is_caught(tmp_path: Path) -> None:
    careless = Desk(tmp_path, lambda _gate: False)
    with careless.gate.serving():
        careless.desk(endings()[0])
    with pytest.raises(AssertionError):
        assert careless.restarts == 0
    careless.close()
