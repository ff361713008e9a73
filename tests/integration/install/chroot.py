"""A bare Debian 12 in a folder, made by debootstrap from the mirror this machine is set to."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.nursery import REPOSITORY

BASE = ("python3", "python3-venv", "ca-certificates")
SOURCES = ("kiosk", "devices", "queue_server", "deploy", "pyproject.toml", "README.md")
LOCKS = ("requirements-server.lock", "requirements-kiosk.lock")
MINUTES = 60.0


def missing() -> str | None:
    """Why no Debian can be made here; None when it can."""
    if os.geteuid() != 0:
        return "needs root: debootstrap and chroot"
    if shutil.which("debootstrap") is None:
        return "needs debootstrap: apt-get install debootstrap"
    if mirror() is None:
        return "needs a Debian mirror in /etc/apt"
    return None


def mirror() -> str | None:
    """The mirror this machine installs from: the first one of its sources."""
    apt = Path("/etc/apt")
    for path in [*sorted((apt / "sources.list.d").glob("*.sources")), apt / "sources.list"]:
        if not path.is_file():
            continue
        for line in path.read_text().splitlines():
            if line.startswith("URIs:"):
                return line.split()[1]
            if line.startswith("deb "):
                return next(word for word in line.split() if "://" in word)
    return None


class Debian:
    """One bare Debian. `root`: its folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def make(self) -> None:
        """From nothing; a base that was made before (`DEBIAN_BASE`) is copied instead."""
        base = os.environ.get("DEBIAN_BASE", "")
        if base:
            subprocess.run(["cp", "-a", f"{base}/.", str(self.root)], check=True)
        else:
            words = ["debootstrap", "--variant=minbase", f"--include={','.join(BASE)}", "bookworm"]
            subprocess.run(
                [*words, str(self.root), mirror() or ""], check=True, capture_output=True
            )
        self._apt_as_here()

    def _apt_as_here(self) -> None:
        """Mirror, keys and how to reach them are this machine's own."""
        inside = self.root / "etc" / "apt"
        for name in (
            "sources.list",
            "sources.list.d",
            "apt.conf.d",
            "trusted.gpg.d",
            "auth.conf.d",
        ):
            here = Path("/etc/apt") / name
            there = inside / name
            if there.is_dir():
                shutil.rmtree(there)
            else:
                there.unlink(missing_ok=True)
            if here.is_dir():
                shutil.copytree(here, there)
            elif here.is_file():
                shutil.copy(here, there)
        for each in ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt"):
            if Path(each).exists():
                shutil.copy(each, self.root / each.lstrip("/"))

    @contextlib.contextmanager
    def mounted(self) -> Iterator[None]:
        """With what a program expects below /proc and /dev."""
        mounts = [("proc", "proc"), ("tmpfs", "dev/shm")]
        (self.root / "dev" / "shm").mkdir(exist_ok=True)
        done: list[Path] = []
        try:
            for kind, place in mounts:
                target = self.root / place
                subprocess.run(["mount", "-t", kind, kind, str(target)], check=True)
                done.append(target)
            yield
        finally:
            for target in reversed(done):
                subprocess.run(["umount", "--lazy", str(target)], check=False)

    def give(self, wheels: Path) -> None:
        """The program and its packages, as somebody would carry them there."""
        there = self.root / "srv" / "ventanilla"
        there.mkdir(parents=True)
        for name in (*SOURCES, *LOCKS):
            here = REPOSITORY / name
            if here.is_dir():
                kept = shutil.ignore_patterns("__pycache__")
                shutil.copytree(here, there / name, ignore=kept)
            else:
                shutil.copy(here, there / name)
        shutil.copytree(wheels, self.root / "srv" / "wheels")

    def words(self, *given: str) -> list[str]:
        """A command line inside."""
        plain = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]
        return ["chroot", str(self.root), "/usr/bin/env", "-i", *plain, *given]

    def run(self, *given: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run it to its end. Raises AssertionError with what it said."""
        done = subprocess.run(
            self.words(*given), text=True, capture_output=True, timeout=20 * MINUTES, check=False
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done


def wheels_for(locks: Sequence[str], folder: Path) -> Path:
    """The packages of the locks, fetched by this machine's own pip; `WHEELS`: fetched before."""
    given = os.environ.get("WHEELS", "")
    if given:
        return Path(given)
    for lock in locks:
        words = ["pip", "download", "--quiet", "--require-hashes", "-r", str(REPOSITORY / lock)]
        subprocess.run(
            [sys.executable, "-m", *words, "-d", str(folder)], check=True, timeout=10 * MINUTES
        )
    return folder
