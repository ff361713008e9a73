"""A site, the centre, the wallets' gateway and a kiosk's machines: they keep the true ledgers."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.card import booked
from tests.support.centre import Centre, Mailbox, backend_toml, running
from tests.support.gateway import Gateway
from tests.support.issuing import Desk
from tests.support.site import Site
from tests.support.victim import Victim

KIOSK = "M01"


class MoneyWorld:
    """Everything around the processes that die."""

    def __init__(self, folder: Path, people: int, module: str = "queue_server") -> None:
        self.folder = folder
        self.centre = Centre(folder, people)
        self.gateway = Gateway(folder)
        self._mailbox = Mailbox(folder)
        self._module = module
        self.site: Site
        self.kiosk: Victim

    @contextmanager
    def running(self) -> Iterator["MoneyWorld"]:
        """Start all of it but the kiosk's process; everything ends with the block."""
        with running(self.centre, self.gateway):
            extra = backend_toml(self.centre, self._mailbox) + self.gateway.toml()
            self.site = Site(self.folder / "site", extra)
            try:
                self.start_server()
                self.kiosk = Victim(self.site, self.folder / "kiosk", KIOSK, cash=True)
                try:
                    yield self
                finally:
                    self.kiosk.hardware.stop()
            finally:
                self.site.stop()

    @property
    def desk(self) -> Desk:
        """A second kiosk's view of the server."""
        return Desk(self.site)

    def start_server(self) -> None:
        """Web worker and jobs."""
        self.site.start("serve", module=self._module)
        self.site.wait_ready()

    def kill_server(self) -> None:
        """Every process of the server, as power goes."""
        serve = self.site.processes.pop()
        os.killpg(serve.pid, signal.SIGKILL)
        serve.wait(timeout=10)

    def charged(self) -> dict[str, list[dict[str, Any]]]:
        """What the terminal really charged and did not give back, by the order's number."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in booked(self.kiosk.hardware.terminal):
            if row["state"] == "approved":
                found.setdefault(row["reference"], []).append(row)
        return found
