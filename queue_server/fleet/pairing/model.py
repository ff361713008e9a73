"""PURE: what both sides of a pairing prove to each other, and how the credential travels.

SPAKE2 (RFC 9382's flow, in the form of the package `spake2` on Ed25519) gives both sides one key
when both knew the code. What they confirm under it is the transcript: who pairs, with which device
key, through which certificate. A man in the middle has another certificate, so what the kiosk saw
and what the server shows differ, and neither confirmation fits.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

VERSION = b"ventanilla pairing 1"
# The identities of SPAKE2's two sides.
KIOSK_SIDE, SERVER_SIDE = b"ventanilla kiosk", b"ventanilla server"
CODE = r"\d{8}"
CODE_LASTS = timedelta(minutes=10)
MAX_WRONG_TRIES = 5
MAX_OPEN = 20
# One message in one session under a key used for nothing else: the nonce may be constant.
_NONCE = bytes(12)


class PairingState(StrEnum):
    """Where a pairing stands. Closed: too many wrong codes."""

    WAITING = "waiting"
    ANSWERED = "answered"  # a code was typed; the kiosk has yet to confirm that it was its own
    PAIRED = "paired"
    CLOSED = "closed"


@dataclass(frozen=True)
class Transcript:
    """What a pairing is about. Fingerprints are SHA-256 over DER, messages as SPAKE2 sent them."""

    site: str
    kiosk: str
    device_key: bytes
    authority: bytes
    certificate: bytes
    kiosk_message: bytes
    server_message: bytes

    def digest(self) -> bytes:
        """SHA-256 over all of it, each part after its length (4 bytes, big-endian)."""
        parts = (
            VERSION,
            self.site.encode(),
            self.kiosk.encode(),
            self.device_key,
            self.authority,
            self.certificate,
            self.kiosk_message,
            self.server_message,
        )
        told = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hashlib.sha256(told).digest()


@dataclass(frozen=True)
class Session:
    """The key SPAKE2 gave this side, and the digest of the transcript as this side saw it."""

    key: bytes
    proof: bytes

    @property
    def kiosk_confirmation(self) -> bytes:
        """By which the kiosk proves that it knew the code and saw the same (HMAC-SHA-256)."""
        return hmac.digest(self._derived(b"kiosk confirms"), self.proof, hashlib.sha256)

    @property
    def server_confirmation(self) -> bytes:
        """By which the server proves the same."""
        return hmac.digest(self._derived(b"server confirms"), self.proof, hashlib.sha256)

    def seal(self, content: Mapping[str, str]) -> bytes:
        """What only the other side of this session can open (AES-256-GCM). Once a session."""
        plain = json.dumps(dict(content), sort_keys=True).encode()
        return AESGCM(self._derived(b"seal")).encrypt(_NONCE, plain, self.proof)

    def open(self, sealed: bytes) -> Mapping[str, str]:
        """What the other side sealed. Raises cryptography's InvalidTag, ValueError."""
        plain = AESGCM(self._derived(b"seal")).decrypt(_NONCE, sealed, self.proof)
        return json.loads(plain)

    def _derived(self, purpose: bytes) -> bytes:
        words = VERSION + b" " + purpose + b" " + self.proof
        return HKDFExpand(hashes.SHA256(), 32, words).derive(self.key)


def possession(proof: bytes) -> bytes:
    """What a kiosk signs with its device key when it confirms."""
    return VERSION + b" possession " + proof


def renewal(credential_id: str, next_hash: bytes, at: str) -> bytes:
    """What a kiosk signs to get another token: its hash, and when (ISO 8601, UTC)."""
    parts = (b"ventanilla renewal 1", credential_id.encode(), next_hash, at.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
