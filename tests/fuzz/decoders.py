"""Every decoder of bytes from a device: what it may raise, what it may hold, what is real to it.

A decoder takes any bytes and returns how many it still holds. It is fed as a line feeds it: the
first byte of an input says how long the pieces are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from devices.cctalk.protocol import MAX_FRAME_BYTES as MAX_CCTALK_BYTES
from devices.cctalk.protocol import FrameParser as CctalkParser
from devices.concert.protocol import Answer, Ear
from devices.escpos.custom.protocol import MessageParser as CustomParser
from devices.escpos.interpreter import MAX_HELD_BYTES, Interpreter
from devices.escpos.protocol import MessageParser, process_done
from devices.id003.protocol import MAX_FRAME_BYTES as MAX_ID003_BYTES
from devices.id003.protocol import FrameParser as Id003Parser
from devices.input_events import MAX_EVENTS, RECORD_BYTES, packet_bytes
from devices.keyboard_wedge.protocol import MAX_CHARACTERS, WedgeParser, typed_packets
from devices.kinds.document_reader import zone_read
from devices.kinds.keypad import JackChanged, KeyPressed
from devices.navigation_keypad.protocol import KeypadParser, KeyTable
from devices.nexo.members import MessageRefused
from devices.nexo.protocol import Diagnosis, Message
from devices.scanner_2d.driver import judge as judge_scan
from devices.scanner_2d.protocol import MAX_PAYLOAD_BYTES, ScanParser, scan_bytes
from devices.serial_mrz.protocol import MAX_FRAME_BYTES, FrameParser, pieces
from devices.simulated_reader import SAMPLE
from devices.wallet_qr.objects import QrRefused
from devices.wallet_qr.protocol import read as read_wallet
from tests.fuzz import cash, chip

TODAY = date(2026, 1, 15)
PASSPORT = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
WALLET = (
    "00020101021226280010pe.example01100123456789520493995303604540537.705802PE5911INPE PRUEBA"
    "6004Lima62140510K07-0001236304A519"
)
CHARGED = Answer("01", "0", 3770, "1", "604", "")
Take = Callable[[bytes], int]


@dataclass(frozen=True, slots=True)
class Decoder:
    """One decoder: the modules it covers, and the most bytes it may hold between two pieces."""

    take: Take
    covers: tuple[str, ...]
    bound: int
    seeds: tuple[bytes, ...] = ()


def portions(data: bytes) -> Iterator[bytes]:
    """The input in pieces: the first byte says how long each is (0: all at once)."""
    size = data[0] if data and data[0] else max(1, len(data))
    rest = data[1:]
    return (rest[start : start + size] for start in range(0, len(rest), size))


class Feeding(Protocol):
    """A parser that is fed bytes as they come."""

    @property
    def pending(self) -> int: ...
    def feed(self, data: bytes) -> list[Any]: ...


class FeedingInTime(Protocol):
    """The same, for one to which silence means something."""

    @property
    def pending(self) -> int: ...
    def feed(self, data: bytes, now_s: float) -> list[Any]: ...


def feeding(make: Callable[[], Feeding], judge: Callable[[Any], object] = id) -> Take:
    """Feed a parser, judge what it gives, and tell the most it held."""

    def take(data: bytes) -> int:
        parser, held = make(), 0
        for piece in portions(data):
            for given in parser.feed(piece):
                judge(given)
            held = max(held, parser.pending)
        return held

    return take


def feeding_in_time(make: Callable[[], FeedingInTime], judge: Callable[[Any], object]) -> Take:
    """The same in time: a piece that begins with FFh comes after a silence."""

    def take(data: bytes) -> int:
        parser, held, now = make(), 0, 1.0
        for piece in portions(data):
            now += 0.25 if piece[:1] == b"\xff" else 0.01
            for given in parser.feed(piece, now):
                judge(given)
            held = max(held, parser.pending)
        for given in parser.feed(b"", now + 1.0):
            judge(given)
        return held

    return take


def refusing(decode: Callable[[bytes], object], *refusals: type[Exception]) -> Take:
    """A decoder of whole messages, which may refuse them with these errors and no other."""

    def take(data: bytes) -> int:
        try:
            decode(data)
        except refusals:
            return 0
        return 0

    return take


def _concert(data: bytes) -> int:
    ear = Ear(Answer.from_text)
    for piece in portions(data):
        ear.feed(piece)
    ear.silence()
    return int(ear.pending)


def _zone(text: str) -> object:
    return zone_read(text, TODAY)


def _keypad(happened: object) -> None:
    assert isinstance(happened, (KeyPressed, JackChanged))


DECODERS = {
    "serial-mrz": Decoder(
        feeding_in_time(FrameParser, lambda frame: _zone(frame.text)),
        ("devices.serial_mrz.protocol",),
        MAX_FRAME_BYTES,
        tuple(
            b"\x07" + b"".join(pieces(SAMPLE, framing))
            for framing in ("plain", "stx", "cute", "3m")
        ),
    ),
    "mrz": Decoder(
        refusing(lambda data: _zone(data.decode("latin-1"))),
        ("devices.documents.mrz", "devices.documents.ocr_repair"),
        0,
        tuple("\r".join(lines).encode() for lines in (SAMPLE, PASSPORT)),
    ),
    "scanner-2d": Decoder(
        feeding_in_time(ScanParser, judge_scan),
        ("devices.scanner_2d.protocol",),
        MAX_PAYLOAD_BYTES + 8,
        (b"\x05" + scan_bytes("A", b"101174102"), b"\x05" + scan_bytes("Q", b"opaque")),
    ),
    "wedge-mrz": Decoder(
        feeding_in_time(WedgeParser, lambda typed: _zone(typed.text)),
        ("devices.keyboard_wedge.protocol", "devices.input_events"),
        MAX_CHARACTERS + MAX_EVENTS + 2 * RECORD_BYTES,
        (b"\x00" + typed_packets("\r".join(SAMPLE), 1_000_000),),
    ),
    "navigation-keypad": Decoder(
        feeding(lambda: KeypadParser(KeyTable()), _keypad),
        ("devices.navigation_keypad.protocol",),
        MAX_EVENTS + 2 * RECORD_BYTES + 128,
        (b"\x18" + packet_bytes(1_000_000, (1, 103, 1)) + packet_bytes(1_200_000, (5, 2, 1)),),
    ),
    "escpos": Decoder(
        feeding(MessageParser), ("devices.escpos.protocol",), 8, (b"\x03" + process_done(42),)
    ),
    "custom": Decoder(
        feeding(CustomParser),
        ("devices.escpos.custom.protocol",),
        16,
        (b"\x03\x10\x0f\0\0\0\0" + b"2376 cuts",),
    ),
    "paper": Decoder(
        feeding(Interpreter),
        ("devices.escpos.interpreter",),
        MAX_HELD_BYTES,
        (b"\x05\x1b@\x1bt\x10Hola\n\x1dV\0",),
    ),
    "nexo": Decoder(
        refusing(lambda data: Message.from_bytes(data).to_bytes(), MessageRefused),
        ("devices.nexo.protocol",),
        0,
        (Message("A1B2C3D4E5", "KIOSK", "T-1", Diagnosis()).to_bytes(),),
    ),
    "chip": Decoder(
        chip.take,
        ("devices.pcsc_chip.protocol", "devices.pcsc_chip.apdu", "devices.pcsc_chip.tlv"),
        0,
        (chip.SEALED, b"\x01\x90\x00\x09" + bytes(8) + b"\x90\x00"),
    ),
    "concert": Decoder(
        _concert,
        ("devices.concert.protocol",),
        1,
        (b"\x09" + CHARGED.to_bytes(), b"\x01\x05\x06"),
    ),
    "wallet-qr": Decoder(
        refusing(lambda data: read_wallet(data.decode("utf-8", "replace"), 3770), QrRefused),
        ("devices.wallet_qr.protocol", "devices.wallet_qr.objects"),
        0,
        (WALLET.encode(),),
    ),
    "cctalk": Decoder(
        feeding_in_time(lambda: CctalkParser("checksum"), cash.heard_on_cctalk),
        ("devices.cctalk.protocol",),
        MAX_CCTALK_BYTES,
        tuple(
            b"\x04" + frame
            for frame in (cash.NOTE_HELD, cash.SERIAL_NUMBER, cash.BILL_20, cash.HOPPER_STATUS)
        ),
    ),
    "cctalk-crc": Decoder(
        feeding_in_time(lambda: CctalkParser("crc"), cash.heard_on_cctalk), (), MAX_CCTALK_BYTES
    ),
    "cctalk-data": Decoder(
        refusing(cash.of_cctalk),
        (
            "devices.cctalk_bill.protocol",
            "devices.cctalk_coin.protocol",
            "devices.cctalk_hopper.protocol",
        ),
        0,
        (cash.NOTE_HELD[4:-1], b"PE0020A", b"\x64\x00\x02"),
    ),
    "id003": Decoder(
        feeding_in_time(Id003Parser, cash.heard_on_id003),
        ("devices.id003.protocol",),
        MAX_ID003_BYTES,
        (b"\x03" + cash.ESCROWED + cash.VALID,),
    ),
}
