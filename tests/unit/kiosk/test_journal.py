"""The journal: intent before, result after, nothing readable without the key, damage reported."""

import sqlite3
from pathlib import Path
from uuid import uuid4

import pytest

from kiosk.journal import EffectState, Journal, JournalUnsafe, load_key


@pytest.fixture
def key(tmp_path: Path) -> bytes:
    return load_key(tmp_path / "journal.key")


def test_an_intention_without_a_result_is_found_after_a_restart(tmp_path: Path, key: bytes) -> None:
    journal, effect, session = Journal(tmp_path / "j.db", key), uuid4(), uuid4()
    journal.intend(effect, session, "issue_ticket", {"service": "information"})
    # No close: the process is gone.
    (entry,) = Journal(tmp_path / "j.db", key).open_effects()
    assert (entry.id, entry.session, entry.kind) == (effect, session, "issue_ticket")
    assert entry.body == {"service": "information"}


def test_a_settled_effect_is_no_longer_open_and_an_unknown_one_is(
    tmp_path: Path, key: bytes
) -> None:
    journal, done, unknown = Journal(tmp_path / "j.db", key), uuid4(), uuid4()
    for effect in (done, unknown):
        journal.intend(effect, uuid4(), "print_ticket", {})
    journal.settle(done, EffectState.DONE, "printed")
    journal.settle(unknown, EffectState.UNKNOWN, "no answer")
    assert [entry.id for entry in journal.open_effects()] == [unknown]


def test_intending_again_keeps_the_first_intention(tmp_path: Path, key: bytes) -> None:
    journal, effect = Journal(tmp_path / "j.db", key), uuid4()
    journal.intend(effect, uuid4(), "card", {"amount": 3770})
    journal.settle(effect, EffectState.DONE, "approved")
    again = journal.intend(effect, uuid4(), "card", {"amount": 1})
    assert (again.body, again.state) == ({"amount": 3770}, EffectState.DONE)


def test_personal_data_is_sealed_and_gone_from_the_files_once_forgotten(
    tmp_path: Path, key: bytes
) -> None:
    journal, effect, session = Journal(tmp_path / "j.db", key), uuid4(), uuid4()
    entry = journal.intend(effect, session, "issue_ticket", {"document": "49500017"})

    def on_disk() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("j.db*"))

    assert b"49500017" not in on_disk()
    sealed = sqlite3.connect(tmp_path / "j.db").execute("SELECT body FROM effects").fetchone()[0]
    assert sealed in on_disk()
    journal.settle(effect, EffectState.DONE, "I-001")
    journal.forget(session)
    assert sealed not in on_disk()
    assert journal.entries(session)[0].body is None
    assert entry.body == {"document": "49500017"}


def test_what_is_still_open_keeps_what_it_needs_to_be_finished(tmp_path: Path, key: bytes) -> None:
    journal, effect, session = Journal(tmp_path / "j.db", key), uuid4(), uuid4()
    journal.intend(effect, session, "card", {"amount": 3770})
    journal.forget(session)
    assert journal.open_effects()[0].body == {"amount": 3770}


def test_a_damaged_journal_is_refused_with_what_to_do(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "j.db"
    Journal(path, key).close()
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 4000)
    with pytest.raises(JournalUnsafe, match="call support"):
        Journal(path, key)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = load_key(tmp_path / "k")
    assert load_key(tmp_path / "k") == first
    assert (tmp_path / "k").stat().st_mode & 0o077 == 0
