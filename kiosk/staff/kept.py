"""Small files a kiosk keeps beside its journal: written whole or not at all, with their past."""

import json
import os
from pathlib import Path
from typing import Any

import structlog

MOST_VERSIONS = 10

log = structlog.get_logger("staff")


class KeptFile:
    """One JSON value and the ones before it. A file that cannot be read counts as absent, loudly.

    `path` lies on the partition that survives a power cut.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Any:
        """The value now; None where nothing was ever kept."""
        versions = self._versions()
        return versions[-1] if versions else None

    def keep(self, value: Any) -> None:
        """Make `value` the one from now on; the last ones stay. Raises OSError."""
        self._write([*self._versions(), value][-MOST_VERSIONS:])

    def back(self) -> Any:
        """Drop the newest value; what counts now, None for nothing. Raises OSError."""
        versions = self._versions()[:-1]
        self._write(versions)
        return versions[-1] if versions else None

    def _versions(self) -> list[Any]:
        try:
            read = json.loads(self.path.read_text())
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            log.error("a file of the kiosk cannot be read", path=self.path.name, why=str(error))
            return []
        return read if isinstance(read, list) else []

    def _write(self, versions: list[Any]) -> None:
        """A new file takes the old one's place once it is on the disk."""
        fresh = self.path.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump(versions, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
