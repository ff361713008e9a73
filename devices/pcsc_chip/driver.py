"""Reads the chip of the document on a reader, with the key its printed zone gives."""

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from devices.driver import Capabilities, Model, NotRun, Options, Wiring
from devices.errors import LinkError
from devices.kinds.chip_reader import KIND, ChipResult, Outcome, ReadChip
from devices.kinds.self_test import SelfTest, SelfTestResult, Step
from devices.pcsc_chip.apdu import SUCCESS, BadAnswer
from devices.pcsc_chip.bac import NONCE_BYTES, SHARE_BYTES, Chance, DocumentKey, KeyRefused
from devices.pcsc_chip.channel import (
    AnswerLate,
    CardChannel,
    CardError,
    CardMute,
    CardReader,
    CardRemoved,
    CardStopped,
    CardTaken,
    NoCard,
)
from devices.pcsc_chip.pcsc import PcscReader, pyscard
from devices.pcsc_chip.protocol import (
    ChipRefused,
    Request,
    read_document,
    select_application,
)
from devices.pcsc_chip.vpcd import VpcdReader, is_virtual
from devices.status import Action, Completion, DeviceState, DeviceStatus, MediaState

REPLY_TIMEOUT_S = 5.0
POLL_INTERVAL_S = 0.3
RELEASE_S = 1.0

_COMPLETIONS: Mapping[Outcome, Completion] = {
    "read": Completion.SUCCESS,
    "no_card": Completion.USER_ERROR,
    "removed": Completion.USER_ERROR,
    "key_refused": Completion.INVALID_DATA,
    "not_supported": Completion.COMMAND_ERROR_CODE,
    "contradicts": Completion.COMMAND_ERROR_CODE,
    "bad_answer": Completion.HARDWARE_ERROR,
    "time_out": Completion.TIME_OUT,
    "not_started": Completion.DEVICE_NOT_READY,
    "unknown": Completion.COMMAND_ERROR_CODE,
}
_OUTCOMES: Mapping[type[CardError], Outcome] = {
    NoCard: "no_card",
    CardRemoved: "removed",
    CardMute: "not_supported",
    CardStopped: "time_out",
    CardTaken: "not_started",
    AnswerLate: "time_out",
}
_CLEAN = "the last card answered wrongly: clean the reader's contacts, try another document"
_LATE = "the reader or the card did not answer: take the card off, plug the reader in again"


def today_utc() -> date:
    """Today, as far as two-digit years of a document need it."""
    return datetime.now(UTC).date()


def new_chance() -> Chance:
    """Random numbers for one opening."""
    return Chance(secrets.token_bytes(NONCE_BYTES), secrets.token_bytes(SHARE_BYTES))


