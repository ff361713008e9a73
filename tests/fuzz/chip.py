"""What a chip answers, taken three ways: as a reading, as a sealed answer, as data objects."""

import contextlib
from datetime import date

from devices.pcsc_chip.apdu import BadAnswer, CommandApdu, ResponseApdu
from devices.pcsc_chip.bac import Chance
from devices.pcsc_chip.protocol import ChipRefused, Request, read_document
from devices.pcsc_chip.secure_messaging import PlainRefusal, Session
from devices.pcsc_chip.tlv import objects
from tests.unit.devices.test_chip_vectors import KEY, OPENED, SELECT, hexed

TODAY = date(2026, 1, 15)
SEALED = hexed(SELECT[1])


def take(data: bytes) -> int:
    """Nothing but the errors that are written down may come out."""
    _reading(data)
    session = Session(OPENED)
    session.protect(CommandApdu(0, 0xA4, 2, 0x0C, b"\x01\x1e"))
    with contextlib.suppress(BadAnswer, PlainRefusal):
        session.unprotect(ResponseApdu.from_bytes(data))
    with contextlib.suppress(BadAnswer):
        objects(data)
    return 0


def _reading(data: bytes) -> None:
    """The first byte of each piece says how long it is."""
    t0 = len(data) % 2 == 1
    conversation = read_document(Request(KEY, Chance(bytes(8), bytes(16)), TODAY, t0))
    next(conversation)
    with contextlib.suppress(ChipRefused, StopIteration):
        while data:
            size, data = 1 + data[0], data[1:]
            conversation.send(data[:size])
            data = data[size:]
        conversation.send(b"")
