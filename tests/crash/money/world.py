"""A site, the centre, the wallets' gateway and a kiosk's machines: they keep the true ledgers."""

import contextlib
import os
import signal
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from tests.crash.money.kiosk import MortalKiosk
from tests.support.centre import Centre, Mailbox, backend_toml, running
from tests.support.gateway import Gateway
from tests.support.nursery import Child, Nursery
from tests.support.site import Site

KIOSK = "M01"
CONNECTION_S = 5.0


class MortalSite(Site):
    """The server's two processes, each a child of the nursery."""

    def __init__(self, folder: Path, extra: str, nursery: Nursery) -> None:
        super().__init__(folder, extra)
        self._nursery = nursery

    def serve(self, web: Sequence[str] = (), jobs: Sequence[str] = ()) -> tuple[Child, Child]:
        """Start both, each made ready for its fate; web worker and jobs. It answers."""
        second = self._begin("jobs", jobs)
        assert second.stdout.readline().strip() == "ready"
        first = self._begin("web", web)
        self.wait_ready()
        return first, second

    def die(self) -> None:
        """Every process of the server, as power goes."""
        for each in self.processes:
            self.kill(each)
        self.processes.clear()

    def _begin(self, command: str, prepare: Sequence[str]) -> Child:
        config, log = str(self.folder / "server.toml"), self.folder / "server.log"
        words = ("--config", config, command)
        child = self._nursery.start("queue_server", *words, log=log, prepare=prepare)
        self.processes.append(child)
        return child


class MortalCentre(Centre):
    """The centre as a child of the nursery; it keeps its state and its port."""

    def __init__(self, folder: Path, people: int, nursery: Nursery) -> None:
        super().__init__(folder, people)
        self._nursery = nursery

    def start(self, prepare: Sequence[str] = ()) -> None:
        """Start, and wait for the ready line."""
        self._process = hosted(self._nursery, self._words, prepare)

    @property
    def process(self) -> Child:
        """What runs now."""
        assert isinstance(self._process, Child)
        return self._process

    def die(self) -> None:
        """As power goes, with every child of its."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


class MortalGateway(Gateway):
    """The wallets' gateway as a child of the nursery."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        super().__init__(folder)
        self._nursery = nursery

    def start(self) -> None:
        """Start, and wait for the ready line."""
        self._process = hosted(self._nursery, self._words)


class MortalMailbox(Mailbox):
    """The mail server as a child of the nursery."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        super().__init__(folder)
        self._nursery = nursery

    def start(self) -> None:
        """Start, and wait for the ready line."""
        self._process = hosted(self._nursery, self._words)


def hosted(nursery: Nursery, words: Sequence[str], prepare: Sequence[str] = ()) -> Child:
    """What `python -m` and `words` would start, in a nursery; it has said that it is ready."""
    module, *rest = words
    child = nursery.start(module, *rest, log=Path(os.devnull), prepare=prepare)
    line = child.stdout.readline()
    assert line.startswith("ready"), f"{module} said {line!r}"
    return child


class MoneyWorld:
    """Everything around the processes that die, and these. `disk`: the journal's forgets, seeded.

    `letters`: a mail server takes them. `spoilt_server`: what is broken on purpose of the server
    from its next start on, in the nursery's words.
    """

    def __init__(
        self,
        folder: Path,
        people: int,
        nursery: Nursery,
        *,
        disk: int | None = None,
        letters: bool = False,
    ) -> None:
        self.folder = folder
        self.centre = MortalCentre(folder, people, nursery)
        self.gateway = MortalGateway(folder, nursery)
        self._mailbox = MortalMailbox(folder, nursery)
        self._letters = letters
        self._nursery = nursery
        self._disk = disk
        self.spoilt_server: Sequence[str] = ()
        self.site: MortalSite
        self.kiosk: MortalKiosk

    @contextmanager
    def running(self) -> Iterator["MoneyWorld"]:
        """Start all of it but the kiosk's process; everything ends with the block."""
        with ExitStack() as stack:
            stack.enter_context(running(self.centre, self.gateway))
            if self._letters:
                stack.enter_context(running(self._mailbox))
            extra = backend_toml(self.centre, self._mailbox) + self.gateway.toml()
            self.site = MortalSite(self.folder / "site", extra, self._nursery)
            stack.callback(self.site.stop)
            self.start_server()
            self.kiosk = MortalKiosk(
                self.site, self.folder / "kiosk", KIOSK, self._nursery, self._disk
            )
            stack.enter_context(self.kiosk.standing())
            yield self

    def start_server(self, web: Sequence[str] = (), jobs: Sequence[str] = ()) -> None:
        """Web worker and jobs."""
        self.web, self.jobs = self.site.serve((*self.spoilt_server, *web), jobs)

    def kill_server(self) -> None:
        """Every process of the server, as power goes."""
        self.site.die()

    def letters(self) -> list[str]:
        """Whom a letter was sent to, oldest first.

        One that power let nobody write down as sent comes again under its Message-ID: it is one.
        """
        sent = {each["Message-ID"]: str(each["To"]) for each in self._mailbox.messages()}
        return list(sent.values())

    def booked(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the server's database, read from outside."""
        path = self.site.folder / "ventanilla.db"
        with closing(sqlite3.connect(path, timeout=CONNECTION_S)) as db:
            return db.execute(query).fetchall()
