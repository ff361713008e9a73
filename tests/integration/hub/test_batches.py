"""Batches at the real hub: whatever is sent again, at the same moment or after a lost answer."""

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from queue_server.hub.wire import LARGEST_BATCH, MOST_EVENTS
from queue_server.staff.model import Role
from tests.integration.hub.conftest import Enrol
from tests.support.hub import Centre
from tests.support.site import StaffHttp
from tests.support.sites_at_hub import SiteHttp, batch, event, let_in

Line = Callable[[str], SiteHttp]
AT_ONCE = 8
REVOKED_WITHIN_S = 5.0


def test_one_batch_on_many_connections_at_once_is_held_once(
    hub: Centre, enrol: Enrol, line: Line
) -> None:
    code, token = enrol()
    lines = [line(token) for _ in range(AT_ONCE)]
    for first in (1, 51, 101):
        assert told_at_once(lines, batch(first - 1, range(first, first + 50))) == {
            (200, first + 49)
        }
    assert hub.events_of(code) == list(range(1, 151))


def test_different_batches_at_once_leave_no_hole(hub: Centre, enrol: Enrol, line: Line) -> None:
    """Each connection tells from the beginning, up to an end of its own."""
    code, token = enrol()
    told = [batch(0, range(1, 10 * (place + 1))) for place in range(AT_ONCE)]
    lines = [line(token) for _ in told]
    begin = Barrier(AT_ONCE)

    def tell(place: int) -> int:
        begin.wait(10)
        return lines[place].tell(told[place]).status_code

    with ThreadPoolExecutor(AT_ONCE) as all_of_them:
        assert set(all_of_them.map(tell, range(AT_ONCE))) == {200}
    assert hub.events_of(code) == list(range(1, 10 * AT_ONCE))


def told_at_once(lines: list[SiteHttp], told: object) -> set[tuple[int, int]]:
    begin = Barrier(len(lines))

    def tell(each: SiteHttp) -> tuple[int, int]:
        begin.wait(10)
        answer = each.tell(told)  # type: ignore[arg-type]
        return answer.status_code, answer.json()["last_event"]

    with ThreadPoolExecutor(len(lines)) as all_of_them:
        return set(all_of_them.map(tell, lines))


def test_an_answer_that_is_lost_costs_a_repetition(hub: Centre, enrol: Enrol, line: Line) -> None:
    code, token = enrol()
    told = batch(0, range(1, 31))
    send_and_hang_up(hub, token, told)
    until(lambda: hub.events_of(code))
    assert line(token).tell(told).json()["last_event"] == 30
    assert hub.events_of(code) == list(range(1, 31))


def send_and_hang_up(hub: Centre, token: str, told: object) -> None:
    """The hub has the whole request; nobody hears its answer."""
    assert isinstance(hub.verify, ssl.SSLContext)
    content = json.dumps(told).encode()
    head = (
        f"POST /api/v1/hub/batches HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    with (
        socket.create_connection(("127.0.0.1", hub.port), 10) as plain,
        hub.verify.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        secured.sendall(head.encode() + content)


def until(done: Callable[[], object], within_s: float = 20.0) -> None:
    ends = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_weeks_of_backlog_arrive_batch_by_batch(hub: Centre, enrol: Enrol, line: Line) -> None:
    code, token = enrol()
    site, last = line(token), 0
    for _ in range(6):
        ids = range(last + 1, last + 1 + MOST_EVENTS)
        last = site.tell(batch(last, ids)).raise_for_status().json()["last_event"]
    assert last == 6 * MOST_EVENTS
    assert hub.events_of(code) == list(range(1, last + 1))


# --- who is heard ---------------------------------------------------------------------------------
def test_a_site_that_was_revoked_is_refused_at_once_on_every_connection(
    hub: Centre, enrol: Enrol, line: Line, boss: StaffHttp
) -> None:
    code, token = enrol()
    lines = [line(token) for _ in range(AT_ONCE)]
    assert {each.tell(batch()).status_code for each in lines} == {200}
    began = time.monotonic()
    assert boss.http.post(f"/api/v1/kiosks/{code}/revoke").status_code == 204
    answers = [each.tell(batch(0, [1])) for each in lines]
    assert time.monotonic() - began < REVOKED_WITHIN_S
    assert {(each.status_code, each.json()["title"]) for each in answers} == {
        (401, "unknown_device")
    }
    assert hub.events_of(code) == []


@pytest.fixture(scope="module")
def others(hub: Centre) -> Iterator[dict[Role, str]]:
    """Devices of other roles that hold a credential of this very server."""
    database = hub.database()
    yield {role: let_in(database, ["K01"], role)["K01"] for role in (Role.KIOSK, Role.DISPLAY)}
    database.close()


def test_a_device_of_another_role_is_turned_away(others: dict[Role, str], line: Line) -> None:
    answers = [line(token).tell(batch(0, [1])) for token in others.values()]
    assert [(each.status_code, each.json()["title"]) for each in answers] == [
        (403, "wrong_role")
    ] * 2


def test_a_stranger_a_wrong_secret_and_a_person_are_turned_away(
    enrol: Enrol, line: Line, boss: StaffHttp
) -> None:
    _, token = enrol()
    wrong = line(token[:-4] + "AAAA").tell(batch(0, [1]))
    person = boss.http.post("/api/v1/hub/batches", json=batch(0, [1]))
    assert (wrong.status_code, person.status_code) == (401, 401)


def test_a_site_reads_nothing_that_is_for_people(enrol: Enrol, line: Line) -> None:
    site = line(enrol()[1])
    assert site.http.get("/api/v1/hub/country").status_code == 401
    assert site.http.get("/api/v1/pairings").status_code == 401


# --- what is no batch -----------------------------------------------------------------------------
def test_a_batch_that_is_too_large_is_refused_before_it_is_read(enrol: Enrol, line: Line) -> None:
    answer = line(enrol()[1]).http.post(
        "/api/v1/hub/batches",
        content=b'{"version": 1, "events": [' + b" " * LARGEST_BATCH,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 413


def test_another_version_is_refused_with_a_sentence(enrol: Enrol, line: Line) -> None:
    answer = line(enrol()[1]).tell(batch(version=2, something_new=True))
    assert answer.status_code == 422
    assert "versión" in answer.json()["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"events": "all of them"},
        {"state_digest": "short"},
        {"after": -1},
        {"sent_at": "yesterday"},
        {"person": "Ana"},
        {"head": {"id": 1, "mac": "00"}},
        {"after": 2**63},
        {"events": [{**event(1), "id": 2**63}]},
        {"events": [{**event(1), "at": "0001-01-01T00:00:00+14:00"}]},
        {"events": [{**event(1), "kind": "a\x00b"}]},
    ],
)
def test_what_is_no_batch_is_refused_and_changes_nothing(
    hub: Centre, enrol: Enrol, line: Line, wrong: dict[str, object]
) -> None:
    code, token = enrol()
    answer = line(token).tell({**batch(0, [1]), **wrong})
    assert answer.status_code == 422
    assert hub.events_of(code) == []


def test_only_batches_may_be_as_large(boss: StaffHttp) -> None:
    form = b"name=" + b"a" * (600 * 1024)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert boss.http.post("/session", content=form, headers=headers).status_code == 413
