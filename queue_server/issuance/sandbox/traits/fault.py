"""One fault as it was ordered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One armed fault. `operation` None: any; `times` None: until cleared.

    `rate`: the part of the calls it happens to, drawn with `seed`. `options`: its own parameters.
    `draw`: a random number in [0, 1) that belongs to one call.
    """

    name: str
    operation: str | None = None
    times: int | None = None
    rate: float = 1.0
    seed: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    draw: float = 0.0

    def __getitem__(self, option: str) -> Any:
        return self.options[option]
