"""PURE: whom this site trusts as its hub, and the credential it shows there."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Trust:
    """What an enrolment left. `authority`: the hub's (PEM), pinned; `device_key`: this site's
    private key (PEM, Ed25519). Instants are ISO 8601 in UTC, by the hub's clock.

    `next_token`: the token it renews to, while the hub may not know of it yet.
    """

    hub: str
    site: str
    authority: str
    token: str
    device_key: str
    expires_at: str
    renew_at: str
    next_token: str = ""

    @property
    def credential(self) -> str:
        """The id of the credential: what stands before the dot."""
        return self.token.partition(".")[0]

    def is_due(self, now: datetime) -> bool:
        """Whether the token should be renewed at `now` (aware)."""
        return bool(self.next_token) or now >= datetime.fromisoformat(self.renew_at)
