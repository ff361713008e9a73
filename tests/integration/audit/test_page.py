"""“Auditoría”, asked of the real application: who may, what is found, is the chain whole."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from queue_server.config import ServerConfig
from queue_server.core import audit_log
from queue_server.core.audit_anchors import Anchors
from queue_server.core.audit_log import Sought
from queue_server.core.audit_watch import ChainWatch
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.model import Role
from queue_server.web.app import build_app
from tests.support.asgi import InProcess
from tests.support.callers import Callers
from tests.support.hall import MovableClock
from tests.support.site import Kind, Site

HERE = "http://testserver"
NOON = datetime(2026, 11, 21, 17, tzinfo=UTC)
NOTED = 120


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    kind: Kind = request.param
    folder = tmp_path_factory.mktemp("page")
    site = Site(folder / "site", database=kind)
    database = site.database()
    database.clock = clock = MovableClock(NOON)
    callers = Callers(database, HERE)

    def note(uow: UnitOfWork) -> None:
        number = uow.last_event_id("PRUEBA")
        actor = Actor("PRUEBA", "counter", "ana" if number % 2 else "luis")
        uow.record(actor, "ticket.called", ticket=f"turno-{number}", why="<b>100%</b>")

    clock.at = NOON - timedelta(days=1)
    for _ in range(NOTED):
        database.run(note)
    clock.at = NOON
    app = build_app(ServerConfig(site="PRUEBA", plain_http=True), database, None)
    with httpx.Client(transport=InProcess(app), base_url=HERE) as http:

        def ask(path: str, role: Role = Role.AUDITOR, **query: Any) -> httpx.Response:
            return http.get(path, params=query, headers=callers.headers(role))

        yield SimpleNamespace(
            site=site,
            database=database,
            callers=callers,
            ask=ask,
            folder=folder,
            clock=clock,
            kind=kind,
        )
    database.close()
    site.remove()


def rows(answer: httpx.Response) -> int:
    assert answer.status_code == 200, answer.text
    return answer.text.count('<th scope="row">')


def test_it_shows_the_newest_events_and_pages_back_to_the_first(room: Any) -> None:
    last = room.database.read(lambda uow: uow.last_event_id("PRUEBA"))
    first = room.ask("/audit")
    assert rows(first) == 50
    assert f'<th scope="row">{last}</th>' in first.text
    assert "&lt;b&gt;100%" in first.text
    seen, below = 0, last + 1
    while True:
        answer = room.ask("/audit", below=below)
        seen += rows(answer)
        if "Ver más antiguos" not in answer.text:
            break
        below -= 50
    assert seen == last


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"actor": "counter:ana", "kind": "ticket."}, 50),
        ({"record": "turno-60"}, 1),
        ({"kind": "person.seen"}, 0),
        ({"kind": "%"}, 0),
        ({"since": "2026-11-21", "kind": "ticket.called"}, 0),
        ({"since": "2026-11-20", "until": "2026-11-20", "record": "turno-61"}, 1),
        ({"until": "2026-11-19"}, 0),
        ({"since": "", "until": "", "actor": "", "record": "turno-61"}, 1),
    ],
)
def test_what_is_sought_is_found(room: Any, query: dict[str, str], found: int) -> None:
    assert rows(room.ask("/audit", **query)) == found


def test_the_file_holds_what_is_sought(room: Any) -> None:
    answer = room.ask("/audit/events.csv", actor="counter:luis", kind="ticket.called")
    assert answer.headers["content-disposition"].endswith('"PRUEBA_auditoria.csv"')
    assert len(answer.text.strip().splitlines()) == 1 + NOTED // 2
    assert "counter:ana" not in answer.text


@pytest.mark.parametrize("role", [Role.COUNTER, Role.SUPERVISOR, Role.IT, Role.CASHIER])
@pytest.mark.parametrize("path", ["/audit", "/audit/events.csv"])
def test_nobody_else_may_read_it(room: Any, role: Role, path: str) -> None:
    answer = room.ask(path, role)
    assert answer.status_code == 403
    assert "counter:" not in answer.text
    assert room.ask(path, Role.ADMINISTRATOR).status_code == 200


def test_a_search_looks_at_so_many_and_goes_on_from_there(
    room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "LOOKED_AT", 20)
    answer = room.ask("/audit", record="turno-2")
    assert rows(answer) == 0
    assert "siga buscando" in answer.text
    found = room.database.read(
        lambda uow: audit_log.find(uow, "PRUEBA", Sought(record="no-such"), 20, 5)
    )
    assert found == audit_log.Found((), None)


def test_the_state_of_the_chain_is_shown_in_words(room: Any, tmp_path: Path) -> None:
    """The last test of its site: it breaks the log."""
    database = room.database
    text = room.ask("/audit").text
    assert "El registro aún no se ha verificado" in text
    assert "▲ atrasada" in text
    watch = ChainWatch(database)
    while watch.turn():
        pass
    Anchors(database, tmp_path / "anchors.log").turn()
    text = room.ask("/audit").text
    assert "✓ El registro está completo y sin cambios" in text
    assert "▲" not in text
    room.clock.pass_by(minutes=16)
    room.callers.renew(Role.AUDITOR)  # who does nothing for so long is signed out
    assert "▲ atrasada" in room.ask("/audit").text
    gone = "events_append_only ON events" if room.kind == "postgresql" else "events_no_update"
    intruder = room.site.database()
    with intruder.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {gone}")
        connection.exec_driver_sql("UPDATE events SET actor = 'x' WHERE id = 7")
    intruder.close()
    while watch.turn():
        pass
    text = room.ask("/audit").text
    assert "▲ El registro fue alterado" in text
    assert "changed: event 7 of site PRUEBA" in text