class ChipDriver:
    """One reader; a card is powered for each reading and loses its power after it.

    ``reply_timeout_s`` is how long a card may take for one answer.
    """

    def __init__(
        self,
        reader: CardReader,
        *,
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        poll_interval_s: float = POLL_INTERVAL_S,
        today: Callable[[], date] = today_utc,
        chance: Callable[[], Chance] = new_chance,
    ) -> None:
        self._reader = reader
        self._reply_timeout_s = reply_timeout_s
        self._poll_interval_s = poll_interval_s
        self._today = today
        self._chance = chance
        self._media = MediaState.UNKNOWN
        self._hint: tuple[Action, str] | None = None

    @property
    def capabilities(self) -> Capabilities:
        """It reads chips that open by Basic Access Control, and verifies nobody's signature."""
        return {"mrz": False, "chip": True, "access": "BAC", "verifies": False}

    @property
    def poll_interval_s(self) -> float:
        """Seconds between two looks for a card."""
        return self._poll_interval_s

    def probe(self) -> DeviceStatus:
        """See whether the reader answers."""
        return self.poll()

    def poll(self) -> DeviceStatus:
        """See whether a card is there."""
        self._media = self._reader.media(time.monotonic() + self._reply_timeout_s)
        return self._status()

    def execute(self, command: object, deadline: float) -> ChipResult | SelfTestResult | NotRun:
        """Read a chip, or test the reader, before ``deadline`` (monotonic seconds)."""
        if isinstance(command, ReadChip):
            return self._read(command, deadline)
        if isinstance(command, SelfTest):
            return self._test(deadline)
        return NotRun(Completion.UNSUPPORTED_COMMAND, self._status())

    def close(self) -> None:
        """Give the reader back."""
        self._reader.close()

    def _read(self, command: ReadChip, deadline: float) -> ChipResult:
        try:
            key = DocumentKey.of(command.number, command.birth_date, command.expiry_date)
        except KeyRefused as refused:
            status = self._status()
            return ChipResult("not_started", Completion.INVALID_DATA, None, str(refused), status)
        try:
            return self._converse(key, deadline)
        except ChipRefused as refused:
            return self._ended(refused.outcome, str(refused))
        except CardError as trouble:
            return self._ended(_OUTCOMES[type(trouble)], str(trouble))
        except LinkError:  # the next poll says so again, and the reader is opened anew
            return self._ended("unknown", "the reader was lost while it read")

    def _converse(self, key: DocumentKey, deadline: float) -> ChipResult:
        channel = self._reader.connect(self._soon(deadline))
        self._media = MediaState.PRESENT
        request = Request(key, self._chance(), self._today(), channel.t0)
        conversation = read_document(request)
        try:
            reply: bytes | None = None
            while True:
                sent = next(conversation) if reply is None else conversation.send(reply)
                reply = channel.transmit(sent, self._soon(deadline))
        except StopIteration as done:
            self._hint = None
            status = self._status()
            return ChipResult("read", Completion.SUCCESS, done.value, "read, not verified", status)
        finally:
            conversation.close()
            self._release(channel)

    def _release(self, channel: CardChannel) -> None:
        """Lost here is found by the next poll; what was read stays read."""
        try:
            channel.release(time.monotonic() + RELEASE_S)
        except LinkError:
            self._media = MediaState.UNKNOWN

    def _ended(self, outcome: Outcome, reason: str) -> ChipResult:
        if outcome in ("no_card", "removed"):
            self._media = MediaState.NOT_PRESENT
        self._hint = {
            "bad_answer": (Action.CLEAR, _CLEAN),
            "time_out": (Action.RESET, _LATE),
        }.get(outcome)
        return ChipResult(outcome, _COMPLETIONS[outcome], None, reason, self._status())

    def _test(self, deadline: float) -> SelfTestResult:
        self._media = self._reader.media(self._soon(deadline))
        steps = [Step("reader", True, f"answers; card {self._media}")]
        if self._media is MediaState.PRESENT:
            steps.append(self._test_card(deadline))
        return SelfTestResult.of(tuple(steps), self._status())

    def _test_card(self, deadline: float) -> Step:
        """Power the card and look for the documents' application; needs no key."""
        try:
            channel = self._reader.connect(self._soon(deadline))
            try:
                sw = self._selected(channel, deadline)
            finally:
                self._release(channel)
        except CardError as trouble:
            return Step("card", isinstance(trouble, NoCard), str(trouble))
        except BadAnswer as bad:
            return Step("card", False, f"gave {bad}")
        found = "an identity document's" if sw == SUCCESS else f"no identity document's ({sw:04X})"
        return Step("card", True, f"{'T=0' if channel.t0 else 'T=1'}, {found} chip")

    def _selected(self, channel: CardChannel, deadline: float) -> int:
        conversation = select_application(t0=channel.t0)
        sent = next(conversation)
        while True:
            try:
                sent = conversation.send(channel.transmit(sent, self._soon(deadline)))
            except StopIteration as done:
                return done.value

    def _soon(self, deadline: float) -> float:
        return min(deadline, time.monotonic() + self._reply_timeout_s)

    def _status(self) -> DeviceStatus:
        action, detail = self._hint or (None, "")
        return DeviceStatus(DeviceState.ONLINE, {"media": self._media}, action, detail)


def _refuse(command: object, completion: Completion, status: DeviceStatus) -> object:
    """Answer for a command that never reached the reader."""
    if isinstance(command, ReadChip):
        return ChipResult("not_started", completion, None, "the chip was not asked", status)
    return NotRun(completion, status)


def _open_reader(port: str, _options: Options) -> CardReader:
    return VpcdReader(port) if is_virtual(port) else PcscReader(port, pyscard(port))


def _build(reader: CardReader, options: Options, _wiring: Wiring) -> ChipDriver:
    return ChipDriver(
        reader,
        reply_timeout_s=float(options["reply_timeout_s"]),
        poll_interval_s=float(options["poll_interval_s"]),
    )


MODEL = Model(
    kind=KIND,
    options={"reply_timeout_s": REPLY_TIMEOUT_S, "poll_interval_s": POLL_INTERVAL_S},
    build=_build,
    choices={},
    refuse=_refuse,
    open_link=_open_reader,
    link_options={},
    port_scheme="pcsc",
)
