"""A `rotate-key` that is killed at a chosen moment, and variants of it that are wrong."""

import os
import signal
from itertools import count
from pathlib import Path
from typing import Any

from queue_server.core.db import Database
from queue_server.core.key_file import Ring
from queue_server.privacy import rotation


def die_at(argument: str) -> None:
    """`kill -9` oneself at the moment with this number, and batches of two values.

    A moment is: before and after the key file is replaced, before and after every commit.
    """
    moments = count(1)
    wanted = int(argument)
    rotation.AT_ONCE = 2

    def moment() -> None:
        if next(moments) == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    write, run = rotation.write_ring, Database.run

    def write_ring(path: Path, ring: Ring) -> None:
        moment()
        write(path, ring)
        moment()

    def run_(self: Database, work: Any) -> Any:
        moment()
        result = run(self, work)
        moment()
        return result

    rotation.write_ring = write_ring
    Database.run = run_  # type: ignore[method-assign]


def forget_the_old_key(argument: str) -> None:
    """As `die_at`, and the new key replaces the old one at once."""
    rotated = Ring.rotated

    def alone(self: Ring, fresh: bytes) -> Ring:
        return rotated(self, fresh).alone()

    Ring.rotated = alone  # type: ignore[method-assign]
    die_at(argument)
