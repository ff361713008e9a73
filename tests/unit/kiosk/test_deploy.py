"""What `deploy/` ships really fits the programs it starts."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.bootstrap import build_kiosk
from kiosk.config import load_config

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


class UnitFile(configparser.RawConfigParser):
    """systemd tells `Type` from `type`."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_each_unit_is_readable_and_starts_a_program_that_exists(unit: Path) -> None:
    parser = UnitFile(strict=False)
    parser.read_string(unit.read_text())
    words = parser["Service"]["ExecStart"].split()
    at_times = unit.with_suffix(".timer").exists() and parser["Service"]["Type"] == "oneshot"
    assert at_times or parser["Service"]["Restart"] == "always"
    if "-m" not in words:
        assert words[0] == "/usr/bin/Xorg"
        return
    module, options = words[words.index("-m") + 1], set(re.findall(r"--\w+", " ".join(words)))
    said = helped(module) + helped(module, *command_of(words[words.index("-m") + 2 :]))
    assert all(option in said for option in options)


def helped(*words: str) -> str:
    """What a program says of its options."""
    asked = [sys.executable, "-m", *words, "--help"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def command_of(words: list[str]) -> list[str]:
    """The subcommand, behind options with one value each; none where there are only options."""
    while words and words[0].startswith("--"):
        words = words[2:]
    return words[:1]


def test_the_example_kiosk_names_models_and_options_that_exist(tmp_path: Path) -> None:
    (tmp_path / "credential").write_text("0000000000000000.x")
    (tmp_path / "kiosk.toml").write_text((DEPLOY / "kiosk.toml").read_text())
    kiosk = build_kiosk(load_config(tmp_path / "kiosk.toml"))
    assert [device.model for device in kiosk.devices] == ["serial-mrz", "escpos", "nexo"]
    kiosk.journal.close()
