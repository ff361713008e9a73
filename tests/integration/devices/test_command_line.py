"""The simulators as processes: ready line, control port, clean end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.control import ControlServer, ask

Start = Callable[..., tuple["subprocess.Popen[str]", tuple[str, int]]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> tuple["subprocess.Popen[str]", tuple[str, int]]:
        command = [sys.executable, "-m", "devices", "simulate", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        word, _, _, address = process.stdout.readline().split()
        assert word == "ready"
        host, _, port = address.rpartition(":")
        return process, (host, int(port))

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_simulated_reader_answers_its_control_port_and_ends_cleanly(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    path = tmp_path / "reader"
    process, address = start("serial-mrz", "--pty", str(path), "--control", "127.0.0.1:0")
    assert path.is_symlink()
    assert ask(address, "framing stx") == {"ok": True, "framing": "stx"}
    assert ask(address, "unplug") == {"ok": True, "plugged": False}
    assert not os.path.lexists(path)
    ask(address, "plug")
    process.send_signal(number)
    assert process.wait(10) == 0
    assert not os.path.lexists(path)


def test_a_simulated_printer_tells_its_state_and_its_jobs_and_refuses_other_words(
    start: Start, tmp_path: Path
) -> None:
    _, address = start(
        "escpos",
        *("--pty", str(tmp_path / "printer"), "--control", "127.0.0.1:0"),
        *("--spool", str(tmp_path / "spool")),
    )
    assert ask(address, "paper low")["paper"] == "low"
    assert ask(address, "status")["cover"] == "closed"
    assert ask(address, "jobs") == {"ok": True, "jobs": []}
    for line in ("dance", "paper blue", "link lossy 101", "link", "cover"):
        answer = ask(address, line)
        assert answer["ok"] is False
        assert answer["error"]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "devices", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def test_the_models_are_listed_with_their_kinds() -> None:
    listed = run("list").stdout.splitlines()
    assert listed == [
        "escpos receipt_printer",
        "nexo card_terminal",
        "serial-mrz document_reader",
    ]


def test_an_unknown_model_names_the_nearest_and_fails(tmp_path: Path) -> None:
    ended = run("simulate", "escpoz", "--pty", str(tmp_path / "p"), "--control", "127.0.0.1:0")
    assert ended.returncode == 2
    assert "did you mean 'escpos'" in ended.stderr


def test_a_control_line_without_end_is_cut_and_refused() -> None:
    lines: list[str] = []

    def obey(line: str) -> dict[str, Any]:
        lines.append(line)
        raise ValueError("too long")

    server = ControlServer("127.0.0.1", 0, obey)
    server.start()
    try:
        assert ask(server.address, "x" * 10_000) == {"ok": False, "error": "too long"}
    finally:
        server.stop()
    assert max(map(len, lines)) <= 4096
