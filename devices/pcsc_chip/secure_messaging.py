"""Secure messaging: commands and answers of an opened chip, encrypted and sealed. Pure.

Source: ICAO Doc 9303-11, clause 9.8 and appendix D.4. An answer's seal is judged before anything
of it is used; the first one that does not hold ends the session for good.
"""

from dataclasses import replace

from devices.pcsc_chip import des
from devices.pcsc_chip.apdu import MAX_LE, BadAnswer, CommandApdu, ResponseApdu
from devices.pcsc_chip.bac import Opened
from devices.pcsc_chip.tlv import Tlv, encoded, objects

ENCRYPTED = 0x87
EXPECTED_LENGTH = 0x97
STATUS = 0x99
SEAL = 0x8E

_SECURE_CLA = 0x0C
_PADDED = b"\x01"
_COUNTER_LIMIT = 1 << 64


class PlainRefusal(Exception):
    """The chip refused without sealing it, so nothing is known but ``sw``, and that not surely."""

    def __init__(self, sw: int) -> None:
        super().__init__(f"the chip refused with {sw:04X}, unsealed")
        self.sw = sw


class Session:
    """The conversation with an opened chip; its keys are there until ``wipe``."""

    def __init__(self, opened: Opened) -> None:
        self._encryption_key = bytearray(opened.encryption_key)
        self._seal_key = bytearray(opened.seal_key)
        self._counter = opened.counter
        self._ended = False

    def protect(self, command: CommandApdu) -> CommandApdu:
        """Return ``command`` encrypted and sealed; to be sent once, before anything else."""
        self._step()
        plain = replace(command, cla=command.cla | _SECURE_CLA, data=b"", le=None)
        body = b""
        if command.data:
            secret = des.encrypt(bytes(self._encryption_key), des.padded(command.data))
            body += encoded(ENCRYPTED, _PADDED + secret)
        if command.le is not None:
            body += encoded(EXPECTED_LENGTH, bytes([command.le % MAX_LE]))
        seal = des.checksum(bytes(self._seal_key), self._count() + des.padded(plain.header) + body)
        return replace(plain, data=body + encoded(SEAL, seal), le=MAX_LE)

    def unprotect(self, response: ResponseApdu) -> ResponseApdu:
        """Return what the chip really answered.

        Raises ``PlainRefusal`` for a bare error status, and ``BadAnswer`` for a missing or wrong
        seal, or objects that such an answer does not have. Either ends the session.
        """
        self._step()
        try:
            return self._judged(response)
        except (BadAnswer, PlainRefusal):
            self.wipe()
            raise

    def wipe(self) -> None:
        """Forget the keys; the session is over."""
        for key in (self._encryption_key, self._seal_key):
            key[:] = bytes(len(key))
        self._counter, self._ended = 0, True

    def _judged(self, response: ResponseApdu) -> ResponseApdu:
        if not response.data:
            if response.sw >> 8 in (0x90, 0x62, 0x63):
                raise BadAnswer("an answer without its seal")
            raise PlainRefusal(response.sw)
        *sealed, seal = objects(response.data)
        if not self._holds(sealed, seal):
            raise BadAnswer("an answer with a wrong seal")
        data = self._decrypted(sealed[0].value) if len(sealed) > 1 else b""
        return ResponseApdu(data, int.from_bytes(sealed[-1].value))

    def _holds(self, sealed: list[Tlv], seal: Tlv) -> bool:
        """Whether the objects are those of an answer, in their order, and ``seal`` is over them."""
        tags = [each.tag for each in sealed]
        if tags not in ([STATUS], [ENCRYPTED, STATUS]) or seal.tag != SEAL:
            raise BadAnswer("an answer without its seal")
        if len(sealed[-1].value) != 2:
            raise BadAnswer("an answer without a status word")
        return self._seals(b"".join(each.raw for each in sealed), seal.value)

    def _seals(self, data: bytes, seal: bytes) -> bool:
        return des.sealed_by(bytes(self._seal_key), self._count() + data, seal)

    def _decrypted(self, value: bytes) -> bytes:
        if value[:1] != _PADDED:
            raise BadAnswer("encrypted data of another sort")
        return des.unpadded(des.decrypt(bytes(self._encryption_key), value[1:]))

    def _step(self) -> None:
        if self._ended:
            raise BadAnswer("a conversation that is over")
        self._counter = (self._counter + 1) % _COUNTER_LIMIT

    def _count(self) -> bytes:
        return self._counter.to_bytes(8)
