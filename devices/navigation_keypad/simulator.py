"""A simulated navigation keypad: presses keys and plugs headphones as an event file gives them."""

import time
from collections.abc import Mapping
from pathlib import Path

from devices.input_events import (
    EV_KEY,
    EV_SW,
    EV_SYN,
    PRESSED,
    RELEASED,
    REPEATED,
    SW_HEADPHONE_INSERT,
    SYN_DROPPED,
    packet_bytes,
)
from devices.kinds.keypad import Key
from devices.navigation_keypad.protocol import STANDARD_KEYS
from devices.simulated_reader import ReaderSimulator
from devices.simulator import Answer, Command, number, one_of

JACK_IN_KEY = 185  # F15
JACK_OUT_KEY = 186  # F16
REPEAT_GAP_US = 33_000
_CODES: Mapping[str, int] = {
    str(key): next(code for code, meaning in STANDARD_KEYS.items() if meaning is key) for key in Key
}
_MAX_CODE = 767
_MAX_REPEATS = 1000


class KeypadSimulator(ReaderSimulator):
    """Commands beside those of everything that only sends::

    key up|down|left|right|enter|back|home|help|volume_up|volume_down
    code N                  press the key with this code
    hold WORD N             hold a key until it has repeated N times
    jack in|out             plug headphones in or out
    jack_by switch|keys     how the keypad tells: its switch, or F15 and F16
    drop                    events were lost
    """

    buttons = (
        *(f"key {key}" for key in Key), "jack in", "jack out", "hold down 20", "drop",
        "no reply on", "no reply off", "unplug", "plug", "power cycle",
    )  # fmt: skip

    def __init__(self, path: Path, seed: int = 0) -> None:
        super().__init__(path, seed)
        self._by_keys = False

    def commands(self) -> Mapping[str, Command]:
        """Return the keypad's commands beside the common ones."""
        own: dict[str, Command] = {
            "key": lambda rest: self._press(_CODES[one_of(rest, *_CODES)]),
            "code": lambda rest: self._press(number(rest, _MAX_CODE)),
            "hold": self._hold,
            "jack": self._jack,
            "jack_by": self._set_jack_by,
            "drop": self._drop,
        }
        return {**own, **super().commands()}

    def _press(self, code: int, repeats: int = 0) -> Answer:
        values = (PRESSED, *(REPEATED,) * repeats, RELEASED)
        began = _now_us()
        return self.bring(
            *(
                packet_bytes(began + place * REPEAT_GAP_US, (EV_KEY, code, value))
                for place, value in enumerate(values)
            )
        )

    def _hold(self, rest: str) -> Answer:
        word, _, times = rest.partition(" ")
        return self._press(_CODES[one_of(word, *_CODES)], number(times, _MAX_REPEATS))

    def _jack(self, rest: str) -> Answer:
        inserted = one_of(rest, "in", "out") == "in"
        if self._by_keys:
            return self._press(JACK_IN_KEY if inserted else JACK_OUT_KEY)
        return self.bring(packet_bytes(_now_us(), (EV_SW, SW_HEADPHONE_INSERT, int(inserted))))

    def _set_jack_by(self, rest: str) -> Answer:
        self._by_keys = one_of(rest, "switch", "keys") == "keys"
        return {"jack_by": rest}

    def _drop(self, _rest: str) -> Answer:
        return self.bring(packet_bytes(_now_us(), (EV_SYN, SYN_DROPPED, 0)))


def _now_us() -> int:
    return time.monotonic_ns() // 1000


def build(path: Path, spool: Path | None) -> KeypadSimulator:  # noqa: ARG001
    """Make the simulator at ``path``; a keypad has nothing to spool."""
    return KeypadSimulator(path)
