"""Hours, holidays and announcements hold from the moment they are saved."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.integration.turns_admin.conftest import AdminHttp
from tests.support.site import KioskHttp

ALL_DAY = {"opens": "00:00", "closes": "00:00", "last_ticket": "00:00"}


@pytest.fixture(autouse=True)
def always_open(admin: AdminHttp) -> Iterator[None]:
    yield
    assert admin.put("hours", hours=[]).is_success


def today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("America/Lima")).date()


def test_hours_close_the_site_for_kiosks_at_once(admin: AdminHttp, kiosk: KioskHttp) -> None:
    assert kiosk.issue().status_code == 201
    other_day = (today().weekday() + 3) % 7
    assert admin.put("hours", hours=[{"weekday": other_day, **ALL_DAY}]).is_success
    refused = kiosk.issue()
    assert (refused.status_code, refused.json()["title"]) == (409, "site_closed")
    week = [{"weekday": day, **ALL_DAY} for day in range(7)]
    assert admin.put("hours", hours=week).is_success
    assert kiosk.issue().status_code == 201


def test_a_lunch_break_is_a_gap_between_two_sessions(admin: AdminHttp) -> None:
    week = [
        {"weekday": 0, "opens": "14:00", "closes": "17:00", "last_ticket": "16:30"},
        {"weekday": 0, "opens": "08:00", "closes": "13:00", "last_ticket": "12:45"},
    ]
    assert admin.put("hours", hours=week).is_success
    assert admin.configuration()["hours"] == sorted(week, key=lambda each: each["opens"])


@pytest.mark.parametrize(
    ("opens", "closes", "last_ticket", "says"),
    [
        ("12:00", "15:00", "14:00", "se cruzan"),
        ("17:00", "16:00", "15:00", "cerrar después"),
        ("14:00", "16:00", "16:30", "último turno"),
    ],
)
def test_hours_that_make_no_sense_are_refused_by_day(
    admin: AdminHttp, opens: str, closes: str, last_ticket: str, says: str
) -> None:
    morning = {"weekday": 2, "opens": "08:00", "closes": "13:00", "last_ticket": "12:45"}
    other = {"weekday": 2, "opens": opens, "closes": closes, "last_ticket": last_ticket}
    answer = admin.put("hours", hours=[morning, other])
    assert answer.status_code == 422
    assert answer.json()["field"] == "hours.miércoles"
    assert says in answer.json()["detail"]


def test_a_holiday_closes_its_day_until_it_is_removed(admin: AdminHttp, kiosk: KioskHttp) -> None:
    day = today().isoformat()
    assert admin.put("closures", closures=[{"day": day, "name": "Feriado de prueba"}]).is_success
    assert "Feriado de prueba" in kiosk.issue().json()["detail"]
    assert admin.remove(f"closures/{day}").is_success
    assert kiosk.issue().status_code == 201
    assert admin.remove(f"closures/{day}").status_code == 404


def test_special_hours_have_both_ends(admin: AdminHttp) -> None:
    half = {"day": "2031-12-24", "name": "Nochebuena", "opens": "08:00"}
    answer = admin.put("closures", closures=[half])
    assert (answer.status_code, answer.json()["field"]) == (422, "closes")


def test_national_holidays_are_suggested_and_accepted_together(admin: AdminHttp) -> None:
    def suggested() -> dict[str, bool]:
        found = admin.http.get("/api/v1/admin/holidays", params={"year": 2030}).json()["holidays"]
        return {each["day"]: each["known"] for each in found}

    before = suggested()
    assert before["2030-04-19"] is False  # Good Friday
    rows = [{"day": day, "name": "Feriado"} for day in before]
    assert admin.put("closures", closures=rows).is_success
    assert all(suggested().values())


def test_an_announcement_is_shown_on_its_days_only(admin: AdminHttp) -> None:
    def announced() -> list[str]:
        return admin.http.get("/api/v1/display").json()["announcements"]

    shown, past = str(uuid4()), str(uuid4())
    words = "Hoy atendemos hasta las 13:00."
    assert admin.put(f"announcements/{shown}", words=words).is_success
    old = {"words": "Ya pasó.", "first_day": "2020-01-01", "last_day": "2020-01-02"}
    assert admin.put(f"announcements/{past}", **old).is_success
    assert announced() == [words]
    reversed_days = {**old, "last_day": "2019-01-01"}
    assert admin.put(f"announcements/{past}", **reversed_days).json()["field"] == "last_day"
    assert admin.remove(f"announcements/{shown}").is_success
    assert admin.remove(f"announcements/{past}").is_success
    assert announced() == []
