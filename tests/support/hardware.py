"""A kiosk's devices, simulated beside the kiosk's process: they outlive it, as real ones do."""

from pathlib import Path
from typing import Any

from devices.cctalk.simulated import CctalkSimulator
from devices.cctalk_bill.simulator import BillSimulator
from devices.cctalk_coin.simulator import CoinSimulator
from devices.cctalk_hopper.simulator import HopperSimulator
from devices.escpos.simulator import EscposSimulator
from devices.nexo.simulator import NexoSimulator
from devices.serial_mrz.simulator import SerialMrzSimulator
from tests.support.card import booked


class Hardware:
    """Reader, printer and card terminal of one kiosk in `folder`; with `cash` its till too."""

    def __init__(self, folder: Path, *, cash: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.reader = SerialMrzSimulator(folder / "reader.tty")
        self.printer = EscposSimulator(folder / "printer.tty", folder / "paper")
        self.terminal = NexoSimulator(("127.0.0.1", 0))
        self.till = CashMachines(folder) if cash else None

    def start(self) -> None:
        """Lay every cable."""
        self.reader.start()
        self.printer.start()
        self.terminal.start()
        if self.till is not None:
            self.till.start()

    def stop(self) -> None:
        """Take them away."""
        self.reader.stop()
        self.printer.stop()
        self.terminal.stop()
        if self.till is not None:
            self.till.stop()

    def toml(self) -> str:
        """The part of kiosk.toml that names terminal and till; the terminal must be listening."""
        terminal = f'name = "terminal"\nmodel = "nexo"\nport = "{self.terminal.port}"\n'
        return f"[[devices]]\n{terminal}{self.till.toml() if self.till else ''}"

    def charged(self) -> list[dict[str, Any]]:
        """The payments the terminal really made."""
        return [row for row in booked(self.terminal) if row["state"] == "approved"]


class CashMachines:
    """A bill validator, a coin acceptor and hoppers of 10 céntimos, 1 sol and 5 soles."""

    HOPPERS = (10, 100, 500)

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.bills = BillSimulator(folder / "bills.tty", folder / "bills")
        self.coins = CoinSimulator(folder / "coins.tty", folder / "coins")
        self.hoppers = {
            coin: HopperSimulator(folder / f"hopper{coin}.tty", folder / f"hopper{coin}")
            for coin in self.HOPPERS
        }

    def start(self) -> None:
        """Switch all of them on."""
        for each in self._all():
            each.start()
            each.obey("pace 20")
        for coin, hopper in self.hoppers.items():
            hopper.obey(f"serial {coin}")  # no two machines are one

    def stop(self) -> None:
        """Switch all of them off."""
        for each in self._all():
            each.stop()

    def toml(self) -> str:
        """The part of kiosk.toml that names them."""
        rows = [_row("bills", "cctalk-bill", self.bills), _row("coins", "cctalk-coin", self.coins)]
        for coin, hopper in self.hoppers.items():
            rows.append(_row(f"hopper{coin}", "cctalk-hopper", hopper, f"coin_centimos = {coin}"))
        return "".join(rows)

    def taken(self) -> int:
        """Céntimos that really lie in the boxes, by the machines' own ledgers."""
        rows = [*self.bills.ledger.rows(), *self.coins.ledger.rows()]
        return sum(int(str(row["centimos"])) for row in rows if row["what"] == "stacked")

    def given(self) -> int:
        """Céntimos that really came out of the hoppers."""
        return sum(coin * each.ledger.count("paid") for coin, each in self.hoppers.items())

    def _all(self) -> list[CctalkSimulator]:
        return [self.bills, self.coins, *self.hoppers.values()]


def _row(name: str, model: str, simulator: CctalkSimulator, more: str = "") -> str:
    quick = "poll_interval_s = 0.05" + (", settle_s = 0.2" if "hopper" not in model else "")
    options = ", ".join(each for each in (quick, more) if each)
    return (
        f'[[devices]]\nname = "{name}"\nmodel = "{model}"\nport = "{simulator.port}"\n'
        f"options = {{ {options} }}\n"
    )
