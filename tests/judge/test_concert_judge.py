"""Our Concert E and one of another make: pyTeliumManager's fake terminal, codec and client.

Its source distribution carries the fake in its tests. It is fetched into `var/judge`, checked
against its hash, and run in processes of its own; nothing of it is kept in this repository.
"""

import ast
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.concert.driver import ConcertDriver
from devices.concert.protocol import Answer, Ear, Request
from devices.concert.simulator import ConcertSimulator
from devices.kinds.card_terminal import CardResult, Pay
from devices.link import open_link
from tests.support.loud import skip_loudly

NAME = "pyTeliumManager-2.4.2"
SOURCE = (
    "pyTeliumManager==2.4.2 "
    "--hash=sha256:c45e9cfd90f7cbdfdd9100ac6ef1a08fdc18683e84e691f589dbc0e2b7bd9f63\n"
)
NEEDED = (
    "faker==40.54.0 "
    "--hash=sha256:2dd88ee8cb63a9149e19ef48bdd73879bc3854d8ba2d6c1535e902a762e603f7 "
    "--hash=sha256:38fba73e32699a9f1071724d67e5a66a84bf057987cffb27c9d0c979fda3f135\n"
    "payment-card-identifier==0.1.2 "
    "--hash=sha256:517b910ae47812cc7426c6c9d00519a85cf79750e3b450ab9ba4980d42bc00da\n"
    "pycountry==26.2.16 "
    "--hash=sha256:115c4baf7cceaa30f59a4694d79483c9167dbce7a9de4d3d571c5f3ea77c305a "
    "--hash=sha256:5b6027d453fcd6060112b951dd010f01f168b51b4bf8a1f1fc8c95c8d94a0801\n"
)
KEPT = Path(__file__).resolve().parents[2] / "var" / "judge"
INSTALL_S = 100
FEE = 3770

FAKE = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("fake", sys.argv[1] + "/test/test_tpe.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
fake = module.FakeTeliumDevice()
print(fake.s_name, flush=True)
fake.run_instance()
sys.stdin.read()
"""
READ_REQUESTS = """
import json, sys
from telium import TeliumAsk
for line in json.load(sys.stdin):
    print(json.dumps(TeliumAsk.decode(bytes.fromhex(line)).__dict__))
"""
WRITE_ANSWERS = """
import json, sys
from telium import TeliumResponse
for result, amount, report, private in json.load(sys.stdin):
    answer = TeliumResponse("1", result, amount, "1", report, "604", private)
    print(answer.encode().encode().hex())
"""
CLIENT = """
import json, sys
from telium import *
device = Telium(sys.argv[2])
print(json.dumps(device.is_ok()))
asked = TeliumAsk("1", sys.argv[3], "0", "1", "604", "A010", "B010", 37.7)
print(json.dumps(device.ask(asked)))
answer = device.verify(asked, 10)
print(json.dumps([answer.has_succeeded, answer.amount, answer.repport[:16], answer.private]))
device.close()
"""


class Judge:
    """The other make, unpacked in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / NAME
        paths = (folder / "needed", self.source)
        self._environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}

    def run(self, script: str, *arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", script, str(self.source), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=self._environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )

    def say(self, script: str, *arguments: str, given: object = None) -> list[Any]:
        """Run a script to its end; its lines, read as JSON."""
        process = self.run(script, *arguments)
        out, _ = process.communicate(json.dumps(given), 60)
        assert process.returncode == 0
        return [json.loads(line) if line[0] in "[{tf" else line for line in out.splitlines()]


@pytest.fixture(scope="module")
def judge() -> Judge:
    """Skips loudly where it cannot be had."""
    listed = hashlib.sha256((SOURCE + NEEDED).encode()).hexdigest()[:16]
    folder = KEPT / f"concert-{listed}"
    if not folder.exists():
        _install(folder)
    return Judge(folder)


def _install(folder: Path) -> None:
    """Fetch beside `folder`, which appears only when it is complete."""
    KEPT.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=KEPT))
    try:
        (fresh / "source.txt").write_text(SOURCE)
        (fresh / "needed.txt").write_text(NEEDED)
        locked = ["--require-hashes", "--no-deps", "--no-build-isolation"]
        fetch = [sys.executable, "-m", "pip", "download", "-q", "--no-binary", ":all:"]
        _call([*fetch, *locked, "-d", str(fresh), "-r", str(fresh / "source.txt")])
        install = [str(Path(sys.executable).with_name("uv")), "pip", "install", "-q"]
        install += ["--python", sys.executable, "--target", str(fresh / "needed")]
        _call([*install, *locked, "-r", str(fresh / "needed.txt")])
        with tarfile.open(fresh / f"{NAME}.tar.gz") as packed:
            packed.extractall(fresh, filter="data")
        fresh.rename(folder)
    except (subprocess.SubprocessError, OSError) as error:
        if not folder.exists():  # another run was faster
            skip_loudly(f"pyTeliumManager cannot be had to judge Concert E: {type(error).__name__}")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _call(words: list[str]) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=INSTALL_S)


