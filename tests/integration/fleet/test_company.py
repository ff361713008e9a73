"""A heartbeat without news waits a moment to share its commit; one with news does not."""

import time
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from kiosk.vitals import ClockOffset
from queue_server.core.db import COMPANY_S
from tests.integration.fleet.test_fleet_api import BOOT, beat, on_monitor, printer
from tests.support.site import KioskHttp, Site, StaffHttp

NOTHING_NEW = {"full": False, "devices": [], "supplies": None, "journeys": None, "notes": None}


def took_s(kiosk: KioskHttp, sequence: int, *devices: object, full: bool = False) -> float:
    """How long the answer to a heartbeat took that tells of these devices."""
    body = {
        **NOTHING_NEW,
        "boot_id": BOOT,
        "session": str(uuid4()) if full else BOOT,
        "sequence": sequence,
        "build": "0.1.0",
        "screen": "attract",
        "devices": list(devices),
        "unsent": 0,
        "full": full,
    }
    began = time.monotonic()
    kiosk.http.post("/api/v1/heartbeat", json=body).raise_for_status()
    return time.monotonic() - began


def test_only_what_nobody_acts_on_waits(site: Site, it: StaffHttp) -> None:
    kiosk = site.kiosk("C01")
    assert beat(kiosk, 1, printer(), session=BOOT).is_success
    quiet = [took_s(kiosk, sequence) for sequence in (2, 3)]
    out = printer(device="offline", parts={"paper": "out", "cover": "closed"})
    urgent = [took_s(kiosk, 4 + place, each) for place, each in enumerate((out, printer(), out))]
    first = [took_s(kiosk, 1, printer(), full=True) for _ in range(3)]
    assert min(quiet) >= COMPANY_S
    assert min(urgent) < COMPANY_S
    assert min(first) < COMPANY_S
    assert on_monitor(it, "C01")["devices"][0]["device"] == "online"


def asked(kiosk: KioskHttp, sequence: int) -> tuple[float, float, datetime]:
    """When a heartbeat without news began and ended (monotonic), and the server's clock in it."""
    body = {"boot_id": BOOT, "session": BOOT, "sequence": sequence, "build": "0.1.0"}
    more = {**NOTHING_NEW, "screen": "attract", "unsent": 0}
    began = time.monotonic()
    answer = kiosk.http.post("/api/v1/heartbeat", json={**body, **more}).raise_for_status()
    return began, time.monotonic(), datetime.fromisoformat(answer.json()["now"])


def offset_ms(begun: float, ended: float, server: datetime) -> int:
    """How far a kiosk on this machine takes its own clock to be off."""
    clock = ClockOffset(monotonic=lambda: ended)
    clock.ended(begun, server)
    drift_s = time.monotonic() - ended
    return round((clock.ms or 0) - drift_s * 1000)


def test_waiting_for_company_does_not_set_a_kiosks_clock_wrong(site: Site) -> None:
    kiosk = site.kiosk("C02")
    assert beat(kiosk, 1, printer(), session=BOOT).is_success
    off = [abs(offset_ms(*asked(kiosk, sequence))) for sequence in (2, 3, 4)]
    assert min(off) < COMPANY_S * 1000 / 4


@pytest.mark.negative_control
def test_the_servers_clock_at_the_end_of_the_wait_would(site: Site) -> None:
    kiosk = site.kiosk("C03")
    assert beat(kiosk, 1, printer(), session=BOOT).is_success
    exchanges = [asked(kiosk, sequence) for sequence in (2, 3, 4)]
    late = [
        (begun, ended, now + timedelta(seconds=(ended - begun) / 2))
        for begun, ended, now in exchanges
    ]
    assert min(abs(offset_ms(*each)) for each in late) > COMPANY_S * 1000 / 4
