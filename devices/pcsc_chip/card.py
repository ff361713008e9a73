"""A simulated identity document's chip, which shares no cipher or framing with the reader.

Written from ICAO Doc 9303-11 from the card's side, so that a reading that succeeds shows that
two readings of the standard agree. ``FAULTS`` are the ways it can be told to misbehave.
"""

import hashlib
import random
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

FAULTS = {
    "none": "behaves",
    "mac": "one bit of every seal is wrong",
    "plain": "answers without any seal, in the clear",
    "no-status": "leaves the sealed status out",
    "garbage": "answers with random bytes",
    "6982": "refuses the key, and everything after it",
    "6A82": "has no such application",
    "pace": "does not open by Basic Access Control",
    "no-dg1": "opens, and has no data group 1",
    "short": "gives one byte of a file at a time",
    "endless": "says that its file is longer than any",
    "echo": "answers with the answer before",
}

_AID = bytes.fromhex("A0000002471001")
_NO_FILE, _REFUSED, _UNKNOWN_INS, _NO_OBJECTS = b"\x6a\x82", b"\x69\x82", b"\x6d\x00", b"\x69\x87"
_OK = b"\x90\x00"


@dataclass(slots=True)
class Secrets:
    """What an opened card remembers."""

    cipher: bytes
    seal: bytes
    count: int

    def counted(self) -> bytes:
        """One more message, and how many there were."""
        self.count = (self.count + 1) % 2**64
        return self.count.to_bytes(8)


class Emrtd:
    """A document whose zone is ``lines``; ``named``, if set, is what data group 1 says instead.

    ``answer`` takes a command as it comes over the contacts. On T=0 (``t0``) it gives data only
    to GET RESPONSE, and corrects a wrong length, as such cards do.
    """

    def __init__(self, lines: tuple[str, ...], dice: random.Random, *, t0: bool = False) -> None:
        self.lines = lines
        self.named: tuple[str, ...] | None = None
        self.t0 = t0
        self.fault = "none"
        self._dice = dice
        self.power()

    @property
    def atr(self) -> bytes:
        """Its answer to reset: T=0, or T=1 with its check byte."""
        return bytes.fromhex("3B0445524B30" if self.t0 else "3B800181")

    def power(self) -> None:
        """Forget everything but what is written in it."""
        self._challenge = b""
        self._secrets: Secrets | None = None
        self._chosen: bytes | None = None
        self._at_application = False
        self._waiting = b""
        self._before = _OK

    def answer(self, command: bytes) -> bytes:
        """Carry out one command."""
        if self.fault == "garbage":
            return self._dice.randbytes(self._dice.randrange(1, 64))
        reply = self._over_contacts(command)
        if self.fault == "echo":
            reply, self._before = self._before, reply
        return reply

    def _over_contacts(self, command: bytes) -> bytes:
        if len(command) < 4:
            return b"\x67\x00"
        if command[1] == 0xC0:
            return self._get_response(command[4] if len(command) > 4 else 0)
        self._waiting = b""
        reply = self._carried_out(command)
        data, status = reply[:-2], reply[-2:]
        if not self.t0 or not data:
            return reply
        if len(command) == 5:  # it asks for data and brings none
            wanted = command[4] or 256
            return reply if wanted == len(data) else bytes([0x6C, len(data) & 0xFF])
        self._waiting = data + status
        return bytes([0x61, len(data) & 0xFF])

    def _get_response(self, asked: int) -> bytes:
        data, status = self._waiting[:-2], self._waiting[-2:]
        if not data:
            return b"\x69\x85"
        if (asked or 256) != len(data):
            return bytes([0x6C, len(data) & 0xFF])
        self._waiting = b""
        return data + status

    def _carried_out(self, command: bytes) -> bytes:
        cla, ins = command[0], command[1]
        body = command[5 : 5 + command[4]] if len(command) > 5 else b""
        if cla & 0x0C:
            return self._in_secret(command[:4], body)
        if ins == 0xA4 and command[2] == 0x04:
            self._at_application = body == _AID and self.fault != "6A82"
            return _OK if self._at_application else _NO_FILE
        if not self._at_application:
            return b"\x69\x85"
        if ins == 0x84 and self.fault != "pace":
            self._challenge = self._dice.randbytes(8)
            return self._challenge + _OK
        if ins == 0x82 and self.fault != "pace":
            return self._opened(body)
        return _REFUSED if ins in (0xA4, 0xB0) else _UNKNOWN_INS

    def _opened(self, proof: bytes) -> bytes:
        """Take the reader's proof, give our own, and begin to count."""
        challenge, self._challenge = self._challenge, b""
        cipher, seal = _pair(hashlib.sha1(_information(self.lines)).digest()[:16])
        if len(proof) != 40 or not challenge or self.fault == "6982":
            return _REFUSED
        if _seal(seal, proof[:32]) != proof[32:]:
            return b"\x63\x00"
        told = _triple(cipher, proof[:32], back=True)
        if told[8:16] != challenge:
            return b"\x63\x00"
        ours = self._dice.randbytes(16)
        token = _triple(cipher, challenge + told[:8] + ours)
        shared = bytes(a ^ b for a, b in zip(told[16:], ours, strict=True))
        start = int.from_bytes(challenge[4:] + told[4:8])
        self._secrets = Secrets(*_pair(shared), start)
        return token + _seal(seal, token) + _OK

    def _in_secret(self, header: bytes, body: bytes) -> bytes:
        """Check, decrypt and carry out a sealed command; seal the answer."""
        if self._secrets is None:
            return _NO_OBJECTS
        count = self._secrets.counted()
        objects = _parts(body)
        sealed = b"".join(whole for tag, _, whole in objects if tag != 0x8E)
        given = next((value for tag, value, _ in objects if tag == 0x8E), b"")
        if given != _seal(self._secrets.seal, count + _fill(header) + sealed):
            self._secrets = None
            return b"\x69\x88"
        values = {tag: value for tag, value, _ in objects}
        data = _triple(self._secrets.cipher, values[0x87][1:], back=True) if 0x87 in values else b""
        plain = data[: data.rfind(b"\x80")] if data else b""
        length = (values[0x97][0] or 256) if values.get(0x97) else 0
        return self._sealed(self._file_command(header, plain, length))

    def _sealed(self, reply: bytes) -> bytes:
        assert self._secrets is not None
        data, status = reply[:-2], reply[-2:]
        count = self._secrets.counted()
        if self.fault == "plain":
            return reply
        body = b""
        if data:
            hidden = b"\x01" + _triple(self._secrets.cipher, _fill(data))
            size = bytes([len(hidden)]) if len(hidden) < 128 else bytes([0x81, len(hidden)])
            body = b"\x87" + size + hidden
        if self.fault != "no-status":
            body += b"\x99\x02" + status
        seal = bytearray(_seal(self._secrets.seal, count + body))
        if self.fault == "mac":
            seal[self._dice.randrange(8)] ^= 1 << self._dice.randrange(8)
        return body + b"\x8e\x08" + bytes(seal) + status

    def _file_command(self, header: bytes, data: bytes, length: int) -> bytes:
        if header[1] == 0xA4:
            self._chosen = self._files().get(int.from_bytes(data))
            return _NO_FILE if self._chosen is None else _OK
        if header[1] != 0xB0 or self._chosen is None or self.fault == "6982":
            return _REFUSED
        offset = int.from_bytes(header[2:4])
        if self.fault == "short":
            length = 1
        part = self._chosen[offset : offset + length]
        return part + _OK if part else b"\x6b\x00"

    def _files(self) -> dict[int, bytes]:
        zone = "".join(self.named or self.lines).encode("ascii")
        group = b"\x61" + bytes([len(zone) + 3]) + b"\x5f\x1f" + bytes([len(zone)]) + zone
        if self.fault == "endless":
            group = b"\x61\x82\xff\xff" + group
        common = bytes.fromhex("60145F0104303130375F36063034303030305C026175")
        return {0x011E: common} | ({} if self.fault == "no-dg1" else {0x0101: group})


