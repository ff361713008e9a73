"""The demo's processes end with it, also when it cannot say so."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.centre import eventually
from tests.support.site import REPOSITORY

PARENT = """
import sys, time
from pathlib import Path
from deploy.demo import processes
processes._ENDS_WITH_US = tuple(sys.argv[2:])
with processes.Processes(Path(sys.argv[1])) as running:
    running.start("child", "-c", "import time; print('ready', flush=True); time.sleep(60)")
    running.wait("child", running.says("child", "ready"))
    print(running._running["child"].pid, flush=True)
    time.sleep(60)
"""


def child_of_a_killed_parent(folder: Path, *prefix: str) -> int:
    """The id of a child whose parent was killed without a word."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder), *prefix],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait(10)
    return child


def is_there(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_child_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    from deploy.demo.processes import _ENDS_WITH_US

    child = child_of_a_killed_parent(tmp_path, *_ENDS_WITH_US)
    eventually(lambda: not is_there(child))


@pytest.mark.negative_control
def test_without_that_it_stays(tmp_path: Path) -> None:
    child = child_of_a_killed_parent(tmp_path)
    assert is_there(child)
    os.kill(child, signal.SIGKILL)
