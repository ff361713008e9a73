"""Every look of staff at a named person's data is an event, without a word of that person."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import delete, select

from queue_server.config import ServerConfig
from queue_server.core.crypto import Vault
from queue_server.core.db import Database
from queue_server.core.looks import ONE_LOOK, SEEN, Looks, forget_looks, note_looks
from queue_server.core.tables import events, person_looks
from queue_server.core.unit_of_work import Actor
from queue_server.payments.model.claim_code import shown_code
from queue_server.staff.model import PEOPLE, Role
from queue_server.web.app import build_app
from queue_server.web.roles import RouteAccess, route_access
from tests.support.applied import Register
from tests.support.asgi import InProcess
from tests.support.callers import Callers
from tests.support.hall import MovableClock
from tests.support.owed import new_code
from tests.support.sampling import sample_request
from tests.support.site import Kind, Site

HERE = "http://testserver"
WAITS, REVIEWED, OWED = "40100071", "40100072", "40100073"
PERSONAL = ("applications.applicant", "applications.email", "visits.document",
            "vouchers.voucher", "certificates.pdf")  # fmt: skip
# It compares documents to know who waits in the room, and shows nothing of them.
SHOWS_NOBODY = {"GET /api/v1/reviews"}
STREAMS = re.compile(r"/feed$")
QUERIES: dict[str, dict[str, str]] = {
    "GET /api/v1/console": {"counter": "V1"},
    "GET /api/v1/tickets/find": {"type": "01", "document": WAITS},
}


@dataclass
class Watched:
    """The real application on a real database, and which sealed columns are opened meanwhile."""

    app: FastAPI
    database: Database
    callers: Callers
    http: httpx.Client
    opened: list[str]
    code: str

    def ask(self, role: Role, method: str, path: str, **words: Any) -> httpx.Response:
        headers = {**self.callers.headers(role), "Idempotency-Key": str(uuid4())}
        return self.http.request(method, path, headers=headers, **words)

    def looks(self) -> list[Any]:
        """Every look there is: who, and what its event says."""
        found = select(events.c.actor, events.c.body).where(events.c.kind == SEEN)
        rows = self.database.read(lambda uow: list(uow.connection.execute(found)))
        return [(row.actor, row.body) for row in rows]

    def forget(self) -> None:
        """As if nobody had looked yet."""
        self.database.run(lambda uow: uow.connection.execute(delete(person_looks)))
        self.app.state.desk.looks = Looks(self.database, PEOPLE)
        self.opened.clear()

    def unrecorded(self) -> set[str]:
        """The routes for staff that open a person's sealed data and record no look at it."""
        routes = [each for each in route_access(self.app) if each.method == "GET"]
        found: set[str] = set()
        for route in routes:
            for role in set(route.roles) & set(PEOPLE):
                if not STREAMS.search(route.path) and self._opens_without_a_word(route, role):
                    found.add(f"{route.method} {route.path}")
        return found

    def _opens_without_a_word(self, route: RouteAccess, role: Role) -> bool:
        self.forget()
        before = len(self.looks())
        name = f"{route.method} {route.path}"
        sample = next(
            sample_request(context)
            for context in iter_route_contexts(self.app.routes)
            if isinstance(context.original_route, APIRoute)
            and str(context.path) == route.path
            and route.method in (context.methods or ())
        )
        query = QUERIES.get(name, sample.query)
        self.ask(role, route.method, sample.path, params=query)
        return bool(set(self.opened) & set(PERSONAL)) and len(self.looks()) == before


@pytest.fixture
def watched(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watched]:
    site = Site(tmp_path_factory.mktemp("looks"))
    database = site.database()
    opened: list[str] = []
    really_open = Vault.open

    def spy(vault: Vault, context: str, sealed: bytes) -> bytes:
        opened.append(context)
        return really_open(vault, context, sealed)

    monkeypatch.setattr(Vault, "open", spy)
    app = build_app(ServerConfig(site="PRUEBA", plain_http=True), database, None)
    code = new_code()
    with httpx.Client(transport=InProcess(app, whole=False), base_url=HERE) as http:
        made = Watched(app, database, Callers(database, HERE), http, opened, code)
        _people_come(made)
        yield made
    database.close()
    site.remove()


