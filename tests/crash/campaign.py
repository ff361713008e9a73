"""The crash campaign: `python -m tests.crash.campaign` kills kiosk, server and centre for an hour.

Chunk after chunk (`money/chunks.py`) on two cores; what is done is kept, so that the same command
goes on after an interruption. It prints how far it is, writes `var/bench/crash.json`, and ends with
1 when a céntimo is not where it belongs. `--only KIND` plays chunks of one kind (kiosk, server,
power, screen, point) and begins nothing anew; CRASH_SEED=n draws other chances.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty

from queue_server.core.parentage import end_with_parent
from tests.crash.money import record
from tests.crash.money.chunks import CHUNKS, Chunk, play
from tests.support.nursery import Nursery
from tests.support.power_cut import why_not

Told = tuple[str, bool, str]  # a chunk's name, whether it was sound, what was wrong


def main() -> int:
    """Play what is not done yet; 0 when all of it is sound."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.campaign", description=__doc__)
    parser.add_argument("--only", metavar="KIND", help="chunks of one kind")
    parser.add_argument("--workers", type=int, default=record.WORKERS)
    options = parser.parse_args()
    done = record.resume() if options.only else record.begin()
    todo = [each for each in _longest_first(options.only) if record.row_of(each) is None]
    if (missing := why_not()) is not None:
        print(f"crash: NO POWER CUTS: {missing}; the replayed write log must do", flush=True)
        todo = [each for each in todo if each.kind != "power"]
    print(f"crash: {done} chunks were done before, {len(todo)} to go", flush=True)
    failed = _play_all(todo, options.workers)
    print(json.dumps({k: v for k, v in record.summed().items() if k != "details"}), flush=True)
    return 1 if failed else 0


def _longest_first(kind: str | None) -> list[Chunk]:
    """So that no worker idles at the end while the other plays a long one."""
    chosen = [each for each in CHUNKS if kind is None or each.kind.split(" ")[0] == kind]
    return sorted(chosen, key=lambda each: each.kind != "screen")


def _play_all(todo: list[Chunk], workers: int) -> int:
    """Play them side by side; how many were not sound."""
    context = multiprocessing.get_context("spawn")
    waiting: Queue[Chunk | None] = context.Queue()
    told: Queue[Told] = context.Queue()
    for each in (*todo, *[None] * workers):
        waiting.put(each)
    processes = [
        context.Process(target=work, args=(waiting, told, os.getpid()), daemon=True)
        for _ in range(workers)
    ]
    for process in processes:
        process.start()
    failed = 0
    for _ in todo:
        name, sound, words = _next_of(told, processes)
        failed += not sound
        print(record.progress(), flush=True)
        if not sound:
            print(f"crash: {name} IS NOT SOUND: {words}", flush=True)
    for process in processes:
        process.join(60)
    return failed


def _next_of(told: "Queue[Told]", processes: Sequence[BaseProcess]) -> Told:
    """The next chunk that ended. Raises RuntimeError when every worker has died."""
    while any(each.is_alive() for each in processes):
        with contextlib.suppress(Empty):
            return told.get(timeout=2)
    raise RuntimeError("the workers have died; the same command goes on where they were")


def work(waiting: "Queue[Chunk | None]", told: "Queue[Told]", parent: int) -> None:
    """One worker: its own nursery, one world after the other."""
    end_with_parent(parent)
    with Nursery() as nursery:
        while (chunk := waiting.get()) is not None:
            told.put(_played(chunk, nursery))


def _played(chunk: Chunk, nursery: Nursery) -> Told:
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    try:
        result = play(chunk, folder, nursery)
        record.keep(result)
    except Exception:  # noqa: BLE001 - the others go on; this one is played again next time
        return chunk.name, False, f"it broke off, see {folder}: {traceback.format_exc()}"
    if result.sound:
        shutil.rmtree(folder, ignore_errors=True)
        return chunk.name, True, ""
    return chunk.name, False, f"{folder}: {result.audit.words} {result.toll}"


if __name__ == "__main__":
    sys.exit(main())
