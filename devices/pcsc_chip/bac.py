"""Basic Access Control: the key a printed zone gives, and the chip's opening. Pure.

Source: ICAO Doc 9303-11, clause 4.3 and appendix D.2, D.3.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date

from devices.documents.mrz import FILLER, check_digit
from devices.pcsc_chip import des
from devices.pcsc_chip.apdu import BadAnswer, CommandApdu

NONCE_BYTES = 8
SHARE_BYTES = 16
ANSWER_BYTES = 40

_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9<]{0,20}[A-Z0-9])?")
_PRINTED_NUMBER = 9
_NO_DATE = FILLER * 6


class KeyRefused(ValueError):
    """No document could have this number; the text does not repeat it."""


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """What opens a chip: ``information`` is number, birth and expiry with their check digits."""

    information: str = field(repr=False)

    @classmethod
    def of(cls, number: str, birth: date, expiry: date | None) -> "DocumentKey":
        """The key of the document with this number; raises ``KeyRefused``."""
        if not _NUMBER.fullmatch(number):
            raise KeyRefused("no document can have such a number; read or type it again.")
        fields = (
            number.ljust(_PRINTED_NUMBER, FILLER),
            birth.strftime("%y%m%d"),
            expiry.strftime("%y%m%d") if expiry else _NO_DATE,
        )
        return cls("".join(part + check_digit(part) for part in fields))

    def keys(self) -> tuple[bytes, bytes]:
        """Return the keys to encrypt and to seal with until the chip is open."""
        information = self.information.encode("ascii")
        return des.derived_keys(hashlib.sha1(information, usedforsecurity=False).digest()[:16])


@dataclass(frozen=True, slots=True)
class Chance:
    """What the reader chose at random for one opening: a nonce (8 bytes), its share (16)."""

    nonce: bytes = field(repr=False)
    share: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What both sides hold when a chip has opened: two keys and where counting begins."""

    encryption_key: bytes = field(repr=False)
    seal_key: bytes = field(repr=False)
    counter: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opening:
    """One try to open a chip that gave ``challenge`` (8 bytes)."""

    key: DocumentKey = field(repr=False)
    chance: Chance = field(repr=False)
    challenge: bytes = field(repr=False)

    def command(self) -> CommandApdu:
        """Return the EXTERNAL AUTHENTICATE that proves the reader knows the document."""
        encryption_key, seal_key = self.key.keys()
        secret = self.chance.nonce + self.challenge + self.chance.share
        token = des.encrypt(encryption_key, secret)
        data = token + des.checksum(seal_key, token)
        return CommandApdu(0x00, 0x82, 0x00, 0x00, data, ANSWER_BYTES)

    def opened(self, answer: bytes) -> Opened:
        """Judge the chip's proof; raises ``BadAnswer`` unless it too knows the document."""
        encryption_key, seal_key = self.key.keys()
        token, seal = answer[: -des.BLOCK], answer[-des.BLOCK :]
        if len(answer) != ANSWER_BYTES or not des.sealed_by(seal_key, token, seal):
            raise BadAnswer("a proof with a wrong seal")
        secret = des.decrypt(encryption_key, token)
        nonces, share = secret[: 2 * NONCE_BYTES], secret[2 * NONCE_BYTES :]
        if nonces != self.challenge + self.chance.nonce:
            raise BadAnswer("a proof for another opening")
        seed = bytes(ours ^ theirs for ours, theirs in zip(self.chance.share, share, strict=True))
        counter = int.from_bytes(self.challenge[-4:] + self.chance.nonce[-4:])
        return Opened(*des.derived_keys(seed), counter)
