"""Encryption at rest: sealed columns and a keyed index to look personal data up by equality."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

_VERSION = b"\x01"
_NONCE_BYTES = 12
KEY_BYTES = 32


class SealBroken(Exception):
    """A sealed value does not open: wrong key, wrong column, or altered bytes.

    Restore the data key that belongs to this database (`data_key_file` in the configuration).
    """


class Vault:
    """Seals and opens values with AES-256-GCM (NIST SP 800-38D) under one data key.

    `context` names the column (`table.column`); a value moved to another column does not open.
    """

    def __init__(self, data_key: bytes) -> None:
        if len(data_key) != KEY_BYTES:
            raise ValueError(f"the data key has {len(data_key)} bytes, expected {KEY_BYTES}")
        self._aead = AESGCM(_derive(data_key, b"seal"))
        self._index_key = _derive(data_key, b"index")

    def seal(self, context: str, value: str | bytes) -> bytes:
        """`value` encrypted for the column `context`."""
        plain = value.encode() if isinstance(value, str) else value
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._aead.encrypt(nonce, plain, context.encode())

    def open(self, context: str, sealed: bytes) -> bytes:
        """The bytes behind `sealed`. Raises SealBroken."""
        if sealed[:1] != _VERSION or len(sealed) <= 1 + _NONCE_BYTES:
            raise SealBroken(f"{context}: not a sealed value of this version")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, body, context.encode())
        except InvalidTag as error:
            raise SealBroken(f"{context}: wrong key, wrong column, or altered bytes") from error

    def open_text(self, context: str, sealed: bytes) -> str:
        """The text behind `sealed`. Raises SealBroken."""
        return self.open(context, sealed).decode()

    def index(self, context: str, value: str) -> bytes:
        """A keyed digest (HMAC-SHA-256) to find equal values; useless without the key."""
        return hmac.digest(self._index_key, f"{context}\0{value}".encode(), hashlib.sha256)


def _derive(data_key: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(hashes.SHA256(), KEY_BYTES, b"ventanilla " + purpose).derive(data_key)


def load_vault(path: Path) -> Vault:
    """The vault of the key file at `path`. Raises FileNotFoundError, ValueError."""
    return Vault(bytes.fromhex(path.read_text().strip()))


def create_key_file(path: Path) -> bool:
    """Write a fresh key to `path`, readable by its owner only; an existing one is kept (False)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True
