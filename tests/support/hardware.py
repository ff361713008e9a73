"""A kiosk's devices as processes of their own: they outlive a killed kiosk, as real ones do."""

from pathlib import Path
from typing import Any

from devices.control import ask
from tests.support.centre import Process
from tests.support.site import free_port

LOOPBACK = "127.0.0.1"


class Device(Process):
    """One simulated device with its control port."""

    def __init__(self, model: str, *words: str) -> None:
        self.control = (LOOPBACK, free_port())
        where = f"{LOOPBACK}:{self.control[1]}"
        super().__init__("devices", "simulate", model, *words, "--control", where)

    def order(self, line: str) -> dict[str, Any]:
        """One control command; its answer. Raises AssertionError when refused."""
        answer = ask(self.control, line)
        assert answer["ok"], f"{line}: {answer}"
        return answer


class Hardware:
    """Reader, printer and card terminal of one kiosk in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.terminal_port = free_port()
        self.reader = Device("serial-mrz", "--pty", str(folder / "reader.tty"))
        self.printer = Device(
            "escpos", "--pty", str(folder / "printer.tty"), "--spool", str(folder / "paper")
        )
        self.terminal = Device(
            "nexo",
            "--listen", f"{LOOPBACK}:{self.terminal_port}",
            "--spool", str(folder / "terminal"),
        )  # fmt: skip

    @property
    def all(self) -> tuple[Device, ...]:
        """Every device."""
        return self.reader, self.printer, self.terminal

    def toml(self) -> str:
        """The part of kiosk.toml that names the terminal."""
        port = f"http://{LOOPBACK}:{self.terminal_port}"
        return f'[[devices]]\nname = "terminal"\nmodel = "nexo"\nport = "{port}"\n'

    def booked(self) -> list[dict[str, Any]]:
        """The payments the terminal really made."""
        ledger = self.terminal.order("ledger")
        return [row for row in ledger["payments"] if row["state"] == "approved"]
