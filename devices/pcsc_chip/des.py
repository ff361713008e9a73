"""The ciphers of Basic Access Control: two-key triple DES and its checksum. Pure.

Sources: ICAO Doc 9303-11, clauses 4.3.3 and 9.7 (keys), 9.8.6 (ciphers); ISO/IEC 9797-1, MAC
algorithm 3 with DES and padding method 2. They are old; the chips that use them are in force.
"""

import hashlib
import hmac

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from devices.pcsc_chip.apdu import BadAnswer

BLOCK = 8
KEY_BYTES = 16

_ZERO_IV = bytes(BLOCK)
_FOR_ENCRYPTION = 1
_FOR_CHECKSUM = 2


def derived_keys(seed: bytes) -> tuple[bytes, bytes]:
    """Return the keys to encrypt and to seal, 16 bytes each, that ``seed`` (16 bytes) gives."""
    return _derived(seed, _FOR_ENCRYPTION), _derived(seed, _FOR_CHECKSUM)


def with_odd_parity(key: bytes) -> bytes:
    """Set the lowest bit of every byte so that its ones are odd, as DES keys have it."""
    return bytes(byte & 0xFE | (byte & 0xFE).bit_count() % 2 ^ 1 for byte in key)


def padded(data: bytes) -> bytes:
    """Append ``80`` and zeros up to whole blocks (ISO/IEC 9797-1, padding method 2)."""
    return data + b"\x80" + bytes(-(len(data) + 1) % BLOCK)


def unpadded(data: bytes) -> bytes:
    """Take the padding off again; raises ``BadAnswer`` where there is none."""
    body, mark, zeros = data.rpartition(b"\x80")
    if not mark or zeros.strip(b"\0") or len(zeros) >= BLOCK:
        raise BadAnswer("encrypted data without padding")
    return body


def encrypt(key: bytes, blocks: bytes) -> bytes:
    """Encrypt whole blocks: CBC from a zero vector."""
    return _cbc(key + key[:BLOCK], blocks)


def decrypt(key: bytes, blocks: bytes) -> bytes:
    """Decrypt whole blocks: CBC from a zero vector; raises ``BadAnswer`` for half a block."""
    if not blocks or len(blocks) % BLOCK:
        raise BadAnswer("encrypted data that is not whole blocks")
    machine = Cipher(TripleDES(key + key[:BLOCK]), modes.CBC(_ZERO_IV)).decryptor()
    return machine.update(blocks) + machine.finalize()


def checksum(key: bytes, data: bytes) -> bytes:
    """Return the 8 bytes that seal ``data``, which is padded here."""
    first, second = key[:BLOCK] * 3, key[BLOCK:] * 3
    chained = _cbc(first, padded(data))[-BLOCK:]
    machine = Cipher(TripleDES(second), modes.CBC(_ZERO_IV)).decryptor()
    return _cbc(first, machine.update(chained) + machine.finalize())


def sealed_by(key: bytes, data: bytes, seal: bytes) -> bool:
    """Whether ``seal`` is the checksum over ``data``, found out in constant time."""
    return hmac.compare_digest(checksum(key, data), seal)


def _derived(seed: bytes, purpose: int) -> bytes:
    digest = hashlib.sha1(seed + purpose.to_bytes(4), usedforsecurity=False).digest()
    return with_odd_parity(digest[:KEY_BYTES])


def _cbc(key: bytes, blocks: bytes) -> bytes:
    """Equal thirds of ``key`` make this single DES."""
    machine = Cipher(TripleDES(key), modes.CBC(_ZERO_IV)).encryptor()
    return machine.update(blocks) + machine.finalize()
