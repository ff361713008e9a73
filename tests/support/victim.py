"""A kiosk process that dies while its hardware goes on, as in the field."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from deploy.demo.people import Visitor
from kiosk.order import Means, OrderState
from tests.support.centre import eventually
from tests.support.hardware import Hardware
from tests.support.kiosk import kiosk_toml
from tests.support.nursery import Child, shared_nursery
from tests.support.site import Site


class Victim:
    """One kiosk, its hardware still running when it dies."""

    def __init__(self, site: Site, folder: Path, code: str, *, cash: bool = False) -> None:
        self.hardware = Hardware(folder, cash=cash)
        self.hardware.start()
        self.folder = folder
        (folder / "credential").write_text(site.command("add-kiosk", code))
        toml = kiosk_toml(folder, site.url, code, self.hardware.toml())
        (folder / "kiosk.toml").write_text(toml)

    def start(self, module: str, *words: str) -> Child:
        """Start a kiosk process on this hardware."""
        config, log = str(self.folder / "kiosk.toml"), self.folder / "kiosk.log"
        return shared_nursery().start(module, "--config", config, *words, log=log)

    def orders(self) -> dict[UUID, OrderState]:
        """What the kiosk's journal says of each order."""
        path = self.folder / "journal.db"
        if not path.exists():
            return {}
        journal = sqlite3.connect(path)
        rows = journal.execute("SELECT application, state FROM orders").fetchall()
        journal.close()
        return {UUID(row[0]): OrderState(row[1]) for row in rows}

    def pay_until_killed(
        self, visitor: Visitor, moment: Callable[[], object], means: Means = Means.CARD
    ) -> UUID:
        """Let `visitor` come as far as paying, `kill -9` at `moment`; the application's id."""
        words = ("--email", visitor.email, "--means", means)
        process = self.start("tests.support.persona", *words)
        for line in process.stdout:
            if line.strip() == "ReadDocument":
                self.hardware.reader.obey("present " + "|".join(visitor.mrz()))
            if line.strip() in ("PayingByCard", "PayingByCash"):
                break
        eventually(lambda: OrderState.PAYING in self.orders().values())
        eventually(moment)
        kill(process)
        (application,) = self.orders()
        return application


def kill(process: Child) -> None:
    """As power goes, for one process."""
    process.kill()
    process.wait(timeout=10)
