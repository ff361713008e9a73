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
from devices.escpos.simulator import EscposSimulator
from devices.link import open_link
from devices.registry import MODELS, load_model
from tests.support.site import REPOSITORY

DNI = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)

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


def test_the_models_are_listed_with_their_kinds_and_the_machines_ports() -> None:
    listed = run("list")
    assert listed.returncode == 0
    rows = {words[0]: words[1] for line in listed.stdout.splitlines() if (words := line.split())}
    assert rows["MODEL"] == "KIND"
    for model in MODELS:
        assert rows[model] == load_model(model).kind
    assert "PORT" in listed.stdout or "No serial port is there" in listed.stdout


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[EscposSimulator]:
    simulator = EscposSimulator(tmp_path / "printer", tmp_path / "spool")
    simulator.start()
    yield simulator
    simulator.stop()


def test_a_probed_port_says_which_model_answers_and_what_it_lacks(
    printer: EscposSimulator,
) -> None:
    printer.obey("paper low")
    found = run("probe", printer.port, "--model", "escpos")
    assert found.returncode == 0
    [row] = [line for line in found.stdout.splitlines() if line.startswith("escpos")]
    assert "online" in row
    assert "paper low" in row
    assert "[maintenance]" in row


def test_a_probed_port_without_a_device_ends_with_what_to_check(tmp_path: Path) -> None:
    found = run("probe", str(tmp_path / "none"), "--model", "escpos")
    assert found.returncode == 1
    assert "there is no such port; plug the device in" in found.stdout
    assert "No model answered" in found.stdout


def test_a_port_another_program_holds_says_so(printer: EscposSimulator) -> None:
    held = open_link(printer.port)
    try:
        assert "end the other program that holds it" in run("probe", printer.port).stdout
    finally:
        held.close()


def test_a_device_of_the_kiosks_file_is_watched_and_documents_are_not_shown(
    tmp_path: Path, start: Start
) -> None:
    _, address = start("serial-mrz", "--pty", str(tmp_path / "reader"), "--control", "127.0.0.1:0")
    (tmp_path / "kiosk.toml").write_text(
        f"""[[devices]]\nname = "lector"\nmodel = "serial-mrz"\nport = "{tmp_path}/reader"\n"""
    )
    watching = subprocess.Popen(
        [sys.executable, "-m", "devices", "monitor", "lector"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout is not None
    said: list[str] = []
    for line in watching.stdout:
        said.append(line)
        if "status  online" in line:
            ask(address, f"present {'|'.join(DNI)}")
        if "report" in line:
            watching.send_signal(signal.SIGINT)
    assert watching.wait(10) == 0
    assert any("DocumentRead" in line for line in said)
    assert "10117410" not in "".join(said)
    assert "PRUEBA" not in "".join(said)


def test_a_device_the_file_does_not_have_names_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text('[[devices]]\nname = "printer"\nmodel = "escpos"\nport = "/dev/none"\n')
    ended = run("monitor", "prinetr", "--config", str(file))
    assert ended.returncode == 2
    assert "did you mean 'printer'" in ended.stderr


def test_a_missing_file_says_how_to_name_a_device(tmp_path: Path) -> None:
    ended = run("self-test", "printer", "--config", str(tmp_path / "none.toml"))
    assert ended.returncode == 2
    assert "--config" in ended.stderr
    assert "--port" in ended.stderr


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
