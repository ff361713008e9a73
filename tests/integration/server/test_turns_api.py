"""Turns through the real server: numbers, order, idempotency, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text

from queue_server.core import tables as core
from queue_server.core.schema import metadata
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from tests.support.site import KioskHttp, Site, StaffHttp

pytestmark = pytest.mark.usefixtures("empty_queue")


def test_a_turn_has_a_number_of_its_series_and_counts_the_people_ahead(kiosk: KioskHttp) -> None:
    first, second = (kiosk.issue("information").json() for _ in range(2))
    assert first["number"].startswith("I-")
    assert int(second["number"][2:]) == int(first["number"][2:]) + 1
    assert (first["ahead"], second["ahead"]) == (0, 1)


def test_eight_issuers_at_once_never_share_a_number(kiosk: KioskHttp) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: kiosk.issue("conduct").json()["number"], range(80)))
    assert len(set(answers)) == 80


def test_the_same_key_gets_the_same_turn_and_another_body_is_refused(kiosk: KioskHttp) -> None:
    key = str(uuid4())
    first, again = kiosk.issue("information", key), kiosk.issue("information", key)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert kiosk.issue("conduct", key).status_code == 422


def test_the_same_key_sent_by_eight_at_once_issues_one_turn(kiosk: KioskHttp, site: Site) -> None:
    key = str(uuid4())
    with ThreadPoolExecutor(8) as pool:
        numbers = {
            each.json()["number"]
            for each in pool.map(lambda _: kiosk.issue("release", key), range(8))
        }
    assert len(numbers) == 1
    database = site.database()
    keyed = select(core.events.c.id).where(core.events.c.key == key)
    assert len(database.read(lambda uow: uow.connection.execute(keyed).all())) == 1
    database.close()


def test_preferential_is_called_first_and_the_reason_is_kept(
    kiosk: KioskHttp, staff: StaffHttp, site: Site
) -> None:
    kiosk.issue("information")
    preferential = kiosk.issue("information", attention_class="preferential").json()
    called = staff.call_next().json()
    assert called["number"] == preferential["number"]

    def body(uow: UnitOfWork) -> dict[str, str]:
        newest = select(core.events.c.body).where(core.events.c.kind == "ticket.called")
        return uow.connection.execute(newest.order_by(core.events.c.id.desc())).scalars().all()[0]

    database = site.database()
    assert database.read(body)["reason"] == "preferente, 0 min"
    database.close()


def test_a_counter_serves_one_turn_at_a_time(kiosk: KioskHttp, staff: StaffHttp) -> None:
    kiosk.issue("information")
    kiosk.issue("information")
    called = staff.call_next("V1").json()
    refused = staff.call_next("V1")
    assert refused.status_code == 409
    assert called["number"] in refused.json()["detail"]
    assert staff.finish(called["ticket_id"]).json()["state"] == "finished"
    assert staff.call_next("V1").status_code == 200


def test_two_counters_never_call_the_same_turn(kiosk: KioskHttp, staff: StaffHttp) -> None:
    for _ in range(10):
        kiosk.issue("information")
    called: list[str] = []

    def serve(counter: str) -> None:
        while (answer := staff.call_next(counter)).status_code == 200:
            called.append(answer.json()["number"])
            staff.finish(answer.json()["ticket_id"])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(serve, ["V1", "V2"]))
    assert len(called) == len(set(called)) == 10


def test_finishing_twice_says_that_it_already_ended(kiosk: KioskHttp, staff: StaffHttp) -> None:
    issued = kiosk.issue("information").json()
    assert staff.finish(issued["ticket_id"]).json()["title"] == "not_called"
    called = staff.call_next().json()
    staff.finish(called["ticket_id"])
    assert staff.finish(called["ticket_id"]).json()["title"] == "already_finished"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"service": "nothing"}, 404, "unknown_service"),
        ({"service": "information", "extra": 1}, 422, "invalid"),
        ({"service": 7}, 422, "invalid"),
        ({}, 422, "invalid"),
        ({"service": "information", "document": {"type": "01", "number": "'; --"}}, 422, "invalid"),
    ],
)
def test_bad_requests_are_problems_a_person_can_read(
    kiosk: KioskHttp, body: dict[str, object], status: int, kind: str
) -> None:
    answer = kiosk.http.post(
        "/api/v1/tickets", json=body, headers={"Idempotency-Key": str(uuid4())}
    )
    assert (answer.status_code, answer.json()["title"]) == (status, kind)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_strangers_and_revoked_kiosks_are_turned_away(site: Site, kiosk: KioskHttp) -> None:
    stranger = httpx.post(f"{site.url}/api/v1/tickets", json={"service": "information"})
    assert stranger.status_code in (401, 422)
    old = site.kiosk("B07")
    assert old.issue().status_code == 201
    site.kiosk("B07")  # a new credential revokes the earlier one
    assert old.issue().status_code == 401
    assert (
        kiosk.http.post(
            "/api/v1/counters/V1/call-next", headers={"Idempotency-Key": str(uuid4())}
        ).status_code
        == 401
    )


def test_a_page_of_another_site_cannot_act_for_signed_in_staff(staff: StaffHttp) -> None:
    answer = staff.http.post(
        "/api/v1/counters/V1/call-next",
        headers={"Idempotency-Key": str(uuid4()), "Sec-Fetch-Site": "cross-site"},
    )
    assert (answer.status_code, answer.json()["title"]) == (403, "foreign_page")


def everything_written(site: Site) -> bytes:
    """All that the database keeps: its files, or on PostgreSQL every row as text."""
    if site.kind == "sqlite":
        return b"".join(path.read_bytes() for path in site.folder.glob("ventanilla.db*"))
    database = site.database()
    rows = database.read(
        lambda uow: [
            str(row)
            for table in metadata.sorted_tables
            for row in uow.connection.execute(text(f"SELECT {table.name}::text FROM {table.name}"))
        ]
    )
    database.close()
    return "\n".join(rows).encode()


def test_the_document_is_unreadable_in_the_database(kiosk: KioskHttp, site: Site) -> None:
    number = "49500017"
    kiosk.issue("information", document={"type": "01", "number": number})
    written = everything_written(site)
    assert b"ticket.issued" in written
    assert number.encode() not in written
    assert number.encode().hex().encode() not in written


@pytest.mark.parametrize(
    ("position", "before", "after"), [(2, "waiting", "serving"), (2, "called", "expired")]
)
def test_the_database_itself_refuses_an_illegal_change_of_state(
    kiosk: KioskHttp, site: Site, position: int, before: str, after: str
) -> None:
    issued = kiosk.issue("information").json()
    now = datetime.now(UTC)
    skip = {
        "ticket": issued["ticket_id"],
        "position": position,
        "from_state": before,
        "state": after,
        "service": "information",
        "actor": "test",
        "reason": "",
        "started_at": now,
        "ended_at": now,
    }
    database = site.database()
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        database.run(lambda uow: uow.connection.execute(tables.periods.insert(), skip))
    database.close()
