"""The PC/SC adapter over a PC/SC of ours: every code it gives has its words, no call hangs us."""

import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest

from devices.errors import LinkError, LinkLost, LinkNotFound, LinkRefused
from devices.kinds.chip_reader import ChipResult, ReadChip
from devices.pcsc_chip import driver, pcsc
from devices.pcsc_chip.bounded import BoundedCalls, Late, is_stuck
from devices.pcsc_chip.card import Emrtd
from devices.pcsc_chip.channel import CardError, CardMute, CardTaken, NoCard, ReaderRefused
from devices.pcsc_chip.driver import MODEL, ChipDriver
from devices.pcsc_chip.pcsc import PcscReader
from devices.pcsc_chip.simulator import SPECIMEN
from devices.status import MediaState
from devices.supervisor import StatusChanged, Supervisor

KEY = ReadChip("10117410", date(1980, 1, 1), date(2030, 1, 1))
READERS = ["Lector A 00 00", "Lector B [CCID] (0123) 00 00", "Lector B [CCID] (0124) 01 00"]
EMPTY, PRESENT, GONE = 0x12, 0x22, 0x0C
OK, UNPLUGGED, TIMEOUT = 0, 0x80100017, 0x8010000A
HANG_S = 30.0


class FakePcsc:
    """A PC/SC with ``card`` on every reader; ``codes`` says which call fails with what.

    A call in ``hanging`` does not return before ``freed`` is set.
    """

    def __init__(self, card: Emrtd | None = None) -> None:
        self.card = card
        self.readers = list(READERS)
        self.codes: dict[str, int] = {}
        self.replies: list[bytes] = []
        self.hanging = ""
        self.freed = threading.Event()
        self.connected: list[str] = []
        self.contexts = 0
        self.state: int | None = None

    def _code(self, call: str) -> int:
        if call == self.hanging:
            self.freed.wait(HANG_S)
        code = self.codes.get(call, OK)
        return code - (1 << 32) if code else OK  # signed, as some versions of pyscard give it

    def SCardEstablishContext(self, scope: int) -> list[Any]:
        code = self._code("establish")
        self.contexts += not code
        return [code, "context"]

    def SCardReleaseContext(self, context: Any) -> int:
        self.contexts -= 1
        return OK

    def SCardListReaders(self, context: Any, groups: list[str]) -> list[Any]:
        return [self._code("list"), self.readers]

    def SCardGetStatusChange(
        self, context: Any, timeout_ms: int, states: list[tuple[str, int]]
    ) -> list[Any]:
        state = self.state or (PRESENT if self.card else EMPTY)
        return [self._code("status"), [(states[0][0], state, [])]]

    def SCardConnect(self, context: Any, reader: str, mode: int, protocols: int) -> list[Any]:
        self.connected.append(reader)
        if self.card is None:
            return [0x8010000C, 0, 0]
        self.card.power()
        return [self._code("connect"), "card", 1 if self.card.t0 else 2]

    def SCardTransmit(self, card: Any, protocol: int, command: list[int]) -> list[Any]:
        code = self._code("transmit")
        if self.replies:
            return [code, list(self.replies.pop(0))]
        return [code, list(self.card.answer(bytes(command))) if self.card else []]

    def SCardDisconnect(self, card: Any, disposition: int) -> int:
        return self._code("disconnect")


@pytest.fixture
def fake() -> Iterator[FakePcsc]:
    made = FakePcsc(Emrtd(SPECIMEN, Random(1)))
    yield made
    made.freed.set()


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


def result_of(reader: PcscReader, seconds: float = 5.0) -> ChipResult:
    result = ChipDriver(reader).execute(KEY, soon(seconds))
    assert isinstance(result, ChipResult)
    return result


def gone(name: str) -> None:
    """Wait for the thread of a closed reader."""
    for thread in threading.enumerate():
        if thread.name.startswith(name):
            thread.join(5)


@pytest.mark.parametrize("t0", [False, True])
def test_a_chip_is_read_and_everything_is_given_back(fake: FakePcsc, t0: bool) -> None:
    assert fake.card is not None
    fake.card.t0 = t0
    reader = PcscReader("pcsc:0", fake)
    assert reader.media(soon()) is MediaState.PRESENT
    assert result_of(reader).outcome == "read"
    assert not any(entry.shown.strip(b"\0") for entry in reader.raw.entries())
    reader.close()
    reader.close()
    assert fake.contexts == 0
    assert not [each for each in threading.enumerate() if each.name.startswith("pcsc pcsc:0")]


