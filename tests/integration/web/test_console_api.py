"""What the console and the supervisor are told: nothing of the person before the call."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.issuing import FEE
from tests.support.site import KioskHttp, Site, StaffHttp, running_site

DOCUMENT = {"type": "01", "number": "40100001"}
APPLICANT = {**DOCUMENT, "birth_date": "1980-01-01"}
PUBLIC = 'public_address = "https://turnos.example.pe"\n'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("console"), PUBLIC) as running:
        yield running


@pytest.fixture(scope="module")
def kiosk(site: Site) -> KioskHttp:
    return site.kiosk()


@pytest.fixture(scope="module")
def ana(site: Site) -> StaffHttp:
    return site.staff("ana")


@pytest.fixture(scope="module")
def luis(site: Site) -> StaffHttp:
    return site.staff("luis")


@pytest.fixture(scope="module")
def boss(site: Site) -> StaffHttp:
    return site.staff("beatriz", role="supervisor")


@pytest.fixture(autouse=True)
def empty_day(boss: StaffHttp) -> None:
    post(boss, "day/close")


def post(who: StaffHttp | KioskHttp, path: str, body: Any = None) -> dict[str, Any]:
    headers = {"Idempotency-Key": str(uuid4())}
    answer = who.http.post(f"/api/v1/{path}", headers=headers, json=body)
    assert answer.is_success, answer.text
    return answer.json()


def console(who: StaffHttp, counter: str = "V1") -> dict[str, Any]:
    answer = who.http.get(f"/api/v1/console?counter={counter}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def names_the_person(body: Any) -> bool:
    """Whether an answer holds anything of who stands behind a ticket."""
    told = json.dumps(body)
    return any(word in told for word in (DOCUMENT["number"], "pregnant", '"visit"'))


def issue(kiosk: KioskHttp) -> dict[str, Any]:
    words = {"attention_class": "preferential", "attention_reason": "pregnant"}
    return kiosk.issue("information", document=DOCUMENT, **words).json()


def test_before_the_call_staff_see_number_class_service_and_wait_only(
    kiosk: KioskHttp, ana: StaffHttp
) -> None:
    ticket = issue(kiosk)
    shown = console(ana)
    (row,) = shown["line"]
    assert row == {
        "ticket_id": ticket["ticket_id"],
        "number": ticket["number"],
        "service": "information",
        "attention_class": "preferential",
        "people": 1,
        "state": "waiting",
        "arrived_at": ticket["arrived_at"],
        "due_at": ticket["due_at"],
        "aimed_at": "",
        "no_shows": 0,
        "held": "",
    }
    assert shown["current"] is None
    assert not names_the_person(shown)


def test_after_the_call_only_its_operator_sees_the_document(
    kiosk: KioskHttp, ana: StaffHttp, luis: StaffHttp, boss: StaffHttp
) -> None:
    issue(kiosk)
    called = post(ana, "counters/V1/call-next")
    assert console(ana)["current"]["person"]["document_number"] == DOCUMENT["number"]
    assert console(luis)["current"]["person"] is None
    assert console(boss)["current"]["person"] is None
    post(luis, "counters/V1/open", {"take_over": True})
    assert console(ana)["current"]["person"] is None
    post(luis, f"tickets/{called['ticket_id']}/finish")
    assert console(luis)["current"] is None


@pytest.mark.negative_control
def test_the_check_notices_the_person_where_it_is_shown(kiosk: KioskHttp, ana: StaffHttp) -> None:
    issue(kiosk)
    post(ana, "counters/V1/call-next")
    assert names_the_person(console(ana))


def test_no_event_carries_the_document(kiosk: KioskHttp, ana: StaffHttp, site: Site) -> None:
    issue(kiosk)
    called = post(ana, "counters/V1/call-next")
    console(ana)
    post(ana, f"tickets/{called['ticket_id']}/finish")
    database = site.database()
    rows = database.read(
        lambda uow: uow.connection.exec_driver_sql("SELECT kind, body FROM events").all()
    )
    database.close()
    assert DOCUMENT["number"] not in str([tuple(row) for row in rows])


def test_the_state_of_the_persons_application_is_told_in_its_word(
    kiosk: KioskHttp, ana: StaffHttp
) -> None:
    application = {
        "id": str(uuid4()),
        "number": "A01-00001-X",
        "document": APPLICANT,
        "email": None,
        "amount_centimos": FEE,
    }
    post(kiosk, "applications", application)
    issue(kiosk)
    post(ana, "counters/V1/call-next")
    (shown,) = console(ana)["current"]["person"]["applications"]
    assert (shown["number"], shown["state"], shown["refusal"]) == (
        "A01-00001-X",
        "registered",
        None,
    )


def test_a_ticket_without_document_has_no_person(kiosk: KioskHttp, ana: StaffHttp) -> None:
    kiosk.issue("information")
    post(ana, "counters/V1/call-next")
    assert console(ana)["current"]["person"] is None


def test_who_is_put_aside_is_listed_with_the_reason(kiosk: KioskHttp, ana: StaffHttp) -> None:
    ticket = issue(kiosk)
    post(ana, f"tickets/{ticket['ticket_id']}/hold", {"reason": "Saca copias"})
    (row,) = console(ana)["line"]
    assert (row["state"], row["held"], row["due_at"]) == ("on_hold", "Saca copias", None)


def test_the_overview_is_for_supervisors(ana: StaffHttp, boss: StaffHttp) -> None:
    assert ana.http.get("/api/v1/overview").status_code == 403
    assert boss.http.get("/api/v1/overview").status_code == 200


def test_the_overview_counts_lines_and_who_serves_them(
    kiosk: KioskHttp, ana: StaffHttp, boss: StaffHttp
) -> None:
    for _ in range(2):
        kiosk.issue("release")
    issue(kiosk)
    post(ana, "counters/V2/call-next")
    shown = boss.http.get("/api/v1/overview").json()
    lines = {each["service"]: each for each in shown["lines"]}
    assert (lines["release"]["general"], lines["release"]["open_counters"]) == (2, 0)
    assert (lines["information"]["since"], lines["information"]["open_counters"]) == (None, 1)
    assert not lines["release"]["alarm"]
    assert (shown["totals"]["waiting"], shown["totals"]["at_counter"]) == (2, 1)
    (counter,) = [each for each in shown["counters"] if each["counter"] == "V2"]
    assert (counter["state"], counter["operator"]) == ("open", "ana")
    assert counter["called_at"] is not None
    assert not names_the_person(shown)


def test_the_printed_ticket_is_a_page_with_a_code_and_no_inline_code(
    kiosk: KioskHttp, ana: StaffHttp
) -> None:
    ticket = issue(kiosk)
    answer = ana.http.get(f"/console/tickets/{ticket['ticket_id']}/print")
    assert answer.status_code == 200
    assert ticket["number"] in answer.text
    assert answer.text.count("<path") == 1, "the QR, drawn"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "style=" not in answer.text
    assert DOCUMENT["number"] not in answer.text


def test_an_unknown_ticket_prints_a_sentence_and_a_stranger_signs_in_first(
    site: Site, ana: StaffHttp
) -> None:
    unknown = f"/console/tickets/{uuid4()}/print"
    assert ana.http.get(unknown).status_code == 404
    answer = httpx.get(f"{site.url}{unknown}", trust_env=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?after=")
