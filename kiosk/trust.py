"""Whom this kiosk trusts: one site's authority, pinned when it was paired, and its own credential.

They stand in one file beside the journal. Address and name of the server may change, the authority
may not: a connection is believed when its certificate was signed by exactly that authority, however
the server is called.
"""

import json
import os
import ssl
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

FILE = "trust.json"


class TrustUnreadable(Exception):
    """`trust.json` is there and cannot be used; the message says what to do."""


class UnsafeServer(ValueError):
    """An address to which this kiosk never shows its credential."""


@dataclass(frozen=True)
class Trust:
    """What pairing left. `device_key`: the private key (PEM, Ed25519); `actions_key`: the server's
    public key for actions (hexadecimal). Instants are ISO 8601 in UTC, by the server's clock.

    `next_token`: the token it renews to, while the server may not know of it yet.
    """

    site: str
    url: str
    authority: str
    token: str
    device_key: str
    actions_key: str
    expires_at: str
    renew_at: str
    next_token: str = ""

    def is_due(self, now: datetime) -> bool:
        """Whether the token should be renewed at `now` (aware)."""
        return bool(self.next_token) or now >= datetime.fromisoformat(self.renew_at)


class TrustFile:
    """Keeps one Trust: its owner's only (0600), replaced as a whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Trust | None:
        """What is trusted; None before the first pairing. Raises TrustUnreadable."""
        try:
            return Trust(**json.loads(self.path.read_text()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise TrustUnreadable(
                f"{self.path}: cannot be read ({type(error).__name__}); put back its backup, or "
                "move it away and pair this kiosk again"
            ) from error

    def keep(self, trust: Trust) -> None:
        """Trust this from now on. Raises OSError."""
        fresh = self.path.with_suffix(".new")
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


def pinned(authority: str) -> ssl.SSLContext:
    """Believes certificates that `authority` (PEM) signed, and no other. Raises ssl.SSLError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False  # names and addresses may change
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=authority)
    return context


def unverified() -> ssl.SSLContext:
    """Believes nobody and connects to anybody: for pairing, which binds what it saw."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def refuse_unsafe(url: str, authority: str | None) -> None:
    """Raises UnsafeServer unless a credential may be shown at `url`: over TLS to who is pinned, in
    the clear to this machine alone."""
    parts = urlsplit(url)
    if parts.scheme == "https" and authority:
        return
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return
    raise UnsafeServer(f"{url}: no credential goes there: not TLS with the authority of a pairing")


def is_loopback(host: str) -> bool:
    """Whether `host` is an address of this machine alone. A name is none: it may lead anywhere."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


Seen = Callable[[bytes], None]
"""Called with the peer's certificate (DER) before anything is sent; raises to send nothing."""
