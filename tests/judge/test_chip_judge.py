"""Chips before judges that are not ours: a real PC/SC service, and another maker's ciphers.

``pcscd`` with the virtual reader ``vpcd`` (Debian: pcscd, vsmartcard-vpcd) presents our simulated
document by PC/SC; it runs in a mount namespace of its own, so that a machine's real one is left
alone. ``libmrtd`` (Debian: libmrtd0) computes the bytes a reader sends and understands.
"""

import contextlib
import ctypes
import importlib.util
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from devices.documents.mrz import check_digit, parse
from devices.kinds.chip_reader import ChipResult, ReadChip
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.pcsc_chip import card as card_module
from devices.pcsc_chip.apdu import CommandApdu
from devices.pcsc_chip.at_hand import ReaderAtHand
from devices.pcsc_chip.bac import Chance, DocumentKey, Opened, Opening
from devices.pcsc_chip.card import Emrtd
from devices.pcsc_chip.driver import ChipDriver
from devices.pcsc_chip.secure_messaging import Session
from devices.pcsc_chip.simulator import SPECIMEN, ChipSimulator
from devices.registry import DeviceConfig, build
from devices.status import Completion, DeviceState, MediaState
from devices.supervisor import Supervisor
from tests.support.loud import skip_loudly

KEY = ReadChip("10117410", date(1980, 1, 1), date(2030, 1, 1))
PRINTED = parse(SPECIMEN, date(2026, 3, 1))
READER = "pcsc:Virtual PCD 00 00"
VPCD = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
START_S, WAIT_S, STOP_S = 10.0, 10.0, 5.0


def free_pair() -> int:
    """A port that is free, as is the next one: vpcd listens on two."""
    for _ in range(50):
        with socket.create_server(("", 0)) as first, contextlib.suppress(OSError, OverflowError):
            port: int = first.getsockname()[1]
            with socket.create_server(("", port + 1)):
                return port
    raise AssertionError("no two free ports in a row")


