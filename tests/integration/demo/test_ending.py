"""However `make demo` ends, nothing of it stays."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.integration.demo.leftovers import check_nothing_stayed, running_in
from tests.integration.demo.terminal import PLAYED_S, begun

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]


def test_nothing_stays_behind_after_ctrl_c_amid_the_story(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    process = begun(folder, subprocess.PIPE)
    assert process.stdout is not None
    said = ""
    while "is up" not in said:
        line = process.stdout.readline()
        assert line, f"the demo did not start: {said}"
        said += line
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said + rest
    check_nothing_stayed(folder, said + rest)


def test_where_nobody_watches_it_ends_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    process = begun(folder, subprocess.PIPE, CI="true")
    said, _ = process.communicate(timeout=PLAYED_S)
    assert process.returncode == 0, said
    assert (folder / "report.json").exists()
    assert running_in(folder) == []
    assert not list((folder / "run").glob("*.tty"))
