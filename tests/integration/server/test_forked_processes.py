"""Processes that tests fork end with the tests, also when these are killed without a word."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.centre import eventually
from tests.support.nursery import Nursery
from tests.support.site import REPOSITORY

FORKED = """
import sys, time
from tests.support.nursery import Nursery
with Nursery(()) as nursery:
    child = nursery.start("queue_server.payments.sandbox", "--port", "0", "--folder", sys.argv[1])
    assert child.stdout.readline().startswith("ready")
    print(child.pid, flush=True)
    time.sleep(60)
"""
SPAWNED = """
import subprocess, sys, time
words = [sys.executable, "-m", "queue_server.payments.sandbox", "--port", "0", "--folder"]
child = subprocess.Popen(
    [*words, sys.argv[1]], stdout=subprocess.PIPE, text=True, start_new_session=True
)
assert child.stdout.readline().startswith("ready")
print(child.pid, flush=True)
time.sleep(60)
"""


def child_of_killed_tests(program: str, folder: Path) -> int:
    """The id of a process started by tests that were then killed."""
    words = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(words, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        child = int(tests.stdout.readline())
        tests.kill()
    return child


def is_there(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_forked_process_ends_with_tests_that_are_killed(tmp_path: Path) -> None:
    child = child_of_killed_tests(FORKED, tmp_path)
    eventually(lambda: not is_there(child))


@pytest.mark.negative_control
def test_one_that_is_spawned_stays(tmp_path: Path) -> None:
    child = child_of_killed_tests(SPAWNED, tmp_path)
    assert is_there(child)
    os.kill(child, signal.SIGKILL)


def test_a_forked_process_says_how_it_ended(tmp_path: Path) -> None:
    with Nursery(()) as nursery:
        words = ("--port", "0", "--folder", str(tmp_path))
        child = nursery.start("queue_server.payments.sandbox", *words)
        assert child.stdout.readline().startswith("ready")
        assert child.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.01)
        child.terminate()
        assert child.wait(20) == 0
        killed = nursery.start("queue_server.payments.sandbox", *words)
        killed.kill()
        assert killed.wait(20) == -signal.SIGKILL
