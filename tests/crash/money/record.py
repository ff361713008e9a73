"""What of the campaign is done: one JSON line a chunk, so that an interrupted run goes on.

`var/crash/chunks.jsonl` begins with the commit and the seed it is about; another commit, another
seed, or a campaign that was whole begins a new one. `var/bench/crash.json` is the sum of it.
"""

import fcntl
import hashlib
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.crash.money.chunks import CHUNKS, SEED, Chunk, Result
from tests.support.site import REPOSITORY

PLACE = REPOSITORY / "var" / "crash" / "chunks.jsonl"
SUM = REPOSITORY / "var" / "bench" / "crash.json"
WORKERS = 2
SECONDS_A_LIFE = 4.0  # before anything was measured
SUMMED = (
    *("lost", "double_charged", "credit_errors", "unresolved"),
    *("receipts_without_charge", "claims_without_charge"),
)


def begin() -> int:
    """Begin anew where nothing is to be gone on with; how many chunks are done already."""
    with _alone():
        lines = _lines()
        about = {"commit": _commit(), "seed": SEED}
        if not lines or lines[0] != about or len(_sound(lines)) == len(CHUNKS):
            PLACE.write_text(json.dumps(about) + "\n")
            return 0
        return len(_sound(lines))


def resume() -> int:
    """Go on with whatever is there; how many chunks are done already."""
    with _alone():
        if not _lines():
            PLACE.write_text(json.dumps({"commit": _commit(), "seed": SEED}) + "\n")
        return len(_sound(_lines()))


def summed() -> dict[str, Any]:
    """The sum as it stands."""
    with _alone():
        return total(_lines())


def row_of(chunk: Chunk) -> dict[str, Any] | None:
    """What a sound run of this chunk left, None where it must be played."""
    with _alone():
        return _sound(_lines()).get(chunk.name)


def keep(result: Result) -> None:
    """Write a chunk down, and the sum of all."""
    with _alone():
        with PLACE.open("a") as file:
            file.write(json.dumps(result.row()) + "\n")
        SUM.parent.mkdir(parents=True, exist_ok=True)
        SUM.write_text(json.dumps(total(_lines()), indent=1) + "\n")


def progress() -> str:
    """How far it is, and how many minutes are left."""
    with _alone():
        rows = _newest(_lines())
    done = sum(row["lives"] for row in rows.values())
    every = sum(each.lives for each in CHUNKS)
    left = sum(_seconds(each, rows) for each in CHUNKS if each.name not in rows) / WORKERS / 60
    bad = [name for name, row in rows.items() if not row["sound"]]
    words = f", NOT SOUND: {', '.join(bad)}" if bad else ""
    return f"crash: {done} of {every} lives, about {left:.0f} minutes left{words}"


def total(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The sum of every chunk's newest run: the keys that matter, then the details."""
    rows = _newest(lines)
    audits = [row["audit"] for row in rows.values()]
    tolls = [row["toll"] for row in rows.values()]
    points: Counter[str] = Counter()
    for toll in tolls:
        points.update(toll["points"])
    resolves = [each for toll in tolls for each in toll["resolves"]]
    return {
        "kills": sum(toll["kills"] for toll in tolls),
        "power_cuts": sum(toll["power_cuts"] for toll in tolls),
        **{name: sum(each[name] for each in audits) for name in SUMMED},
        "max_resolve_s": max(resolves, default=0.0),
        "details": {
            "whole": len(_sound(lines)) == len(CHUNKS),
            "commit": lines[0]["commit"] if lines else "",
            "seed": SEED,
            "points": dict(points),
            "unreached": [each for toll in tolls for each in toll["unreached"]],
            "late": [each for toll in tolls for each in toll.get("late", ())],
            "server_kills": sum(toll["server_kills"] for toll in tolls),
            "screen_kills": sum(toll["screen_kills"] for toll in tolls),
            "orders": sum(each["orders"] for each in audits),
            "settlings": len(resolves),
            "chunks": {name: row["sound"] for name, row in rows.items()},
            "seconds": round(sum(row["seconds"] for row in rows.values())),
            "words": [word for each in audits for word in each["words"]][:200],
        },
    }


def _seconds(chunk: Chunk, rows: dict[str, dict[str, Any]]) -> float:
    kind = chunk.kind.split(" ")[0]
    alike = [row for name, row in rows.items() if name.split(" ")[0] == kind]
    lives = sum(row["lives"] for row in alike)
    each = sum(row["seconds"] for row in alike) / lives if lives else SECONDS_A_LIFE
    return each * chunk.lives


def _lines() -> list[dict[str, Any]]:
    """What is written; a line that power cut short is none."""
    if not PLACE.exists():
        return []
    found = []
    for line in PLACE.read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _newest(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    names = {each.name for each in CHUNKS}
    return {line["chunk"]: line for line in lines if line.get("chunk") in names}


def _sound(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: row for name, row in _newest(lines).items() if row["sound"]}


def _commit() -> str:
    """The commit, and what differs from it."""
    try:
        head = _git("rev-parse", "HEAD").strip()
        changed = _git("diff", "HEAD")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + (f"+{hashlib.sha256(changed.encode()).hexdigest()[:12]}" if changed else "")


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout


@contextmanager
def _alone() -> Iterator[None]:
    """Two test workers write to it."""
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    with PLACE.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
