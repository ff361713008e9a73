"""One try at being paired: SPAKE2 with the code, both confirmations, what the server sealed for us.

The bytes are those of the server's `fleet.pairing.model`; a contract test holds both together.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from spake2 import SPAKE2_A

VERSION = b"ventanilla pairing 1"
KIOSK_SIDE, SERVER_SIDE = b"ventanilla kiosk", b"ventanilla server"
_NONCE = bytes(12)


class WrongCode(Exception):
    """What was typed is not the code shown here, or what the server shows is not what came here.

    The second is a man in the middle; they cannot be told apart, and need not be.
    """


class NotOurs(Exception):
    """What the server sealed does not fit what both sides had confirmed."""


@dataclass(frozen=True)
class Seen:
    """What this kiosk saw: the site and the authority's fingerprint as they were told, and the
    certificate (DER) that came in TLS."""

    site: str
    authority: bytes
    certificate: bytes


@dataclass(frozen=True)
class Proof:
    """What the kiosk sends once the server has proven itself."""

    confirmation: bytes
    signature: bytes


class Exchange:
    """The kiosk's side, good for one typed code. `code`: eight digits."""

    def __init__(self, kiosk: str, code: str, device_key: Ed25519PrivateKey) -> None:
        self._kiosk = kiosk
        self._device_key = device_key
        self._side = SPAKE2_A(code.encode(), idA=KIOSK_SIDE, idB=SERVER_SIDE)
        self.message: bytes = self._side.start()
        self._key = b""
        self._digest = b""
        self._seen: Seen | None = None

    def prove(self, seen: Seen, message: bytes, confirmation: bytes) -> Proof:
        """Check the server's proof and give ours. Raises WrongCode; then nothing may be sent."""
        try:
            self._key = self._side.finish(message)
        except Exception as error:  # the package raises what its arithmetic raises
            raise WrongCode("the server's message is none") from error
        self._seen = seen
        self._digest = self._transcript(seen, message)
        expected = self._confirmation(b"server confirms")
        if not self._fits(expected, confirmation):
            raise WrongCode("the server's confirmation does not fit")
        signed = VERSION + b" possession " + self._digest
        return Proof(self._confirmation(b"kiosk confirms"), self._device_key.sign(signed))

    def open(self, sealed: bytes) -> Mapping[str, str]:
        """What the server gives us. Raises NotOurs."""
        try:
            plain = AESGCM(self._derived(b"seal")).decrypt(_NONCE, sealed, self._digest)
            content = json.loads(plain)
        except (InvalidTag, ValueError) as error:
            raise NotOurs("what the server sealed does not open") from error
        self._check_authority(content["authority"])
        return content

    def _fits(self, expected: bytes, confirmation: bytes) -> bool:
        return hmac.compare_digest(expected, confirmation)

    def _transcript(self, seen: Seen, message: bytes) -> bytes:
        parts = (
            VERSION,
            seen.site.encode(),
            self._kiosk.encode(),
            self._device_key.public_key().public_bytes_raw(),
            seen.authority,
            hashlib.sha256(seen.certificate).digest(),
            self.message,
            message,
        )
        told = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hashlib.sha256(told).digest()

    def _check_authority(self, pem: str) -> None:
        """The authority must be the one both confirmed, and must have signed what came in TLS."""
        assert self._seen is not None
        try:
            authority = x509.load_pem_x509_certificate(pem.encode())
            if authority.fingerprint(hashes.SHA256()) != self._seen.authority:
                raise NotOurs("another authority than the one confirmed")
            served = x509.load_der_x509_certificate(self._seen.certificate)
            served.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise NotOurs("the authority did not sign the server's certificate") from error

    def _confirmation(self, purpose: bytes) -> bytes:
        return hmac.digest(self._derived(purpose), self._digest, hashlib.sha256)

    def _derived(self, purpose: bytes) -> bytes:
        words = VERSION + b" " + purpose + b" " + self._digest
        return HKDFExpand(hashes.SHA256(), 32, words).derive(self._key)


def private_pem(key: Ed25519PrivateKey) -> str:
    """The device key as `trust.json` keeps it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def load_private(pem: str) -> Ed25519PrivateKey:
    """The device key of `pem`. Raises ValueError."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the device key is not Ed25519")
    return key


def renewal(credential_id: str, next_hash: bytes, at: str) -> bytes:
    """What is signed to get another token: its hash, and the server's time (ISO 8601)."""
    parts = (b"ventanilla renewal 1", credential_id.encode(), next_hash, at.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
