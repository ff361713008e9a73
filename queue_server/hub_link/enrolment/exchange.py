"""One try at being enrolled: SPAKE2 with the code, both confirmations, what the hub sealed for us.

The words are those of `fleet.pairing.model`; the site plays the kiosk's part.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from spake2 import SPAKE2_A

from queue_server.fleet.pairing.model import (
    KIOSK_SIDE,
    SERVER_SIDE,
    Session,
    Transcript,
    possession,
)


class WrongCode(Exception):
    """What was typed is not the code shown here, or what the hub shows is not what came here.

    The second is a man in the middle; they cannot be told apart, and need not be.
    """


class NotOurs(Exception):
    """What the hub sealed does not fit what both sides had confirmed."""


@dataclass(frozen=True)
class Seen:
    """What this site saw: the hub's code and its authority's fingerprint as they were told, and
    the certificate (DER) that came in TLS."""

    hub: str
    authority: bytes
    certificate: bytes


@dataclass(frozen=True)
class Proof:
    """What the site sends once the hub has proven itself."""

    confirmation: bytes
    signature: bytes


class Exchange:
    """The site's side, good for one typed code. `code`: eight digits."""

    def __init__(self, site: str, code: str, device_key: Ed25519PrivateKey) -> None:
        self._site = site
        self._device_key = device_key
        self._side = SPAKE2_A(code.encode(), idA=KIOSK_SIDE, idB=SERVER_SIDE)
        self.message: bytes = self._side.start()
        self._session: Session | None = None
        self._seen: Seen | None = None

    def prove(self, seen: Seen, message: bytes, confirmation: bytes) -> Proof:
        """Check the hub's proof and give ours. Raises WrongCode; then nothing may be sent."""
        try:
            key = self._side.finish(message)
        except Exception as error:  # the package raises what its arithmetic raises
            raise WrongCode("the hub's message is none") from error
        proof = self._transcript(seen, message).digest()
        session = Session(key, proof)
        if not self._fits(session.server_confirmation, confirmation):
            raise WrongCode("the hub's confirmation does not fit")
        self._seen, self._session = seen, session
        return Proof(session.kiosk_confirmation, self._device_key.sign(possession(proof)))

    def open(self, sealed: bytes) -> Mapping[str, str]:
        """What the hub gives us. Raises NotOurs."""
        assert self._session is not None
        try:
            content = self._session.open(sealed)
        except (InvalidTag, ValueError) as error:
            raise NotOurs("what the hub sealed does not open") from error
        self._check_authority(content["authority"])
        return content

    def _fits(self, expected: bytes, confirmation: bytes) -> bool:
        return hmac.compare_digest(expected, confirmation)

    def _transcript(self, seen: Seen, message: bytes) -> Transcript:
        return Transcript(
            seen.hub,
            self._site,
            self._device_key.public_key().public_bytes_raw(),
            seen.authority,
            hashlib.sha256(seen.certificate).digest(),
            self.message,
            message,
        )

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
            raise NotOurs("the authority did not sign the hub's certificate") from error


def private_pem(key: Ed25519PrivateKey) -> str:
    """The device key as the trust file keeps it."""
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
