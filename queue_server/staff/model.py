"""PURE: the words of access: roles, the shape of a device's token."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an actor may be. Devices hold credentials, people hold accounts."""

    KIOSK = "kiosk"
    STAFF = "staff"
    IT = "it"


PEOPLE = (Role.STAFF, Role.IT)


@dataclass(frozen=True)
class Token:
    """A device's bearer token: `<credential id>.<secret>`; the server keeps only a hash."""

    credential_id: str
    secret: str

    @classmethod
    def parse(cls, text: str) -> "Token | None":
        """The token in `text`, or None when it does not have this shape."""
        credential_id, dot, secret = text.partition(".")
        if not dot or not 8 <= len(credential_id) <= 40 or not 20 <= len(secret) <= 100:
            return None
        return cls(credential_id, secret)

    def __str__(self) -> str:
        return f"{self.credential_id}.{self.secret}"
