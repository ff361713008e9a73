"""What an administrator changes holds at once, for everybody, without a restart."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from queue_server.core.tables import events
from queue_server.turns.services import admin as admin_service
from queue_server.turns.services.admin import begin_change
from tests.integration.turns_admin.conftest import AdminHttp
from tests.support.site import KioskHttp, Site, StaffHttp

SERVICE: dict[str, Any] = {"name": "Beneficios penitenciarios", "series": "B", "position": 9}


def offered(kiosk: KioskHttp) -> dict[str, str]:
    """Service code -> name, as the kiosk may offer them now."""
    answer = kiosk.http.get("/api/v1/offer")
    assert answer.is_success, answer.text
    return {each["code"]: each["name"] for each in answer.json()["services"]}


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def newest_event(site: Site) -> dict[str, Any]:
    database = site.database()
    try:
        query = select(events).order_by(events.c.id.desc()).limit(1)
        return database.read(lambda uow: dict(uow.connection.execute(query).one()._mapping))
    finally:
        database.close()


def test_a_new_service_is_offered_at_the_kiosk_at_once_and_is_one_event(
    admin: AdminHttp, kiosk: KioskHttp, site: Site
) -> None:
    before = admin.version
    answer = admin.put("services/benefits", **SERVICE)
    assert answer.json() == {"version": before + 1}
    assert offered(kiosk)["benefits"] == "Beneficios penitenciarios"
    event = newest_event(site)
    assert (event["kind"], event["body"]) == (
        "site.changed",
        {"what": "service", "code": "benefits"},
    )
    assert event["actor"].endswith(":jefa")
    admin.put("services/benefits", **{**SERVICE, "name": "Beneficios y permisos"})
    assert offered(kiosk)["benefits"] == "Beneficios y permisos"
    admin.put("services/benefits", **SERVICE, retired=True)
    assert "benefits" not in offered(kiosk)


def test_two_services_cannot_have_one_letter(admin: AdminHttp) -> None:
    answer = admin.put("services/other", **{**SERVICE, "series": "J"})
    assert problem(answer) == (409, "series_taken")
    assert "Certificado de antecedentes judiciales" in answer.json()["detail"]
    assert answer.json()["field"] == "series"


def test_a_service_people_wait_for_is_not_retired(
    admin: AdminHttp, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    row = {"name": "Espera", "series": "W"}
    admin.put("services/awaited", **row)
    ticket = kiosk.issue("awaited").json()["ticket_id"]
    assert problem(admin.put("services/awaited", **row, retired=True)) == (409, "service_awaited")
    staff.http.post(f"/api/v1/tickets/{ticket}/cancel", headers={"Idempotency-Key": str(uuid4())})
    assert admin.put("services/awaited", **row, retired=True).is_success


def test_an_open_counter_is_not_retired_and_a_retired_one_is_gone(
    admin: AdminHttp, staff: StaffHttp
) -> None:
    row = {"name": "Ventanilla 7", "services": {"information": 3}}
    assert admin.put("counters/V7", **row).is_success
    made = next(each for each in admin.configuration()["counters"] if each["code"] == "V7")
    assert made["services"] == {"information": 3}

    def at_desk(action: str, body: dict[str, Any] | None) -> None:
        path = f"/api/v1/counters/V7/{action}"
        headers = {"Idempotency-Key": str(uuid4())}
        assert staff.http.post(path, json=body, headers=headers).is_success

    at_desk("open", {"take_over": False})
    assert problem(admin.put("counters/V7", **row, retired=True)) == (409, "counter_open")
    at_desk("close", None)
    assert admin.put("counters/V7", **row, retired=True).is_success
    codes = [each["counter"] for each in staff.http.get("/api/v1/console").json()["counters"]]
    assert "V7" not in codes


def test_groups_of_counters_come_and_go(admin: AdminHttp) -> None:
    assert problem(admin.put("pools/P1", name="Grupo", counters=["V99"])) == (422, "not_valid")
    assert admin.put("pools/P1", name="Grupo", counters=["V1", "V2"]).is_success
    pool = {"code": "P1", "name": "Grupo", "counters": ["V1", "V2"]}
    assert admin.configuration()["pools"] == [pool]
    assert admin.remove("pools/P1").is_success
    assert problem(admin.remove("pools/P1")) == (404, "unknown_pool")


def test_an_operator_can_leave_a_service_to_others(admin: AdminHttp) -> None:
    assert admin.put("operators/jefa", services={"information": 0}).is_success
    assert admin.configuration()["operators"] == {"jefa": {"information": 0}}
    assert problem(admin.put("operators/jefa", services={"information": 10}))[0] == 422
    assert admin.put("operators/jefa", services={}).is_success


def test_settings_are_refused_by_sentence_and_field(admin: AdminHttp) -> None:
    good = {name: value for name, value in admin.configuration()["site"].items() if name != "code"}
    assert admin.put("site", **{**good, "strategy": "interleave"}).is_success
    assert admin.configuration()["site"]["strategy"] == "interleave"
    for field, value in {"zone": "America/Lma", "name": " ", "general_in_turn": 0}.items():
        answer = admin.put("site", **{**good, field: value})
        assert problem(answer) == (422, "not_valid")
        assert answer.json()["field"] == field
        assert answer.json()["detail"].endswith(".")
    assert admin.put("site", **good).is_success


def test_whoever_saw_an_older_version_is_told_and_changes_nothing(admin: AdminHttp) -> None:
    seen = admin.version
    assert admin.put("counters/V8", name="Ventanilla 8").is_success
    late = admin.put("counters/V8", name="Otro nombre", version=seen)
    assert problem(late) == (409, "stale")
    assert late.json()["version"] == seen + 1
    made = next(each for each in admin.configuration()["counters"] if each["code"] == "V8")
    assert made["name"] == "Ventanilla 8"


@pytest.mark.negative_control
def test_a_change_that_does_not_compare_versions_overwrites_and_is_caught(
    admin: AdminHttp, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(uow: Any, actor: Any, seen: int) -> None:
        uow.lock_site(actor.site)

    assert admin_service.begin_change is begin_change
    monkeypatch.setattr(admin_service, "begin_change", careless)
    database = site.database()
    actor = admin_service.Actor("PRUEBA", "administrator", "jefa")
    try:
        database.run(
            lambda uow: admin_service.put_counter(uow, actor, 1, "V8", "Pisado", {}, retired=False)
        )
    finally:
        database.close()
    made = next(each for each in admin.configuration()["counters"] if each["code"] == "V8")
    with pytest.raises(AssertionError):
        assert made["name"] == "Ventanilla 8"


def test_the_same_key_changes_once(admin: AdminHttp) -> None:
    key, seen = str(uuid4()), admin.version
    first = admin.put("counters/V9", key, name="Ventanilla 9", version=seen)
    again = admin.put("counters/V9", key, name="Ventanilla 9", version=seen)
    assert again.json() == first.json() == {"version": seen + 1}
    assert again.headers["Idempotency-Replayed"] == "true"


def test_nobody_else_reads_or_changes(site: Site, kiosk: KioskHttp, staff: StaffHttp) -> None:
    stranger = httpx.Client(base_url=site.url, trust_env=False)
    supervisor = site.staff("rosa", "supervisor").http
    body = {"version": 1, "name": "V"}
    for http, status in (
        (stranger, 401),
        (kiosk.http, 401),
        (staff.http, 403),
        (supervisor, 403),
    ):
        assert http.get("/api/v1/admin/configuration").status_code == status
        headers = {"Idempotency-Key": str(uuid4())}
        answer = http.put("/api/v1/admin/counters/V1", json=body, headers=headers)
        assert answer.status_code == status
