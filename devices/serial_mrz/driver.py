"""Listens to a serial MRZ reader and reports documents."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

from devices.documents.document_types import classify
from devices.documents.mrz import MrzRefused, Refusal, parse, split_lines
from devices.driver import SERIAL_CHOICES, Capabilities, Model, NotRun, Options, Report, Wiring
from devices.kinds.document_reader import KIND, DocumentRead, ReadFailed, Reading
from devices.link import Link
from devices.serial_mrz.protocol import Frame, FrameParser
from devices.status import Completion, DeviceState, DeviceStatus

LISTEN_S = 0.05
READ_BYTES = 256
FAILURE_GAP_S = 0.5
ONLINE = DeviceStatus(DeviceState.ONLINE)


def today_utc() -> date:
    """Today, as far as two-digit years of a document need it."""
    return datetime.now(UTC).date()


class SerialMrzDriver:
    """Such a reader only sends: it is online as long as its port is there."""

    def __init__(self, link: Link, report: Report, today: Callable[[], date] = today_utc) -> None:
        self._link = link
        self._report = report
        self._today = today
        self._parser = FrameParser()
        self._failed_s = -FAILURE_GAP_S

    @property
    def capabilities(self) -> Capabilities:
        """It reads printed zones and no chips."""
        return {"mrz": True, "chip": False}

    @property
    def poll_interval_s(self) -> float:
        """None: it listens all the time."""
        return 0.0

    def probe(self) -> DeviceStatus:
        """Online: nothing can be asked of a reader that only sends."""
        return ONLINE

    def poll(self) -> DeviceStatus:
        """Listen for 50 ms and report each reading that ended.

        Failures closer than half a second are one failure: a reader gone mad must not flood.
        """
        data = self._link.read(READ_BYTES, LISTEN_S)
        now = time.monotonic()
        for frame in self._parser.feed(data, now):
            reading = self.reading_of(frame)
            if isinstance(reading, ReadFailed):
                if now - self._failed_s < FAILURE_GAP_S:
                    continue
                self._failed_s = now
            self._report(reading)
        return ONLINE

    def reading_of(self, frame: Frame) -> Reading:
        """Judge one frame."""
        if not frame.whole:
            return ReadFailed(Refusal.UNREADABLE)
        try:
            document = parse(split_lines(frame.text), self._today())
            return DocumentRead(document, classify(document))
        except MrzRefused as refused:
            return ReadFailed(refused.reason)

    def execute(self, command: object, deadline: float) -> NotRun:  # noqa: ARG002
        """Refuse: a reader of this kind takes no commands."""
        return NotRun(Completion.UNSUPPORTED_COMMAND, ONLINE)

    def close(self) -> None:
        """Give the port back."""
        self._link.close()


def _build(link: Link, _options: Options, wiring: Wiring) -> SerialMrzDriver:
    return SerialMrzDriver(link, wiring.report)


MODEL = Model(kind=KIND, options={}, build=_build, choices=SERIAL_CHOICES, answers=False)
