"""The power goes at any moment: what was acknowledged as durable is there when it comes back."""

import errno
import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kiosk.journal import Journal, JournalFailed
from kiosk.order import Means, OrderState
from tests.support.loud import skip_loudly
from tests.support.power_cut import PowerCutDisk, sync_files, sync_folder, why_not, write_log
from tests.support.power_cut.disk import REPOSITORY
from tests.support.power_cut.mounts import mounted, unmount_if_ours, unmount_stale
from tests.support.power_cut.power import Mode
from tests.support.power_cut.writers import KEY, Task, Writers

SEED = int(os.environ.get("CRASH_SEED", "20261122"))
FIXED, CUTS = 7, 12  # how often the small questions are asked, always with the same luck
MODES: tuple[Mode, ...] = ("refuse", "freeze")
LATEST_POINT = 250  # writes and syncs of one life, at most
FIRST_START = 180  # writes and syncs of a journal that is made, and of its first orders
MANY = pytest.param(200, marks=[pytest.mark.thorough, pytest.mark.timeout(600)])


@pytest.fixture(autouse=True)
def possible(request: pytest.FixtureRequest) -> None:
    replayed = "replayed" in request.node.name
    missing = write_log.why_not() if replayed else why_not()
    if missing is not None:
        skip_loudly(f"power cuts{' on a log' * replayed}: {missing}")


@pytest.fixture(scope="module")
def writers() -> Iterator[Writers]:
    with Writers() as begun:
        yield begun


def cut_lives(disk: PowerCutDisk, writers: Writers, task: Task, cuts: int) -> Iterator[list[str]]:
    """Lives of `task`, each ended by a cut at a drawn point; what was acknowledged in each."""
    chance = random.Random(SEED)
    for _ in range(cuts):
        mode = chance.choice(MODES)
        disk.cut_after(chance.randint(1, LATEST_POINT), mode)
        lives = writers.begin(task)
        if mode == "refuse":  # they see the error, and end by it
            said = list(writers.acknowledged())
            disk.cut()
        else:  # they see nothing, and wait until they die
            disk.wait_refusing(20)
            disk.cut(*lives)
            said = list(writers.acknowledged())
        yield said


def lost_rows(folder: Path, writers: Writers, synchronous: str, cuts: int) -> set[str]:
    """Acknowledged rows that were gone after a cut; two processes write at a time."""
    promised: set[str] = set()
    with PowerCutDisk(folder, SEED) as disk:
        task = Task("rows", str(disk.path / "rows.db"), synchronous, writers=2)
        for said in cut_lives(disk, writers, task, cuts):
            promised.update(said)
            if lost := promised - rows_of(task.path):
                return lost
    assert len(promised) > cuts, "hardly anything was written"
    return set()


def rows_of(path: str) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'rows'").fetchone():
            return set()
        return {f"{row[0]} {row[1]}" for row in db.execute("SELECT writer, serial FROM rows")}


def lost_steps(folder: Path, writers: Writers, synchronous: str, cuts: int) -> set[str]:
    """Acknowledged steps of orders that a kiosk's journal had forgotten after a cut."""
    promised: set[str] = set()
    with PowerCutDisk(folder, SEED) as disk:
        task = Task("orders", str(disk.path / "journal.db"), synchronous)
        for said in cut_lives(disk, writers, task, cuts):
            promised.update(said)
            if lost := promised - steps_of(task.path):
                return lost
    assert len(promised) > cuts, "hardly anything was written"
    return set()


def steps_of(path: str) -> set[str]:
    """The steps the journal holds, which opens as a kiosk opens it after a cut."""
    Journal(Path(path), KEY).close()
    with closing(sqlite3.connect(path)) as db:
        steps = db.execute("SELECT application, to_state FROM order_steps").fetchall()
    return {f"{application} {state}" for application, state in steps}


@pytest.mark.parametrize("cuts", [12, MANY])
def test_what_sqlite_acknowledged_survives_every_cut(
    tmp_path: Path, writers: Writers, cuts: int
) -> None:
    assert lost_rows(tmp_path / "disk", writers, "full", cuts) == set()


