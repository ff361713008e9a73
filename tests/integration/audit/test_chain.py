"""The chain on both databases: what is recorded is linked, stays as it is, and is told about."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from queue_server.__main__ import main
from queue_server.audit_command import reports_of
from queue_server.bootstrap import open_database
from queue_server.config import ConfigError, load_config
from queue_server.core.audit_anchors import Found
from queue_server.core.audit_walk import FaultKind, Report
from queue_server.core.db import Database
from queue_server.core.libpq import Line, Row, Said
from queue_server.core.unit_of_work import Actor, ChainNotBegun, UnitOfWork
from queue_server.migrations import alembic_config
from tests.support.site import Kind, Site

ACTOR = Actor("PRUEBA", "test", "t")
NO_ANCHORS = Found((), ())
UNPROTECTED = {
    "sqlite": ("DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete"),
    "postgresql": ("DROP TRIGGER events_append_only ON events",),
}


def note(uow: UnitOfWork, **body: object) -> int:
    return uow.record(ACTOR, "test.noted", **body)


def report(database: Database, site: str = "PRUEBA") -> Report:
    return next(each for each in reports_of(database, NO_ANCHORS) if each.site == site)


def run(database: Database, *statements: str) -> None:
    def write(uow: UnitOfWork) -> None:
        for each in statements:
            uow.connection.execute(text(each))

    database.run(write)


def test_units_of_several_processes_and_failed_ones_leave_one_sound_chain(
    site: Site, database: Database
) -> None:
    other = site.database()

    def work(each: Database) -> None:
        for number in range(20):
            each.run(lambda uow, number=number: note(uow, number=number, words="ñandú"))
            with pytest.raises(LookupError):
                each.run(fail)

    def fail(uow: UnitOfWork) -> None:
        note(uow)
        raise LookupError

    before = report(database).count
    with ThreadPoolExecutor(2) as both:
        list(both.map(work, (database, other)))
    other.close()
    found = report(database)
    assert found.sound, found.faults
    assert found.count == before + 40


def test_a_shared_commit_links_those_who_share_it(database: Database) -> None:
    """On SQLite units that wait together are committed together; one of them fails."""

    def fail(uow: UnitOfWork) -> None:
        note(uow)
        raise LookupError

    with ThreadPoolExecutor(16) as many:
        futures = [
            many.submit(database.run, fail if number % 5 == 0 else note) for number in range(64)
        ]
        failed = [future for future in futures if future.exception() is not None]
    assert len(failed) == 13
    assert report(database).sound


def test_each_site_has_a_chain_of_its_own(database: Database) -> None:
    for number in range(6):
        actor = Actor(f"S{number % 2}", "test", "t")
        database.run(lambda uow, actor=actor: uow.record(actor, "test.noted"))
    for name in ("S0", "S1"):
        found = report(database, name)
        assert (found.sound, found.count, found.head[0]) == (True, 3, 3)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_on_postgresql_an_event_takes_two_trips_with_its_lock_and_its_commit(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock with the question for the head; the event and the new head with the commit."""
    database.run(note)
    trips: list[int] = []
    say = Line.say

    def counted(line: Line, asked: Sequence[Said] = ()) -> list[list[Row]]:
        if said := len(line.told) + len(asked):
            trips.append(said)
        return say(line, asked)

    monkeypatch.setattr(Line, "say", counted)
    database.run(note)
    assert trips == [2, 2]