@pytest.mark.parametrize(
    ("port", "chosen"),
    [
        ("pcsc:0", READERS[0]),
        ("pcsc:2", READERS[2]),
        ("Lector A 00 00", READERS[0]),
        ("Lector A", READERS[0]),
        ("pcsc:Lector B [CCID] (0124)", READERS[2]),
    ],
)
def test_a_reader_is_found_by_number_name_or_the_beginning_of_its_name(
    fake: FakePcsc, port: str, chosen: str
) -> None:
    reader = PcscReader(port, fake)
    reader.connect(soon())
    reader.close()
    assert fake.connected == [chosen]


def refused(fake: FakePcsc, port: str = "pcsc:0", open_s: float = 3.0) -> LinkError:
    with pytest.raises(LinkError) as caught:
        PcscReader(port, fake, open_s=open_s)
    return caught.value


@pytest.mark.parametrize("port", ["pcsc:3", "Lector C", "pcsc:", "lector a"])
def test_a_reader_that_is_not_there_is_not_found(fake: FakePcsc, port: str) -> None:
    assert isinstance(refused(fake, port), LinkNotFound)
    assert fake.contexts == 0


def test_two_readers_that_begin_alike_are_not_guessed_between(fake: FakePcsc) -> None:
    error = refused(fake, "Lector B")
    assert isinstance(error, ReaderRefused)
    assert "2 readers fit" in str(error)
    assert str(error).endswith("write the whole name.")


@pytest.mark.parametrize("call", ["establish", "list"])
def test_without_its_service_the_words_are_start_pcscd(fake: FakePcsc, call: str) -> None:
    fake.codes[call] = 0x8010001D
    error = refused(fake)
    assert isinstance(error, LinkRefused)
    assert str(error) == "pcsc:0: the PC/SC service does not run; start pcscd."


def test_no_reader_at_all_is_not_found(fake: FakePcsc) -> None:
    fake.codes["list"] = 0x8010002E
    assert isinstance(refused(fake), LinkNotFound)


def test_without_pyscard_or_the_library_the_words_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pcsc, "_LIBRARY", "libnosuchthing.so.9")
    with pytest.raises(ReaderRefused, match="install pcscd"):
        pcsc.pyscard("pcsc:0")
    monkeypatch.setattr(pcsc, "_LIBRARY", "libc.so.6")
    for name in ("smartcard", "smartcard.scard"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ReaderRefused, match=r"extra \[pcsc\]"):
        MODEL.open_link("pcsc:0", {})


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (0x8010000C, NoCard),
        (0x80100069, NoCard),
        (0x80100066, CardMute),
        (0x8010000F, CardMute),
        (0x8010000B, CardTaken),
        (0x8010001D, LinkLost),
        (0x80100009, LinkLost),
        (0x80100001, LinkLost),
    ],
)
def test_what_connecting_says_has_its_error(
    fake: FakePcsc, code: int, error: type[CardError | LinkError]
) -> None:
    fake.codes["connect"] = code
    reader = PcscReader("pcsc:0", fake)
    with pytest.raises(error):
        reader.connect(soon())
    reader.close()


@pytest.mark.parametrize(
    ("code", "state", "outcome"),
    [
        (0x80100069, EMPTY, "removed"),
        (0x80100068, PRESENT, "removed"),
        (0x80100016, EMPTY, "removed"),
        (0x80100016, PRESENT, "time_out"),
        (0x8010002F, PRESENT, "time_out"),
        (UNPLUGGED, PRESENT, "unknown"),
        (0x8010001E, PRESENT, "unknown"),
        (0x80100003, PRESENT, "unknown"),
    ],
)
def test_what_transmitting_says_has_its_outcome(
    fake: FakePcsc, code: int, state: int, outcome: str
) -> None:
    fake.codes["transmit"], fake.state = code, state
    reader = PcscReader("pcsc:0", fake)
    assert result_of(reader).outcome == outcome
    if outcome == "unknown":  # the next look says so, and the supervisor opens it anew
        with pytest.raises(LinkLost):
            reader.connect(soon())
    reader.close()


def test_an_empty_answer_is_a_card_that_leaves(fake: FakePcsc) -> None:
    reader = PcscReader("pcsc:0", fake)
    fake.replies, fake.state = [b""], EMPTY
    assert result_of(reader).outcome == "removed"
    fake.replies, fake.state = [b""], PRESENT
    assert result_of(reader).outcome == "time_out"
    reader.close()


@pytest.mark.parametrize(("state", "media"), [(EMPTY, "notPresent"), (0x2, "unknown")])
def test_the_card_is_seen(fake: FakePcsc, state: int, media: str) -> None:
    reader = PcscReader("pcsc:0", fake)
    fake.state = state
    assert reader.media(soon()) == media
    reader.close()


