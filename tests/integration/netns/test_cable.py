"""A kiosk's cable is pulled: offline in time, one alert; plugged in: resolved, still one."""

import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.netns.machines import LanKiosk, LanSite
from tests.support.centre import eventually
from tests.support.monitor_feed import last_event, next_event
from tests.support.site import StaffHttp

OFFLINE_WITHIN_S = 35.0
HEARTBEAT_S = 20.0
"""One comes every ten."""
ALERT_S = 40.0
"""Its rule waits 15 s for word of a whole network that is gone; it is looked at every 5 s."""
BACK_S = 60.0
"""The kiosk asks again, is heard, and the rule waits 10 s more."""


@dataclass(frozen=True)
class Heard:
    """The last heartbeat that came: its number, and when (monotonic)."""

    sequence: int
    at: float


def last_heard(it: StaffHttp) -> Heard | None:
    """None: none came yet."""
    asked = time.monotonic()
    (row,) = it.http.get("/api/v1/monitor").json()["kiosks"]
    return Heard(row["sequence"], asked - row["heard_s"]) if row["heard_s"] is not None else None


def heard_after(it: StaffHttp, sequence: int) -> Heard:
    """Wait for a heartbeat after number `sequence`; the newest."""

    def later() -> Heard | None:
        found = last_heard(it)
        return found if found is not None and found.sequence > sequence else None

    return eventually(later, HEARTBEAT_S)


def alerts(it: StaffHttp) -> list[dict[str, Any]]:
    """Those about a kiosk or the network, open or over."""
    told = it.http.get("/api/v1/alerts").json()["alerts"]
    return [each for each in told if each["rule"] in ("kiosk_offline", "network")]


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_a_pulled_cable_is_offline_within_35_seconds_and_one_alert_that_resolves_itself(
    site: LanSite, kiosk: LanKiosk, it: StaffHttp
) -> None:
    heard_after(it, heard_after(it, -1).sequence)
    news = last_event(it)
    kiosk.host.pull_the_cable()
    try:
        last = heard_after(it, -1)
        silent_at = next_event(it, news, "kiosk.silent", kiosk.code, within_s=ALERT_S)
        assert heard_after(it, -1).sequence == last.sequence, "nothing came through the cut"
        assert 28 <= silent_at - last.at <= OFFLINE_WITHIN_S
        next_event(it, news, "alert.changed", "kiosk_offline", "opened", within_s=ALERT_S)
        (opened,) = alerts(it)
        assert (opened["rule"], opened["place"]) == ("kiosk_offline", kiosk.code)
        assert opened["resolved_at"] is None
    finally:
        kiosk.host.plug_in()
    next_event(it, news, "alert.changed", "kiosk_offline", "resolved", within_s=BACK_S)
    (resolved,) = alerts(it)
    assert resolved["id"] == opened["id"]
    assert resolved["resolved_at"] is not None
    assert heard_after(it, last.sequence), "the same program goes on"
