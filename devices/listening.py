"""A driver for readers that only send: listens, judges each reading, reports it.

What differs between models is how bytes become readings, and how a reading is judged.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Generic, Protocol, TypeVar

from devices.documents.reading_watch import ReadingWatch
from devices.driver import Capabilities, NotRun, Report
from devices.kinds.document_reader import ReadFailed, Reading
from devices.kinds.self_test import SelfTest, SelfTestResult, Step
from devices.link import Link
from devices.status import Action, Completion, DeviceState, DeviceStatus, MediaState

LISTEN_S = 0.05
"""How long it listens at a time where a reading may be ending."""
REST_LISTEN_S = 0.25
"""Where nothing came for a while; a byte that comes is taken at once all the same."""
REST_AFTER_S = 1.0
READ_BYTES = 256
# A reader that only sends cannot tell a document that lies there from none.
PARTS = {"media": MediaState.UNKNOWN.value}

Sent = TypeVar("Sent")


class Parser(Protocol[Sent]):
    """Cuts a byte stream into readings, in a bounded buffer."""

    def feed(self, data: bytes, now_s: float) -> list[Sent]:
        """Take bytes, also none, that came at ``now_s`` (monotonic seconds)."""
        ...


@dataclass(frozen=True, slots=True)
class Judged:
    """What a reading is; ``symptom`` is a sentence for the technician if three run show it."""

    reading: Reading
    symptom: str = ""


def today_utc() -> date:
    """Today, as far as two-digit years of a document need it."""
    return datetime.now(UTC).date()


class ListeningDriver(Generic[Sent]):
    """One reader over one link: online while its port is there and what it sends makes sense.

    ``note`` is an English line for staff that stands in its status as long as nothing is wrong.
    """

    def __init__(
        self,
        link: Link,
        report: Report,
        parser: Parser[Sent],
        judge: Callable[[Sent], Judged],
        capabilities: Capabilities,
        note: str = "",
    ) -> None:
        self._link = link
        self._report = report
        self._parser = parser
        self._judge = judge
        self._capabilities = capabilities
        self._note = note
        self._watch = ReadingWatch()
        self._accepted = 0
        self._refused = 0
        self._heard_s = -REST_AFTER_S

    @property
    def capabilities(self) -> Capabilities:
        """What the model reads."""
        return self._capabilities

    @property
    def poll_interval_s(self) -> float:
        """None: it listens all the time."""
        return 0.0

    def probe(self) -> DeviceStatus:
        """Online: nothing can be asked of a reader that only sends."""
        return self._status()

    def poll(self) -> DeviceStatus:
        """Listen for 50 ms, 250 where it rests, and report each reading that ended.

        Failures closer than half a second are one failure: a reader gone mad must not flood.
        """
        rests = time.monotonic() - self._heard_s > REST_AFTER_S
        data = self._link.read(READ_BYTES, REST_LISTEN_S if rests else LISTEN_S)
        now = time.monotonic()
        if data:
            self._heard_s = now
        for sent in self._parser.feed(data, now):
            self._tell(self._judge(sent), now)
        return self._status()

    def execute(self, command: object, deadline: float) -> SelfTestResult | NotRun:  # noqa: ARG002
        """Answer a ``SelfTest`` with what was seen so far; a reader takes no other command."""
        if isinstance(command, SelfTest):
            return SelfTestResult.of(self._steps(), self._status())
        return NotRun(Completion.UNSUPPORTED_COMMAND, self._status())

    def close(self) -> None:
        """Give the port back."""
        self._link.close()

    def _tell(self, judged: Judged, now: float) -> None:
        self._watch.note(judged.symptom, now)
        if isinstance(judged.reading, ReadFailed):
            self._refused += 1
            if not self._watch.admits_failure(now):
                return
        else:
            self._accepted += 1
        self._report(judged.reading)

    def _status(self) -> DeviceStatus:
        complaint = self._watch.complaint(time.monotonic())
        if complaint:
            return DeviceStatus(DeviceState.OFFLINE, PARTS, Action.CONFIGURATION, complaint)
        return DeviceStatus(DeviceState.ONLINE, PARTS, detail=self._note)

    def _steps(self) -> tuple[Step, ...]:
        complaint = self._watch.complaint(time.monotonic())
        read = f"{self._accepted} accepted, {self._refused} refused since it was opened"
        hint = "" if self._accepted else "; it cannot be asked, present a document"
        return (
            Step("open the port", passed=True, found=self._note or "open"),
            Step("look at what it sent", passed=not complaint, found=complaint or read + hint),
        )
