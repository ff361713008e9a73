"""What the words of a heartbeat amount to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.status import Action, DeviceState
from queue_server.fleet.model.devices import DeviceReport, Verdict, devices_changed, verdict
from queue_server.fleet.model.discovery import Instance, InstanceRole, Standing, standings
from queue_server.fleet.model.heartbeat import (
    OFFLINE_AFTER,
    Heartbeat,
    Presence,
    Vitals,
    presence,
)

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def report(
    name: str = "printer",
    device: DeviceState = DeviceState.ONLINE,
    parts: dict[str, str] | None = None,
    action: Action | None = None,
    detail: str = "",
) -> DeviceReport:
    return DeviceReport(name, "receipt_printer", "escpos", device, parts or {}, action, detail)


def test_a_kiosk_never_heard_of_is_neither_online_nor_offline() -> None:
    assert presence(None, NOW) is Presence.NEVER


@pytest.mark.parametrize(
    ("silent", "expected"),
    [
        (timedelta(0), Presence.ONLINE),
        (OFFLINE_AFTER - timedelta(milliseconds=1), Presence.ONLINE),
        (OFFLINE_AFTER, Presence.OFFLINE),
        (timedelta(seconds=-5), Presence.ONLINE),
    ],
)
def test_a_kiosk_is_offline_once_three_heartbeats_were_missed(
    silent: timedelta, expected: Presence
) -> None:
    assert presence(NOW - silent, NOW) is expected


def test_three_heartbeats_are_thirty_seconds() -> None:
    assert timedelta(seconds=30) == OFFLINE_AFTER


@pytest.mark.parametrize("state", list(DeviceState))
def test_every_state_of_a_device_has_a_verdict(state: DeviceState) -> None:
    working = {DeviceState.ONLINE, DeviceState.DEVICE_BUSY}
    waiting = {DeviceState.STARTING}
    expected = (
        Verdict.FINE
        if state in working
        else (Verdict.WARNING if state in waiting else Verdict.BROKEN)
    )
    assert verdict(state, {}) is expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"paper": "full", "cover": "closed"}, Verdict.FINE),
        ({"paper": "low"}, Verdict.WARNING),
        ({"paper": "out"}, Verdict.BROKEN),
        ({"media": "jammed", "paper": "low"}, Verdict.BROKEN),
        ({"lamp": "a word of tomorrow"}, Verdict.FINE),
    ],
)
def test_the_worst_part_decides_about_a_device_that_is_online(
    parts: dict[str, str], expected: Verdict
) -> None:
    assert verdict(DeviceState.ONLINE, parts) is expected


def test_a_device_that_changed_its_detail_only_did_not_change() -> None:
    before = [report(detail="14:00"), report("reader")]
    after = [report("reader"), report(detail="14:01")]
    assert devices_changed(before, after) == []


def test_devices_that_changed_came_or_went_are_named() -> None:
    before = [report("reader"), report("printer"), report("old")]
    after = [report("reader"), report("printer", parts={"paper": "low"}), report("new")]
    assert devices_changed(before, after) == ["new", "old", "printer"]


def test_kiosks_stand_by_credential_and_by_sight() -> None:
    assert standings(known=["K01", "K02"], visible=["K02", "K09"]) == {
        "K01": Standing.KNOWN_UNSEEN,
        "K02": Standing.KNOWN_VISIBLE,
        "K09": Standing.UNREGISTERED,
    }


@pytest.mark.parametrize(("said", "expected"), [({"code": "K01"}, "K01"), ({}, "K01 (2)")])
def test_a_machine_goes_by_the_code_it_announces(said: dict[str, str], expected: str) -> None:
    seen = Instance("K01 (2)", InstanceRole.KIOSK, "k01.local.", ("127.0.0.1",), 9, said)
    assert seen.device_name == expected


NOTHING_NEW = Heartbeat(
    "boot", 7, "1", "Welcome", (), 0, full=False, supplies=None, journeys=None, notes=None
)


@pytest.mark.parametrize(
    "changes",
    [
        {"full": True},
        {"devices": (report(),)},
        {"gone": ("printer",)},
        {"supplies": ()},
        {"journeys": ()},
        {"counters": {"printed": 1}},
        {"notes": ()},
    ],
)
def test_whatever_somebody_may_act_on_is_news(changes: dict[str, Any]) -> None:
    assert replace(NOTHING_NEW, **changes).has_news


@pytest.mark.parametrize(
    "changes", [{}, {"screen": "Terms"}, {"unsent": 2}, {"vitals": Vitals(50.0, 800)}]
)
def test_that_the_kiosk_is_there_is_no_news(changes: dict[str, Any]) -> None:
    assert not replace(NOTHING_NEW, **changes).has_news
