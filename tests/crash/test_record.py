"""The campaign goes on where it was interrupted, or begins anew where nothing was left."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash.money import record
from tests.crash.money.audit import Audit
from tests.crash.money.chunks import CHUNKS, Chunk, Result
from tests.crash.money.lives import Toll

FIRST, SECOND = CHUNKS[0], CHUNKS[1]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "PLACE", tmp_path / "crash" / "chunks.jsonl")
    monkeypatch.setattr(record, "SUM", tmp_path / "bench" / "crash.json")
    monkeypatch.setattr(record, "_commit", lambda: "this commit")


def played(chunk: Chunk, lost: int = 0) -> Result:
    toll = Toll(kills=chunk.lives, resolves=[2.5], points={chunk.kind: chunk.lives})
    return Result(chunk, toll, Audit(orders=chunk.lives, lost=lost), 60.0)


def test_what_is_done_is_not_played_again() -> None:
    assert record.begin() == 0
    record.keep(played(FIRST))
    assert record.begin() == 1
    assert record.row_of(FIRST) is not None
    assert record.row_of(SECOND) is None


def test_a_chunk_that_was_not_sound_is_played_again_and_counts_until_then() -> None:
    record.begin()
    record.keep(played(FIRST, lost=1))
    assert record.row_of(FIRST) is None
    assert "NOT SOUND: " + FIRST.name in record.progress()
    assert record.summed()["lost"] == 1
    record.keep(played(FIRST))
    assert record.row_of(FIRST) is not None
    assert record.summed()["lost"] == 0


def test_a_line_that_was_cut_is_none() -> None:
    record.begin()
    record.keep(played(FIRST))
    with record.PLACE.open("a") as file:
        file.write('{"chunk": "' + SECOND.name)
    assert record.begin() == 1
    assert record.row_of(SECOND) is None


def test_another_commit_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    record.begin()
    record.keep(played(FIRST))
    monkeypatch.setattr(record, "_commit", lambda: "another commit")
    assert record.begin() == 0
    assert record.row_of(FIRST) is None


def test_a_campaign_that_was_whole_begins_anew() -> None:
    record.begin()
    for chunk in CHUNKS:
        record.keep(played(chunk))
    assert record.summed()["details"]["whole"]
    assert record.begin() == 0


def test_the_sum_has_the_keys_that_are_looked_for() -> None:
    record.begin()
    record.keep(played(FIRST))
    summed = json.loads(record.SUM.read_text())
    assert set(summed) - {"details"} == {
        *("kills", "power_cuts", "lost", "double_charged", "credit_errors", "unresolved"),
        *("max_resolve_s", "receipts_without_charge", "claims_without_charge"),
    }
    assert (summed["kills"], summed["max_resolve_s"]) == (FIRST.lives, 2.5)
    assert summed["details"]["points"] == {FIRST.kind: FIRST.lives}


@pytest.mark.negative_control
def test_a_point_that_was_never_reached_or_a_slow_settling_is_no_sound_chunk() -> None:
    sound = played(FIRST)
    assert sound.sound
    unreached = replace(sound, toll=replace(sound.toll, unreached=["a point"]))
    slow = replace(sound, toll=replace(sound.toll, resolves=[61.0]))
    never = replace(sound, toll=replace(sound.toll, late=["the kiosk did not come up"]))
    assert not any(each.sound for each in (unreached, slow, never))


def test_the_campaign_is_as_large_as_it_must_be() -> None:
    lives = {
        kind: sum(each.lives for each in CHUNKS if each.kind.split(" ")[0] == kind)
        for kind in ("kiosk", "server", "power", "screen", "point")
    }
    assert lives["kiosk"] + lives["server"] >= 500
    assert lives["power"] >= 200
    assert lives["screen"] >= 20
    assert all(each.lives >= 20 for each in CHUNKS if each.kind.startswith("point"))
    assert lives["point"] == 9 * 20
