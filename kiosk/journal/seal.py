"""The journal's key, outside the database; and what it seals."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken


class Seal:
    """Seals what may hold personal data, so that a copied journal tells no name."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def close(self, body: Mapping[str, Any]) -> bytes:
        """`body` as it is kept."""
        return self._fernet.encrypt(json.dumps(body).encode())

    def open(self, sealed: bytes | None) -> Mapping[str, Any] | None:
        """What was sealed; None when it is gone, or was sealed with a key that is gone."""
        if sealed is None:
            return None
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            return None


def load_key(path: Path) -> bytes:
    """The journal's key; made, readable by its owner only, when there is none yet.

    A new key is on disk, under its name, before it is used: it cannot be lost with what it seals.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + ".new")
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        new.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return path.read_bytes().strip()
