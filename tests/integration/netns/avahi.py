"""A host that has nothing of ours: avahi-daemon and its tools, on a message bus of their own."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.integration.netns.lan import Host
from tests.support.centre import eventually
from tests.support.nursery import end_with_parent

TOOLS = ("avahi-daemon", "avahi-browse", "avahi-publish", "dbus-daemon", "unshare", "mount")
START_S = 20.0
ASK_S = 15.0
_BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""
_DAEMON = """\
[server]
host-name={name}
use-ipv6=no
[publish]
publish-workstation=no
[rlimits]
"""
# The daemon keeps its files under /run: here it has one of its own.
_ALONE = 'mount -t tmpfs none /run && exec "$@"'


def missing() -> str | None:
    """Why there is no avahi here; None when there is."""
    lacking = [each for each in TOOLS if shutil.which(each) is None]
    return f"needs {', '.join(lacking)}: make setup, as root" if lacking else None


@dataclass(frozen=True)
class Found:
    """One line of `avahi-browse --parsable --resolve`. `txt`: as the tool writes it."""

    name: str
    service: str
    host: str
    address: str
    port: int
    txt: str


class Avahi:
    """What somebody else's computer sees and offers by avahi."""

    def __init__(self, host: Host, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.host, self._folder = host, folder
        self._bus = folder / "bus"
        self._environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self._bus}"}
        self._running: list[subprocess.Popen[str]] = []

    def __enter__(self) -> "Avahi":
        try:
            bus, daemon = self._folder / "bus.conf", self._folder / "avahi.conf"
            bus.write_text(_BUS.format(socket=self._bus))
            daemon.write_text(_DAEMON.format(name="oficina"))
            self._start("dbus-daemon", f"--config-file={bus}", "--nofork", "--nopidfile")
            eventually(self._bus.exists, START_S)
            alone = ("unshare", "--mount", "sh", "-c", _ALONE, "sh")
            plainly = ("--no-drop-root", "--no-chroot", "--no-rlimits")
            self._start(*alone, "avahi-daemon", *plainly, "--file", str(daemon))
            eventually(self._answers, START_S)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def browse(self) -> list[Found]:
        """Everything that is there now, by IPv4."""
        plainly = ("--parsable", "--no-db-lookup")  # `_http._tcp`, not "Web Site"
        asked = self._run("avahi-browse", "--all", "--resolve", "--terminate", *plainly)
        rows = [line.split(";", 9) for line in asked.stdout.splitlines() if line.startswith("=")]
        return [
            Found(row[3], row[4], row[6], row[7], int(row[8]), row[9])
            for row in rows
            if row[2] == "IPv4"
        ]

    @contextlib.contextmanager
    def published(self, name: str, service: str, port: int, *txt: str) -> Iterator[None]:
        """While entered, `name` is offered as `service`; then it says goodbye."""
        process = self._start("avahi-publish", "-s", name, service, str(port), *txt)
        try:
            yield
        finally:
            process.terminate()
            process.wait(ASK_S)

    def _answers(self) -> bool:
        return self._run("avahi-browse", "-atp").returncode == 0

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        with self.host.entered():
            return subprocess.run(
                words, env=self._environment, capture_output=True, text=True, timeout=ASK_S
            )

    def _start(self, *words: str) -> subprocess.Popen[str]:
        with self.host.entered(), (self._folder / "said").open("a") as said:
            process = subprocess.Popen(
                words,
                env=self._environment,
                stdout=said,
                stderr=said,
                text=True,
                preexec_fn=end_with_parent,
            )
        self._running.append(process)
        return process

    def _stop(self) -> None:
        while self._running:
            process = self._running.pop()
            if process.poll() is None:
                process.kill()
            process.wait(ASK_S)
