"""The journal: intent before, result after, nothing readable without the key, damage reported."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from kiosk.journal import (
    EffectState,
    Journal,
    JournalDamaged,
    JournalFailed,
    JournalUnsafe,
    load_key,
    open_journal,
)
from kiosk.journal.file import _PRAGMAS, JournalFile
from kiosk.journal.health import CUT_LOG_EVERY_S, JournalWatch
from kiosk.journal.journal import SCHEMA
from kiosk.journal.orders import IllegalStep
from kiosk.journal.outgoing import Outgoing
from kiosk.journal.quarantine import quarantined
from kiosk.order import OrderState


@pytest.fixture
def key(tmp_path: Path) -> bytes:
    return load_key(tmp_path / "journal.key")


def test_an_intention_without_a_result_is_found_after_a_restart(tmp_path: Path, key: bytes) -> None:
    journal, effect, session = Journal(tmp_path / "j.db", key), uuid4(), uuid4()
    journal.effects.intend(effect, session, "issue_ticket", {"service": "information"})
    # No close: the process is gone.
    (entry,) = Journal(tmp_path / "j.db", key).effects.open_effects()
    assert (entry.id, entry.session, entry.kind) == (effect, session, "issue_ticket")
    assert entry.body == {"service": "information"}


def test_a_settled_effect_is_no_longer_open_and_an_unknown_one_is(
    tmp_path: Path, key: bytes
) -> None:
    journal, done, unknown = Journal(tmp_path / "j.db", key), uuid4(), uuid4()
    for effect in (done, unknown):
        journal.effects.intend(effect, uuid4(), "print_ticket", {})
    journal.effects.settle(done, EffectState.DONE, "printed")
    journal.effects.settle(unknown, EffectState.UNKNOWN, "no answer")
    assert [entry.id for entry in journal.effects.open_effects()] == [unknown]


def test_intending_again_keeps_the_first_intention(tmp_path: Path, key: bytes) -> None:
    journal, effect = Journal(tmp_path / "j.db", key), uuid4()
    journal.effects.intend(effect, uuid4(), "card", {"amount": 3770})
    again = journal.effects.intend(effect, uuid4(), "card", {"amount": 1})
    assert (again.body, again.state) == ({"amount": 3770}, EffectState.INTENDED)
    journal.effects.settle(effect, EffectState.DONE, "approved")
    again = journal.effects.intend(effect, uuid4(), "card", {"amount": 1})
    assert (again.body, again.state) == (None, EffectState.DONE)


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("j.db*"))


def test_personal_data_is_sealed_and_gone_from_the_files_once_forgotten(
    tmp_path: Path, key: bytes
) -> None:
    journal, effect, session = Journal(tmp_path / "j.db", key), uuid4(), uuid4()
    entry = journal.effects.intend(effect, session, "issue_ticket", {"document": "49500017"})

    assert b"49500017" not in on_disk(tmp_path)
    sealed = sqlite3.connect(tmp_path / "j.db").execute("SELECT body FROM effects").fetchone()[0]
    assert sealed in on_disk(tmp_path)
    journal.effects.settle(effect, EffectState.DONE, "I-001")
    journal.forget(session)
    assert sealed not in on_disk(tmp_path)
    assert journal.effects.entries(session)[0].body is None
    assert entry.body == {"document": "49500017"}


def test_what_has_ended_knows_nothing_of_its_person_and_soon_the_log_neither(
    tmp_path: Path, key: bytes
) -> None:
    journal, effect = Journal(tmp_path / "j.db", key), uuid4()
    watch = JournalWatch(journal, lambda _: None)
    journal.effects.intend(effect, uuid4(), "register", {"document": "49500017"})
    sealed = journal.file.read("SELECT body FROM effects")[0][0]
    watch.look()
    assert sealed in on_disk(tmp_path)
    journal.effects.settle(effect, EffectState.DONE)
    watch.look()
    assert sealed not in on_disk(tmp_path)


def test_the_log_is_cut_again_when_somebody_was_reading(tmp_path: Path, key: bytes) -> None:
    journal, effect, clock = Journal(tmp_path / "j.db", key), uuid4(), [0.0]
    watch = JournalWatch(journal, lambda _: None, lambda: clock[0])
    journal.effects.intend(effect, uuid4(), "register", {"document": "49500017"})
    sealed = journal.file.read("SELECT body FROM effects")[0][0]
    with closing(sqlite3.connect(tmp_path / "j.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM effects").fetchall()
        journal.effects.settle(effect, EffectState.DONE)
        watch.look()
        assert sealed in on_disk(tmp_path)
    clock[0] = CUT_LOG_EVERY_S
    watch.look()
    assert sealed not in on_disk(tmp_path)


def test_who_left_while_the_disk_was_full_is_forgotten_when_it_is_not(
    tmp_path: Path, key: bytes
) -> None:
    journal, effect, session = Journal(tmp_path / "j.db", key), uuid4(), uuid4()
    journal.effects.intend(effect, session, "register", {"document": "49500017"})
    journal.file.read("PRAGMA query_only = 1")
    with pytest.raises(JournalFailed):
        journal.forget(session)
    watch = JournalWatch(journal, lambda _: None)
    watch.look()  # a fresh connection, which can write
    assert journal.effects.entries(session)[0].body is None


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 4000)


def test_a_damaged_journal_is_no_journal(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "j.db"
    Journal(path, key).close()
    damage(path)
    with pytest.raises(JournalDamaged, match=r"j\.db"):
        Journal(path, key)


def test_one_damaged_page_is_noticed(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "j.db"
    journal = Journal(path, key)
    for _ in range(60):
        journal.effects.intend(uuid4(), uuid4(), "issue_ticket", {"service": "information"})
    journal.close()
    pages = bytearray(path.read_bytes())
    table = (
        sqlite3.connect(path)
        .execute("SELECT rootpage FROM sqlite_schema WHERE name = 'effects'")
        .fetchone()[0]
    )
    pages[(table - 1) * 4096 : (table - 1) * 4096 + 12] = b"\x05" + b"\xee" * 11
    path.write_bytes(pages)
    with pytest.raises(JournalDamaged):
        Journal(path, key)


def test_a_damaged_journal_is_put_aside_whole_and_reported_and_a_new_one_begun(
    tmp_path: Path, key: bytes
) -> None:
    path = tmp_path / "j.db"
    Journal(path, key).close()
    damage(path)
    before = path.read_bytes()
    journal = open_journal(path, key)
    (aside,) = quarantined(path)
    assert (tmp_path / aside).read_bytes() == before
    journal.effects.intend(uuid4(), uuid4(), "issue_ticket", {})
    row = JournalWatch(journal, lambda _: None).row()
    assert (row["device"], row["parts"], row["action"]) == (
        "online",
        {"damaged": "1"},
        "maintenance",
    )
    assert aside in row["detail"]


def test_a_journal_of_a_newer_program_is_left_alone(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "j.db"
    Journal(path, key).close()
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(JournalUnsafe, match="newer program"):
        open_journal(path, key)
    assert quarantined(path) == []


def test_where_no_write_ahead_log_can_be_kept_nothing_is_journalled() -> None:
    with pytest.raises(JournalUnsafe, match="journal_mode is 'memory'"):
        JournalFile(Path(":memory:"), SCHEMA)


def test_every_write_is_synced_in_full(tmp_path: Path, key: bytes) -> None:
    journal = Journal(tmp_path / "j.db", key)
    asked = {name: journal.file.read(f"PRAGMA {name}")[0][0] for name in _PRAGMAS}
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_what_is_written_together_is_written_whole_or_not_at_all(
    tmp_path: Path, key: bytes
) -> None:
    journal, application = Journal(tmp_path / "j.db", key), uuid4()
    news = Outgoing(uuid4(), "/api/v1/claims", {"amount_centimos": 3770})

    def write_all() -> None:
        with journal.together():
            journal.outgoing.put(news)
            journal.orders.counter(application)
            journal.orders.step(application, OrderState.PAID)

    with pytest.raises(IllegalStep):
        write_all()
    assert journal.outgoing.waiting() == []
    assert journal.file.read("SELECT * FROM order_numbers") == []


def test_news_are_told_in_order_once_and_a_refusal_stays_for_staff(
    tmp_path: Path, key: bytes
) -> None:
    journal = Journal(tmp_path / "j.db", key)
    first, second = (Outgoing(uuid4(), f"/{name}", {"n": name}) for name in "ab")
    for news in (first, second, first):
        journal.outgoing.put(news)
    assert Journal(tmp_path / "j.db", key).outgoing.waiting() == [first, second]
    journal.outgoing.acknowledged(first.id)
    journal.outgoing.refused(second.id, "already_paid")
    assert journal.outgoing.waiting() == []
    assert journal.outgoing.refusals() == [("/b", "already_paid")]


def test_an_effect_that_ends_after_its_person_left_keeps_nothing_of_them(
    tmp_path: Path, key: bytes
) -> None:
    journal, effect, session = Journal(tmp_path / "j.db", key), uuid4(), uuid4()
    journal.effects.intend(effect, session, "issue_ticket", {"document": "49500017"})
    journal.forget(session)
    journal.effects.settle(effect, EffectState.UNKNOWN, "no answer")
    assert journal.effects.entries(session)[0].body is None


@pytest.mark.negative_control
def test_without_secure_delete_and_truncation_what_was_erased_is_still_in_the_files(
    tmp_path: Path, key: bytes
) -> None:
    journal, effect, session = Journal(tmp_path / "j.db", key), uuid4(), uuid4()
    journal.effects.intend(effect, session, "issue_ticket", {"document": "49500017"})
    sealed = journal.file.read("SELECT body FROM effects")[0][0]
    journal.effects.settle(effect, EffectState.DONE)
    journal.file.read("PRAGMA secure_delete = 0")
    journal.effects.forget(session)  # and no truncation
    assert sealed in on_disk(tmp_path)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = load_key(tmp_path / "k")
    assert load_key(tmp_path / "k") == first
    assert (tmp_path / "k").stat().st_mode & 0o077 == 0
