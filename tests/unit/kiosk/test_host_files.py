"""What `deploy/` puts around the kiosk is well formed, and locks what it should."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
UNITS = [
    DEPLOY / "systemd" / "ventanilla-kiosk.service",
    DEPLOY / "systemd" / "ventanilla-x.service",
    DEPLOY / "cage" / "ventanilla-cage.service",
]
RULES = sorted((DEPLOY / "udev").glob("*.rules"))
PAIR = re.compile(r'^[A-Z]+(\{[\w/]+\})?(==|!=|=|\+=|:=)"[^"]*"$')
LOCKED = {
    "Type": "notify",
    "Restart": "always",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "NoNewPrivileges": "true",
    "LimitCORE": "0",
    "WatchdogSec": "20",
}


class UnitFile(configparser.RawConfigParser):
    """systemd tells `Type` from `type`."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def service(text: str) -> configparser.SectionProxy:
    parser = UnitFile(strict=False)
    parser.read_string(text)
    return parser["Service"]


def left_open(text: str) -> dict[str, str | None]:
    """What a unit of the kiosk does not lock: the setting, and what it says instead."""
    section = service(text)
    return {name: section.get(name) for name, want in LOCKED.items() if section.get(name) != want}


def malformed(text: str) -> list[str]:
    """Lines of udev rules that udev would not read (udev(7))."""
    lines = [each for each in text.splitlines() if each and not each.startswith("#")]
    return [line for line in lines if not all(map(PAIR.match, line.split(", ")))]


@pytest.mark.parametrize("unit", [UNITS[0], UNITS[2]], ids=lambda path: path.stem)
def test_the_kiosk_runs_locked_in_and_watched(unit: Path) -> None:
    assert left_open(unit.read_text()) == {}
    assert service(unit.read_text())["User"] == "kiosk"


@pytest.mark.negative_control
def test_a_unit_that_leaves_core_dumps_on_is_caught() -> None:
    text = UNITS[0].read_text().replace("LimitCORE=0", "LimitCORE=infinity")
    assert left_open(text) == {"LimitCORE": "infinity"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_reads_each_unit(unit: Path, tmp_path: Path) -> None:
    """Programs and users of a kiosk host are not on this machine; nothing else may be wrong."""
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not here: install systemd to check the units")
    for each in UNITS:
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", each.read_text(), flags=re.M)
        (tmp_path / each.name).write_text(text)
    said = subprocess.run(
        [tool, "verify", "--man=no", str(tmp_path / unit.name)], capture_output=True, text=True
    )
    wrong = [line for line in said.stderr.splitlines() if unit.name in line]
    assert wrong == [], said.stderr


@pytest.mark.parametrize("rules", RULES, ids=lambda path: path.stem)
def test_udev_reads_each_rule(rules: Path) -> None:
    assert malformed(rules.read_text()) == []
    tool = shutil.which("udevadm")
    if tool is None:
        pytest.skip("udevadm is not here: only the form of the rules was checked")
    known = subprocess.run([tool, "verify", "--help"], capture_output=True, text=True)
    if known.returncode:
        pytest.skip("this udevadm cannot verify: only the form of the rules was checked")
    said = subprocess.run([tool, "verify", str(rules)], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.negative_control
def test_a_rule_without_quotes_is_caught() -> None:
    assert malformed('SUBSYSTEM==tty, SYMLINK+="x"') != []


def test_the_x_server_lets_nobody_out() -> None:
    text = (DEPLOY / "xorg" / "10-ventanilla.conf").read_text()
    for option in ("DontVTSwitch", "DontZap"):
        assert re.search(rf'Option "{option}"\s+"true"', text)
    assert text.count("Section ") == text.count("EndSection")
    assert 'MatchIsKeyboard "on"' in text
