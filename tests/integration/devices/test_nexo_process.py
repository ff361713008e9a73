"""The simulated terminal as a process: its command line, and kill -9 in the middle of a payment."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.__main__ import main
from devices.control import ask
from devices.kinds.card_terminal import CardResult, Pay, QueryPayment
from devices.link import HttpLink
from devices.nexo.driver import NexoDriver

FEE = 3770
WAIT_S = 10.0


class Process:
    """A terminal in a process of its own."""

    def __init__(self, spool: Path, listen: str = "127.0.0.1:0") -> None:
        command = [sys.executable, "-m", "devices", "simulate", "nexo", "--listen", listen]
        command += ["--control", "127.0.0.1:0", "--spool", str(spool)]
        self._popen = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._popen.stdout is not None
        word, model, self.port, address = self._popen.stdout.readline().split()
        assert (word, model) == ("ready", "nexo")
        host, _, port = address.rpartition(":")
        self.control = (host, int(port))

    def kill(self) -> None:
        """End it as a pulled plug does."""
        self._popen.kill()
        self._popen.wait(WAIT_S)
        if self._popen.stdout is not None:
            self._popen.stdout.close()

    def end(self) -> int:
        """End it politely; returns its exit code."""
        self._popen.terminate()
        return self._popen.wait(WAIT_S)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path)
    yield process
    process.kill()


def test_a_terminal_killed_after_it_took_the_money_is_found_when_it_is_back(
    terminal: Process, tmp_path: Path
) -> None:
    ask(terminal.control, "no reply silent")
    driver = NexoDriver(HttpLink(terminal.port), reply_timeout_s=0.5, settle_s=5.0)
    results: list[Any] = []
    deadline = time.monotonic() + WAIT_S

    def pay() -> None:
        results.append(driver.execute(Pay("PAY1", "order-1", FEE), deadline))

    paying = threading.Thread(daemon=True, target=pay)
    paying.start()
    wait_for_booking(tmp_path / "ledger.json")
    terminal.kill()
    back = Process(tmp_path, terminal.port.removeprefix("http://"))
    paying.join(WAIT_S)
    after_restart = NexoDriver(HttpLink(back.port))
    asked = after_restart.execute(QueryPayment("PAY1", FEE), time.monotonic() + WAIT_S)
    ledger = ask(back.control, "ledger")
    assert back.end() == 0
    assert [result.outcome for result in results] == ["approved"]
    assert isinstance(asked, CardResult)
    assert asked.outcome == "approved"
    assert [(row["service_id"], row["state"]) for row in ledger["payments"]] == [
        ("PAY1", "approved")
    ]
    assert ledger["duplicates"] == 0


def wait_for_booking(path: Path) -> None:
    ends = time.monotonic() + WAIT_S
    tick = threading.Event()
    while not path.exists() or json.loads(path.read_text())["entries"][0]["state"] != "approved":
        assert time.monotonic() < ends
        tick.wait(0.01)


def test_a_terminal_refuses_words_it_does_not_know_and_ends_cleanly(terminal: Process) -> None:
    for line in ("dance", "no", "lose", "decline Kindly", "delay -1", "abort", "power", "busy x"):
        answer = ask(terminal.control, line)
        assert answer["ok"] is False
        assert answer["error"]
    assert ask(terminal.control, "status")["fate"] == "answer"
    assert terminal.end() == 0


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("nexo", "--pty", "/nowhere/port"), "--listen HOST:PORT"),
        (("concert", "--listen", "127.0.0.1:0"), "--pty PATH"),
        (("nexo", "--listen", "127.0.0.1"), "write HOST:PORT"),
    ],
)
def test_a_device_on_the_wrong_sort_of_port_is_told_the_right_one(
    arguments: tuple[str, ...], wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *arguments, "--control", "127.0.0.1:0"]) == 2
    assert wanted in capsys.readouterr().err