@pytest.mark.parametrize("state", [GONE, 0x4, 0x8])
def test_an_unplugged_reader_is_lost(fake: FakePcsc, state: int) -> None:
    reader = PcscReader("pcsc:0", fake)
    fake.state = state
    with pytest.raises(LinkLost, match="unplugged"):
        reader.media(soon())
    reader.close()


def test_a_call_that_hangs_is_left_at_the_deadline_and_the_reader_given_up(fake: FakePcsc) -> None:
    reader = PcscReader("pcsc:0", fake)
    fake.hanging = "transmit"
    assert result_of(reader, 0.2).outcome == "time_out"
    with pytest.raises(LinkLost, match="given up"):
        reader.media(soon())
    reader.close()
    assert fake.contexts == 1  # the call still hangs
    fake.hanging = ""
    error = refused(fake)
    assert "still hangs" in str(error)
    assert "restart pcscd" in str(error)
    fake.freed.set()
    gone("pcsc pcsc:0")
    assert fake.contexts == 0
    reader = PcscReader("pcsc:0", fake)
    assert result_of(reader).outcome == "read"
    reader.close()


@pytest.mark.parametrize("call", ["establish", "list"])
def test_a_service_that_hangs_refuses_at_the_deadline(fake: FakePcsc, call: str) -> None:
    fake.hanging = call
    assert "does not answer; restart pcscd" in str(refused(fake, open_s=0.2))
    fake.freed.set()
    gone("pcsc pcsc:0")


def test_a_release_that_hangs_leaves_what_was_read(
    fake: FakePcsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "RELEASE_S", 0.1)
    reader = PcscReader("pcsc:0", fake)
    fake.hanging = "disconnect"
    assert result_of(reader).outcome == "read"
    fake.freed.set()
    reader.close()
    gone("pcsc pcsc:0")


def test_hanging_over_and_over_never_keeps_more_than_one_thread(
    fake: FakePcsc, recorder: Any
) -> None:
    supervisor = Supervisor(
        device="chip",
        kind=MODEL.kind,
        model="pcsc-chip",
        open_link=lambda: PcscReader("pcsc:0", fake),
        build_driver=lambda reader, _report: ChipDriver(reader, poll_interval_s=0.01),
        publish=recorder,
        refuse=MODEL.refuse,
        backoff_first_s=0.01,
        backoff_last_s=0.02,
    )
    supervisor.start()
    fake.hanging = "transmit"
    assert supervisor.submit(KEY, 0.2).result(5).outcome == "time_out"  # pyright: ignore
    for _ in range(5):
        supervisor.submit(KEY, 0.1).result(5)
        assert sum(each.name.startswith("pcsc pcsc:0") for each in threading.enumerate()) == 1
    refusing = recorder.wait_for(
        lambda event: isinstance(event, StatusChanged) and "hangs" in event.status.detail
    )
    assert refusing.status.action == "configuration"
    fake.hanging = ""
    fake.freed.set()
    assert recorder.wait_for(lambda event: isinstance(event, StatusChanged) and event.status.usable)
    assert supervisor.submit(KEY, 5).result(5).outcome == "read"  # pyright: ignore
    assert supervisor.stop()


def test_a_bounded_call_gives_back_what_it_returns_or_raises() -> None:
    calls = BoundedCalls("test calls")
    assert calls(lambda: 3, soon()) == 3
    with pytest.raises(ZeroDivisionError):
        calls(lambda: 1 // 0, soon())
    with pytest.raises(Late):
        calls(lambda: 3, time.monotonic())
    assert not calls.late
    calls.close(lambda: None)
    with pytest.raises(Late):
        calls(lambda: 3, soon())


class Unbounded(BoundedCalls):
    """Waits as long as it takes."""

    def __call__(self, action: Any, deadline: float) -> Any:
        return super().__call__(action, deadline + HANG_S)


@pytest.mark.negative_control
@pytest.mark.parametrize("kind", [BoundedCalls, Unbounded])
def test_calls_without_a_bound_are_caught(kind: type[BoundedCalls]) -> None:
    calls, freed, came_back = kind("test hanging"), threading.Event(), threading.Event()

    def call() -> None:
        try:
            calls(freed.wait, soon(0.05))
        except Late:
            came_back.set()

    waiter = threading.Thread(daemon=True, target=call)
    waiter.start()
    bounded = kind is BoundedCalls
    assert came_back.wait(5.0 if bounded else 0.3) == bounded
    assert is_stuck("test hanging") == bounded
    freed.set()
    waiter.join(5)
    calls.close(lambda: None)
    gone("test hanging")
    assert not is_stuck("test hanging")