def _people_come(room: Watched) -> None:
    """One is served at V1, one is under review, money is owed to one."""
    register = Register(room.database)
    register.apply(REVIEWED, "under_review")
    owed = register.apply(OWED, "registered")
    ticket = {"service": "information", "document": {"type": "01", "number": WAITS}}
    claim = {
        "id": str(uuid4()), "code": shown_code(room.code), "application": owed.id,
        "payment_id": str(uuid4()), "means": "card", "amount_centimos": 3770,
        "reason": "not_registered", "proven": True, "made_at": "2026-11-20T10:00:00+00:00",
    }  # fmt: skip
    for role, path, body in (
        (Role.KIOSK, "/api/v1/tickets", ticket),
        (Role.KIOSK, "/api/v1/claims", claim),
        (Role.COUNTER, "/api/v1/counters/V1/open", {}),
        (Role.COUNTER, "/api/v1/counters/V1/call-next", None),
    ):
        answer = room.ask(role, "POST", path, json=body)
        assert answer.is_success, (path, answer.text)


def test_no_route_for_staff_opens_a_persons_data_without_recording_the_look(
    watched: Watched,
) -> None:
    assert watched.unrecorded() == SHOWS_NOBODY


@pytest.mark.negative_control
def test_the_list_names_the_routes_when_looks_are_not_recorded(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None: ...

    monkeypatch.setattr(Looks, "seen", nothing)
    assert {"GET /api/v1/console", "GET /api/v1/resolve"} <= watched.unrecorded()


def test_a_look_says_who_what_and_where_and_nothing_of_the_person(watched: Watched) -> None:
    watched.ask(Role.COUNTER, "GET", "/api/v1/console", params={"counter": "V1"})
    (who, body) = watched.looks()[-1]
    assert who == "counter:counter"
    assert body["page"].endswith("/console")
    assert list(body["records"]) == ["visit"]
    watched.ask(Role.CASHIER, "POST", "/api/v1/claims/find", json={"code": watched.code})
    (who, body) = watched.looks()[-1]
    assert (who, list(body["records"])) == ("cashier:cashier", ["application"])
    watched.ask(
        Role.COUNTER, "GET", "/api/v1/tickets/find", params={"type": "01", "document": WAITS}
    )
    assert watched.looks()[-1][1]["page"].endswith("/tickets/find")
    bodies = select(events.c.body, events.c.actor, events.c.key)
    said = str(watched.database.read(lambda uow: list(uow.connection.execute(bodies))))
    assert [number for number in (WAITS, REVIEWED, OWED) if number in said] == []


def test_looking_again_is_no_event_and_another_person_looking_is(watched: Watched) -> None:
    for _ in range(3):
        watched.ask(Role.SUPERVISOR, "GET", "/api/v1/resolve")
    assert len(watched.looks()) == 1
    watched.ask(Role.CASHIER, "GET", "/api/v1/resolve")
    assert len(watched.looks()) == 2


def test_a_kiosk_that_reads_its_own_persons_application_is_no_look(watched: Watched) -> None:
    asyncio.run(
        watched.app.state.desk.looks.seen(Actor("PRUEBA", "kiosk", "A01"), "x", [("visit", "1")])
    )
    assert watched.looks() == []


def test_what_cannot_be_recorded_is_not_shown(watched: Watched) -> None:
    lock = "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END"
    watched.database.run(lambda uow: uow.connection.exec_driver_sql(lock))
    answer = watched.ask(Role.COUNTER, "GET", "/api/v1/console", params={"counter": "V1"})
    assert answer.status_code >= 500
    assert WAITS not in answer.text


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_know_of_each_others_looks_for_ten_minutes(
    kind: Kind, tmp_path_factory: pytest.TempPathFactory
) -> None:
    site = Site(tmp_path_factory.mktemp("looks"), database=kind)
    first, second = site.database(), site.database()
    clock = MovableClock(first.clock.now())
    first.clock = second.clock = clock
    actor = Actor("PRUEBA", "counter", "ana")
    seen = select(events.c.body).where(events.c.kind == SEEN).order_by(events.c.id)

    def looks() -> list[Any]:
        return first.read(lambda uow: list(uow.connection.execute(seen).scalars()))

    async def look(database: Database, *ids: str) -> None:
        records = [("visit", each) for each in ids]
        await Looks(database, PEOPLE).seen(actor, "/console", records)

    asyncio.run(look(first, "1", "2"))
    asyncio.run(look(second, "1", "2", "3"))
    assert [each["records"]["visit"] for each in looks()] == [["1", "2"], ["3"]]
    clock.at += ONE_LOOK
    asyncio.run(look(second, "1"))
    assert looks()[-1]["records"]["visit"] == ["1"]
    assert first.run(forget_looks) == 0
    clock.at += ONE_LOOK * 2
    assert first.run(forget_looks) == 3
    assert first.run(lambda uow: note_looks(uow, actor, "/console", [])) is None
    for each in (first, second):
        each.close()
    site.remove()