@pytest.mark.parametrize(("long_answer", "digits"), [(False, 0), (True, 4)])
def test_another_makes_terminal_takes_our_payment_and_we_its_answer(
    judge: Judge, long_answer: bool, digits: int
) -> None:
    process = judge.run(FAKE)
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    driver = ConcertDriver(
        open_link(port), long_answer=long_answer, reply_timeout_s=5.0, session_s=0.0
    )
    result = driver.execute(Pay("PAY1", "order-1", FEE), time.monotonic() + 20)
    driver.close()
    out, _ = process.communicate(timeout=20)
    understood = ast.literal_eval(out.partition(" : ")[2].strip())
    assert isinstance(result, CardResult)
    assert (result.outcome, result.reason) == ("approved", "")
    assert result.evidence is not None
    assert result.evidence.amount_centimos == FEE
    assert len(result.evidence.masked_last4) == digits
    assert (understood["_amount"], understood["_currency_numeric"]) == (37.7, "604")
    assert (understood["_transaction_type"], understood["_payment_mode"]) == ("0", "1")
    assert (understood["_delay"], understood["_authorization"]) == ("A010", "B010")
    assert understood["_answer_flag"] == str(int(long_answer))


def test_another_make_reads_every_request_as_we_meant_it(judge: Judge) -> None:
    dice = random.Random(1)
    requests = [
        Request(
            f"{dice.randint(1, 99):02}",
            dice.randint(100, 9_999_999),
            answer=dice.choice("01"),
            authorisation=dice.choice(["B010", "B011"]),
        )
        for _ in range(200)
    ]
    read = judge.say(READ_REQUESTS, given=[request.to_bytes().hex() for request in requests])
    assert len(read) == len(requests)
    for request, theirs in zip(requests, read, strict=True):
        assert round(theirs["_amount"] * 100) == request.amount_centimos
        assert (theirs["_pos_number"], theirs["_answer_flag"]) == (
            request.pos_number,
            request.answer,
        )
        assert (theirs["_authorization"], theirs["_currency_numeric"]) == (
            request.authorisation,
            "604",
        )


def test_we_read_every_answer_as_another_make_meant_it(judge: Judge) -> None:
    dice = random.Random(2)
    meant = [
        (
            dice.choice([0, 7, 9]),
            dice.randint(100, 9_999_999) / 100,
            dice.choice([None, f"4{dice.randint(0, 10**15 - 1):015}".ljust(55)]),
            f"{dice.randint(1, 10**10 - 1):010}",
        )
        for _ in range(200)
    ]
    written = judge.say(WRITE_ANSWERS, given=meant)
    assert len(written) == len(meant)
    for (result, amount, report, private), theirs in zip(meant, written, strict=True):
        [answer] = Ear(Answer.from_text).feed(bytes.fromhex(theirs))
        assert answer == Answer(
            *("01", str(result), round(amount * 100), "1", "604", private),
            "" if report is None else report.strip()[-4:],
        )


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[ConcertSimulator]:
    simulator = ConcertSimulator(tmp_path / "terminal")
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.mark.parametrize(("flag", "card"), [("0", ""), ("1", "4000001234567899")])
def test_another_makes_client_pays_at_our_simulated_terminal(
    judge: Judge, terminal: ConcertSimulator, flag: str, card: str
) -> None:
    said = judge.say(CLIENT, terminal.port, flag)
    assert said == [True, True, [True, 37.7, card, "N000000001"]]
    [row] = terminal.obey("ledger")["payments"]  # pyright: ignore[reportGeneralTypeIssues]
    assert (row["state"], row["authorised_centimos"]) == ("approved", FEE)


@pytest.mark.negative_control
def test_another_make_refuses_a_request_of_ours_that_was_changed(judge: Judge) -> None:
    frame = bytearray(Request("01", FEE).to_bytes())
    frame[8] ^= 0x01
    process = judge.run(READ_REQUESTS)
    process.communicate(json.dumps([bytes(frame).hex()]), 60)
    assert process.returncode != 0
