"""Decoders that are broken on purpose: what the fuzzers must find."""

from devices.serial_mrz.protocol import FrameParser
from tests.fuzz.decoders import Decoder, portions


class CarelessParser(FrameParser):
    """Trusts that a frame is text."""

    def feed(self, data: bytes, now_s: float) -> list[object]:  # pyright: ignore[reportIncompatibleMethodOverride]
        frames = super().feed(data, now_s)
        return [frame.data.decode("ascii") for frame in frames]


def _careless(data: bytes) -> int:
    parser = CarelessParser()
    for piece in portions(data):
        parser.feed(piece, 1.0)
    return 0


def _hoarding(data: bytes) -> int:
    parser = FrameParser(max_bytes=1 << 30)
    for piece in portions(data * 50):
        parser.feed(piece, 1.0)
    return parser.pending


DECODERS = {
    "careless": Decoder(_careless, (), 512),
    "hoarding": Decoder(_hoarding, (), 512),
}
