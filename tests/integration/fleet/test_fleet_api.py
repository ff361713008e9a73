"""Heartbeats and the monitor through the real server."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from queue_server.core import tables as core
from queue_server.staff.api import DISPLAY_COOKIE
from tests.support.site import KioskHttp, Site, StaffHttp

BOOT = "6f1c0a52-5e0e-4d0f-9a39-1f6f2f0e7c11"


def printer(**changes: Any) -> dict[str, Any]:
    fine = {
        "name": "printer",
        "kind": "receipt_printer",
        "model": "escpos",
        "device": "online",
        "parts": {"paper": "full", "cover": "closed"},
        "action": None,
        "detail": "",
    }
    return {**fine, **changes}


def beat(kiosk: KioskHttp, sequence: int, *devices: dict[str, Any], **more: Any) -> httpx.Response:
    body = {
        "boot_id": BOOT,
        "sequence": sequence,
        "build": "0.1.0",
        "screen": "attract",
        "devices": list(devices),
        "unsent": 0,
    }
    return kiosk.http.post("/api/v1/heartbeat", json={**body, **more})


def on_monitor(person: StaffHttp, name: str) -> dict[str, Any]:
    kiosks = person.http.get("/api/v1/monitor").json()["kiosks"]
    return next(each for each in kiosks if each["name"] == name)


def changes(site: Site, kiosk: str) -> list[dict[str, Any]]:
    """The bodies of the kiosk's events, oldest first."""
    events = core.events
    wanted = select(events.c.body).where(
        events.c.kind == "kiosk.changed", events.c.actor == f"kiosk:{kiosk}"
    )
    database = site.database()
    try:
        return database.read(
            lambda uow: list(uow.connection.execute(wanted.order_by(events.c.id)).scalars())
        )
    finally:
        database.close()


def test_a_kiosk_that_never_spoke_is_known_and_unseen(site: Site, it: StaffHttp) -> None:
    site.kiosk("B01")
    seen = on_monitor(it, "B01")
    assert (seen["presence"], seen["standing"], seen["devices"]) == ("never", "known_unseen", [])


def test_the_monitor_shows_a_broken_printer_and_says_so(site: Site, it: StaffHttp) -> None:
    kiosk = site.kiosk("B02")
    out = printer(device="offline", parts={"paper": "out", "cover": "closed"}, action="maintenance")
    assert beat(kiosk, 1, out).status_code == 200
    seen = on_monitor(it, "B02")
    assert seen["presence"] == "online"
    assert seen["heard_s"] < 20
    assert seen["devices"][0]["verdict"] == "broken"
    assert {"name": "paper", "word": "out", "verdict": "broken"} in seen["devices"][0]["parts"]
    troubles = it.http.get("/api/v1/monitor").json()["troubles"]
    assert {"kiosk": "B02", "device": "printer", "verdict": "broken"} in troubles


def test_only_a_change_of_state_reaches_the_event_log(site: Site) -> None:
    kiosk = site.kiosk("B03")
    low = printer(parts={"paper": "low", "cover": "closed"})
    for sequence, device in enumerate([printer(), printer(detail="later"), low, low, printer()]):
        assert beat(kiosk, sequence, device).status_code == 200
    bodies = changes(site, "B03")
    assert [each["devices"]["printer"]["verdict"] for each in bodies] == ["fine", "warning", "fine"]
    assert all("detail" not in each["devices"]["printer"] for each in bodies)


def test_a_heartbeat_overtaken_on_the_way_changes_nothing(site: Site, it: StaffHttp) -> None:
    kiosk = site.kiosk("B04")
    assert beat(kiosk, 5, printer()).status_code == 200
    assert beat(kiosk, 4, printer(device="offline")).status_code == 200
    assert on_monitor(it, "B04")["sequence"] == 5
    assert len(changes(site, "B04")) == 1


def test_a_kiosk_that_started_again_begins_to_count_anew(site: Site, it: StaffHttp) -> None:
    kiosk = site.kiosk("B05")
    assert beat(kiosk, 90, printer()).status_code == 200
    assert beat(kiosk, 0, printer(), boot_id=str(uuid4())).status_code == 200
    assert on_monitor(it, "B05")["sequence"] == 0


@pytest.mark.parametrize(
    "fault",
    [
        {"devices": [printer()] * 21},
        {"devices": [printer(device="sleepy")]},
        {"devices": [printer(action="pray")]},
        {"devices": [printer(parts={"paper": "x" * 41})]},
        {"sequence": -1},
        {"boot_id": "not a uuid"},
        {"holder": "a name that has no place here"},
    ],
)
def test_a_heartbeat_out_of_shape_is_refused(site: Site, fault: dict[str, Any]) -> None:
    kiosk = site.kiosk("B06")
    answer = beat(kiosk, 1, **fault) if "sequence" not in fault else beat(kiosk, **fault)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_monitor_is_for_signed_in_people_only(site: Site) -> None:
    stranger = httpx.Client(base_url=site.url, trust_env=False)
    assert stranger.get("/api/v1/monitor").status_code == 401
    assert stranger.get("/api/v1/monitor/feed").status_code == 401
    assert site.kiosk("B07").http.get("/api/v1/monitor").status_code == 401