class Service:
    """A ``pcscd`` of our own; ``port`` is where its virtual reader waits for a card."""

    def __init__(self, folder: Path, namespace: list[str]) -> None:
        self.port = free_pair()
        self.socket = folder / "run" / "pcscd" / "pcscd.comm"
        self.socket.parent.mkdir(parents=True)
        (folder / "readers").mkdir()
        (folder / "readers" / "vpcd").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{self.port}\n'
            f"LIBPATH {VPCD}\nCHANNELID {self.port}\n"
        )
        script = f"mount --bind {folder}/run /run && exec pcscd -f -d -c {folder}/readers"
        self._command = [*namespace, "sh", "-c", script]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        ready = threading.Event()
        threading.Thread(target=_drain, args=(self._process, ready), daemon=True).start()
        if not ready.wait(START_S):
            self.stop()
            skip_loudly("pcscd did not start here, so the PC/SC adapter was not tried for real")

    def stop(self) -> None:
        """End it; twice is harmless."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(STOP_S)


def _drain(process: "subprocess.Popen[bytes]", ready: threading.Event) -> None:
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            if b"daemon ready" in line:
                ready.set()


def namespace() -> list[str]:
    """The command that gives a program mounts of its own here; skips loudly where none does."""
    for words in (["unshare", "-m"], ["unshare", "-rm"]):
        with contextlib.suppress(OSError):
            if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
                return words
    skip_loudly("no mount namespace can be had, so the PC/SC adapter was not tried for real")


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """The service; skips loudly where a part of it is missing.

    All of a process's tests share its socket: the library keeps the first one it was told.
    """
    if importlib.util.find_spec("smartcard") is None:
        skip_loudly("pyscard (extra [pcsc]) is not installed: the PC/SC adapter was not tried")
    if shutil.which("pcscd") is None or not VPCD.exists():
        skip_loudly("pcscd or vsmartcard-vpcd is not installed: the PC/SC adapter was not tried")
    folder = Path(tempfile.mkdtemp(prefix="pcscd-"))
    try:
        running = Service(folder, namespace())
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PCSCLITE_CSOCK_NAME", str(running.socket))
            running.start()
            yield running
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def supervisor(service: Service) -> Iterator[Supervisor]:
    """One whose reader is empty."""
    config = DeviceConfig("chip", "pcsc-chip", READER, {"poll_interval_s": 0.05})
    made = build(config, lambda _event: None)
    made.start()
    wait_until(lambda: media(made) is MediaState.NOT_PRESENT)
    yield made
    assert made.stop()


@pytest.fixture
def card(service: Service, supervisor: Supervisor) -> Iterator[ChipSimulator]:
    """A document that is on it."""
    simulator = ChipSimulator(("127.0.0.1", 0), seed=3)
    simulator.obey(f"join 127.0.0.1:{service.port}")
    wait_until(lambda: media(supervisor) is MediaState.PRESENT)
    yield simulator
    simulator.stop()


def media(supervisor: Supervisor) -> str | None:
    return supervisor.status.parts.get("media")


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    pause = threading.Event()
    while not true():
        assert time.monotonic() < until, "it never came true"
        pause.wait(0.02)


def outcome(supervisor: Supervisor, seconds: float = 5.0) -> str:
    result = supervisor.submit(KEY, seconds).result(WAIT_S)
    assert isinstance(result, ChipResult)
    assert result.document == (PRINTED if result.outcome == "read" else None)
    return result.outcome


def found_of(supervisor: Supervisor) -> str:
    """What a self-test finds of the card."""
    result = supervisor.submit(SelfTest(), 5).result(WAIT_S)
    assert isinstance(result, SelfTestResult)
    assert result.completion is Completion.SUCCESS
    return result.steps[1].found


def test_by_a_real_pcsc_a_chip_is_read_and_a_wrong_seal_is_not_believed(
    card: ChipSimulator, supervisor: Supervisor
) -> None:
    assert outcome(supervisor) == "read"
    card.obey("fault mac")
    assert outcome(supervisor) == "bad_answer"
    assert "T=1" in found_of(supervisor)


@pytest.mark.parametrize(
    "boundary", [4, *(pytest.param(n, marks=pytest.mark.thorough) for n in (1, 2, 3, 5, 6))]
)
def test_by_a_real_pcsc_a_card_taken_away_was_removed_and_the_next_one_is_read(
    card: ChipSimulator, supervisor: Supervisor, boundary: int
) -> None:
    card.obey(f"remove at {boundary}")
    assert outcome(supervisor) == "removed"
    wait_until(lambda: media(supervisor) is MediaState.NOT_PRESENT)
    assert outcome(supervisor) == "no_card"
    card.obey("protocol t0")
    card.obey("card in")
    wait_until(lambda: media(supervisor) is MediaState.PRESENT)
    assert outcome(supervisor) == "read"
    assert "T=0" in found_of(supervisor)


@pytest.mark.thorough
def test_by_a_real_pcsc_a_card_that_hangs_is_left_and_the_reader_comes_back(
    card: ChipSimulator, supervisor: Supervisor
) -> None:
    card.obey("slow 60000")
    assert outcome(supervisor, 1.0) == "time_out"
    wait_until(lambda: "still hangs" in supervisor.status.detail)
    assert supervisor.status.device is DeviceState.OFFLINE
    card.obey("slow 0")
    card.obey("card out")
    wait_until(lambda: supervisor.status.usable)
    card.obey("card in")
    wait_until(lambda: media(supervisor) is MediaState.PRESENT)
    assert outcome(supervisor) == "read"


def test_a_service_that_stops_is_asked_for_in_words_and_found_when_it_is_back(
    service: Service, supervisor: Supervisor
) -> None:
    service.stop()
    wait_until(lambda: supervisor.status.detail.endswith("start pcscd."))
    assert supervisor.status.device is DeviceState.OFFLINE
    service.start()
    supervisor.wake()
    wait_until(lambda: supervisor.status.usable)


def test_a_reader_by_another_name_is_no_device(service: Service) -> None:
    made = build(DeviceConfig("chip", "pcsc-chip", "pcsc:Nonesuch"), lambda _event: None)
    made.start()
    wait_until(lambda: made.status.device is DeviceState.NO_DEVICE)
    assert made.stop()


# libmrtd: another maker's ciphers, keys and framing.


class Mrtd:
    """Calls of ``libmrtd`` with bytes in and bytes out."""

    def __init__(self, library: Any) -> None:
        self._library = library
        library.mrtd_bac_get_ssc.restype = ctypes.c_uint64
        library.mrtd_bac_protected_apdu.argtypes = [
            *(ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_int)),
            *(ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint64),
        ]

    def document_keys(self, number: str, birth: str, expiry: str) -> tuple[bytes, bytes]:
        information = ctypes.create_string_buffer(32)
        fields = (number.ljust(9, "<").encode(), birth.encode(), expiry.encode())
        self._library.mrtd_bac_get_kmrz(*fields, information)
        return self._pair("mrtd_bac_kmrz_to_kenc_kmac", information.raw)

    def session_keys(self, seed: bytes) -> tuple[bytes, bytes]:
        return self._pair("mrtd_bac_kenc_kmac", seed)

    def opening(self, chance: Chance, challenge: bytes, keys: tuple[bytes, bytes]) -> bytes:
        out = ctypes.create_string_buffer(40)
        self._library.mrtd_bac_cmd_data(chance.nonce, chance.share, challenge, *keys, out)
        return out.raw

    def counter(self, challenge: bytes, nonce: bytes) -> int:
        return self._library.mrtd_bac_get_ssc(challenge, nonce)

    def sealed(self, command: bytes, opened: Opened, counter: int) -> bytes:
        out, size = ctypes.create_string_buffer(512), ctypes.c_int()
        self._library.mrtd_bac_protected_apdu(
            *(command, out, len(command), ctypes.byref(size)),
            *(opened.encryption_key, opened.seal_key, counter),
        )
        return out.raw[: size.value]

    def opened(self, reply: bytes, key: bytes) -> bytes:
        out, size = ctypes.create_string_buffer(512), ctypes.c_int()
        self._library.mrtd_bac_decrypt_response(reply, out, len(reply), ctypes.byref(size), key)
        return out.raw[: size.value]

    def triple(self, key: bytes, data: bytes, *, back: bool = False) -> bytes:
        out = ctypes.create_string_buffer(max(1, len(data)))
        word = "decrypt" if back else "encrypt"
        getattr(self._library, f"mrtd_crypto_{word}_3des")(data, out, len(data), key)
        return out.raw[: len(data)]

    def seal(self, key: bytes, data: bytes) -> bytes:
        out = ctypes.create_string_buffer(8)
        self._library.mrtd_crypto_mac_padding(data, out, len(data), key)
        return out.raw

    def _pair(self, function: str, given: bytes) -> tuple[bytes, bytes]:
        first, second = ctypes.create_string_buffer(16), ctypes.create_string_buffer(16)
        getattr(self._library, function)(given, first, second)
        return first.raw, second.raw


@pytest.fixture(scope="module")
def mrtd() -> Mrtd:
    try:
        return Mrtd(ctypes.CDLL("libmrtd.so.0"))
    except OSError:
        skip_loudly("libmrtd0 is not installed: no other maker's ciphers judged ours")


def invented(dice: Random) -> tuple[str, date, date]:
    """Number, birth and expiry of a document nobody has."""
    number = "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=dice.randrange(1, 10)))
    born = date(1930, 1, 1) + timedelta(days=dice.randrange(33_000))
    return number, born, date(2026, 3, 2) + timedelta(days=dice.randrange(3_600))


def test_libmrtd_computes_every_byte_of_ours(mrtd: Mrtd) -> None:
    dice = Random(1)
    for _ in range(500):
        number, born, expires = invented(dice)
        key = DocumentKey.of(number, born, expires)
        keys = mrtd.document_keys(number, born.strftime("%y%m%d"), expires.strftime("%y%m%d"))
        assert keys == key.keys()
        opening = Opening(key, Chance(dice.randbytes(8), dice.randbytes(16)), dice.randbytes(8))
        assert mrtd.opening(opening.chance, opening.challenge, keys) == opening.command().data
        first, second = mrtd.session_keys(dice.randbytes(16))
        opened = Opened(first, second, mrtd.counter(opening.challenge, opening.chance.nonce))
        session = Session(opened)
        for command in (CommandApdu(0, 0xA4, 2, 12, b"\1\1"), CommandApdu(0, 0xB0, 1, 2, le=223)):
            sealed = session.protect(command).to_bytes()
            assert sealed == mrtd.sealed(command.to_bytes(), opened, session._counter)


def lines_of(number: str, born: date, expires: date) -> tuple[str, ...]:
    first = f"I<UTO{number.ljust(9, '<')}{check_digit(number.ljust(9, '<'))}".ljust(30, "<")
    birth, expiry = born.strftime("%y%m%d"), expires.strftime("%y%m%d")
    second = f"{birth}{check_digit(birth)}F{expiry}{check_digit(expiry)}UTO".ljust(29, "<")
    composite = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    return first, second + check_digit(composite), "PRUEBA<<MARIA<ROSA".ljust(30, "<")


def test_a_reader_made_of_libmrtd_reads_our_simulated_card(mrtd: Mrtd) -> None:
    dice = Random(2)
    for _ in range(50):
        number, born, expires = invented(dice)
        lines = lines_of(number, born, expires)
        card = Emrtd(lines, dice)
        assert card.answer(bytes.fromhex("00A4040C07A0000002471001")) == b"\x90\0"
        challenge = card.answer(bytes.fromhex("0084000008"))[:8]
        keys = mrtd.document_keys(number, born.strftime("%y%m%d"), expires.strftime("%y%m%d"))
        chance = Chance(dice.randbytes(8), dice.randbytes(16))
        token = mrtd.opening(chance, challenge, keys)
        proof = card.answer(bytes.fromhex("0082000028") + token + b"\x28")
        told = mrtd.triple(keys[0], proof[:32], back=True)
        assert told[:16] == challenge + chance.nonce
        seed = bytes(a ^ b for a, b in zip(chance.share, told[16:], strict=True))
        opened = Opened(*mrtd.session_keys(seed), mrtd.counter(challenge, chance.nonce))
        select = mrtd.sealed(bytes.fromhex("00A4020C020101"), opened, opened.counter + 1)
        assert card.answer(select).endswith(b"\x90\0")
        read = mrtd.sealed(bytes.fromhex("00B000005F"), opened, opened.counter + 3)
        content = mrtd.opened(card.answer(read), opened.encryption_key)
        assert content == bytes.fromhex("615D5F1F5A") + "".join(lines).encode()


def test_our_reader_reads_a_card_whose_ciphers_are_libmrtds(
    mrtd: Mrtd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_module, "_triple", mrtd.triple)
    monkeypatch.setattr(card_module, "_seal", mrtd.seal)
    monkeypatch.setattr(card_module, "_pair", mrtd.session_keys)
    dice = Random(3)
    for _ in range(50):
        number, born, expires = invented(dice)
        lines = lines_of(number, born, expires)
        driver = ChipDriver(ReaderAtHand(Emrtd(lines, dice)), today=lambda: date(2026, 3, 1))
        result = driver.execute(ReadChip(number, born, expires), time.monotonic() + 5)
        assert isinstance(result, ChipResult)
        assert result.document == parse(lines, date(2026, 3, 1))


@pytest.mark.negative_control
def test_libmrtd_disagrees_with_a_reader_that_does_not_count(mrtd: Mrtd) -> None:
    class Standing(Session):
        def _step(self) -> None:
            return

    opened = Opened(*mrtd.session_keys(bytes(range(16))), 7)
    command = CommandApdu(0, 0xB0, 0, 0, le=4)
    right = mrtd.sealed(command.to_bytes(), opened, opened.counter + 1)
    assert Session(opened).protect(command).to_bytes() == right
    assert Standing(opened).protect(command).to_bytes() != right
