"""The file of what this site trusts as its hub: its owner's only (0600), replaced as a whole."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from queue_server.hub_link.model.trust import Trust


class TrustUnreadable(Exception):
    """The file is there and cannot be used; the message says what to do."""


class TrustFile:
    """Keeps one Trust. `state` changes whenever another is put there, by whichever process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def state(self) -> tuple[int, int, int] | None:
        """Which file stands there now; None: none."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def read(self) -> Trust | None:
        """What is trusted; None before the first enrolment. Raises TrustUnreadable."""
        try:
            return Trust(**json.loads(self.path.read_text()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise TrustUnreadable(
                f"{self.path}: cannot be read ({type(error).__name__}); put back its backup, or "
                "enrol this site again: python -m queue_server enrol --again"
            ) from error

    def keep(self, trust: Trust) -> None:
        """Trust this from now on. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.path.with_name(f".{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(trust), file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
