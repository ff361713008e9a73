"""A kiosk whose line is cut, seen by real processes: offline in time, one alert, resolved."""

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.site import KioskHttp, StaffHttp, running_site

OFFLINE_WITHIN_S = 35.0
PATIENCE_S = 60.0


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


def next_event(it: StaffHttp, after: int, kind: str, body: str) -> float:
    """When, on the monotonic clock, the monitor hears of it."""
    ends = time.monotonic() + PATIENCE_S
    with it.http.stream("GET", f"/api/v1/monitor/feed?after={after}", timeout=PATIENCE_S) as feed:
        heard = ""
        for line in feed.iter_lines():
            heard = line.removeprefix("event: ") if line.startswith("event: ") else heard
            if heard == kind and line.startswith("data: ") and body in line:
                return time.monotonic()
            assert time.monotonic() < ends, f"no {kind} of {body}"
    raise AssertionError("the feed ended")


@pytest.mark.thorough
@pytest.mark.timeout(240)
def test_a_cut_line_is_offline_within_35_seconds_and_one_alert_that_resolves_itself(
    tmp_path: Path,
) -> None:
    with running_site(tmp_path / "site", command="jobs web") as site:
        kiosk, it, boot = site.kiosk("A01"), site.staff("rosa", "it"), str(uuid4())
        for sequence in range(4):  # while the watch begins to look on
            beat(kiosk, sequence, boot)
            time.sleep(8)
        beat(kiosk, 4, boot)
        cut = time.monotonic()
        event = it.http.get("/api/v1/monitor").json()["server"]["event_id"]
        assert 28 <= next_event(it, event, "kiosk.silent", "A01") - cut <= OFFLINE_WITHIN_S
        next_event(it, event, "alert.changed", "opened")
        opened = _alerts(it)
        assert [(each["rule"], each["place"]) for each in opened] == [("kiosk_offline", "A01")]
        beat(kiosk, 5, boot)
        next_event(it, event, "alert.changed", "resolved")
        assert [each["resolved_at"] is not None for each in _alerts(it)] == [True]


def _alerts(it: StaffHttp) -> list[dict[str, Any]]:
    return it.http.get("/api/v1/alerts").json()["alerts"]
