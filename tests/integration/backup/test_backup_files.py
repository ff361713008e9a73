"""What is put back is what was there; what is not a whole backup of this site leaves no trace."""

import contextlib
import io
import random
import sqlite3
import threading
from pathlib import Path

import pytest

from queue_server.__main__ import main
from queue_server.backup import going_on, of_sqlite
from queue_server.backup.model import BackupFault, Manifest
from queue_server.backup.parts import PartReader
from queue_server.backup.sealing import SealedReader, key_file
from queue_server.core.key_file import read_ring, write_ring
from tests.integration.backup.copies import (
    Seen,
    flip,
    keys_only,
    listing,
    lose_the_database,
    make_backup,
    rows,
    serve_again,
)
from tests.support.site import Site, run_command

FLIPS = 200


def complaint(config: Path, *words: str) -> str:
    """What a command that cannot work says."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        assert main(["--config", str(config), *words]) == 2
    return said.getvalue()


def test_a_backup_of_a_server_at_work_is_one_moment_of_it(site: Site) -> None:
    serve_again(site)
    seen, stop = Seen(), threading.Event()
    kiosk = site.kiosk()
    seen.turns(kiosk, 3)

    def people() -> None:
        while not stop.is_set():
            seen.turns(kiosk, 1)

    crowd = threading.Thread(target=people)
    crowd.start()
    try:
        files = [make_backup(site, f"copy-{number}.bin") for number in range(3)]
    finally:
        stop.set()
        crowd.join()
    given = len(seen.numbers)
    lose_the_database(site)
    said = site.command("restore", str(files[1]))
    assert "restored to" in said
    tickets = rows(site, "SELECT number FROM tickets ORDER BY number")
    assert tickets == [(number,) for number in range(1, len(tickets) + 1)]
    assert 3 <= len(tickets) <= given
    events = rows(site, "SELECT count(*) FROM events WHERE kind = 'ticket.issued'")
    assert events == [(len(tickets),)]
    assert "sound" in site.command("audit", "verify")


def test_a_folder_of_its_own_holds_all_that_a_server_needs(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", tls=True)
    try:
        site.command("add-staff", "ana")  # somebody whose name is sealed
        file = make_backup(site, "whole.bin", "--with-keys")
        config = keys_only(site, tmp_path / "elsewhere")
        for name in ("data.key", "audit.key"):
            (config.parent / name).unlink()
        said = run_command(config, "restore", str(file), "--into", str(tmp_path / "new"))
        assert "turns of today go on with" in said
        new = listing(tmp_path / "new")
        assert {"data.key", "audit.key", "server.toml", "tls/ca.key", "tls/actions.key"} <= set(new)
        assert not [name for name in new if "restore" in name]
        for name in ("data.key", "audit.key", "tls/ca.key", "tls/server.pem"):
            assert (tmp_path / "new" / name).read_bytes() == (site.folder / name).read_bytes()
            assert (tmp_path / "new" / name).stat().st_mode & 0o077 == 0
        assert "sound" in run_command(tmp_path / "new" / "server.toml", "audit", "verify")
    finally:
        site.remove()


@pytest.fixture
def quiet(tmp_path: Path) -> Site:
    """A site on SQLite that nothing serves; nothing has to be ended."""
    return Site(tmp_path / "site")


def test_a_file_with_one_altered_byte_is_refused_and_nothing_is_written(
    quiet: Site, tmp_path: Path
) -> None:
    file = make_backup(quiet)
    config = keys_only(quiet, tmp_path / "elsewhere")
    before = listing(tmp_path / "elsewhere")
    size = file.stat().st_size
    some = random.Random(8).sample(range(size), FLIPS)
    for place in (*range(4), size - 1, *some):
        words = complaint(config, "restore", str(flip(file, place)))
        assert "nothing was restored" in words
        assert listing(tmp_path / "elsewhere") == before


def test_a_file_that_was_cut_is_refused_and_nothing_is_written(quiet: Site, tmp_path: Path) -> None:
    file = make_backup(quiet)
    config = keys_only(quiet, tmp_path / "elsewhere")
    before = listing(tmp_path / "elsewhere")
    whole = file.read_bytes()
    for length in (0, 30, 60, len(whole) // 2, len(whole) - 1):
        cut = tmp_path / "cut.bin"
        cut.write_bytes(whole[:length])
        assert "nothing was restored" in complaint(config, "restore", str(cut))
        assert listing(tmp_path / "elsewhere") == before
    longer = tmp_path / "longer.bin"
    longer.write_bytes(whole + b"\0")
    assert "nothing was restored" in complaint(config, "restore", str(longer))


@pytest.mark.negative_control
def test_without_a_seal_an_altered_byte_goes_unnoticed(quiet: Site, tmp_path: Path) -> None:
    """What SQLite itself says of the same flips: too little."""
    file = quiet.folder / "ventanilla.db"
    with contextlib.closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    unnoticed = 0
    for place in random.Random(8).sample(range(file.stat().st_size), 10):
        opened = sqlite3.connect(flip(file, place))
        with contextlib.closing(opened), contextlib.suppress(sqlite3.DatabaseError, BackupFault):
            of_sqlite.check(opened)
            unnoticed += 1
    assert unnoticed


def test_another_key_is_refused(quiet: Site, tmp_path: Path) -> None:
    file = make_backup(quiet)
    config = keys_only(quiet, tmp_path / "elsewhere")
    quiet.command("backup-key", str(tmp_path / "other.key"))
    before = listing(tmp_path / "elsewhere")
    words = complaint(config, "restore", str(file), "--key", str(tmp_path / "other.key"))
    assert "sealed with another key" in words
    assert listing(tmp_path / "elsewhere") == before
    assert "backup-key" in complaint(config, "restore", str(file), "--key", "nowhere.key")


def test_it_goes_nowhere_where_something_is(quiet: Site, tmp_path: Path) -> None:
    file = make_backup(quiet)
    assert "a database is there" in complaint(quiet.folder / "server.toml", "restore", str(file))
    full = tmp_path / "full"
    full.mkdir()
    (full / "something").write_text("")
    words = complaint(quiet.folder / "server.toml", "restore", str(file), "--into", str(full))
    assert "not empty" in words
    assert "there already" in complaint(quiet.folder / "server.toml", "backup", str(file))


def test_a_backup_of_a_newer_build_is_refused(
    quiet: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_backup(quiet)
    config = keys_only(quiet, tmp_path / "elsewhere")
    known = going_on.known_revisions()
    newest = manifest(file, quiet).about.schema
    monkeypatch.setattr("queue_server.backup.restoring.known_revisions", lambda: known - {newest})
    assert "newer build" in complaint(config, "restore", str(file))


def manifest(file: Path, site: Site) -> Manifest:
    with file.open("rb") as source:
        reader = PartReader(SealedReader(source, key_file(site.folder / "backup.key")))
        for _ in reader.parts():
            pass
    assert reader.manifest is not None
    return reader.manifest


def test_keys_that_do_not_belong_to_it_are_refused(quiet: Site, tmp_path: Path) -> None:
    quiet.command("add-staff", "ana")
    file = make_backup(quiet)
    for number, name in enumerate(("data.key", "audit.key")):
        config = keys_only(quiet, tmp_path / f"elsewhere-{number}")
        (config.parent / name).write_text("ab" * 32 + "\n")
        words = complaint(config, "restore", str(file))
        assert "put back the" in words
        (config.parent / name).unlink()
        assert "put it back" in complaint(config, "restore", str(file))
        assert not (config.parent / "ventanilla.db").exists()


def test_another_data_key_is_not_overwritten_by_the_one_in_the_backup(
    quiet: Site, tmp_path: Path
) -> None:
    file = make_backup(quiet, "whole.bin", "--with-keys")
    config = keys_only(quiet, tmp_path / "elsewhere")
    (config.parent / "data.key").write_text("ab" * 32 + "\n")
    assert "another data_key_file is there" in complaint(config, "restore", str(file))
    assert (config.parent / "data.key").read_text() == "ab" * 32 + "\n"


def test_a_data_key_that_was_changed_since_still_opens_the_copy(
    quiet: Site, tmp_path: Path
) -> None:
    quiet.command("add-staff", "ana")
    file = make_backup(quiet, "whole.bin", "--with-keys")
    config = keys_only(quiet, tmp_path / "elsewhere")
    former = read_ring(quiet.folder / "data.key")
    write_ring(config.parent / "data.key", former.rotated(bytes(range(32))))
    assert "restored to" in run_command(config, "restore", str(file))
    assert "stays as it is" in run_command(config, "restore", str(file), "--over")


def test_the_configuration_of_another_site_is_refused(quiet: Site, tmp_path: Path) -> None:
    file = make_backup(quiet)
    config = keys_only(quiet, tmp_path / "elsewhere")
    config.write_text(config.read_text().replace("PRUEBA", "OTRA"))
    assert "of site PRUEBA" in complaint(config, "restore", str(file))


def test_a_disk_that_is_full_leaves_no_half_backup(
    quiet: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    quiet.command("backup-key", str(quiet.folder / "backup.key"))
    before = set(listing(tmp_path))
    monkeypatch.setattr("queue_server.backup.making.os.fsync", full)
    words = complaint(quiet.folder / "server.toml", "backup", str(tmp_path / "copy.bin"))
    assert "No space left" in words
    after = {name for name in listing(tmp_path) if not name.endswith(("-wal", "-shm"))}
    assert after == {name for name in before if not name.endswith(("-wal", "-shm"))}


def test_no_name_is_readable_in_the_file(quiet: Site) -> None:
    quiet.command("add-staff", "rosalinda")
    file = make_backup(quiet, "whole.bin", "--with-keys")
    found = file.read_bytes()
    for each in (b"SQLite format", b"PRUEBA", b"server.toml", b"rosalinda"):
        assert each not in found
    assert file.stat().st_mode & 0o077 == 0
    assert "schema" in quiet.command("backup-check", str(file))


def test_over_what_is_there_it_is_exactly_what_it_was(site: Site) -> None:
    """The way back after an upgrade that failed: the same rows, and nothing jumps."""
    site.command("add-staff", "ana")
    file = make_backup(site)
    kept = rows(site, "SELECT id, kind FROM events ORDER BY id")
    site.command("add-staff", "rosa")
    site.command("restore", str(file), "--over", "--exact")
    assert rows(site, "SELECT id, kind FROM events ORDER BY id") == kept
    assert rows(site, "SELECT name FROM accounts") == [("ana",)]
    assert "sound" in site.command("audit", "verify")
    if site.kind == "sqlite":
        assert (site.folder / "before-restore-1-ventanilla.db").exists()
