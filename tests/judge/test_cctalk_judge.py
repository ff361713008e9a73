"""Our ccTalk frames and a splitter of another make (npm's `@serialport/parser-cctalk`)."""

import contextlib
import hashlib
import json
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.cctalk.protocol import COMMANDS, HOST, Frame, FrameParser, Mode
from devices.kinds.cash_acceptor import CashInEnd, CashInStart, KeepNote, NoteHeld
from devices.link import WRITE_TIMEOUT_S, Link
from devices.supervisor import Reported
from tests.support.cash_bench import WAIT_S, CashBench, hurry
from tests.support.loud import skip_loudly

SOURCES = Path(__file__).with_name("cctalk_splitter")
KEPT = Path(__file__).resolve().parents[2] / "var" / "judge"
LISTED = ("package.json", "package-lock.json", ".npmrc")
INSTALL_S = 90
Split = Callable[[list[bytes]], list[bytes]]


@pytest.fixture(scope="module")
def modules() -> Path:
    """The folder with node_modules. Skips loudly where they cannot be had."""
    if not shutil.which("npm") or not shutil.which("node"):
        skip_loudly("npm is not installed, so no splitter of another make judges ccTalk frames")
    listed = b"".join((SOURCES / name).read_bytes() for name in LISTED)
    folder = KEPT / f"cctalk-{hashlib.sha256(listed).hexdigest()[:16]}"
    if not folder.exists():
        _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    """`npm ci` beside `folder`, which appears only when it is complete."""
    KEPT.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=KEPT))
    try:
        for name in LISTED:
            shutil.copy(SOURCES / name, fresh)
        words = ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1"]
        subprocess.run(words, cwd=fresh, check=True, capture_output=True, timeout=INSTALL_S)
        with contextlib.suppress(OSError):  # another run was faster
            fresh.rename(folder)
    except (subprocess.SubprocessError, OSError) as error:
        skip_loudly(f"npm could not install the ccTalk judge: {type(error).__name__}")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@pytest.fixture(scope="module")
def split(modules: Path) -> Iterator[Split]:
    process = subprocess.Popen(
        ["node", str(SOURCES / "split.js")],
        env={**os.environ, "NODE_PATH": str(modules)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def ask(portions: list[bytes]) -> list[bytes]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([portion.hex() for portion in portions]) + "\n")
        process.stdin.flush()
        return [bytes.fromhex(frame) for frame in json.loads(process.stdout.readline())]

    yield ask
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def cut(wire: bytes, dice: random.Random) -> list[bytes]:
    portions = []
    while wire:
        size = dice.randint(1, 9)
        portions.append(wire[:size])
        wire = wire[size:]
    return portions


@pytest.mark.parametrize("mode", ["checksum", "crc"])
def test_it_splits_every_command_and_any_data_as_we_do(split: Split, mode: Mode) -> None:
    dice = random.Random(5)
    frames = [Frame(40, HOST, command.header, dice.randbytes(3)) for command in COMMANDS]
    frames += [Frame(HOST, 40, 0, dice.randbytes(size)) for size in (0, 1, 2, 11, 252, 255)]
    frames += [Frame(HOST, 2, 0, dice.randbytes(dice.randrange(40))) for _ in range(200)]
    raw = [frame.to_bytes(mode) for frame in frames]
    portions = cut(b"".join(raw), dice)
    assert split(portions) == raw
    parser, ours = FrameParser(mode), list[Any]()
    for portion in portions:
        ours += parser.feed(portion, 1.0)
    assert [(it.destination, it.header, it.data) for it in ours] == [
        (it.destination, it.header, it.data) for it in frames
    ]


class Tapped:
    """A link that keeps what passed: what was sent, and what came back."""

    def __init__(self, inner: Link) -> None:
        self._inner = inner
        self.sent: list[bytes] = []
        self.heard: list[bytes] = []

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._inner.read(max_bytes, timeout_s)
        if data:
            self.heard.append(data)
        return data

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        self.sent.append(data)
        self._inner.write(data, timeout_s)

    def close(self) -> None:
        self._inner.close()


def test_it_splits_a_whole_cash_in_between_driver_and_simulator(
    split: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    taps: list[Tapped] = []

    def tap(link: Link) -> Link:
        taps.append(Tapped(link))
        return taps[-1]

    held: list[object] = []
    bench = CashBench("cctalk-bill", tmp_path, _keeping(held))
    bench.wrap = tap
    try:
        bench.start()
        assert bench.do(CashInStart("S1")).outcome == "done"
        assert bench.obey("insert note 20")["taken"]
        until = time.monotonic() + WAIT_S
        while not held:
            assert time.monotonic() < until
            bench.obey("state")
        assert bench.do(KeepNote("S1")).outcome == "done"
        assert bench.do(CashInEnd("S1")).outcome == "done"
    finally:
        bench.close()
    (tap_of_it,) = taps
    sent = split(tap_of_it.sent)
    assert sent == tap_of_it.sent
    both = split(tap_of_it.heard)
    assert both[0::2] == sent  # the echo of each question
    replies = both[1::2]
    assert len(replies) == len(sent)
    assert {Frame.from_bytes(reply, "checksum").destination for reply in replies} == {HOST}


def _keeping(held: list[object]) -> Callable[[object], None]:
    def keep(event: object) -> None:
        if isinstance(event, Reported) and isinstance(event.payload, NoteHeld):
            held.append(event.payload)

    return keep


@pytest.mark.negative_control
def test_a_frame_that_lies_about_its_length_is_split_elsewhere(split: Split) -> None:
    raw = [Frame(40, HOST, 159).to_bytes("checksum"), Frame(HOST, 40, 0, b"x" * 11).to_bytes("crc")]
    longer = bytes([raw[0][0], raw[0][1] + 1]) + raw[0][2:]
    assert split([longer, raw[1]]) != raw