@pytest.mark.negative_control
def test_a_database_with_synchronous_normal_is_found_out(tmp_path: Path, writers: Writers) -> None:
    assert lost_rows(tmp_path / "disk", writers, "normal", 20) != set()


@pytest.mark.parametrize("cuts", [20, MANY])
def test_every_acknowledged_step_of_an_order_survives_every_cut(
    tmp_path: Path, writers: Writers, cuts: int
) -> None:
    assert lost_steps(tmp_path / "disk", writers, "full", cuts) == set()


@pytest.mark.parametrize("every", [13, pytest.param(1, marks=pytest.mark.thorough)])
def test_a_journal_opens_again_after_a_cut_in_its_very_first_start(
    tmp_path: Path, writers: Writers, every: int
) -> None:
    with PowerCutDisk(tmp_path, SEED) as disk:
        for point in range(1, FIRST_START, every):
            task = Task("orders", str(disk.path / f"{point}.db"))
            disk.cut_after(point)
            writers.begin(task)
            said = set(writers.acknowledged())
            disk.cut()
            assert said <= steps_of(task.path), point


@pytest.mark.negative_control
def test_a_journal_with_synchronous_normal_is_found_out(tmp_path: Path, writers: Writers) -> None:
    assert lost_steps(tmp_path / "disk", writers, "normal", 20) != set()


def test_a_synced_file_stays_and_an_unsynced_one_may_vanish_or_be_torn(tmp_path: Path) -> None:
    body = os.urandom(5000)
    left: Counter[str] = Counter()
    with PowerCutDisk(tmp_path, FIXED) as disk:
        for cut in range(CUTS):
            safe, unsafe = disk.path / f"safe{cut}", disk.path / f"unsafe{cut}"
            safe.write_bytes(body)
            sync_files([safe])
            sync_folder(disk.path)
            unsafe.write_bytes(body)
            disk.cut()
            assert safe.read_bytes() == body
            left[kind_of(unsafe, body)] += 1
    assert left["gone"] > 0
    assert left["torn"] > 0


def kind_of(path: Path, body: bytes) -> str:
    if not path.exists():
        return "gone"
    return "whole" if path.read_bytes() == body else "torn"


def test_a_torn_write_leaves_whole_sectors_of_before_or_after(tmp_path: Path) -> None:
    before, after = b"b" * 8192, b"a" * 8192
    mixed = 0
    with PowerCutDisk(tmp_path, FIXED) as disk:
        path = disk.path / "pages"
        for _ in range(CUTS):
            path.write_bytes(before)
            sync_files([path])
            sync_folder(disk.path)
            with path.open("r+b") as file:
                file.write(after)
            disk.cut()
            found = path.read_bytes()
            sectors = {found[start : start + 512] for start in range(0, 8192, 512)}
            assert sectors <= {before[:512], after[:512]}
            mixed += len(sectors) == 2
    assert mixed > 0


def test_a_rename_may_be_undone_until_its_folder_is_synced(tmp_path: Path) -> None:
    assert replaced(tmp_path / "not synced", file=True, folder=False) == {b"old", b"new"}
    assert replaced(tmp_path / "synced", file=True, folder=True) == {b"new"}


@pytest.mark.negative_control
def test_a_file_renamed_before_it_was_synced_is_found_empty(tmp_path: Path) -> None:
    assert b"" in replaced(tmp_path, file=False, folder=True)


def replaced(place: Path, *, file: bool, folder: bool) -> set[bytes]:
    """What cuts leave of a file replaced in the usual way, where only these are synced."""
    found: set[bytes] = set()
    with PowerCutDisk(place, FIXED) as disk:
        path, new = disk.path / "settings", disk.path / "settings.new"
        for _ in range(CUTS):
            path.write_bytes(b"old")
            sync_files([path])
            sync_folder(disk.path)
            new.write_bytes(b"new")
            if file:
                sync_files([new])
            new.rename(path)
            if folder:
                sync_folder(disk.path)
            disk.cut()
            found.add(path.read_bytes())
    return found


