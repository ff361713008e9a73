"""The independent SOAP server: npm's `soap`, installed from its lock into var/."""

import contextlib
import hashlib
import os
import selectors
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from queue_server.issuance.wsdl import WSDL
from tests.support.loud import skip_loudly

SOURCES = Path(__file__).with_name("soap_server")
KEPT = Path(__file__).resolve().parents[2] / "var" / "judge"
LISTED = ("package.json", "package-lock.json", ".npmrc")
INSTALL_S = 90
START_S = 20
NODE = (20, 19)  # what npm's `soap` asks for


class Judge:
    """A running one."""

    def __init__(self, home: str) -> None:
        self._home = home
        self.url = f"{home}/emision"

    def seen(self) -> list[dict[str, Any]]:
        """Each call as it understood it: `operation`, `asked`, `signed`, `replied`."""
        return httpx.get(f"{self._home}/seen", trust_env=False, timeout=10).json()


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder with node_modules. Skips loudly where they cannot be had."""
    if not shutil.which("npm") or not shutil.which("node"):
        skip_loudly("npm is not installed, so no SOAP server of another make judges our client")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2]) < NODE:
        skip_loudly(f"node is {said.strip()}: the SOAP judge needs {'.'.join(map(str, NODE))}")
    listed = b"".join((SOURCES / name).read_bytes() for name in LISTED)
    folder = KEPT / hashlib.sha256(listed).hexdigest()[:16]
    if not folder.exists():
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    """`npm ci` beside `folder`, which appears only when it is complete."""
    KEPT.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=KEPT))
    try:
        for name in LISTED:
            shutil.copy(SOURCES / name, fresh)
        words = ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1"]
        subprocess.run(words, cwd=fresh, check=True, capture_output=True, timeout=INSTALL_S)
        with contextlib.suppress(OSError):  # another run was faster
            fresh.rename(folder)
    except (subprocess.SubprocessError, OSError) as error:
        skip_loudly(f"npm could not install the SOAP judge: {type(error).__name__}")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextlib.contextmanager
def judging(packages: Path, *files: Path, wsdl: Path = WSDL) -> Iterator[Judge]:
    """A judge on a free port; `files`: its key and certificate and whose requests it believes."""
    script = SOURCES / "server.js"
    process = subprocess.Popen(
        ["node", str(script), str(wsdl), *map(str, files)],
        env={**os.environ, "NODE_PATH": str(packages / "node_modules")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            assert selector.select(START_S), "the SOAP judge did not start in time"
        word, _, home = process.stdout.readline().strip().partition(" ")
        assert word == "ready", "the SOAP judge did not start"
        yield Judge(home)
    finally:
        process.stdin.close()  # its sign to end
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        process.stdout.close()


@pytest.fixture(scope="session")
def judge(packages: Path) -> Iterator[Judge]:
    with judging(packages) as running:
        yield running
