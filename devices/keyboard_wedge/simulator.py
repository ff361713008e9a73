"""A simulated keyboard reader: types documents as an event file gives them."""

import time
from collections.abc import Mapping
from pathlib import Path

from devices.input_events import EV_SYN, SYN_DROPPED, InputEvent
from devices.keyboard_wedge.protocol import typed_packets
from devices.simulated_reader import (
    BANK_CARD_SAMPLE,
    SAMPLE,
    UNREADABLE_SAMPLE,
    WRONG_DIGIT_SAMPLE,
    ReaderSimulator,
)
from devices.simulator import Answer, Command, CommandRefused, one_of


class WedgeSimulator(ReaderSimulator):
    """Commands beside those of every reader::

    present L1|L2[|L3]      type these lines; without lines, a sample DNI
    unreadable              type the sample with a mark where a character was not read
    bad check digit         type the sample with a wrong digit
    bank card               type the stripe of an invented payment card
    type TEXT               type any text and Enter
    drop                    type the sample with events lost in its middle
    """

    buttons = (
        "present", "unreadable", "bad check digit", "bank card", "drop", "no reply on",
        "no reply off", "unplug", "plug", "power cycle",
    )  # fmt: skip

    def commands(self) -> Mapping[str, Command]:
        """Return the reader's commands beside the common ones."""
        own: dict[str, Command] = {
            "present": self._present,
            "unreadable": lambda _rest: self._type(*UNREADABLE_SAMPLE),
            "bad": self._bad,
            "bank": self._bank,
            "type": self._type,
            "drop": self._drop,
        }
        return {**own, **super().commands()}

    def _present(self, rest: str) -> Answer:
        lines = tuple(line for line in rest.split("|") if line)
        if len(lines) > 3:
            raise CommandRefused("write: present [LINE1|LINE2[|LINE3]]")
        return self._type(*(lines or SAMPLE))

    def _bad(self, rest: str) -> Answer:
        one_of(rest, "check digit")
        return self._type(*WRONG_DIGIT_SAMPLE)

    def _bank(self, rest: str) -> Answer:
        one_of(rest, "card")
        return self._type(*BANK_CARD_SAMPLE)

    def _type(self, *lines: str) -> Answer:
        return self.bring(*(self._typed(line) for line in lines))

    def _drop(self, _rest: str) -> Answer:
        lost = InputEvent(_now_us(), EV_SYN, SYN_DROPPED, 0).to_bytes()
        first, second, third = map(self._typed, SAMPLE)
        return self.bring(first, lost, second, third)

    def _typed(self, line: str) -> bytes:
        try:
            return typed_packets(f"{line}\r", _now_us(), gap_us=0)
        except KeyError as unknown:
            raise CommandRefused(f"no key gives {unknown}; write ASCII") from None


def _now_us() -> int:
    return time.monotonic_ns() // 1000


def build(path: Path, spool: Path | None) -> WedgeSimulator:  # noqa: ARG001
    """Make the simulator at ``path``; a reader has nothing to spool."""
    return WedgeSimulator(path)
