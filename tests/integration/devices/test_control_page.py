"""The page of a simulated device: what is pressed happens, and nobody else can press."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.control_page import HEADER, ControlPage, PageRefused
from devices.escpos.simulator import EscposSimulator


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[EscposSimulator]:
    simulator = EscposSimulator(tmp_path / "printer", tmp_path / "spool")
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def url(printer: EscposSimulator) -> Iterator[str]:
    page = ControlPage("127.0.0.1", 0, "escpos", printer)
    page.start()
    yield f"http://127.0.0.1:{page.address[1]}"
    page.stop()


def press(url: str, line: str, **headers: str) -> dict[str, Any]:
    asked = urllib.request.Request(f"{url}/obey", line.encode(), headers)
    with urllib.request.urlopen(asked, timeout=5) as answer:
        return json.load(answer)


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def test_a_pressed_button_reaches_the_device_and_its_state_shows_it(url: str) -> None:
    assert press(url, "paper low", **{HEADER: "1"})["paper"] == "low"
    assert json.loads(read(f"{url}/state"))["paper"] == "low"


def test_the_page_offers_every_command_of_the_device(url: str, printer: EscposSimulator) -> None:
    shown = read(f"{url}/")
    for word in printer.commands():
        assert f'data-word="{word}"' in shown
    assert "{{" not in shown


def test_a_line_the_device_refuses_says_what_it_would_take(url: str) -> None:
    answer = press(url, "paper blue", **{HEADER: "1"})
    assert answer["ok"] is False
    assert "full" in answer["error"]


def test_another_sites_page_cannot_press(url: str, printer: EscposSimulator) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        press(url, "paper out")
    assert printer.obey("status")["paper"] == "full"


def test_a_line_without_end_is_refused(url: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="413"):
        press(url, "x" * 5000, **{HEADER: "1"})


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "kiosk.example"])
def test_the_page_listens_to_this_machine_only(printer: EscposSimulator, host: str) -> None:
    with pytest.raises(PageRefused, match=r"127\.0\.0\.1"):
        ControlPage(host, 0, "escpos", printer)