def test_a_full_disk_refuses_writes_and_heals(tmp_path: Path) -> None:
    with PowerCutDisk(tmp_path, FIXED) as disk:
        disk.full(10_000)
        with (disk.path / "log").open("wb", buffering=0) as log:
            assert log.write(bytes(8_000)) == 8_000
            assert log.write(bytes(8_000)) == 2_000
            with pytest.raises(OSError) as refused:
                log.write(b"x")
            assert refused.value.errno == errno.ENOSPC
            disk.roomy()
            assert log.write(bytes(8_000)) == 8_000


def test_a_journal_on_a_full_disk_loses_no_order_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    held: list[UUID] = []
    with PowerCutDisk(tmp_path, FIXED) as disk:
        for room in range(0, 40_000, 7_000):
            with closing(Journal(disk.path / "journal.db", KEY)) as journal:
                assert all(journal.orders.entry(application) for application in held)
                disk.full(room)
                with pytest.raises(JournalFailed):
                    fill(journal, held)
                disk.roomy()
                register(journal, held)
                disk.cut()


def fill(journal: Journal, held: list[UUID]) -> None:
    for _ in range(1000):
        register(journal, held)


def register(journal: Journal, held: list[UUID]) -> None:
    application = uuid4()
    journal.orders.counter(application)
    journal.orders.register(application, uuid4(), 3770)
    journal.orders.begin(application, Means.CARD, uuid4())
    held.append(application)


def test_from_the_cut_point_on_everything_is_refused_until_the_cut(tmp_path: Path) -> None:
    with PowerCutDisk(tmp_path, FIXED) as disk:
        path = disk.path / "file"
        with path.open("wb", buffering=0) as file:
            before = disk.writes
            disk.cut_after(2)
            file.write(b"a")
            for refused in (lambda: file.write(b"b"), lambda: os.fsync(file.fileno())):
                with pytest.raises(OSError) as error:
                    refused()
                assert error.value.errno == errno.EIO
            assert disk.refusing
            assert (disk.writes - before, disk.syncs) == (1, 0)
        disk.cut()
        path.write_bytes(b"c")
        assert path.read_bytes() == b"c"


@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.thorough)])
def test_the_log_of_a_journal_replayed_to_any_sync_holds_what_was_acknowledged(
    tmp_path: Path, every: int
) -> None:
    assert lost_in_log(tmp_path, "full", every) == set()


@pytest.mark.negative_control
def test_the_log_of_a_journal_with_synchronous_normal_replayed_is_found_out(
    tmp_path: Path,
) -> None:
    assert lost_in_log(tmp_path, "normal", 9) != set()


def lost_in_log(place: Path, synchronous: str, every: int) -> set[str]:
    """Acknowledged steps that are gone when power is cut at a sync of a journal, or at its end."""
    log = write_log.WriteLog(place / "disk", place / "log")
    task = Task("orders", str(place / "disk" / "journal.db"), synchronous, last=4)
    words = [sys.executable, "-m", "tests.support.power_cut.writers"]
    log.run(words, json.dumps(asdict(task)), REPOSITORY, 60)
    promised: set[str] = set()
    for cut, sync in enumerate([*range(0, log.syncs, every), *[log.syncs] * 4]):
        said = log.cut(sync, SEED + cut, place / "left")
        promised = {line for line in said if line.split()[-1] in set(OrderState)}
        if lost := promised - steps_of(str(place / "left" / "journal.db")):
            return lost
    assert promised, "nothing was written"
    return set()


HOLD = """
import sys
from pathlib import Path
from tests.support.power_cut import write_log, PowerCutDisk
with PowerCutDisk(Path(sys.argv[1]), 1) as disk:
    print(disk.process, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("killed", ["the test", "the test and its disk"])
def test_nothing_stays_mounted_after_a_killed_test(tmp_path: Path, killed: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    behind = int(process.stdout.readline())
    gone = os.pidfd_open(behind)
    try:
        assert tmp_path in dict(mounted())
        if killed == "the test and its disk":
            os.kill(behind, signal.SIGKILL)
        process.kill()
        process.communicate(timeout=10)
        assert select.select([gone], [], [], 20)[0]
        if killed == "the test and its disk":
            unmount_stale()  # as every disk does that is made
        assert tmp_path not in dict(mounted())
    finally:
        os.close(gone)
        unmount_if_ours(tmp_path)
