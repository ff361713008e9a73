"""A kiosk whose process dies again and again while its machines go on, as in the field."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from kiosk.journal import Journal, load_key
from kiosk.order import UNSETTLED
from tests.support.hardware import Hardware
from tests.support.kiosk import kiosk_toml
from tests.support.nursery import Child, Nursery
from tests.support.power_cut import PowerCutDisk
from tests.support.site import REPOSITORY, Site

VISITOR = "tests.crash.money.visitor"
PLACES = 'journal = "journal/journal.db"\njournal_key_file = "journal/journal.key"\n'
_OPEN = (
    "SELECT count(*) FROM cash_payouts WHERE outcome IS NULL",
    "SELECT count(*) FROM claims WHERE proven = 0 AND means = 'cash'",
    "SELECT count(*) FROM outgoing",
    # Cash of a payment that is not yet price, given or claimed: the recovery's next look claims it.
    """
    SELECT count(*) FROM order_payments p JOIN orders o USING (application)
    WHERE p.means = 'cash'
      AND (SELECT coalesce(sum(amount), 0) FROM cash_credits WHERE session = p.payment)
        > iif(o.payment = p.payment AND o.state IN ('paid', 'accepted'), o.amount, 0)
        + (SELECT coalesce(sum(paid * substr(payout, length(rtrim(payout, '0123456789')) + 1)), 0)
             FROM cash_payouts WHERE payment = p.payment)
        + (SELECT coalesce(sum(amount), 0) FROM claims WHERE payment = p.payment)
    """,
    "SELECT count(*) FROM orders WHERE state IN ({})".format(
        ", ".join(f"'{each}'" for each in UNSETTLED)
    ),
)


class MortalKiosk:
    """Machines, configuration and journal of one kiosk; its process comes and goes.

    With `disk` the journal lies on a disk that forgets what nobody synced, drawn from that seed.
    """

    def __init__(
        self, site: Site, folder: Path, code: str, nursery: Nursery, disk: int | None = None
    ) -> None:
        self.hardware = Hardware(folder, cash=True)
        self.folder = folder
        self.code = code
        self.spoilt: Sequence[str] = ()
        self.books = folder / "journal"
        self.books.mkdir()
        self.disk = None if disk is None else PowerCutDisk(self.books, disk)
        self._site = site
        self._nursery = nursery

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Machines switched on, disk mounted; both end with the block."""
        with ExitStack() as stack:
            self.hardware.start()
            stack.callback(self.hardware.stop)
            (self.folder / "credential").write_text(self._site.command("add-kiosk", self.code))
            toml = kiosk_toml(self.folder, self._site.url, self.code, self.hardware.toml())
            (self.folder / "kiosk.toml").write_text(
                toml.replace("[server]", f"{PLACES}[server]", 1)
            )
            if self.disk is not None:
                stack.enter_context(self.disk)
            yield

    def start(self, module: str = VISITOR, *words: str, prepare: Sequence[str] = ()) -> Child:
        """Start its process, ready to die at a point if so prepared."""
        return self._nursery.start(
            module, *self.words(*words), log=self.log, prepare=(*self.spoilt, *prepare)
        )

    def start_cold(self) -> "subprocess.Popen[str]":
        """Start its process from nothing, imports and all, as the system does."""
        return subprocess.Popen(
            [sys.executable, "-m", VISITOR, *self.words()],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("a"),
            text=True,
        )

    def words(self, *more: str) -> tuple[str, ...]:
        """Its command line."""
        return "--config", str(self.folder / "kiosk.toml"), *more

    def journal(self) -> Journal:
        """Its journal, opened from outside; its process must have ended."""
        return Journal(self.books / "journal.db", load_key(self.books / "journal.key"))

    def is_settled(self) -> bool:
        """Whether its journal owes nobody an answer, a payout or news; while it runs, too."""
        return at_rest(self.books / "journal.db")

    def orders(self, state: str) -> int:
        """How many orders stand in `state`; while it runs, too."""
        path = self.books / "journal.db"
        if not path.exists():
            return 0
        with closing(sqlite3.connect(path, timeout=5.0)) as db:
            query = "SELECT count(*) FROM orders WHERE state = ?"
            return db.execute(query, (state,)).fetchone()[0]

    @property
    def paper(self) -> list[str]:
        """Every slip that came out, as text."""
        return [path.read_text() for path in sorted((self.folder / "paper").glob("*.txt"))]

    @property
    def log(self) -> Path:
        """What its processes say."""
        return self.folder / "kiosk.log"


def at_rest(journal: Path) -> bool:
    """Whether `journal` owes nobody an answer, a payout, a claim or news."""
    if not journal.exists():
        return True
    with closing(sqlite3.connect(journal, timeout=5.0)) as db:
        return not any(db.execute(query).fetchone()[0] for query in _OPEN)
