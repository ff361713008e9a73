"""What a technician may type wrong, and the sentence that says what to write."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from devices.__main__ import parser
from devices.command_line.probing import probe
from devices.command_line.simulating import address, made
from devices.command_line.target import target
from devices.command_line.words import BadArgument
from tests.support.site import REPOSITORY

ROW = '[[devices]]\nname = "x"\nmodel = "escpos"\nport = "/dev/null"\n'


def meant(folder: Path, content: str) -> object:
    """The device `x` of a kiosk's file with this content."""
    file = folder / "kiosk.toml"
    file.write_text(content, encoding="utf-8")
    return target(argparse.Namespace(device="x", config=file, port=None, option=[]))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("devices = 3", r"under \[\[devices\]\]"),
        ("devices = [1, 2]", r"under \[\[devices\]\]"),
        ('[devices]\nname = "x"', r"under \[\[devices\]\]"),
        (ROW.replace('"escpos"', "5"), "write model"),
        (ROW.replace('"/dev/null"', "5"), "write port"),
        ('[[devices]]\nname = "x"', "write model"),
        (ROW + "options = 3", r"write its options as \[devices.options\]"),
        ("[[devices]]\n", "has no device 'x'"),
        ("devices = ", "not valid TOML"),
    ],
)
def test_a_kiosks_file_of_another_shape_is_refused_with_the_right_one(
    tmp_path: Path, content: str, sentence: str
) -> None:
    with pytest.raises(BadArgument, match=sentence):
        meant(tmp_path, content)


def test_a_kiosks_file_of_the_right_shape_is_taken(tmp_path: Path) -> None:
    assert "escpos" in repr(meant(tmp_path, ROW + "[devices.options]\nbaud = 19200"))


@pytest.mark.parametrize(
    "text",
    [
        *("", "7", "127.0.0.1:", ":7", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1"),
        *("127.0.0.1:\u0663", "127.0.0.1:\u00b2", "a..b:7", f"{'x' * 80}:7", "a\0b:7", "a\nb:7"),
    ],
)
def test_an_address_nobody_could_listen_at_is_refused(text: str) -> None:
    with pytest.raises(BadArgument, match="write HOST:PORT"):
        address("--control", text)


@pytest.mark.parametrize("text", ["127.0.0.1:0", "localhost:65535", "[::1]:80"])
def test_an_address_is_read(text: str) -> None:
    assert address("--control", text)[1] in (0, 80, 65535)


def test_an_option_at_a_probe_belongs_to_one_model() -> None:
    with pytest.raises(BadArgument, match="--model"):
        probe("/dev/none", None, ["baud=19200"])
    with pytest.raises(BadArgument, match="a whole number"):
        probe("/dev/none", "escpos", ["baud=fast"])


def test_a_simulator_makes_no_folders_for_its_port(tmp_path: Path) -> None:
    wanted = argparse.Namespace(model="escpos", pty=tmp_path / "no" / "port", spool=None)
    with pytest.raises(BadArgument, match="there is no folder"):
        made(wanted)
    made(argparse.Namespace(model="escpos", pty=tmp_path / "port", spool=None))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "soon"])
def test_watching_ends_after_a_time_there_is(
    seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["monitor", "x", "--seconds", seconds])
    assert "write a number of seconds" in capsys.readouterr().err


FAILING = """
import structlog
{prepare}
def read():
    name = "PRUEBA JUAN"
    raise ValueError("defect")
try:
    read()
except ValueError:
    structlog.get_logger().exception("driver_failed")
"""
PLAINLY = "from devices.__main__ import log_plainly; log_plainly()"
RICHLY = "import sys; structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))"


@pytest.mark.parametrize(
    ("prepare", "shows"),
    [(PLAINLY, False), pytest.param(RICHLY, True, marks=pytest.mark.negative_control)],
    ids=["plain", "rich"],
)
def test_a_traceback_on_the_command_line_shows_no_values(prepare: str, shows: bool) -> None:
    if shows:
        pytest.importorskip("rich")  # it is what shows them
    script = FAILING.format(prepare=prepare)
    command = [sys.executable, "-c", script.replace('"PRUEBA JUAN"', '"PRUEBA " + "JUAN"')]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=REPOSITORY)
    assert "ValueError" in run.stderr
    assert ("PRUEBA JUAN" in run.stderr) is shows
