"""The rules of the house bite: a clock in pure code is refused, outside it is not."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CLOCK = "from datetime import datetime\n\nNOW = datetime.now(None)\n"
WAIT = "import time\n\ntime.sleep(1)\n"


def complaints(name: str, source: str) -> str:
    """What ruff says of `source` if it stood in file `name`."""
    words = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--select",
        "TID251",
        "--stdin-filename",
        name,
        "-",
    ]
    return subprocess.run(
        words, input=source, capture_output=True, text=True, cwd=REPOSITORY, check=False
    ).stdout


@pytest.mark.parametrize("source", [CLOCK, WAIT], ids=["clock", "wait"])
@pytest.mark.parametrize(
    "name",
    [
        "kiosk/flow/new.py",
        "kiosk/order.py",
        "devices/new/protocol.py",
        "devices/documents/new.py",
        "queue_server/new/model.py",
    ],
)
def test_pure_code_has_no_clock(name: str, source: str) -> None:
    assert "TID251" in complaints(name, source)


@pytest.mark.negative_control
@pytest.mark.parametrize(
    "name", ["kiosk/runner.py", "queue_server/jobs.py", "devices/new/driver.py"]
)
def test_elsewhere_the_rule_is_silent(name: str) -> None:
    assert "TID251" not in complaints(name, CLOCK)
