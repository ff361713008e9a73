"""Builds in folders of their own, and a stand-in for systemd that starts what the unit starts."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.nursery import REPOSITORY

PACKAGES = ("queue_server", "devices")
# What `systemctl start|stop ventanilla-server.service` does, without systemd.
_SYSTEMCTL = """#!/bin/sh
set -e
pid={folder}/server.pid
echo "$1" >> {folder}/systemctl.log
case $1 in
start)
    cd {folder}/state
    setsid {folder}/opt/.venv/bin/python -m queue_server --config {folder}/etc/server.toml serve \\
        > {folder}/server.log 2>&1 &
    echo $! > "$pid" ;;
stop)
    [ -e "$pid" ] || exit 0
    kill "$(cat "$pid")" 2>/dev/null || true
    tail --pid="$(cat "$pid")" -f /dev/null
    rm -f "$pid" ;;
esac
"""
_PYTHON = """#!/bin/sh
PYTHONPATH={code} exec {python} "$@"
"""


def build_of(commit: str, place: Path) -> Path | None:
    """The build of an earlier commit in `place`; None where this is no clone that has it."""
    place.mkdir(parents=True)
    archive = place / "code.tar"
    words = ["git", "archive", "-o", str(archive), commit, *PACKAGES]
    made = subprocess.run(words, cwd=REPOSITORY, capture_output=True, check=False)
    if made.returncode != 0:
        return None
    shutil.unpack_archive(archive, place / "code")
    return _with_python(place)


def build_of_today(place: Path) -> Path:
    """The build of the code that is being tested."""
    for name in PACKAGES:
        kept = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, place / "code" / name, ignore=kept)
    return _with_python(place)


def _with_python(place: Path) -> Path:
    program = place / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(_PYTHON.format(code=place / "code", python=sys.executable))
    program.chmod(0o755)
    return place


class Machine:
    """A server's machine below `folder`: where the scripts find everything."""

    def __init__(self, folder: Path, build: Path, port: int) -> None:
        self.folder = folder
        for name in ("etc", "state", "backups", "units"):
            (folder / name).mkdir(parents=True)
        (folder / "opt").symlink_to(build)
        self.config = folder / "etc" / "server.toml"
        self.database = folder / "state" / "ventanilla.db"
        self.config.write_text(
            f'site = "PRUEBA"\nport = {port}\nhost = "127.0.0.1"\n'
            f'database = "{self.database}"\n'
            f'data_key_file = "{folder}/state/data.key"\n'
            "[discovery]\nenabled = false\n"
        )
        (folder / "state" / "keys").mkdir()
        systemctl = folder / "systemctl"
        systemctl.write_text(_SYSTEMCTL.format(folder=folder))
        systemctl.chmod(0o755)

    @property
    def environment(self) -> Mapping[str, str]:
        """Where the scripts find this machine's parts."""
        return {
            **os.environ,
            "VENTANILLA_OPT": str(self.folder / "opt"),
            "VENTANILLA_ETC": str(self.folder / "etc"),
            "VENTANILLA_STATE": str(self.folder / "state"),
            "VENTANILLA_BACKUPS": str(self.folder / "backups"),
            "VENTANILLA_UNITS": str(self.folder / "units"),
            "VENTANILLA_SYSTEMCTL": str(self.folder / "systemctl"),
            "VENTANILLA_USER": subprocess.check_output(["id", "-un"], text=True).strip(),
            "VENTANILLA_HEALTH_S": "12",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the build that is installed."""
        python = str(self.folder / "opt" / ".venv" / "bin" / "python")
        given = [python, "-m", "queue_server", "--config", str(self.config), *words]
        return subprocess.run(
            given, cwd=self.folder / "state", text=True, capture_output=True, check=True
        )

    def systemctl(self, word: str) -> None:
        """What an administrator does by hand."""
        subprocess.run([str(self.folder / "systemctl"), word], check=True, timeout=60)

    def upgrade(self, build: Path) -> subprocess.CompletedProcess[str]:
        """The script, with a build that was made before."""
        script = REPOSITORY / "deploy" / "upgrade-server.sh"
        return subprocess.run(
            [str(script), "--release", str(build)],
            env=dict(self.environment),
            text=True,
            capture_output=True,
            timeout=150,
            check=False,
        )

    def end(self) -> None:
        """Nothing of it stays."""
        pid = self.folder / "server.pid"
        if pid.exists():
            number = int(pid.read_text())
            try:
                os.killpg(number, signal.SIGTERM)
            except ProcessLookupError:
                return
