"""What staff see of issuance beside a certificate: reviews, what came to a stop, the figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select, update

from queue_server.config import ServerConfig
from queue_server.core import outbox
from queue_server.core.outbox import Errand
from queue_server.core.tables import events
from queue_server.core.tables import outbox as errands
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.services import applications, relay
from queue_server.issuance.services.errands import Again
from queue_server.staff.model import Role
from queue_server.web.app import build_app
from tests.support.applied import Register
from tests.support.asgi import InProcess
from tests.support.callers import Callers
from tests.support.site import Site

HERE = "http://testserver"
MARTA, OTHER = "40100021", "40100022"


@dataclass
class Server:
    """The application in this process, and one caller of every role."""

    http: httpx.Client
    callers: Callers
    register: Register

    def ask(self, role: Role, path: str, method: str = "GET", body: Any = None) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4()), **self.callers.headers(role)}
        return self.http.request(method, path, headers=headers, json=body)

    def read(self, role: Role, path: str) -> dict[str, Any]:
        answer = self.ask(role, path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    database = Site(tmp_path).database()
    app = build_app(ServerConfig(site="PRUEBA", plain_http=True), database, None)
    with httpx.Client(transport=InProcess(app), base_url=HERE, headers={"Origin": HERE}) as http:
        yield Server(http, Callers(database), Register(database))
    app.state.passwords.close()
    database.close()


def turn(server: Server, role: Role, document: str) -> str:
    """The number of a turn for the review window, taken at a kiosk or given by hand."""
    path = "/api/v1/tickets" if role is Role.KIOSK else "/api/v1/counters/V1/tickets"
    body = {"service": "review", "document": {"type": "01", "number": document}}
    answer = server.ask(role, path, "POST", body)
    assert answer.is_success, answer.text
    return answer.json()["number"]


# --- reviews -------------------------------------------------------------------------------------
def test_what_is_under_review_is_listed_with_who_of_them_waits_and_nothing_of_the_person(
    server: Server,
) -> None:
    first = server.register.apply(MARTA, "under_review")
    second = server.register.apply(OTHER, "under_review")
    server.register.apply(MARTA, "issued")
    number = turn(server, Role.KIOSK, OTHER)
    body = server.read(Role.COUNTER, "/api/v1/reviews")
    assert [(each["number"], each["ticket"]) for each in body["reviews"]] == [
        (first.number, None),
        (second.number, number),
    ]
    assert body["total"] == 2
    assert set(body["reviews"][0]) == {"number", "since", "ticket_id", "ticket"}
    assert MARTA not in str(body)
    assert OTHER not in str(body)


def test_a_document_typed_by_staff_is_not_led_to_its_application(server: Server) -> None:
    server.register.apply(MARTA, "under_review")
    server.ask(Role.COUNTER, "/api/v1/counters/V1/open", "POST", {"take_over": True})
    turn(server, Role.COUNTER, MARTA)
    (only,) = server.read(Role.COUNTER, "/api/v1/reviews")["reviews"]
    assert only["ticket"] is None


def test_the_list_is_bounded_and_says_how_many_there_are(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.issuance.services.reviews.LISTED", 2)
    for document in ("40100031", "40100032", "40100033"):
        server.register.apply(document, "under_review")
    body = server.read(Role.SUPERVISOR, "/api/v1/reviews")
    assert (len(body["reviews"]), body["total"]) == (2, 3)


def test_whoever_comes_for_the_review_is_shown_it_before_newer_applications(
    server: Server,
) -> None:
    old = server.register.apply(MARTA, "under_review")
    for _ in range(6):
        server.register.apply(MARTA, "refused")
    turn(server, Role.KIOSK, MARTA)
    server.ask(Role.COUNTER, "/api/v1/counters/V1/open", "POST", {"take_over": True})
    server.ask(Role.COUNTER, "/api/v1/counters/V1/call-next", "POST")
    current = server.read(Role.COUNTER, "/api/v1/console?counter=V1")["current"]
    shown = current["person"]["applications"]
    assert (shown[0]["number"], shown[0]["state"]) == (old.number, "under_review")
    assert shown[1]["refusal"] == "not_accepted"


# --- what came to a stop -------------------------------------------------------------------------
def test_what_stopped_is_told_by_its_applications_number_and_taken_up_once(
    server: Server,
) -> None:
    marta = server.register.apply(MARTA, "accepted")
    stopped = server.register.park(applications.REQUEST, marta.id, "contradiction")
    (told,) = server.read(Role.SUPERVISOR, "/api/v1/errands/parked")["errands"]
    assert marta.id not in str(told)
    assert {**told, "since": ""} == {
        "id": stopped,
        "kind": "request",
        "number": marta.number,
        "reason": "contradiction",
        "since": "",
        "attempts": 10,
    }
    path = f"/api/v1/errands/{stopped}/take-up"
    assert server.ask(Role.SUPERVISOR, path, "POST").json() == {"id": stopped}
    assert server.read(Role.SUPERVISOR, "/api/v1/errands/parked") == {"errands": []}
    assert server.ask(Role.SUPERVISOR, path, "POST").json()["title"] == "not_parked"
    assert claimed(server) == marta.id


def claimed(server: Server) -> str | None:
    errand: Errand | None = server.register.database.run(outbox.claim)
    return errand and errand.subject


def test_a_relay_that_gives_up_says_so_to_the_pages(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "PARK_AFTER", 1)
    marta, database = server.register.apply(MARTA, "accepted"), server.register.database
    database.run(lambda uow: outbox.post(uow, "PRUEBA", applications.REQUEST, marta.id))
    odd = {applications.REQUEST: lambda _: Again("contradiction", stumble=True)}
    assert relay.Relay(database, odd, serves=lambda: True).turn()
    (told,) = server.read(Role.SUPERVISOR, "/api/v1/errands/parked")["errands"]
    assert (told["number"], told["reason"]) == (marta.number, "contradiction")
    query = select(events.c.body).where(events.c.kind == "errand.parked")
    said = database.read(lambda uow: uow.connection.execute(query).scalar_one())
    assert said == {"errand": "request", "subject": marta.id}


def test_letters_and_vouchers_that_stopped_are_told_by_their_applications_number(
    server: Server,
) -> None:
    register = server.register
    marta, other = register.apply(MARTA), register.apply(OTHER, "registered")
    register.park("mail", register.letter(marta), "LookupError")
    register.park("voucher", register.voucher(other, OTHER), "code_0099")
    register.park("mail", str(uuid4()), "LookupError")
    told = server.read(Role.ADMINISTRATOR, "/api/v1/errands/parked")["errands"]
    assert [each["number"] for each in told] == [marta.number, other.number, None]
    assert MARTA not in str(told)


def test_the_overview_says_what_waits_and_that_there_is_no_centre(server: Server) -> None:
    marta = server.register.apply(MARTA, "accepted")
    database = server.register.database
    database.run(lambda uow: outbox.post(uow, "PRUEBA", applications.REQUEST, marta.id))
    leaving = server.read(Role.SUPERVISOR, "/api/v1/overview")["leaving"]
    assert (leaving["waiting"], leaving["parked"], leaving["centre"]) == (1, 0, None)
    assert leaving["oldest"] is not None


# --- figures -------------------------------------------------------------------------------------
def figures(server: Server, role: Role = Role.IT) -> dict[str, float]:
    """What /metrics says of errands and applications: `name state` -> value."""
    answer = server.ask(role, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.text):
        for each in family.samples:
            assert each.labels["site"] == "PRUEBA"
            if not each.name.startswith(("ventanilla_outbox_", "ventanilla_applications")):
                continue
            found[f"{each.name} {each.labels.get('state', '')}".strip()] = each.value
    return found


def test_the_figures_tell_what_waits_and_where_applications_stand(server: Server) -> None:
    assert figures(server)["ventanilla_outbox_oldest_age_seconds"] == 0
    marta = server.register.apply(MARTA, "accepted")
    server.register.apply(OTHER, "under_review")
    server.register.park(applications.FETCH, str(uuid4()), "digest")
    database = server.register.database
    database.run(lambda uow: outbox.post(uow, "PRUEBA", applications.REQUEST, marta.id))
    database.run(lambda uow: left_ago(uow, marta.id, 90))
    now = figures(server, Role.SUPERVISOR)
    assert now.pop("ventanilla_outbox_oldest_age_seconds") >= 90
    assert now == {
        "ventanilla_outbox_waiting": 1,
        "ventanilla_outbox_parked": 1,
        "ventanilla_applications registered": 0,
        "ventanilla_applications accepted": 1,
        "ventanilla_applications under_review": 1,
        "ventanilla_applications issued": 0,
        "ventanilla_applications refused": 0,
    }
    assert MARTA not in server.ask(Role.IT, "/metrics").text


def left_ago(uow: UnitOfWork, subject: str, seconds: int) -> None:
    """As if the errand had been left so long ago."""
    at = uow.now - timedelta(seconds=seconds)
    uow.connection.execute(update(errands).where(errands.c.subject == subject).values(due_at=at))
