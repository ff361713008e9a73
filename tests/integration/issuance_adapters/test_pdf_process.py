"""A document is read in a process of its own: whatever becomes of it, the next one is read."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from queue_server.issuance.adapters.pdf_process import MAX_MEMORY_BYTES, IsolatedVerifier
from tests.integration.issuance_adapters.test_pdf import WORDS, authority, certificate

# Starts a verifier, says who reads for it, and waits to be killed.
LONELY = """
import sys, time, psutil
from pathlib import Path
from queue_server.issuance.adapters.pdf_process import IsolatedVerifier
if __name__ == "__main__":
    verifier = IsolatedVerifier(Path(sys.argv[1]))
    verifier.verify(b"")
    print(*(each.pid for each in psutil.Process().children()), flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority().write(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def verifier(ca_file: Path) -> Iterator[IsolatedVerifier]:
    made = IsolatedVerifier(ca_file)
    yield made
    made.close()


def reader() -> psutil.Process:
    """The process that reads documents for this one."""
    workers = [
        each for each in psutil.Process().children() if "--multiprocessing-fork" in each.cmdline()
    ]
    return workers[-1]


def test_a_good_document_is_good_and_a_changed_one_is_not(verifier: IsolatedVerifier) -> None:
    assert verifier.verify(certificate()).valid
    assert not verifier.verify(certificate().replace(WORDS, b"CON VALOR LEGAL")).valid
    assert not verifier.verify(b"%PDF-1.7 nothing").valid


def test_the_reader_has_its_own_bounds(verifier: IsolatedVerifier) -> None:
    verifier.verify(b"")
    limits = Path(f"/proc/{reader().pid}/limits").read_text()
    (memory,) = [line for line in limits.splitlines() if line.startswith("Max address space")]
    assert memory.split()[3:5] == [str(MAX_MEMORY_BYTES)] * 2
    assert reader().pid != os.getpid()


def test_a_reader_that_dies_takes_one_document_with_it(verifier: IsolatedVerifier) -> None:
    verifier.verify(b"")
    reader().suspend()
    victim = reader()

    found = []
    asking = threading.Thread(
        daemon=True, target=lambda: found.append(verifier.verify(certificate()))
    )
    asking.start()
    time.sleep(0.2)
    victim.kill()
    asking.join(20)
    assert not found[0].valid
    assert verifier.verify(certificate()).valid


def test_a_document_that_takes_too_long_is_given_up(ca_file: Path) -> None:
    hasty = IsolatedVerifier(ca_file, deadline_s=0.001)
    try:
        hasty.verify(b"")  # it has loaded
        verdict = hasty.verify(certificate())
        assert (verdict.valid, verdict.problems) == (False, ("takes too long to read",))
    finally:
        hasty.close()


def test_the_reader_does_not_outlive_a_killed_server(ca_file: Path, tmp_path: Path) -> None:
    script = tmp_path / "lonely.py"
    script.write_text(LONELY)
    parent = subprocess.Popen(
        [sys.executable, str(script), str(ca_file)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    children = [int(each) for each in parent.stdout.readline().split()]
    parent.kill()
    parent.wait(timeout=10)
    ends = time.monotonic() + 10
    while any(psutil.pid_exists(each) for each in children):
        assert time.monotonic() < ends, "a reader is left"
        time.sleep(0.02)
