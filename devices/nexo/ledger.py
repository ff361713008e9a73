"""What a simulated terminal has booked: kept through a power cycle, and on disk if wanted."""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

STATES = ("in_progress", "approved", "declined", "aborted", "reversed")
POWER_LOST = "Aborted"


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction; ``number`` is the terminal's own, ``condition`` why it failed."""

    number: int
    category: str
    service_id: str
    sale_id: str
    poi_id: str
    reference: str
    amount_centimos: int
    authorised_centimos: int
    currency: str
    at: str
    state: str = "in_progress"
    condition: str = ""

    @property
    def stan(self) -> str:
        """The number as it stands in messages."""
        return f"SIM-{self.number:06d}"

    @property
    def row(self) -> dict[str, object]:
        """What the command ``ledger`` shows of it."""
        names = ("service_id", "reference", "amount_centimos", "state", "condition")
        return {
            **{name: getattr(self, name) for name in names},
            "authorised_centimos": self.authorised_centimos * (self.state == "approved"),
        }

    @property
    def moment(self) -> datetime:
        """When it began, aware."""
        return datetime.fromisoformat(self.at)


class Ledger:
    """Transactions by ServiceID, and how often one came again.

    With a ``folder`` each change is in ``ledger.json`` there, synced, before it takes effect. A
    transaction that power loss interrupted before it was authorised is ``aborted``.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._path = None if folder is None else folder / "ledger.json"
        self._entries: dict[str, Entry] = {}
        self._closed_after: list[int] = []
        self.duplicates = 0
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._load(self._path)
        self.lose_power()

    def entries(self, category: str) -> list[Entry]:
        """Return the transactions of one category, oldest first."""
        return [entry for entry in self._entries.values() if entry.category == category]

    def find(self, service_id: str) -> Entry | None:
        """Return the transaction with this ServiceID."""
        return self._entries.get(service_id)

    def next_number(self) -> int:
        """Return the number of the next transaction."""
        return max((each.number for each in self._entries.values()), default=0) + 1

    @property
    def period(self) -> int:
        """The number of the period that goes on, counted from 1."""
        return len(self._closed_after) + 1

    def of_period(self, period: int) -> list[Entry]:
        """The transactions begun in a period."""
        ends = [0, *self._closed_after, self.next_number()]
        after, until = ends[period - 1], ends[period]
        return [each for each in self._entries.values() if after < each.number <= until]

    def close(self) -> None:
        """End the period; the next one begins."""
        self._closed_after.append(self.next_number() - 1)
        self._save()

    def forget(self, service_id: str) -> bool:
        """Lose a transaction, as no real terminal should; False when there is none."""
        known = self._entries.pop(service_id, None) is not None
        self._save()
        return known

    def book(self, entry: Entry) -> None:
        """Add a transaction or replace the one with its ServiceID."""
        self._entries[entry.service_id] = entry
        self._save()

    def end(self, service_id: str, state: str, condition: str = "") -> Entry:
        """Give a transaction its end; one that has ended stays as it is, unless reversed."""
        entry = self._entries[service_id]
        if entry.state == "in_progress" or state == "reversed":
            entry = replace(entry, state=state, condition=condition)
            self.book(entry)
        return entry

    def count_duplicate(self) -> None:
        """Note that a ServiceID came a second time."""
        self.duplicates += 1
        self._save()

    def lose_power(self) -> None:
        """End what was in progress without authorisation."""
        for entry in list(self._entries.values()):
            self.end(entry.service_id, "aborted", POWER_LOST)

    def _load(self, path: Path) -> None:
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            self.duplicates = kept["duplicates"]
            self._closed_after = kept.get("closed_after", [])
            self._entries = {row["service_id"]: Entry(**row) for row in kept["entries"]}

    def _save(self) -> None:
        if self._path is None:
            return
        rows = [asdict(entry) for entry in self._entries.values()]
        staged = self._path.with_suffix(".part")
        with staged.open("w", encoding="utf-8") as file:
            kept = {"duplicates": self.duplicates, "closed_after": self._closed_after}
            json.dump({**kept, "entries": rows}, file)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(self._path)
