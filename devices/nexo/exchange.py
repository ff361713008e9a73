"""How messages travel to a terminal, and the numbers and times they travel under."""

import secrets
import string
from datetime import UTC, datetime
from typing import Protocol

_ID_LETTERS = string.ascii_uppercase + string.digits
_ID_LENGTH = 10


class Exchange(Protocol):
    """A way to hand a message to a terminal and get its reply, as ``devices.link.HttpLink``."""

    def exchange(self, message: bytes, deadline: float, max_bytes: int) -> bytes:
        """Return the reply; ``LinkRefused`` means nothing was sent, ``LinkLost`` perhaps."""
        ...

    def close(self) -> None:
        """Send nothing more."""
        ...


def new_service_id() -> str:
    """Ten random letters and digits: no two alike within the 48 h a terminal remembers."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def now_utc() -> datetime:
    """The time that goes into messages."""
    return datetime.now(UTC)
