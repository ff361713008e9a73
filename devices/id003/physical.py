"""What really happened to the notes of a simulated validator, and what it keeps without power."""

import json
import os
from pathlib import Path


class Ledger:
    """Every fate of a note, whatever was told of it.

    With a ``folder`` each line is in ``ledger.jsonl`` there, synced, as it happens.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / "ledger.jsonl"
        self._rows: list[dict[str, object]] = []
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists():
                lines = self._path.read_text(encoding="utf-8").splitlines()
                self._rows = [json.loads(line) for line in lines]

    def add(self, what: str, piece: int, centimos: int) -> None:
        """Write that ``what`` (inserted, stacked, returned, rejected) happened to a piece."""
        row: dict[str, object] = {"what": what, "piece": piece, "centimos": centimos}
        self._rows.append(row)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
                file.flush()
                os.fsync(file.fileno())

    def rows(self) -> list[dict[str, object]]:
        """Everything that happened, oldest first."""
        return list(self._rows)

    def count(self, what: str) -> int:
        """How often ``what`` happened."""
        return sum(row["what"] == what for row in self._rows)

    def total(self, what: str) -> int:
        """The céntimos that ``what`` happened to."""
        return sum(int(str(row["centimos"])) for row in self._rows if row["what"] == what)
