"""The page “Datos personales”: rules, evidence, who was affected; documents only when opened."""

import re
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from queue_server.config import Retention as Settings
from queue_server.config import ServerConfig
from queue_server.core.tables import events
from queue_server.privacy.model import RULES
from queue_server.retention import other_retention
from queue_server.staff.model import Role
from queue_server.web.app import build_app
from tests.integration.privacy.conftest import Room
from tests.integration.privacy.people import come
from tests.support.applied import KIOSK, Register
from tests.support.asgi import InProcess
from tests.support.callers import Callers
from tests.support.site import Kind

HERE, PERSON = "http://testserver", "40100011"


class Reader:
    """An auditor at the page."""

    def __init__(self, room: Room, http: httpx.Client) -> None:
        self.room, self.http = room, http
        self.callers = Callers(room.database, HERE)

    def get(self, path: str, role: Role = Role.AUDITOR) -> httpx.Response:
        return self.http.get(path, headers=self.callers.headers(role))


@pytest.fixture
def kind() -> Kind:
    """What the page reads is read on both databases by the tests of each part."""
    return "sqlite"


@pytest.fixture
def reader(room: Room) -> Iterator[Reader]:
    settings = Settings(wallet_days=10, claim_days="keep")
    config = ServerConfig(site="PRUEBA", plain_http=True, retention=settings)
    app = build_app(config, room.database, None)
    with httpx.Client(transport=InProcess(app), base_url=HERE) as http:
        yield Reader(room, http)


def test_every_rule_stands_there_with_this_sites_limit(reader: Reader) -> None:
    page = reader.get("/privacy").text
    for rule in RULES:
        assert f"<code>{rule.table}" in page
    assert "10 días desde que terminó su trámite" in page
    assert "se conserva, por decisión de la institución" in page
    assert "Todavía no se borró nada." in page


def test_what_went_is_told(reader: Reader) -> None:
    Register(reader.room.database).apply(PERSON, "issued")
    reader.room.clock.pass_by(days=121)
    retention = other_retention(reader.room.database, Settings())
    while retention.turn():
        pass
    row = re.search(r"<tr><th[^>]*>Quién solicitó.*?</tr>", reader.get("/privacy").text, re.S)
    assert row is not None
    assert "<td>1 borrados; el último, " in row[0]


def test_who_was_affected_is_asked_there_and_no_document_is_shown(reader: Reader) -> None:
    applied = Register(reader.room.database).apply(PERSON, "issued")
    reader.room.database.run(
        lambda uow: uow.record(KIOSK, "application.registered", application=applied.id)
    )
    come(reader.room.database, PERSON)
    page = reader.get("/privacy?kiosk=A01")
    assert f"Solicitud {applied.number}" in page.text
    assert "Solicitudes: 1 · Visitas: 1" in page.text
    assert PERSON not in page.text
    assert "solo uno" in reader.get("/privacy?kiosk=A01&account=ana").text


def looks(room: Room) -> list[str]:
    found = select(events.c.actor).where(events.c.kind == "person.seen")
    return [row[0] for row in room.rows(found)]


def test_a_document_that_is_opened_there_is_recorded(reader: Reader) -> None:
    applied = Register(reader.room.database).apply(PERSON, "issued")
    page = reader.get(f"/privacy/applications/{applied.id}")
    assert PERSON in page.text
    assert looks(reader.room) == ["auditor:auditor"]
    assert reader.get("/privacy/applications/none-such").status_code == 404


@pytest.mark.parametrize("role", [Role.COUNTER, Role.SUPERVISOR, Role.IT])
def test_nobody_else_reads_it(reader: Reader, role: Role) -> None:
    applied = Register(reader.room.database).apply(PERSON, "issued")
    for path in ("/privacy", f"/privacy/applications/{applied.id}"):
        answer = reader.get(path, role)
        assert answer.status_code == 403, path
        assert PERSON not in answer.text
    assert looks(reader.room) == []


def test_a_trace_is_refused(reader: Reader) -> None:
    headers = reader.callers.headers(Role.AUDITOR)
    assert reader.http.request("TRACE", "/privacy", headers=headers).status_code == 405
