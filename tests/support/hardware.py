"""A kiosk's devices, simulated beside the kiosk's process: they outlive it, as real ones do."""

from pathlib import Path
from typing import Any

from devices.escpos.simulator import EscposSimulator
from devices.nexo.simulator import NexoSimulator
from devices.serial_mrz.simulator import SerialMrzSimulator
from tests.support.card import booked


class Hardware:
    """Reader, printer and card terminal of one kiosk in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.reader = SerialMrzSimulator(folder / "reader.tty")
        self.printer = EscposSimulator(folder / "printer.tty", folder / "paper")
        self.terminal = NexoSimulator(("127.0.0.1", 0))

    def start(self) -> None:
        """Lay every cable."""
        self.reader.start()
        self.printer.start()
        self.terminal.start()

    def stop(self) -> None:
        """Take them away."""
        self.reader.stop()
        self.printer.stop()
        self.terminal.stop()

    def toml(self) -> str:
        """The part of kiosk.toml that names the terminal; it must be listening."""
        return f'[[devices]]\nname = "terminal"\nmodel = "nexo"\nport = "{self.terminal.port}"\n'

    def charged(self) -> list[dict[str, Any]]:
        """The payments the terminal really made."""
        return [row for row in booked(self.terminal) if row["state"] == "approved"]
