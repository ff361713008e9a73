"""The heads of the chains are written down outside the database by the real jobs process."""

import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from queue_server import jobs
from queue_server.__main__ import main
from queue_server.core.audit_anchors import MARK, Anchors, read_anchors
from queue_server.core.audit_state import ChainState, anchor_age, chain_state
from queue_server.core.audit_watch import ChainWatch
from queue_server.core.bell import Bell
from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor
from tests.support.hall import MovableClock
from tests.support.site import Kind, Site

ACTOR = Actor("PRUEBA", "test", "t")
WITHIN_S = 30.0


def state(database: Database) -> ChainState:
    return database.read(lambda uow: chain_state(uow, "PRUEBA"))


def note(database: Database) -> int:
    return database.run(lambda uow: uow.record(ACTOR, "test.noted"))


def test_the_jobs_process_writes_anchors_and_walks_the_chain(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind(("127.0.0.1", 0))
        syslog.settimeout(WITHIN_S)
        to = f'[audit]\nsyslog = "127.0.0.1:{syslog.getsockname()[1]}"\n'
        site = Site(tmp_path / "site", to)
        site.start("jobs")
        heard = syslog.recv(2000).decode()
    database = site.database()
    last = database.read(lambda uow: uow.last_event_id("PRUEBA"))
    ends = time.monotonic() + WITHIN_S
    while (known := state(database)).verified_at is None or known.anchored_at is None:
        assert time.monotonic() < ends
    assert (known.verified_id, known.anchored_id, known.fault) == (last, last, None)
    database.close()
    (written,) = read_anchors([site.folder / "audit-anchors.log"]).anchors
    assert f"ventanilla: {MARK} " in heard
    assert heard.rstrip("\0").endswith(f" PRUEBA {last} {written.mac.hex()}")
    assert site.command("audit", "verify").endswith("compared with 1 anchors in 1 files")
    site.remove()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_closed_day_calls_for_an_anchor(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell = Bell()
    jobs._close_past_days(database, bell)  # pyright: ignore[reportPrivateUsage]
    assert not bell.wait(0)
    monkeypatch.setattr(jobs, "_close_past_day", lambda *_: True)
    assert jobs._close_past_days(database, bell)  # pyright: ignore[reportPrivateUsage]
    assert bell.wait(0)


def test_a_local_log_takes_anchors_and_one_that_is_away_counts_as_not_written(
    database: Database, tmp_path: Path
) -> None:
    note(database)
    where = tmp_path / "log"
    anchors = Anchors(database, tmp_path / "anchors.log", str(where))
    with pytest.raises(OSError):
        anchors.turn()
    assert state(database).anchored_at is None
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(where))
        anchors.turn()
        assert MARK.encode() in log.recv(2000)
    assert state(database).anchored_at is not None
    assert len(read_anchors([tmp_path / "anchors.log"]).anchors) == 2, "what was written stays"


def test_how_old_the_last_anchor_is_can_be_asked(database: Database, tmp_path: Path) -> None:
    clock = MovableClock(database.clock.now())
    database.clock = clock
    assert database.read(lambda uow: anchor_age(uow, "PRUEBA")) is None
    Anchors(database, tmp_path / "anchors.log").turn()
    clock.pass_by(minutes=16)
    age = database.read(lambda uow: anchor_age(uow, "PRUEBA"))
    assert age == timedelta(minutes=16)


def test_anchors_are_read_out_of_any_log_and_a_broken_one_is_told(
    database: Database, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note(database)
    given = tmp_path / "syslog"
    Anchors(database, given).turn()
    line = given.read_text().strip()
    given.write_text(f"Nov 21 17:00:00 host sshd[1]: hello\nNov 21 17:00:01 host x: {line}\n")
    words = ["--config", str(site.folder / "server.toml"), "audit", "verify", "--anchors"]
    assert main([*words, str(given)]) == 0
    assert "compared with 1 anchors" in capsys.readouterr().out
    given.write_text(f"{line[:-1]}\n")
    assert main([*words, str(given)]) == 1
    assert f"{given}, line 1: this anchor does not read" in capsys.readouterr().out
    assert main([*words, str(tmp_path / "none")]) == 2
    structlog.reset_defaults()


def test_the_watch_walks_in_slices_and_keeps_what_it_finds(
    database: Database, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.core.audit_watch.audit_rows.PAGE", 2)
    last = [note(database) for _ in range(9)][-1]
    watch = ChainWatch(database)
    turns = 1
    while watch.turn():
        turns += 1
    assert state(database).verified_id == last
    assert turns > 1
    gone = "events_append_only ON events" if kind == "postgresql" else "events_no_update"
    for words in (f"DROP TRIGGER {gone}", "UPDATE events SET kind = 'x' WHERE id = 4"):
        database.run(lambda uow, words=words: uow.connection.exec_driver_sql(words))
    with capture_logs() as logs:
        while watch.turn():
            pass
    assert "changed: event 4" in (state(database).fault or "")
    assert [each["event"] for each in logs] == ["the audit chain is broken"]
