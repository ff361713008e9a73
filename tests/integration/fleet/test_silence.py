"""A kiosk whose line is cut, seen by real processes: offline in time, one alert, resolved."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from queue_server.core.unit_of_work import Actor
from queue_server.fleet.model.heartbeat import HEARTBEAT_EVERY, Heartbeat
from queue_server.fleet.services import heartbeats, server_runs
from queue_server.fleet.services.watch import WATCH_EVERY_S, SilenceWatch
from tests.support.centre import eventually
from tests.support.hall import Hall
from tests.support.monitor_feed import last_event, next_event
from tests.support.site import KioskHttp, StaffHttp, running_site

SITE = "PRUEBA"
OFFLINE_WITHIN_S = 35.0


def beat(kiosk: KioskHttp, sequence: int, boot: str) -> None:
    body = {
        "boot_id": boot,
        "sequence": sequence,
        "build": "1",
        "screen": "Welcome",
        "devices": [],
        "unsent": 0,
    }
    assert kiosk.http.post("/api/v1/heartbeat", json=body).status_code == 200


@pytest.mark.thorough
@pytest.mark.timeout(240)
def test_a_cut_line_is_offline_within_35_seconds_and_one_alert_that_resolves_itself(
    tmp_path: Path,
) -> None:
    with running_site(tmp_path / "site", command="jobs web") as site:
        kiosk, it, boot = site.kiosk("A01"), site.staff("rosa", "it"), str(uuid4())
        database = site.database()
        eventually(lambda: database.read(server_runs.first))  # the jobs process looks on
        database.close()
        beat(kiosk, 0, boot)
        cut, event = time.monotonic(), last_event(it)
        assert 28 <= next_event(it, event, "kiosk.silent", "A01") - cut <= OFFLINE_WITHIN_S
        next_event(it, event, "alert.changed", "opened")
        opened = _alerts(it)
        assert [(each["rule"], each["place"]) for each in opened] == [("kiosk_offline", "A01")]
        beat(kiosk, 1, boot)
        next_event(it, event, "alert.changed", "resolved")
        assert [each["resolved_at"] is not None for each in _alerts(it)] == [True]


def _alerts(it: StaffHttp) -> list[dict[str, Any]]:
    return it.http.get("/api/v1/alerts").json()["alerts"]


def judged_after_s(hall: Hall) -> float:
    """How long after its last heartbeat the watch, with its own pace, judges a kiosk offline."""
    running = 0.0
    watch = SilenceWatch(lambda: running)

    def pass_by(seconds: float) -> None:
        nonlocal running
        running += seconds
        hall.clock.pass_by(seconds=seconds)

    def silent() -> bool:
        return bool(hall.look(lambda uow: watch.look(uow, SITE)))

    for _ in range(60):  # it looked on for long
        silent()
        pass_by(WATCH_EVERY_S)
    pass_by(0.01 - WATCH_EVERY_S)  # just after a look: the longest wait for the one that tells
    beat = Heartbeat(str(uuid4()), 1, "1", "Welcome", (), 0)
    hall.do(Actor(SITE, "kiosk", "A01"), heartbeats.record_heartbeat, beat)
    heard = running
    pass_by(WATCH_EVERY_S - 0.01)
    while not silent():
        pass_by(WATCH_EVERY_S)
    return running - heard


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path / "hall")
    yield made
    made.close()


def test_by_its_own_pace_the_watch_is_never_later_than_35_seconds(hall: Hall) -> None:
    assert 30 <= judged_after_s(hall) <= 30 + WATCH_EVERY_S < OFFLINE_WITHIN_S


@pytest.mark.negative_control
def test_a_rule_of_ten_heartbeats_is_later_than_that(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.fleet.services.watch.OFFLINE_AFTER", 10 * HEARTBEAT_EVERY)
    assert judged_after_s(hall) > OFFLINE_WITHIN_S
