"""The site's own TLS: its certificate authority, the server's certificate, and their renewal.

A kiosk pins the authority when it is paired (docs/trust.md). It lives ten years and signs nothing
but this server; the server's certificate lives 397 days and is renewed by the jobs process, with a
new key each time. Key and certificate are one file, so that they are replaced together or not.
"""

import os
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from queue_server.core.own_addresses import own_addresses

AUTHORITY_LASTS = timedelta(days=3650)
SERVER_LASTS = timedelta(days=397)
RENEWED_BEFORE = timedelta(days=30)
# A client whose clock is a little behind must not find a certificate of the future.
BACKDATED = timedelta(hours=1)
LOOK_EVERY_S = 20.0

log = structlog.get_logger("tls")


class TlsFault(Exception):
    """The TLS files cannot be used; the message names the file and says what to do."""


@dataclass(frozen=True)
class TlsFiles:
    """The files in `folder`; all but `authority` hold a private key and are their owner's only."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate (PEM): what clients are given."""
        return self.folder / "ca.pem"

    @property
    def authority_key(self) -> Path:
        """What signs the server's certificates."""
        return self.folder / "ca.key"

    @property
    def server(self) -> Path:
        """The server's key, its certificate and the authority's, in this order."""
        return self.folder / "server.pem"

    @property
    def actions_key(self) -> Path:
        """What signs the actions that kiosks carry out (Ed25519, RFC 8032)."""
        return self.folder / "actions.key"

    def missing(self) -> list[Path]:
        """What a server that speaks TLS needs and has not."""
        needed = (self.authority, self.server, self.actions_key)
        return [each for each in needed if not each.is_file()]


def create(files: TlsFiles, site: str, names: Iterable[str], now: datetime) -> None:
    """Make what is not there yet; what exists is kept. `names`: host names and addresses.

    Raises TlsFault when a part is there without what it belongs to.
    """
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if files.authority.exists() != files.authority_key.exists():
        raise TlsFault(
            f"{files.folder}: of ca.pem and ca.key one is missing; put it back from the backup, or "
            "move the folder away: then every kiosk must be paired again"
        )
    if not files.authority.exists():
        _create_authority(files, site, now)
    if not files.actions_key.exists():
        _write_new(files.actions_key, _pem(ed25519.Ed25519PrivateKey.generate()))
    if not files.server.exists():
        _write_new(files.server, _server_pem(files, names, now))


def renew(files: TlsFiles, names: Iterable[str], now: datetime) -> bool:
    """Replace the server's certificate when it ends within 30 days; True when that was done.

    Does nothing where the authority's key is not on this machine. Raises TlsFault.
    """
    if not files.authority_key.exists() or not files.server.exists():
        return False
    if served(files).not_valid_after_utc - now > RENEWED_BEFORE:
        return False
    fresh = files.server.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    _write_new(fresh, _server_pem(files, names, now))
    fresh.replace(files.server)
    _sync(files.folder)
    log.info("the server's certificate was renewed", until=served(files).not_valid_after_utc)
    return True


def authority(files: TlsFiles) -> x509.Certificate:
    """The site's authority. Raises TlsFault."""
    return _certificates(files.authority)[0]


def served(files: TlsFiles) -> x509.Certificate:
    """The certificate this server shows. Raises TlsFault."""
    return _certificates(files.server)[0]


def fingerprint(certificate: x509.Certificate) -> bytes:
    """SHA-256 over its DER form."""
    return certificate.fingerprint(hashes.SHA256())


def expiry(files: TlsFiles) -> datetime:
    """When the first of authority and server certificate ends, aware UTC. Raises TlsFault."""
    return min(authority(files).not_valid_after_utc, served(files).not_valid_after_utc)


def actions_public_key(files: TlsFiles) -> bytes:
    """The 32 bytes by which a kiosk checks an action. Raises TlsFault."""
    return _actions_key(files).public_key().public_bytes_raw()


def actions_signer(files: TlsFiles) -> Callable[[bytes], bytes]:
    """Signs what kiosks are told to do (64 bytes, RFC 8032). Raises TlsFault."""
    return _actions_key(files).sign


