"""PURE: sound as numbers: one channel of 16 bits, at the rate its maker chose."""

import sys
from array import array
from dataclasses import dataclass, replace

HEADER = 44
BYTES_A_SAMPLE = 2
GAINS = (0.2, 0.35, 0.55, 0.78, 1.0)
"""For the volumes 1 to 5: about 4 dB from one to the next."""


class NoSound(Exception):
    """What was read is no sound of this kind; the message says what is wrong with it."""


@dataclass(frozen=True)
class Sound:
    """`samples` are signed 16-bit little-endian numbers, `rate` of them a second."""

    rate: int
    samples: bytes

    @classmethod
    def of_wav(cls, wav: bytes) -> "Sound":
        """The sound in a WAV as synthesisers write it, also one whose lengths a pipe left open.

        Raises NoSound.
        """
        if len(wav) <= HEADER or wav[:4] != b"RIFF" or wav[36:40] != b"data":
            raise NoSound("it is no plain WAV")
        form, channels = _number(wav, 20, 2), _number(wav, 22, 2)
        rate, bits = _number(wav, 24, 4), _number(wav, 34, 2)
        if (form, channels, bits) != (1, 1, 16) or not 8_000 <= rate <= 48_000:
            raise NoSound("it is not PCM of one channel, 16 bits and 8 to 48 kHz")
        whole = (len(wav) - HEADER) // BYTES_A_SAMPLE * BYTES_A_SAMPLE
        said = min(_number(wav, 40, 4), whole) // BYTES_A_SAMPLE * BYTES_A_SAMPLE
        return cls(rate, wav[HEADER : HEADER + said])

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / BYTES_A_SAMPLE / self.rate

    def after(self, seconds: float) -> "Sound":
        """What is left of it after `seconds`."""
        skipped = max(0, int(seconds * self.rate)) * BYTES_A_SAMPLE
        return replace(self, samples=self.samples[skipped:])

    def at_volume(self, level: int) -> "Sound":
        """The same at volume 1 to 5; 5 is as it was made."""
        gain = GAINS[max(1, min(level, len(GAINS))) - 1]
        if gain == 1.0:
            return self
        numbers = array("h", self.samples)
        if sys.byteorder == "big":
            numbers.byteswap()
        softer = array("h", [int(each * gain) for each in numbers])
        if sys.byteorder == "big":
            softer.byteswap()
        return replace(self, samples=softer.tobytes())

    def wav(self) -> bytes:
        """It as a WAV with true lengths."""
        size = len(self.samples)
        return b"".join(
            (
                b"RIFF",
                (size + HEADER - 8).to_bytes(4, "little"),
                b"WAVEfmt ",
                (16).to_bytes(4, "little"),
                (1).to_bytes(2, "little"),
                (1).to_bytes(2, "little"),
                self.rate.to_bytes(4, "little"),
                (self.rate * BYTES_A_SAMPLE).to_bytes(4, "little"),
                BYTES_A_SAMPLE.to_bytes(2, "little"),
                (16).to_bytes(2, "little"),
                b"data",
                size.to_bytes(4, "little"),
                self.samples,
            )
        )


def _number(wav: bytes, at: int, size: int) -> int:
    return int.from_bytes(wav[at : at + size], "little")
