"""What a demo that ended may not leave behind."""

import socket
import tomllib
from pathlib import Path

from tests.support.centre import eventually


def running_in(folder: Path) -> list[str]:
    """The command lines of processes that name `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in words and "pytest" not in words:
            found.append(words)
    return found


def check_nothing_stayed(folder: Path, said: str) -> None:
    """The demo of `folder` said goodbye; no process, no cable and no listener is left of it."""
    assert "demo: ended" in said
    assert "Traceback" not in said
    eventually(lambda: not running_in(folder))
    assert not list((folder / "run").glob("*.tty"))
    config = tomllib.loads((folder / "run" / "server.toml").read_text())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", config["port"])) != 0, "the port is still taken"
