"""The floor the slices stand on: migrations, sealing, faults of the database, the feed."""

import json
import sqlite3
import threading
from pathlib import Path

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from queue_server.core.crypto import SealBroken, Vault
from queue_server.core.schema import metadata
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables as turns
from queue_server.turns.model.ticket import TRANSITIONS
from tests.support.site import KioskHttp, Site, StaffHttp


def test_the_migrations_make_exactly_the_tables_of_the_code(site: Site) -> None:
    database = site.database()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        rows = connection.execute(select(turns.ticket_transitions)).all()
    assert {tuple(row) for row in rows} == {(before, str(after)) for before, after in TRANSITIONS}
    database.close()


def test_a_sealed_value_opens_only_with_its_key_and_in_its_column() -> None:
    vault, other = Vault(b"k" * 32), Vault(b"o" * 32)
    sealed = vault.seal("visits.document", "10117410")
    assert vault.open_text("visits.document", sealed) == "10117410"
    assert vault.seal("visits.document", "10117410") != sealed
    for broken in (
        lambda: other.open("visits.document", sealed),
        lambda: vault.open("visits.phone", sealed),
        lambda: vault.open("visits.document", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        lambda: vault.open("visits.document", b""),
    ):
        with pytest.raises(SealBroken):
            broken()
    assert vault.index("c", "1") == vault.index("c", "1") != other.index("c", "1")


def test_event_ids_of_a_site_have_no_gap_even_when_a_unit_fails(site: Site) -> None:
    database, actor = site.database(), Actor("OTHER", "test", "t")

    def fail(uow: UnitOfWork) -> None:
        uow.record(actor, "test.failed")
        raise LookupError("on purpose")

    first = database.run(lambda uow: uow.record(actor, "test.done"))
    with pytest.raises(LookupError):
        database.run(fail)
    assert database.run(lambda uow: uow.record(actor, "test.done")) == first + 1
    database.close()


def test_a_site_locked_for_too_long_is_a_503_and_nothing_is_lost(
    site: Site, kiosk: KioskHttp
) -> None:
    database, key = site.database(), "locked-database-1"
    held, let_go = threading.Event(), threading.Event()

    def hold(uow: UnitOfWork) -> None:
        uow.lock_site("PRUEBA")
        uow.last_event_id("PRUEBA")
        held.set()
        let_go.wait(20)

    holder = threading.Thread(daemon=True, target=database.run, args=(hold,))
    holder.start()
    assert held.wait(10)
    answer = kiosk.issue("information", key)
    assert (answer.status_code, answer.json()["title"]) == (503, "database_locked")
    assert answer.headers["Retry-After"] == "1"
    let_go.set()
    holder.join()
    database.close()
    assert kiosk.issue("information", key).status_code == 201


def test_a_read_only_database_says_so_and_keeps_answering(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    kiosk = site.kiosk()
    database = site.folder / "ventanilla.db"
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    # Root may write anywhere, so the file itself refuses: write version 3 in its header
    # (SQLite file format 1.3.3) makes it read-only for everybody.
    with database.open("r+b") as file:
        file.seek(18)
        file.write(b"\x03")
    try:
        site.fork("web")
        site.wait_ready()
        answer = kiosk.issue("information")
        assert (answer.status_code, answer.json()["title"]) == (503, "database_read_only")
    finally:
        site.stop()


def test_a_taken_port_is_one_line_that_says_what_to_do(site: Site) -> None:
    second = site.start("web")
    assert second.wait(timeout=20) == 2


def test_the_feed_replays_what_was_missed_after_the_last_id(
    site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    before = staff.http.get("/api/v1/display").json()["event_id"]
    numbers = [kiosk.issue("conduct").json()["number"] for _ in range(3)]
    headers = {"Last-Event-ID": str(before)}
    with staff.http.stream("GET", "/api/v1/feed", headers=headers) as stream:
        got = _numbers(stream, 3)
    assert got == numbers


def test_a_listener_hears_a_commit_of_another_process(site: Site, staff: StaffHttp) -> None:
    heard: list[str] = []
    connected = threading.Event()
    since = {"Last-Event-ID": str(staff.http.get("/api/v1/display").json()["event_id"])}

    def listen() -> None:
        with staff.http.stream("GET", "/api/v1/feed", headers=since) as stream:
            connected.set()
            heard.extend(_numbers(stream, 1))

    thread = threading.Thread(daemon=True, target=listen)
    thread.start()
    assert connected.wait(10)
    database = site.database()
    actor = Actor("PRUEBA", "test", "other-process")
    database.run(lambda uow: uow.record(actor, "ticket.called", number="X-001"))
    thread.join(15)
    database.close()
    assert heard == ["X-001"]


def _numbers(stream: httpx.Response, count: int) -> list[str]:
    found: list[str] = []
    for line in stream.iter_lines():
        if line.startswith("data: "):
            found += filter(None, [json.loads(line.removeprefix("data: ")).get("number")])
        if len(found) == count:
            break
    return found