def _information(lines: tuple[str, ...]) -> bytes:
    """Number, birth and expiry with their check digits, where the zone prints them."""
    if len(lines) == 3:
        first, second = lines[0], lines[1]
        number = first[5:15]
        if first[14] == "<":  # it runs on, and its check digit comes last
            number = first[5:14] + first[15:].split("<", 1)[0]
        return (number + second[0:7] + second[8:15]).encode("ascii")
    second = lines[1]
    return (second[0:10] + second[13:20] + second[21:28]).encode("ascii")


def _pair(seed: bytes) -> tuple[bytes, bytes]:
    """The two keys of a seed; this side leaves parity alone, which DES does not look at."""
    one, two = (hashlib.sha1(seed + bytes([0, 0, 0, n])).digest()[:16] for n in (1, 2))
    return one, two


def _triple(key: bytes, data: bytes, *, back: bool = False) -> bytes:
    cipher: Any = Cipher(TripleDES(key + key[:8]), modes.CBC(bytes(8)))
    machine = cipher.decryptor() if back else cipher.encryptor()
    return machine.update(data[: len(data) // 8 * 8])


def _seal(key: bytes, data: bytes) -> bytes:
    """All blocks but the last by single DES in a chain, the last one by triple DES."""
    filled = _fill(data)
    chain = bytes(8)
    if len(filled) > 8:
        chain = _triple(key[:8] * 2, filled[:-8])[-8:]
    last = bytes(a ^ b for a, b in zip(chain, filled[-8:], strict=True))
    return _triple(key, last)


def _fill(data: bytes) -> bytes:
    return data + bytes([0x80]).ljust(8 - len(data) % 8, b"\0")


def _parts(body: bytes) -> list[tuple[int, bytes, bytes]]:
    """Tag, value and whole of each object in a command, as far as they can be told."""
    found: list[tuple[int, bytes, bytes]] = []
    while len(body) >= 2:
        start = 3 if body[1] == 0x81 else 2
        size = body[start - 1] if len(body) >= start else 0
        found.append((body[0], body[start : start + size], body[: start + size]))
        body = body[start + size :]
    return found
