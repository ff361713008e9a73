"""What a simulated cash device keeps when power goes: its own memory, and the truth about money."""

import json
from pathlib import Path


class Memory:
    """Numbers that survive power loss, by name; in ``memory.json`` of ``folder``, if given."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / "memory.json"
        self._numbers: dict[str, int] = {}
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists():
                self._numbers = json.loads(self._path.read_text(encoding="utf-8"))

    def get(self, name: str, default: int = 0) -> int:
        """The number kept under ``name``."""
        return self._numbers.get(name, default)

    def put(self, **numbers: int) -> None:
        """Keep these numbers, all at once."""
        self._numbers.update(numbers)
        if self._path is not None:
            staged = self._path.with_suffix(".part")
            staged.write_text(json.dumps(self._numbers), encoding="utf-8")
            staged.replace(self._path)


class PhysicalLedger:
    """What really happened to notes and coins, whatever was told of it.

    With a ``folder`` each line is in ``ledger.jsonl`` there as it happens, and outlives the
    process.
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
        """Write that ``what`` (inserted, stacked, returned, paid…) happened to a piece."""
        row: dict[str, object] = {"what": what, "piece": piece, "centimos": centimos}
        self._rows.append(row)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")

    def rows(self) -> list[dict[str, object]]:
        """Everything that happened, oldest first."""
        return list(self._rows)

    def count(self, what: str) -> int:
        """How often ``what`` happened."""
        return sum(row["what"] == what for row in self._rows)
