"""What clients asked and were told, with the times by the machine's clock."""

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Operation:
    """One request with all its repetitions. `status` None: nobody ever answered."""

    client: str
    kind: str
    subject: str
    began: float
    ended: float = 0.0
    status: int | None = None
    body: Any = None

    @property
    def acknowledged(self) -> bool:
        """The server said that it was done."""
        return self.status is not None and 200 <= self.status < 300


@dataclass
class History:
    """Every operation of a run; safe from several threads."""

    operations: list[Operation] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, operation: Operation) -> None:
        """Keep one finished operation."""
        with self._lock:
            self.operations.append(operation)

    def of(self, kind: str) -> list[Operation]:
        """The acknowledged operations of one kind, as they ended."""
        found = [each for each in self.operations if each.kind == kind and each.acknowledged]
        return sorted(found, key=lambda each: each.ended)

    def server_errors(self) -> list[Operation]:
        """Answers 5xx that were not "try again" (503)."""
        return [
            each
            for each in self.operations
            if each.status is not None and each.status >= 500 and each.status != 503
        ]
