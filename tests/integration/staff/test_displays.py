"""A display signs in once: its code, a supervisor's word, then a cookie that only looks."""

from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter

from queue_server.core.desk import DeskOf
from queue_server.staff.api import DISPLAY_COOKIE, RoomOf
from queue_server.staff.model import Role
from queue_server.staff.services import displays
from tests.integration.staff.conftest import PASSWORD, Office
from tests.support.site import Site

REQUEST, APPROVE = "/api/v1/displays/request", "/api/v1/displays/approve"
room = APIRouter()


@room.get("/room")
@room.post("/room")
async def see_room(desk: DeskOf, who: RoomOf) -> str:
    """A route of the room, as the queue has them."""
    return await desk.look(who, lambda _, actor: actor.label)


@pytest.fixture
def boss(office: Office) -> httpx.Client:
    office.app.include_router(room)
    return office.signed_in("jefe", Role.SUPERVISOR)


def approve(boss: httpx.Client, code: str, name: str = "sala") -> httpx.Response:
    return boss.post(APPROVE, json={"code": code, "name": name})


def state(display: httpx.Client) -> str:
    return display.get(REQUEST).json()["state"]


def test_a_display_shows_a_code_until_a_supervisor_approves_it(
    office: Office, boss: httpx.Client
) -> None:
    display = office.browser()
    assert state(display) == "expired"
    asked = display.post(REQUEST)
    code = asked.json()["code"]
    words = asked.headers["set-cookie"].lower()
    assert all(each in words for each in ("httponly", "samesite=strict", "max-age=31536000"))
    assert display.post(REQUEST).json()["code"] == code, "asking again changes nothing"
    assert state(display) == "pending"
    assert display.get("/room").status_code == 401
    assert approve(boss, code).json()["name"] == "sala"
    assert state(display) == "approved"
    assert display.get(REQUEST).json()["code"] is None
    assert display.get("/room").json() == "display:sala"
    assert approve(boss, code, "otra").json()["title"] == "unknown_code", "a code is good once"


def test_a_display_only_looks(office: Office, boss: httpx.Client) -> None:
    display = office.browser()
    approve(boss, display.post(REQUEST).json()["code"])
    assert display.post("/room").status_code == 401
    assert display.get("/api/v1/displays").status_code == 401
    assert display.get("/api/v1/console").status_code == 401


def test_the_cookie_outlives_a_year_of_sessions_but_not_its_revocation(
    office: Office, boss: httpx.Client
) -> None:
    display = office.browser()
    approve(boss, display.post(REQUEST).json()["code"])
    office.clock.advance(days=300)
    assert display.get("/room").status_code == 200
    boss.post("/session", data={"name": "jefe", "password": PASSWORD})
    listed = boss.get("/api/v1/displays").json()
    assert [each["name"] for each in listed["displays"]] == ["sala"]
    assert boss.post("/api/v1/displays/sala/revoke").status_code == 204
    assert (display.get("/room").status_code, state(display)) == (401, "expired")
    assert boss.post("/api/v1/displays/sala/revoke").status_code == 404


def test_a_code_nobody_approves_expires_after_ten_minutes(
    office: Office, boss: httpx.Client
) -> None:
    display = office.browser()
    first = display.post(REQUEST).json()
    office.clock.advance(minutes=10)
    assert approve(boss, first["code"]).status_code == 404
    assert state(display) == "expired"
    assert display.post(REQUEST).json()["state"] == "pending"


def test_a_new_display_of_the_same_name_shuts_the_old_one_out(
    office: Office, boss: httpx.Client
) -> None:
    old, new = office.browser(), office.browser()
    for display in (old, new):
        approve(boss, display.post(REQUEST).json()["code"])
    assert (old.get("/room").status_code, new.get("/room").status_code) == (401, 200)


def test_the_open_requests_of_a_site_are_bounded(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(displays, "MAX_REQUESTS", 3)
    asked = [office.browser().post(REQUEST) for _ in range(4)]
    assert [each.status_code for each in asked] == [200, 200, 200, 429]
    assert len({each.json()["code"] for each in asked[:3]}) == 3
    office.clock.advance(minutes=10)
    assert office.browser().post(REQUEST).status_code == 200


def test_the_room_admits_people_and_kiosks_too(
    office: Office, boss: httpx.Client, tmp_path: Path
) -> None:
    assert boss.get("/room").json() == "supervisor:jefe"
    token = Site(office.folder).command("add-kiosk", "A01")
    kiosk = office.browser()
    answer = kiosk.get("/room", headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == "kiosk:A01"
    stale = office.browser()
    stale.cookies.set(DISPLAY_COOKIE, token)
    assert stale.get("/room").status_code == 403, "a kiosk's token is no display's"