def _actions_key(files: TlsFiles) -> ed25519.Ed25519PrivateKey:
    key = _private_key(files.actions_key)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise TlsFault(
            f"{files.actions_key}: not an Ed25519 key; run `python -m queue_server init`"
        )
    return key


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """What the web workers speak: TLS 1.2 at least, 1.3 where the client can. Raises TlsFault."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    _load(context, files)
    return context


class Reloading:
    """While entered: puts a certificate that was replaced on disk into the live `context`.

    New connections see it within `LOOK_EVERY_S` seconds; open ones go on. A file that cannot be
    read leaves the old certificate in use, and says so once.
    """

    def __init__(
        self, context: ssl.SSLContext, files: TlsFiles, every_s: float = LOOK_EVERY_S
    ) -> None:
        self._context = context
        self._files = files
        self._every_s = every_s
        self._seen = self._state()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="tls", daemon=True)

    def __enter__(self) -> "Reloading":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def noticed(self) -> bool:
        """Whether what stands on the disk now was looked at."""
        return self._state() == self._seen

    def _watch(self) -> None:
        while not self._stop.wait(self._every_s):
            state = self._state()
            if state == self._seen:
                continue
            try:
                server_context(self._files)  # one that does not fit must not spoil the live one
                _load(self._context, self._files)
            except TlsFault as fault:
                log.error("the new certificate is not used", reason=str(fault))
            else:
                log.info(
                    "a new certificate is in use", until=served(self._files).not_valid_after_utc
                )
            self._seen = state

    def _state(self) -> tuple[int, int, int] | None:
        try:
            found = self._files.server.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def own_names(host: str, site: str, further: Iterable[str] = ()) -> list[str]:
    """What this server may be called by: `host`, its host name, its addresses, `further`."""
    import socket

    addresses: list[str] = []
    with suppress(OSError, ValueError):
        addresses = own_addresses()
    found = [host, f"ventanilla-{site.lower()}.local", socket.gethostname(), "localhost"]
    return list(dict.fromkeys([*further, *found, "127.0.0.1", "::1", *addresses]))


# --- making ---------------------------------------------------------------------------------------
def _create_authority(files: TlsFiles, site: str, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Ventanilla {site}")])
    signs_only = _usage(key_cert_sign=True, crl_sign=True)
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(signs_only, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_new(files.authority_key, _pem(key))
    _write_new(files.authority, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)


def _server_pem(files: TlsFiles, names: Iterable[str], now: datetime) -> bytes:
    issuer, issuer_key = authority(files), _private_key(files.authority_key)
    if not isinstance(issuer_key, ec.EllipticCurvePrivateKey):
        raise TlsFault(f"{files.authority_key}: not the authority's key; put back the backup")
    if issuer_key.public_key() != issuer.public_key():
        raise TlsFault(f"{files.folder}: ca.key does not belong to ca.pem; put back the backup")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ventanilla queue server")])
    lasts = min(SERVER_LASTS, issuer.not_valid_after_utc - now)
    certificate = (
        _builder(subject, issuer.subject, key.public_key(), now, lasts)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_general_names(names)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    written = [each.public_bytes(serialization.Encoding.PEM) for each in (certificate, issuer)]
    return b"".join([_pem(key), *written])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - BACKDATED)
        .not_valid_after(now.astimezone(UTC) + lasts)
    )


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _general_names(names: Iterable[str]) -> list[x509.GeneralName]:
    """Addresses as addresses, the rest as DNS names; "any address" is not one."""
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            address = ip_address(name.partition("%")[0])
        except ValueError:
            with suppress(ValueError):  # what no certificate can hold
                found.append(x509.DNSName(name))
            continue
        if not address.is_unspecified:
            found.append(x509.IPAddress(address))
    return list(dict.fromkeys(found))


# --- files ----------------------------------------------------------------------------------------
def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_new(path: Path, content: bytes, mode: int = 0o600) -> None:
    """A file that was not there, on the disk before anybody relies on it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _load(context: ssl.SSLContext, files: TlsFiles) -> None:
    try:
        context.load_cert_chain(files.server)
    except (OSError, ssl.SSLError) as error:
        words = f"{files.server}: cannot be used ({error}); put back the backup or run `init`"
        raise TlsFault(words) from error


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TlsFault(f"{path}: cannot be read ({error}); put back the backup") from error


def _private_key(path: Path) -> object:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise TlsFault(f"{path}: cannot be read ({error}); put back the backup") from error