@pytest.mark.parametrize("words", ["UPDATE events SET kind = 'x'", "DELETE FROM events"])
def test_no_event_is_changed_or_deleted(database: Database, words: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        run(database, words)
    assert report(database).sound


@pytest.mark.parametrize("kind", ["postgresql"])
def test_the_log_is_not_emptied(database: Database) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        run(database, "TRUNCATE events")


@pytest.mark.negative_control
def test_without_the_triggers_it_can_be_changed_and_only_the_chain_tells(
    database: Database, kind: Kind
) -> None:
    last = database.run(note)
    run(database, *UNPROTECTED[kind], f"UPDATE events SET kind = 'x' WHERE id = {last}")
    (fault,) = report(database).faults
    assert (fault.kind, fault.id) == (FaultKind.CHANGED, last)


def test_the_command_says_sound_or_where_it_is_broken(
    site: Site, database: Database, kind: Kind, capsys: pytest.CaptureFixture[str]
) -> None:
    last = database.run(note)
    words = ["--config", str(site.folder / "server.toml"), "audit", "verify"]
    assert main(words) == 0
    assert f"sound: {last} events of site PRUEBA, head {last} " in capsys.readouterr().out
    run(database, *UNPROTECTED[kind], "UPDATE events SET actor = 'x' WHERE id = 2")
    assert main(words) == 1
    assert "BROKEN, changed: event 2 of site PRUEBA: it is not" in capsys.readouterr().out


# --- before there was a chain ---------------------------------------------------------------------
@pytest.fixture
def grown_old(site: Site) -> Callable[[], Database]:
    """Takes the database back to before the chain, as an upgraded site had it; then upgrades it."""

    def upgraded() -> Database:
        database = site.database()
        for _ in range(5):
            database.run(note)
        with database.engine.begin() as connection:
            config = alembic_config(str(database.engine.url))
            config.attributes["connection"] = connection
            command.downgrade(config, "0014")
            config = alembic_config(str(database.engine.url))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return database

    return upgraded


def test_the_first_start_closes_what_was_recorded_before(
    site: Site, grown_old: Callable[[], Database], kind: Kind
) -> None:
    database = grown_old()
    assert [each.kind for each in report(database).faults] == [FaultKind.RESTARTED]
    with pytest.raises(ChainNotBegun, match="init"):
        database.run(note)
    site.command("init")
    found = report(database)
    assert found.sound, found.faults
    last = database.run(note)
    assert (report(database).sound, report(database).count) == (True, last)
    site.command("init")
    begun = text("SELECT id FROM events WHERE kind = 'audit.begun'")
    assert len(database.read(lambda uow: list(uow.connection.execute(begun)))) == 1
    run(database, *UNPROTECTED[kind], "UPDATE events SET kind = 'x' WHERE id = 3")
    (fault,) = report(database).faults
    assert (fault.kind, fault.id, fault.to) == (FaultKind.CHANGED, 1, found.count - 2)
    run(database, "DELETE FROM events WHERE id = 3")
    kinds = {each.kind for each in report(database).faults}
    assert FaultKind.MISSING in kinds
    database.close()


# --- the key --------------------------------------------------------------------------------------
def test_without_its_key_nothing_starts_and_it_says_what_to_do(site: Site) -> None:
    key = site.folder / "audit.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text() != (site.folder / "data.key").read_text()
    key.unlink()
    with pytest.raises(ConfigError, match=r"audit\.key: no audit key; run .* init"):
        open_database(load_config(site.folder / "server.toml"))


def test_init_makes_no_new_key_for_a_log_that_was_linked_with_another(
    site: Site, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database.run(note)
    key = site.folder / "audit.key"
    kept = key.rename(tmp_path / "kept.key")
    words = ["--config", str(site.folder / "server.toml"), "init"]
    assert main(words) == 2
    assert "put that file back from its copy" in capsys.readouterr().err
    assert not key.exists()
    kept.rename(key)
    assert main(words) == 0
    assert report(database).sound


@pytest.mark.parametrize("words", ["", "zz", "00" * 31])
def test_a_key_that_is_none_is_refused(site: Site, words: str) -> None:
    (site.folder / "audit.key").write_text(words)
    with pytest.raises(ConfigError, match=r"audit\.key"):
        open_database(load_config(site.folder / "server.toml"))


def test_another_key_does_not_pass(site: Site, database: Database) -> None:
    database.run(note)
    (site.folder / "audit.key").write_text("00" * 32)
    other = site.database()
    faults = report(other).faults
    other.close()
    assert faults[0].id == 1
    assert faults[0].kind is FaultKind.CHANGED
