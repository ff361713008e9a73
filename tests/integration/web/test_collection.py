"""A certificate printed at a window: for whom, by whom, how often, and what is left of it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from queue_server.core.tables import events, replies
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.staff.api import DISPLAY_COOKIE
from tests.support.applied import PDF, Applied, Register, backdate_grants
from tests.support.site import KioskHttp, Site, StaffHttp, running_site

MARTA, OTHER = "40100011", "40100012"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("window")) as running:
        yield running


@pytest.fixture(scope="module")
def register(site: Site) -> Iterator[Register]:
    database = site.database()
    yield Register(database)
    database.close()


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
def at_their_counters(boss: StaffHttp, ana: StaffHttp, luis: StaffHttp) -> None:
    """Nobody waits; Ana sits at V1 and Luis at V2."""
    post(boss, "day/close")
    post(ana, "counters/V1/open", {"take_over": True})
    post(luis, "counters/V2/open", {"take_over": True})


def ask(who: StaffHttp | KioskHttp, path: str, body: Any = None, key: str = "") -> httpx.Response:
    headers = {"Idempotency-Key": key or str(uuid4())}
    return who.http.post(f"/api/v1/{path}", headers=headers, json=body)


def post(who: StaffHttp | KioskHttp, path: str, body: Any = None) -> dict[str, Any]:
    answer = ask(who, path, body)
    assert answer.is_success, answer.text
    return answer.json()


def collect(who: StaffHttp, applied: Applied, counter: str = "V1", **more: Any) -> httpx.Response:
    return ask(who, f"certificates/{applied.number}/collect", {"counter": counter, **more})


def dni(number: str) -> dict[str, str]:
    return {"type": "01", "number": number}


def serve(kiosk: KioskHttp, ana: StaffHttp, document: str = MARTA) -> None:
    kiosk.issue("information", document=dni(document))
    post(ana, "counters/V1/call-next")


def kinds(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def person(who: StaffHttp) -> dict[str, Any]:
    return who.http.get("/api/v1/console?counter=V1").json()["current"]["person"]


def test_the_certificate_of_whom_the_counter_serves_is_printed_once_and_written_down(
    site: Site, register: Register, kiosk: KioskHttp, ana: StaffHttp
) -> None:
    marta = register.apply(MARTA)
    serve(kiosk, ana)
    answer = collect(ana, marta)
    assert answer.status_code == 200, answer.text
    path = answer.json()["path"]
    file = ana.http.get(path)
    assert (file.status_code, file.content) == (200, PDF)
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["cache-control"] == "no-store"
    assert kinds(ana.http.get(path)) == (404, "no_such_grant")
    where = {"application": marta.id, "counter": "V1"}
    assert written_down(site) == [
        ("counter:ana", "application.collected", {**where, "number": marta.number, "by": "ticket"}),
        ("counter:ana", "application.printed", where),
    ]
    assert answer.json()["path"] in kept_answers(register)
    assert "PDF" not in kept_answers(register)


def written_down(site: Site) -> list[tuple[str, str, dict[str, Any]]]:
    """Who did what with applications, by the event log."""
    database = site.database()
    rows = database.read(
        lambda uow: uow.connection.execute(
            select(events.c.actor, events.c.kind, events.c.body)
            .where(events.c.kind.startswith("application."))
            .order_by(events.c.id)
        ).all()
    )
    database.close()
    return [(row.actor, row.kind, row.body) for row in rows]


def kept_answers(register: Register) -> str:
    """Every reply that is kept for repetitions, opened."""

    def read(uow: UnitOfWork) -> list[str]:
        kept = uow.connection.execute(select(replies.c.body)).scalars()
        return [uow.vault.open_text("replies.body", each) for each in kept]

    return json.dumps(register.database.read(read))


def test_a_permission_is_for_one_person_and_one_minute(
    register: Register, kiosk: KioskHttp, ana: StaffHttp, luis: StaffHttp
) -> None:
    marta = register.apply(MARTA)
    serve(kiosk, ana)
    path = collect(ana, marta).json()["path"]
    assert kinds(luis.http.get(path)) == (404, "no_such_grant")
    backdate_grants(register.database, timedelta(seconds=61))
    assert kinds(ana.http.get(path)) == (404, "no_such_grant")


def test_whoever_prints_it_a_second_time_is_told_first(
    register: Register, kiosk: KioskHttp, ana: StaffHttp
) -> None:
    marta = register.apply(MARTA)
    serve(kiosk, ana)
    unused = collect(ana, marta).json()["path"]
    path = collect(ana, marta).json()["path"]  # nobody opened the first
    assert unused != path
    assert ana.http.get(path).content == PDF
    answer = collect(ana, marta)
    assert kinds(answer) == (409, "already_collected")
    assert "en Ventanilla 1, por ana." in answer.json()["detail"]
    (shown,) = [each for each in person(ana)["applications"] if each["number"] == marta.number]
    assert (shown["taken_by"], shown["file"]) == ("ana", "here")
    again = collect(ana, marta, again=True)
    assert ana.http.get(again.json()["path"]).content == PDF


def test_document_and_number_typed_together_do_too(register: Register, luis: StaffHttp) -> None:
    marta = register.apply(MARTA)
    answer = collect(luis, marta, "V2", document=dni(MARTA))
    assert luis.http.get(answer.json()["path"]).content == PDF


def test_a_wrong_number_and_a_wrong_document_are_told_in_the_same_words_and_not_for_ever(
    site: Site, register: Register, kiosk: KioskHttp
) -> None:
    rosa, marta = site.staff("rosa"), register.apply(MARTA)
    post(rosa, "counters/V1/open", {"take_over": True})
    wrong_document = collect(rosa, marta, document=dni(OTHER))
    wrong_number = collect(rosa, Applied("", "A09-99999-0"), document=dni(MARTA))
    assert kinds(wrong_document) == (404, "no_such_application")
    assert wrong_document.json() == wrong_number.json()
    for _ in range(3):
        assert collect(rosa, marta, document=dni(OTHER)).status_code == 404
    right = collect(rosa, marta, document=dni(MARTA))
    assert kinds(right) == (429, "too_many_tries")
    serve(kiosk, rosa)
    assert collect(rosa, marta).status_code == 200, "whom they serve they still serve"


def test_nobody_prints_for_whom_they_do_not_serve(
    register: Register, kiosk: KioskHttp, ana: StaffHttp, boss: StaffHttp
) -> None:
    marta, other = register.apply(MARTA), register.apply(OTHER)
    assert kinds(collect(ana, marta)) == (409, "nobody_served")
    serve(kiosk, ana)
    assert kinds(collect(ana, other)) == (404, "no_such_application")
    assert kinds(collect(boss, marta)) == (409, "not_your_counter")
    assert kinds(collect(ana, marta, "V2", document=dni(MARTA))) == (409, "not_your_counter")


def test_a_document_that_staff_typed_opens_nothing_and_shows_no_number(
    register: Register, ana: StaffHttp
) -> None:
    marta = register.apply(MARTA)
    wish = {"service": "information", "document": dni(MARTA)}
    post(ana, "counters/V1/walk-direct", wish)
    assert kinds(collect(ana, marta)) == (409, "nobody_served")
    shown = person(ana)["applications"]
    assert {each["number"] for each in shown} == {""}
    assert {each["state"] for each in shown} == {"issued"}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("accepted", "aún no responde"),
        ("under_review", "en revisión"),
        ("refused", "no fue admitida"),
    ],
    ids=["accepted", "under_review", "refused"],
)
def test_what_is_not_issued_is_not_printed(
    register: Register, luis: StaffHttp, state: str, words: str
) -> None:
    answer = collect(luis, register.apply(OTHER, state), "V2", document=dni(OTHER))
    assert kinds(answer) == (409, "not_issued")
    assert words in answer.json()["detail"]


def test_of_a_certificate_that_is_deleted_staff_learn_how_it_is_had_again(
    register: Register, kiosk: KioskHttp, ana: StaffHttp
) -> None:
    marta = register.apply(MARTA)
    register.expire(marta)
    serve(kiosk, ana)
    answer = collect(ana, marta)
    assert kinds(answer) == (410, "certificate_gone")
    assert "en un quiosco con su documento, sin pagar" in answer.json()["detail"]
    (shown,) = [each for each in person(ana)["applications"] if each["number"] == marta.number]
    assert shown["file"] == "gone"


# --- live ----------------------------------------------------------------------------------------
def heard(who: httpx.Client, after: int, count: int) -> list[tuple[str, dict[str, Any]]]:
    """Kind and body of the next `count` events that `who` hears after event `after`."""
    found: list[tuple[str, dict[str, Any]]] = []
    with who.stream("GET", "/api/v1/feed", headers={"Last-Event-ID": str(after)}) as stream:
        kind = ""
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                found.append((kind, json.loads(value)))
            if len(found) == count:
                break
    return found


def test_staff_hear_that_an_application_moved_not_which_and_a_display_hears_nothing(
    site: Site, register: Register, kiosk: KioskHttp, ana: StaffHttp
) -> None:
    marta = register.apply(MARTA)
    before = ana.http.get("/api/v1/console").json()["event_id"]
    serve(kiosk, ana)
    assert collect(ana, marta).status_code == 200
    kiosk.issue("information")
    queue = ["ticket.issued", "ticket.called", "ticket.issued"]
    told = heard(ana.http, before, 4)
    assert [kind for kind, _ in told] == [*queue[:2], "application.changed", queue[2]]
    assert told[2][1] == {}
    cookies = {DISPLAY_COOKIE: site.display_cookie()}
    with httpx.Client(base_url=site.url, cookies=cookies, trust_env=False) as display:
        assert [kind for kind, _ in heard(display, before, 3)] == queue