def test_module_staff_may_see_the_monitor_and_what_the_server_says_of_itself(site: Site) -> None:
    server = site.staff("luis").http.get("/api/v1/monitor").json()["server"]
    assert server["site"] == "PRUEBA"
    assert server["database"] == "ok"
    assert server["event_id"] > 0


def test_a_changed_device_is_on_the_monitors_feed_and_not_on_the_public_one(
    site: Site, it: StaffHttp
) -> None:
    kiosk = site.kiosk("B08")
    before = it.http.get("/api/v1/monitor").json()["server"]["event_id"]
    beat(kiosk, 1, printer())
    kiosk.issue("information")
    assert _next_kind(it.http, f"/api/v1/monitor/feed?after={before}") == "kiosk.changed"
    assert _next_kind(it.http, f"/api/v1/feed?after={before}") == "ticket.issued"


def _next_kind(http: httpx.Client, path: str) -> str:
    with http.stream("GET", path) as stream:
        return next(
            line.removeprefix("event: ")
            for line in stream.iter_lines()
            if line.startswith("event: ")
        )


def test_a_gap_asks_for_everything_and_a_difference_keeps_the_rest(
    site: Site, it: StaffHttp
) -> None:
    kiosk = site.kiosk("B09")
    reader = printer(name="reader", kind="document_reader", parts={})
    assert beat(kiosk, 1, printer(), reader).json()["full_state"] is False
    out = printer(device="offline")
    assert beat(kiosk, 2, out, full=False).json()["full_state"] is False
    told = {each["name"]: each["device"] for each in on_monitor(it, "B09")["devices"]}
    assert told == {"printer": "offline", "reader": "online"}
    assert beat(kiosk, 4, full=False).json()["full_state"] is True
    assert beat(kiosk, 4, full=False).json()["full_state"] is True, "also to one sent again"
    assert beat(kiosk, 5, printer(), reader).json()["full_state"] is False


def test_the_history_of_a_day_is_told_with_its_reasons(site: Site, it: StaffHttp) -> None:
    kiosk = site.kiosk("B10")
    beat(kiosk, 1, printer())
    beat(kiosk, 2, printer(device="offline", parts={"paper": "out"}))
    spans = it.http.get("/api/v1/monitor/history").json()["spans"]
    mine = [each for each in spans if each["kiosk"] == "B10" and each["subject"] == "device"]
    assert [(each["state"], each["why"]) for each in mine] == [
        ("online", ""),
        ("offline", "paper=out"),
    ]
    assert mine[0]["until"] == mine[1]["since"]


def test_a_display_is_live_while_its_connection_stands(site: Site, it: StaffHttp) -> None:
    cookie = site.display_cookie("sala-b")
    display = httpx.Client(base_url=site.url, cookies={DISPLAY_COOKIE: cookie}, trust_env=False)
    with display.stream("GET", "/api/v1/feed") as stream:
        assert stream.status_code == 200
        _until(lambda: _display(it, "sala-b")["live"])
    _until(lambda: not _display(it, "sala-b")["live"])
    assert _display(it, "sala-b")["gone_at"] is not None


def _display(person: StaffHttp, name: str) -> dict[str, Any]:
    displays = person.http.get("/api/v1/monitor").json()["displays"]
    return next(each for each in displays if each["name"] == name)


def _until(holds: Callable[[], bool], deadline_s: float = 20.0) -> None:
    ends = time.monotonic() + deadline_s
    while not holds():
        assert time.monotonic() < ends, "it did not come"


def test_only_who_answers_for_machines_puts_them_into_maintenance(
    site: Site, it: StaffHttp
) -> None:
    body = {"kiosk": "B11", "minutes": 30, "reason": "Cambio de impresora"}

    def ask(person: StaffHttp, path: str, **words: Any) -> httpx.Response:
        return person.http.post(path, headers={"Idempotency-Key": str(uuid4())}, **words)

    assert ask(site.staff("luis-b"), "/api/v1/maintenance", json=body).status_code == 403
    made = ask(it, "/api/v1/maintenance", json=body)
    assert made.status_code == 201
    listed = it.http.get("/api/v1/alerts").json()["maintenance"]
    assert [each["set_by"] for each in listed if each["kiosk"] == "B11"] == ["rosa"]
    path = f"/api/v1/maintenance/{made.json()['id']}/end"
    assert ask(it, path).status_code == 200
    assert ask(it, path).status_code == 404
    assert ask(it, f"/api/v1/alerts/{uuid4()}/acknowledge").status_code == 404
