"""Listens to a serial MRZ reader and reports documents."""

from collections.abc import Callable
from datetime import date
from typing import cast

from devices.documents.bank_card import is_bank_card
from devices.documents.mrz import Refusal, split_lines
from devices.driver import SERIAL_CHOICES, Model, Options, Wiring
from devices.kinds.document_reader import KIND, ReadFailed, zone_read
from devices.link import Link
from devices.listening import Judged, ListeningDriver, today_utc
from devices.serial_mrz.protocol import BlockCheck, Frame, FrameParser

NO_TEXT = "what it sends is no text: check the baud rate, the parity and the cable"
NO_ZONE = "what it sends is no machine-readable zone: another device may be on this port"

_TEXT_SHARE = 0.9


def judging(today: Callable[[], date]) -> Callable[[Frame], Judged]:
    """How one frame is judged; ``today`` settles two-digit years."""

    def judge(frame: Frame) -> Judged:
        symptom = _symptom(frame)
        if not frame.whole:
            return Judged(ReadFailed(Refusal.UNREADABLE), symptom)
        return Judged(zone_read(frame.text, today()), symptom)

    return judge


def _symptom(frame: Frame) -> str:
    text = sum(byte in b"\r\n" or 0x20 <= byte < 0x7F for byte in frame.data)
    if text < _TEXT_SHARE * len(frame.data):
        return NO_TEXT
    known = split_lines(frame.text) or not frame.data or is_bank_card(frame.text)
    return "" if known else NO_ZONE


def _build(link: Link, options: Options, wiring: Wiring) -> ListeningDriver[Frame]:
    parser = FrameParser(check=cast(BlockCheck, options["block_check"]))
    capabilities = {"mrz": True, "chip": False}
    return ListeningDriver(link, wiring.report, parser, judging(today_utc), capabilities)


MODEL = Model(
    kind=KIND,
    options={"block_check": "auto"},
    build=_build,
    choices={**SERIAL_CHOICES, "block_check": ("auto", "on", "off")},
    answers=False,
)
