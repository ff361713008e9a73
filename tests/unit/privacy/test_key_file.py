"""The key file: read, replaced as a whole, never half; the vault follows it."""

from pathlib import Path

import pytest

from queue_server.core.crypto import SealBroken, Vault, create_key_file, load_vault
from queue_server.core.key_file import key_id, read_ring, sole, write_ring

FIRST, SECOND, THIRD = (bytes([each]) * 32 for each in (1, 2, 3))
COLUMN = "visits.document"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "data.key"
    made.write_text(FIRST.hex() + "\n")
    return made


def rotate(file: Path, fresh: bytes) -> None:
    write_ring(file, read_ring(file).rotated(fresh))


def test_what_init_writes_is_the_one_key(tmp_path: Path) -> None:
    file = tmp_path / "data.key"
    assert create_key_file(file)
    assert not create_key_file(file)
    ring = read_ring(file)
    assert ring.older == ()
    assert ring.current.hex() == file.read_text().strip()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_replaced_file_reads_back_and_is_its_owners_alone(file: Path) -> None:
    rotate(file, SECOND)
    rotate(file, THIRD)
    ring = read_ring(file)
    assert (ring.current, ring.older) == (THIRD, (SECOND, FIRST))
    assert ring.index == sole(FIRST).index, "digests find what they found before"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    write_ring(file, ring.alone())
    assert read_ring(file).older == ()


@pytest.mark.parametrize(
    "text",
    ["", "current 00\n", "old " + "00" * 32, f"current {'00' * 32}", f"index {'00' * 32}", "zz"],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "data.key"
    file.write_text(text)
    with pytest.raises(ValueError):
        read_ring(file)


def test_an_open_vault_follows_the_file_in_both_directions(file: Path) -> None:
    writer, reader = load_vault(file), load_vault(file)
    before = writer.seal(COLUMN, "10117410")
    rotate(file, SECOND)
    after = writer.seal(COLUMN, "10117410")
    assert after[1:5] == key_id(SECOND)
    assert reader.open_text(COLUMN, after) == reader.open_text(COLUMN, before) == "10117410"
    assert writer.index(COLUMN, "1") == reader.index(COLUMN, "1")


def test_without_the_older_key_its_values_do_not_open(file: Path) -> None:
    vault = load_vault(file)
    before = vault.seal(COLUMN, "10117410")
    rotate(file, SECOND)
    write_ring(file, read_ring(file).alone())
    with pytest.raises(SealBroken, match=key_id(FIRST).hex()):
        load_vault(file).open(COLUMN, before)


def test_values_from_before_keys_had_names_open_under_any_key_of_the_file(file: Path) -> None:
    named = Vault(FIRST).seal(COLUMN, "10117410")
    unnamed = b"\x01" + named[5:]
    rotate(file, SECOND)
    vault = load_vault(file)
    assert vault.open_text(COLUMN, unnamed) == "10117410"
    assert not unnamed.startswith(vault.mark), "it is sealed anew like any other"


@pytest.mark.negative_control
def test_a_vault_without_its_file_stays_behind(file: Path) -> None:
    deaf = Vault(read_ring(file))
    rotate(file, SECOND)
    fresh = load_vault(file).seal(COLUMN, "10117410")
    with pytest.raises(SealBroken):
        deaf.open(COLUMN, fresh)


def test_a_file_that_cannot_be_read_for_a_moment_changes_nothing(file: Path) -> None:
    vault = load_vault(file)
    sealed = vault.seal(COLUMN, "10117410")
    kept = file.read_text()
    file.write_text("half a file")
    assert vault.open_text(COLUMN, vault.seal(COLUMN, "1")) == "1"
    file.unlink()
    assert vault.open_text(COLUMN, sealed) == "10117410"
    file.write_text(kept)
    assert vault.open_text(COLUMN, vault.seal(COLUMN, "1")) == "1"
