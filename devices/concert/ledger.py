"""What a simulated terminal has booked: kept through a power cycle, and on disk if wanted."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction; ``number`` is the terminal's own, ``private`` what the register sent.

    ``state`` is ``in_progress``, ``approved``, ``declined`` or ``aborted``.
    """

    number: int
    pos_number: str
    private: str
    amount_centimos: int
    authorised_centimos: int = 0
    state: str = "in_progress"


class Ledger:
    """Transactions in the order they began.

    With a ``folder`` each change is in ``ledger.json`` there, synced, before it takes effect. A
    transaction that power loss interrupted before it was authorised is ``aborted``.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._path = None if folder is None else folder / "ledger.json"
        self._entries: list[Entry] = []
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists():
                kept = json.loads(self._path.read_text(encoding="utf-8"))
                self._entries = [Entry(**row) for row in kept]
        self.lose_power()

    @property
    def rows(self) -> list[dict[str, object]]:
        """What the command ``ledger`` shows."""
        return [asdict(entry) for entry in self._entries]

    def begin(self, pos_number: str, private: str, amount_centimos: int) -> Entry:
        """Book the beginning of a transaction."""
        entry = Entry(len(self._entries) + 1, pos_number, private, amount_centimos)
        self._entries.append(entry)
        self._save()
        return entry

    def end(self, number: int, state: str, authorised_centimos: int = 0) -> Entry:
        """Book the end of a transaction that is in progress; another stays as it is."""
        entry = self._entries[number - 1]
        if entry.state == "in_progress":
            entry = replace(entry, state=state, authorised_centimos=authorised_centimos)
            self._entries[number - 1] = entry
            self._save()
        return entry

    def lose_power(self) -> None:
        """End what was in progress without authorisation."""
        for entry in list(self._entries):
            self.end(entry.number, "aborted")

    def _save(self) -> None:
        if self._path is None:
            return
        staged = self._path.with_suffix(".part")
        with staged.open("w", encoding="utf-8") as file:
            json.dump(self.rows, file)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(self._path)
