"""The campaign in chunks: each a world of its own with a seed of its own, played and audited."""

import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from tests.crash.money.audit import Audit, audit
from tests.crash.money.books import gathered
from tests.crash.money.lives import Case, Lives, Toll, targets
from tests.crash.money.points import NAMES
from tests.crash.money.screen import kill_with_screen
from tests.crash.money.world import MoneyWorld
from tests.support.nursery import Nursery

SEED = int(os.environ.get("CRASH_SEED", "20261122"))
PEOPLE_A_LIFE = 6
A_POINT = 20  # kills at each named point
EACH = (Case("card"), Case("cash"), Case("wallet"))
CASES: dict[str, tuple[Case, ...]] = {
    "journal write": (Case("card", 6), Case("cash", 6), Case("wallet", 4)),
    "command sent": (Case("card"), Case("cash", 4)),
    "reply read": (Case("card"), Case("cash", 4)),
    "note stacked": (Case("cash", 2),),
    "coin credited": (Case("cash", 2),),
    "slip printed": EACH,
    "POST": (Case("card", 2), Case("cash", 2), Case("wallet", 2)),
    "server commit": (
        *(Case(means, 2) for means in ("card", "cash", "wallet")),
        *(Case(means, 1, "jobs") for means in ("card", "cash", "wallet")),
    ),
    "backend commit": EACH,
}
assert set(CASES) == set(NAMES)


@dataclass(frozen=True)
class Chunk:
    """`lives` lives of one kind: `point NAME`, `kiosk`, `server`, `power` or `screen`."""

    kind: str
    part: int
    lives: int

    @property
    def name(self) -> str:
        """As the record knows it."""
        return f"{self.kind} {self.part}"

    @property
    def seed(self) -> int:
        """All of its chance."""
        return SEED ^ crc32(self.name.encode())


@dataclass(frozen=True)
class Result:
    """What a chunk cost and what the books say afterwards."""

    chunk: Chunk
    toll: Toll
    audit: Audit
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether every céntimo is where it belongs, in time, and every point was reached."""
        late = self.toll.late or any(each > 60 for each in self.toll.resolves)
        return self.audit.sound and not self.toll.unreached and not late

    def row(self) -> dict[str, Any]:
        """As the record keeps it."""
        return {
            "chunk": self.chunk.name,
            "seed": self.chunk.seed,
            "lives": self.chunk.lives,
            "sound": self.sound,
            "seconds": self.seconds,
            "toll": asdict(self.toll),
            "audit": asdict(self.audit),
        }


CHUNKS: tuple[Chunk, ...] = (
    *(Chunk(f"point {name}", 1, A_POINT) for name in CASES),
    *(Chunk("kiosk", part, 25) for part in range(1, 16)),  # 375
    *(Chunk("server", part, 25) for part in range(1, 6)),  # 125
    *(Chunk("power", part, 20) for part in range(1, 11)),  # 200
    *(Chunk("screen", part, 10) for part in range(1, 3)),
)


def of_kind(kind: str) -> list[Chunk]:
    """The chunks of one kind (`point` for every point)."""
    return [each for each in CHUNKS if each.kind.split(" ")[0] == kind]


def play(chunk: Chunk, folder: Path, nursery: Nursery) -> Result:
    """Play a chunk in a world of its own, settle, and compare all books."""
    begun = time.monotonic()
    disk = chunk.seed if chunk.kind == "power" else None
    people = chunk.lives * PEOPLE_A_LIFE + 40
    with MoneyWorld(folder, people, nursery, disk=disk).running() as world:
        lives = Lives(world, chunk.seed)
        _DEATHS[chunk.kind.split(" ")[0]](lives, chunk)
        lives.settle()
        found = audit(gathered(world))
    return Result(chunk, lives.toll, found, round(time.monotonic() - begun, 1))


def _points(lives: Lives, chunk: Chunk) -> None:
    name = chunk.kind.partition(" ")[2]
    for target in targets(name, CASES[name], chunk.lives):
        lives.die_at(target)


def _kiosk(lives: Lives, chunk: Chunk) -> None:
    for _ in range(chunk.lives):
        lives.kill_kiosk()


def _server(lives: Lives, chunk: Chunk) -> None:
    for _ in range(chunk.lives):
        lives.kill_server()


def _power(lives: Lives, chunk: Chunk) -> None:
    for _ in range(chunk.lives):
        lives.cut_power()


def _screen(lives: Lives, chunk: Chunk) -> None:
    for _ in range(chunk.lives):
        kill_with_screen(lives)


_DEATHS: dict[str, Callable[[Lives, Chunk], None]] = {
    "point": _points,
    "kiosk": _kiosk,
    "server": _server,
    "power": _power,
    "screen": _screen,
}
