"""Every decoder of bytes from a device: what it may raise, what it may hold, what is real to it.

A decoder takes any bytes and returns how many it still holds. It is fed as a line feeds it: the
first byte of an input says how long the pieces are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from devices.documents.document_types import classify
from devices.documents.mrz import MrzRefused, parse, split_lines
from devices.escpos.interpreter import MAX_HELD_BYTES, Interpreter
from devices.escpos.protocol import MessageParser, process_done
from devices.nexo.members import MessageRefused
from devices.nexo.protocol import Message
from devices.serial_mrz.protocol import MAX_FRAME_BYTES, FrameParser, pieces

TODAY = date(2026, 1, 15)
DNI = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
PASSPORT = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)


@dataclass(frozen=True, slots=True)
class Decoder:
    """One decoder: the modules it covers, and the most bytes it may hold between two pieces."""

    take: Callable[[bytes], int]
    covers: tuple[str, ...]
    bound: int
    seeds: tuple[bytes, ...] = ()


def portions(data: bytes) -> Iterator[bytes]:
    """The input in pieces: the first byte says how long each is (0: all at once)."""
    size = data[0] if data and data[0] else max(1, len(data))
    rest = data[1:]
    return (rest[start : start + size] for start in range(0, len(rest), size))


def _serial_mrz(data: bytes) -> int:
    parser, now, held = FrameParser(), 1.0, 0
    for piece in portions(data):
        now += 0.25 if piece[:1] == b"\xff" else 0.01
        for frame in parser.feed(piece, now):
            _zone(frame.text)
        held = max(held, parser.pending)
    return held


def _mrz(data: bytes) -> int:
    _zone(data.decode("latin-1"))
    return 0


def _zone(text: str) -> None:
    try:
        classify(parse(split_lines(text), TODAY))
    except MrzRefused:
        return


def _escpos(data: bytes) -> int:
    parser, held = MessageParser(), 0
    for piece in portions(data):
        parser.feed(piece)
        held = max(held, parser.pending)
    return held


def _paper(data: bytes) -> int:
    interpreter = Interpreter()
    for piece in portions(data):
        interpreter.feed(piece)
    return 0


def _nexo(data: bytes) -> int:
    try:
        Message.from_bytes(data).to_bytes()
    except MessageRefused:
        return 0
    return 0


DECODERS = {
    "serial-mrz": Decoder(
        _serial_mrz,
        ("devices.serial_mrz.protocol",),
        MAX_FRAME_BYTES,
        tuple(b"\x07" + b"".join(pieces(DNI, framing)) for framing in ("plain", "stx")),
    ),
    "mrz": Decoder(
        _mrz,
        ("devices.documents.mrz",),
        0,
        tuple("\r".join(lines).encode() for lines in (DNI, PASSPORT)),
    ),
    "escpos": Decoder(_escpos, ("devices.escpos.protocol",), 8, (b"\x03" + process_done(42),)),
    "paper": Decoder(
        _paper,
        ("devices.escpos.interpreter",),
        MAX_HELD_BYTES,
        (b"\x05\x1b@\x1bt\x10Hola\n\x1dV\0",),
    ),
    "nexo": Decoder(_nexo, ("devices.nexo.protocol",), 0),
}
