"""Our key and the other side's certificates, read anew when their files change.

A file that is being replaced may be unreadable for a moment, or a new key may be there before its
certificate: until all of it can be used again, what was read last counts.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from queue_server.issuance.adapters.soap import CredentialUnreadable
from queue_server.issuance.adapters.soap_transport import ReplyLost

MIN_KEY_BITS = 2048
RETRY_S = 1.0
T = TypeVar("T")

log = structlog.get_logger("issuance")


@dataclass(frozen=True)
class Signer:
    """What our requests are signed with."""

    key: RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate


class Peer(Protocol):
    """Whose signature on a reply is believed."""

    def signers(
        self, named: x509.Certificate | None, now: datetime, /
    ) -> Sequence[x509.Certificate]:
        """The certificates that may have made it; `named` is what the reply says.

        Raises ReplyLost(`unknown_signer`).
        """
        ...


@dataclass(frozen=True)
class PinnedPeer:
    """These certificates and no others, whatever a reply says; two while one replaces the other."""

    certificates: tuple[x509.Certificate, ...]

    def signers(
        self, named: x509.Certificate | None, _now: datetime, /
    ) -> Sequence[x509.Certificate]:
        """All of them: which one it was, the signature tells."""
        if named is not None and named in self.certificates:
            return (named,)
        return self.certificates


@dataclass(frozen=True)
class CertifiedPeer:
    """Whoever `authorities` certify now under the common name `name`. Revocation is not asked for:
    nothing is fetched from the network."""

    authorities: tuple[x509.Certificate, ...]
    name: str

    def signers(
        self, named: x509.Certificate | None, now: datetime, /
    ) -> Sequence[x509.Certificate]:
        """The one that the reply carries, if it is certified."""
        names = named and named.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if named is None or not names or [each.value for each in names] != [self.name]:
            raise ReplyLost("unknown_signer")
        try:
            _chain_verifier(self.authorities, now).verify(named, [])
        except VerificationError:
            raise ReplyLost("unknown_signer") from None
        return (named,)


class Rotating(Generic[T]):
    """What `read` makes of `files`, made again after any of them changed.

    While they are unusable they are tried again every second, and complained of once. Calling it
    raises CredentialUnreadable as long as there was never anything usable.
    """

    def __init__(self, files: Sequence[Path], read: Callable[[], T]) -> None:
        self._files = tuple(files)
        self._read = read
        self._lock = threading.Lock()
        self._held: T | None = None
        self._tried: object = None
        self._try_at = inf

    def __call__(self) -> T:
        """The present value; safe to call from many threads."""
        with self._lock:
            there = [_mark(each) for each in self._files]
            if there != self._tried or monotonic() >= self._try_at:
                self._take(there)
            if self._held is None:
                raise CredentialUnreadable(self._names())
            return self._held

    def _take(self, there: object) -> None:
        try:
            self._held, self._try_at = self._read(), inf
        except (OSError, TypeError, ValueError, UnsupportedAlgorithm) as error:
            self._try_at = monotonic() + RETRY_S
            if there != self._tried:
                log.error("cannot use a key or certificate", files=self._names(), why=_why(error))
        self._tried = there

    def _names(self) -> str:
        return ", ".join(str(each) for each in self._files)


def signer_files(key_file: Path, certificate_file: Path) -> Rotating[Signer]:
    """Our RSA key and its certificate, both PEM; the key not encrypted."""

    def read() -> Signer:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        if not isinstance(key, RSAPrivateKey) or key.key_size < MIN_KEY_BITS:
            raise Unusable(f"the key must be RSA of {MIN_KEY_BITS} bits or more")
        if key.public_key() != certificate.public_key():
            raise Unusable("key and certificate do not belong together")
        return Signer(key, certificate)

    return Rotating((key_file, certificate_file), read)


def pinned_file(file: Path) -> Rotating[Peer]:
    """The other side's own certificate (PEM), or several."""
    return Rotating((file,), lambda: PinnedPeer(_certificates(file)))


def authority_file(file: Path, name: str) -> Rotating[Peer]:
    """The authorities (PEM) that certify the other side, and its common name."""
    return Rotating((file,), lambda: CertifiedPeer(_certificates(file), name))


class Unusable(ValueError):
    """A file was read and cannot be used; the message says why, and nothing of its content."""


def _certificates(file: Path) -> tuple[x509.Certificate, ...]:
    return tuple(x509.load_pem_x509_certificates(file.read_bytes()))


def _chain_verifier(authorities: Sequence[x509.Certificate], now: datetime) -> Any:
    def may_sign(_: object, __: object, usage: x509.KeyUsage | None) -> None:
        if usage is not None and not usage.digital_signature:
            raise ValueError("not a certificate for signing")

    signer = ExtensionPolicy.permit_all().may_be_present(
        x509.KeyUsage, Criticality.AGNOSTIC, may_sign
    )
    builder = PolicyBuilder().store(Store(list(authorities))).time(now)
    return builder.extension_policies(
        ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=signer
    ).build_client_verifier()


def _mark(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _why(error: Exception) -> str:
    if isinstance(error, Unusable):
        return str(error)
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
