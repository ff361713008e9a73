"""A refusal as a sentence a person can act on, whatever carries it there."""

from typing import Any


class Problem(Exception):
    """A request that cannot be granted. `detail` is Spanish, for a person, and says what to do.

    `kind` is the stable word programs compare; `status` the HTTP status it becomes; `extra` holds
    further members (RFC 9457 §3.2).
    """

    def __init__(self, status: int, kind: str, detail: str, **extra: Any) -> None:
        super().__init__(f"{kind}: {detail}")
        self.status = status
        self.kind = kind
        self.detail = detail
        self.extra = extra


class UnsafeDatabase(RuntimeError):
    """The database did not accept a setting that durability depends on."""
