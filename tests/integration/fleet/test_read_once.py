"""What a kiosk said is read from its text once, and anew as soon as the text is another."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.status import DeviceState
from queue_server.fleet.model.devices import DeviceReport
from queue_server.fleet.model.heartbeat import Heartbeat, Vitals
from queue_server.fleet.services import heartbeats
from tests.support.hall import Hall

SITE, RUN = "PRUEBA", "6f1c0a52-5e0e-4d0f-9a39-1f6f2f0e7c11"


@pytest.fixture(params=["sqlite", "postgresql"])
def hall(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path, request.param)
    yield made
    made.close()


def said(sequence: int, state: DeviceState, free: int) -> Heartbeat:
    printer = DeviceReport("printer", "receipt_printer", "escpos", state, {}, None, "")
    vitals = Vitals(disk_free_mb=free)
    return Heartbeat(RUN, sequence, "1", "Welcome", (printer,), 0, vitals=vitals)


def held(hall: Hall) -> tuple[DeviceState, int | None]:
    beat = hall.look(lambda uow: heartbeats.all_kept(uow, SITE))[hall.kiosk.name].held.beat
    return beat.devices[0].device, beat.vitals.disk_free_mb


def both_changes(hall: Hall) -> list[tuple[DeviceState, int | None]]:
    seen = []
    told = ((DeviceState.ONLINE, 900), (DeviceState.OFFLINE, 900), (DeviceState.OFFLINE, 800))
    for sequence, (state, free) in enumerate(told, 1):
        hall.do(hall.kiosk, heartbeats.record_heartbeat, said(sequence, state, free))
        seen.append(held(hall))
    return seen


def test_what_was_said_last_is_what_is_held(hall: Hall) -> None:
    online, offline = DeviceState.ONLINE, DeviceState.OFFLINE
    assert both_changes(hall) == [(online, 900), (offline, 900), (offline, 800)]


@pytest.mark.negative_control
def test_a_text_taken_for_the_one_before_would_be_seen(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = heartbeats._Read.again

    def first_only(self: Any, devices: str, more: str) -> Any:
        return self if self.devices_text else again(self, devices, more)

    monkeypatch.setattr(heartbeats._Read, "again", first_only)
    assert both_changes(hall) == [(DeviceState.ONLINE, 900)] * 3


def test_the_same_text_is_not_read_again(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    devices_of = heartbeats._devices_of
    monkeypatch.setattr(
        heartbeats, "_devices_of", lambda text: read.append(text) or devices_of(text)
    )
    for sequence in (1, 2, 3):
        hall.do(
            hall.kiosk, heartbeats.record_heartbeat, said(sequence, DeviceState.ONLINE, sequence)
        )
        held(hall)
    assert len(read) == 1
