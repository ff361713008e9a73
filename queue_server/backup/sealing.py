"""A sealed stream: AES-256-GCM in chunks (the STREAM construction), none of which can be altered,
cut off, repeated or moved unnoticed. Memory: one chunk.

    mark · kind of key (1) · salt (32) · chunk · chunk · … · last chunk

Each file has a key of its own (HKDF-SHA-256 of the secret and the salt). The nonce of a chunk is
its number (11 bytes) and whether it is the last (1 byte); what stands before the first chunk is
authenticated with each. Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and
its Nonce-Reuse Misuse-Resistance, 2015.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from queue_server.backup.model import BackupFault, SealFault

MARK = b"ventanilla-backup-1\n"
CHUNK_BYTES = 256 * 1024
TAG_BYTES = 16
KEY_BYTES = 32
SALT_BYTES = 32
LEAST_PASSPHRASE = 20
# Fixed, not read from the file: nobody can have a reader work for hours. 64 MiB, a quarter second.
_SCRYPT = {"n": 2**16, "r": 8, "p": 1}
_CUT = "it is cut, altered, or was sealed with another key"


@dataclass(frozen=True, repr=False)
class Secret:
    """What opens a backup: 32 bytes of a key file, or a passphrase."""

    kind: bytes
    root: bytes

    def key(self, header: bytes, salt: bytes) -> AESGCM:
        """The key of the one file with this header."""
        root = self.root
        if self.kind == b"P":
            root = Scrypt(salt=salt, length=KEY_BYTES, **_SCRYPT).derive(root)
        hkdf = HKDF(hashes.SHA256(), KEY_BYTES, salt=salt, info=b"ventanilla backup " + header)
        return AESGCM(hkdf.derive(root))


def key_file(path: Path) -> Secret:
    """The secret of the key file at `path` (64 hexadecimal digits). Raises BackupFault."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        raise BackupFault(
            f"{path}: no such key; make one with `python -m queue_server backup-key {path}`, and "
            "keep a copy of it away from this machine"
        ) from None
    except ValueError:
        raise BackupFault(f"{path}: not a backup key; it has 64 hexadecimal digits") from None
    if len(key) != KEY_BYTES:
        raise BackupFault(f"{path}: the key has {len(key)} bytes, expected {KEY_BYTES}")
    return Secret(b"K", key)


def passphrase_file(path: Path) -> Secret:
    """The secret of the first line of `path`. Raises BackupFault."""
    try:
        line = path.read_text().strip().partition("\n")[0].strip()
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise BackupFault(f"{path}: no passphrase can be read there") from error
    if len(line) < LEAST_PASSPHRASE:
        raise BackupFault(f"{path}: a passphrase needs {LEAST_PASSPHRASE} characters at least")
    return Secret(b"P", line.encode())


class SealedWriter:
    """Seals what is written into `file`; `end` seals the last chunk. Without it nothing opens."""

    def __init__(self, file: BinaryIO, secret: Secret) -> None:
        salt = os.urandom(SALT_BYTES)
        self._file = file
        self._header = MARK + secret.kind + salt
        self._key = secret.key(MARK + secret.kind, salt)
        self._chunks = 0
        self._held = bytearray()
        file.write(self._header)

    def write(self, data: bytes | memoryview) -> None:
        """Take any number of bytes."""
        self._held += data
        while len(self._held) > CHUNK_BYTES:  # the last one must stay, to be sealed as such
            self._seal(bytes(self._held[:CHUNK_BYTES]), last=False)
            del self._held[:CHUNK_BYTES]

    def end(self) -> None:
        """Seal what is left as the last chunk."""
        self._seal(bytes(self._held), last=True)
        self._held.clear()

    def _seal(self, data: bytes, *, last: bool) -> None:
        nonce = _nonce(self._chunks, last=last)
        self._file.write(self._key.encrypt(nonce, data, self._header))
        self._chunks += 1


class SealedReader:
    """Opens what a SealedWriter wrote; every byte it gives is authenticated."""

    def __init__(self, file: BinaryIO, secret: Secret) -> None:
        self._file = file
        self._header = file.read(len(MARK) + 1 + SALT_BYTES)
        mark, kind = self._header[: len(MARK)], self._header[len(MARK) : len(MARK) + 1]
        if mark != MARK or len(self._header) < len(MARK) + 1 + SALT_BYTES:
            raise SealFault("this is no backup, or its beginning was altered")
        if kind != secret.kind:
            words = {b"P": "a passphrase: give --passphrase-file", b"K": "a key file: give --key"}
            raise SealFault(f"it was sealed with {words.get(kind, 'something else')}")
        self._key = secret.key(MARK + kind, self._header[len(MARK) + 1 :])
        self._chunks = 0
        self._next = file.read(CHUNK_BYTES + TAG_BYTES)
        self._open = bytearray()
        self._ended = False

    def read(self, count: int) -> bytes:
        """The next `count` bytes; fewer at the end only. Raises SealFault."""
        while len(self._open) < count and not self._ended:
            self._open += self._chunk()
        given = bytes(self._open[:count])
        del self._open[:count]
        return given

    def _chunk(self) -> bytes:
        sealed, self._next = self._next, self._file.read(CHUNK_BYTES + TAG_BYTES)
        self._ended = not self._next
        nonce = _nonce(self._chunks, last=self._ended)
        self._chunks += 1
        try:
            return self._key.decrypt(nonce, sealed, self._header)
        except (InvalidTag, ValueError):
            raise SealFault(_CUT) from None


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")
