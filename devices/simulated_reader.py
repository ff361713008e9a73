"""What every simulated device that only sends has in common: silence, power, a sample."""

import time
from collections.abc import Mapping
from pathlib import Path

from devices.simulator import Answer, Command, CommandRefused, Simulator, one_of

POWER_UP_S = 0.3

SAMPLE = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
UNREADABLE_SAMPLE = (SAMPLE[0], SAMPLE[1].replace("80", "8?"), SAMPLE[2])
BANK_CARD_SAMPLE = (
    "%B9999990000000006^PRUEBA/TARJETA^30121010000000000?",
    ";9999990000000006=30121010000000000?",
)
WRONG_DIGIT_SAMPLE = (SAMPLE[0], SAMPLE[1].replace("8001014", "8001015"), SAMPLE[2])


class ReaderSimulator(Simulator):
    """Commands beside the common ones: ``no reply on|off`` (nothing it is told to bring is sent)
    and ``power cycle`` (its port is gone for 0.3 s).
    """

    def __init__(self, path: Path, seed: int = 0) -> None:
        super().__init__(path, seed)
        self._mute = False
        self._power_up_at: float | None = None

    def commands(self) -> Mapping[str, Command]:
        """Return the commands of every reader beside the common ones."""
        return {"no": self._no, "power": self._power, **super().commands()}

    def received(self, data: bytes) -> None:
        """Ignore what it is told: it only sends."""

    def tick(self) -> None:
        """Come back after a power cycle."""
        if self._power_up_at is not None and time.monotonic() >= self._power_up_at:
            self._power_up_at = None
            self._plug("")

    def bring(self, *portions: bytes) -> Answer:
        """Send what a document, a code or a key gives, unless it was told to be mute."""
        if self._mute:
            return {"sent": False}
        return {"sent": all(self.send(portion) for portion in portions)}

    def _no(self, rest: str) -> Answer:
        word, _, how = rest.partition(" ")
        if word != "reply":
            raise CommandRefused("write: no reply on|off")
        self._mute = one_of(how, "on", "off") == "on"
        return {"no reply": how}

    def _power(self, rest: str) -> Answer:
        one_of(rest, "cycle")
        self._unplug("")
        self._power_up_at = time.monotonic() + POWER_UP_S
        return {"power": "cycling"}
