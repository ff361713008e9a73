"""The site's server and a kiosk, each on a host of its own."""

import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

from devices.escpos.simulator import EscposSimulator
from devices.serial_mrz.simulator import SerialMrzSimulator
from tests.integration.netns.lan import Host
from tests.support.nursery import end_with_parent
from tests.support.site import Site

DEADLINE_S = 60.0
_ANNOUNCED = "[discovery]\nenabled = true\n"
_SILENT = "[discovery]\nenabled = false\n"


class LanSite(Site):
    """A site whose server speaks TLS on its host's address. `announced`: it says so by zeroconf.

    To be made, started and asked while its host is entered.
    """

    def __init__(self, folder: Path, host: Host, *, announced: bool) -> None:
        extra = f'host = "{host.address}"\n' + (_ANNOUNCED if announced else _SILENT)
        super().__init__(folder, extra, tls=True)
        self.url = f"https://{host.address}:{self.port}"


class LanKiosk:
    """A kiosk program without a screen, and its reader and printer. It knows of no server."""

    def __init__(self, host: Host, folder: Path, code: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.host, self.folder, self.code = host, folder, code
        self._reader = SerialMrzSimulator(folder / "reader.tty")
        self._printer = EscposSimulator(folder / "printer.tty", folder / "paper")
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> "LanKiosk":
        self._reader.start()
        self._printer.start()
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def shows(self, *screens: str) -> list[str]:
        """Wait until the screen's line begins with all of `screens`; its words.

        Raises TimeoutError, ChildProcessError when the program ended.
        """
        ends, last = time.monotonic() + DEADLINE_S, "nothing"
        while True:
            try:
                last = self._lines.get(timeout=max(0.0, ends - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"{self.code} shows {last}") from None
            if not last:
                raise ChildProcessError((self.folder / "said").read_text())
            if last.split()[: len(screens)] == list(screens):
                return last.split()

    def _start(self) -> None:
        config = self.folder / "kiosk.toml"
        config.write_text(_toml(self.folder, self.code))
        words = [sys.executable, "-m", "tests.integration.netns.kiosk_process"]
        with self.host.entered(), (self.folder / "said").open("w") as said:
            self._process = subprocess.Popen(
                [*words, "--config", str(config)],
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                preexec_fn=end_with_parent,
            )
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        self._reader.stop()
        self._printer.stop()


def _toml(folder: Path, code: str) -> str:
    return f"""\
code = "{code}"
[offline]
numbers = 0
[[devices]]
name = "reader"
model = "serial-mrz"
port = "{folder / "reader.tty"}"
[[devices]]
name = "printer"
model = "escpos"
port = "{folder / "printer.tty"}"
"""
