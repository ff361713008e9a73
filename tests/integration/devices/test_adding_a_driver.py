"""`docs/adding-a-driver.md` is true: a driver is one folder and one line, built from that page."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import devices
from devices import registry
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.registry import DeviceConfig, build
from devices.status import Completion, DeviceState
from devices.supervisor import StatusChanged, Supervisor
from tests.support.site import REPOSITORY

PAGE = REPOSITORY / "docs" / "adding-a-driver.md"
BLOCK = re.compile(r"```python\n# (?P<path>\S+)\n(?P<code>.*?)```", re.DOTALL)
REGISTRY = "devices/registry.py"


def blocks() -> dict[str, str]:
    return {found["path"]: found["code"] for found in BLOCK.finditer(PAGE.read_text())}


def line_of_registry() -> tuple[str, str]:
    [(model, package)] = re.findall(r'^ {4}"([\w-]+)": "([\w.]+)",$', blocks()[REGISTRY], re.M)
    return model, package


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The page's folder on disk and its line in the registry; gone with the test."""
    name, package = line_of_registry()
    folder = tmp_path / package.rpartition(".")[2]
    folder.mkdir()
    (folder / "__init__.py").write_text('"""From the page."""\n')
    for path, code in blocks().items():
        if path != REGISTRY:
            (folder / Path(path).name).write_text(code)
    monkeypatch.setattr(devices, "__path__", [*devices.__path__, str(tmp_path)])
    monkeypatch.setattr(registry, "MODELS", {**registry.MODELS, name: package})
    yield name
    for module in [each for each in sys.modules if each.startswith(package)]:
        del sys.modules[module]


def test_the_page_needs_one_folder_and_one_line() -> None:
    _, package = line_of_registry()
    folders = {str(Path(path).parent) for path in blocks() if path != REGISTRY}
    assert folders == {package.replace(".", "/")}
    assert blocks()[REGISTRY].strip().count("\n") == 0


def test_the_driver_of_the_page_is_supervised_told_apart_and_tested(
    model: str, tmp_path: Path, recorder: Any
) -> None:
    made = importlib.import_module(f"{registry.MODELS[model]}.simulator")
    lamp = made.build(tmp_path / "lamp", None)
    lamp.start()
    supervisor = build(DeviceConfig("lamp", model, str(tmp_path / "lamp")), recorder)
    supervisor.start()
    try:
        assert recorder.wait_for(state_is(DeviceState.ONLINE))
        assert self_tested(supervisor).completion is Completion.SUCCESS
        assert lamp.obey("status")["lit"] is True
        lamp.obey("no reply on")
        assert self_tested(supervisor).completion is Completion.HARDWARE_ERROR
        lamp.obey("unplug")
        event = recorder.wait_for(state_is(DeviceState.NO_DEVICE))
        assert event.status.action is not None
    finally:
        assert supervisor.stop()
        lamp.stop()


def test_the_code_of_the_page_is_as_clean_as_the_projects(model: str, tmp_path: Path) -> None:
    folder = tmp_path / registry.MODELS[model].rpartition(".")[2]
    config = ("--config", str(REPOSITORY / "pyproject.toml"))
    unsorted = ("--ignore", "I001")  # out of the tree its own package is a stranger
    for words in (("check", *config, *unsorted), ("format", "--check", *config)):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *words, str(folder)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def self_tested(supervisor: Supervisor) -> SelfTestResult:
    result = supervisor.submit(SelfTest(), 5.0).result(10)
    assert isinstance(result, SelfTestResult)
    return result


def state_is(state: DeviceState) -> Any:
    return lambda event: isinstance(event, StatusChanged) and event.status.device is state
