"""No bytes a device sends, or something else on its port, crash a decoder or fill the memory.

`make test` tries some thousands of inputs each; `make fuzz` gives each decoder to atheris for
1,000,000 inputs or 5 minutes (`FUZZ_INPUTS`, `FUZZ_SECONDS`; `FUZZ_ONLY` names some of them), and
writes `var/bench/fuzz_decoders.json`.
"""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.fuzz import broken_decoders
from tests.fuzz.decoders import DECODERS, Decoder
from tests.support.site import REPOSITORY

SHORT = 1_500
INPUTS = int(os.environ.get("FUZZ_INPUTS", "1000000"))
SECONDS = int(os.environ.get("FUZZ_SECONDS", "300"))
ONLY = os.environ.get("FUZZ_ONLY", "").split() or list(DECODERS)
AT_ONCE = 2
DONE = re.compile(r"^Done (\d+)(?: runs)? in (\d+) second", re.M)
PEAK = re.compile(r"rss: (\d+)Mb")


def inputs(decoder: Decoder, count: int, seed: int = 2026) -> list[bytes]:
    """Noise, and real messages with bytes changed, lost, doubled or cut."""
    dice = random.Random(seed)
    return [_input(decoder, dice) for _ in range(count)]


def _input(decoder: Decoder, dice: random.Random) -> bytes:
    if not decoder.seeds or dice.random() < 0.3:
        return dice.randbytes(dice.randrange(300))
    data = bytearray(dice.choice(decoder.seeds))
    for _ in range(dice.randrange(1, 6)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(4):
            case 0:
                data[at : at + 1] = dice.randbytes(1)
            case 1:
                del data[at : at + dice.randrange(1, 8)]
            case 2:
                data[at:at] = data[at : at + dice.randrange(1, 40)]
            case _:
                data[at:at] = dice.randbytes(dice.randrange(1, 30))
    return bytes(data)


def faults(decoder: Decoder, count: int) -> list[str]:
    """What went wrong, one line each."""
    found: list[str] = []
    for data in inputs(decoder, count):
        try:
            held = decoder.take(data)
        except Exception as error:  # noqa: BLE001
            found.append(f"{type(error).__name__} on {data[:40]!r}")
            continue
        if held > decoder.bound:
            found.append(f"held {held} bytes of {data[:40]!r}")
    return found


@pytest.mark.parametrize("name", DECODERS)
def test_no_bytes_crash_a_decoder_or_swell_it(name: str) -> None:
    assert faults(DECODERS[name], SHORT) == []


@pytest.mark.negative_control
@pytest.mark.parametrize("name", broken_decoders.DECODERS)
def test_a_decoder_that_trusts_its_input_is_caught(name: str) -> None:
    assert faults(broken_decoders.DECODERS[name], SHORT)


def test_every_protocol_of_a_driver_is_among_the_decoders() -> None:
    written = {
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        for path in REPOSITORY.glob("devices/**/protocol.py")
    }
    assert written <= {module for each in DECODERS.values() for module in each.covers}


@dataclass(frozen=True, slots=True)
class Run:
    """One decoder under atheris: how it ended, and what it cost."""

    code: int
    inputs: int
    seconds: int
    peak_rss_mb: int
    said: str

    @property
    def whole(self) -> bool:
        """Nothing was found, in as many inputs or seconds as were asked for."""
        return self.code == 0 and (self.inputs >= INPUTS or self.seconds >= SECONDS)


def under_atheris(name: str, module: str, inputs: int, seconds: int) -> Run:
    """Fuzz one decoder in a process of its own."""
    words = (name, "--module", module, "--runs", str(inputs), "--seconds", str(seconds))
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.fuzz_decoder", *words],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=seconds + 120,
        check=False,
    )
    said = ran.stdout + ran.stderr
    done = DONE.search(said)
    tried, took = (int(done[1]), int(done[2])) if done else (0, 0)
    peak = max(map(int, PEAK.findall(said)), default=0)
    return Run(ran.returncode, tried, took, peak, said[-3000:])


@pytest.mark.thorough
@pytest.mark.timeout(7200)
def test_atheris_finds_no_input_that_hurts_a_decoder() -> None:
    began = time.monotonic()
    runs: dict[str, Run] = {}

    def fuzz(name: str) -> None:
        run = runs[name] = under_atheris(name, "tests.fuzz.decoders", INPUTS, SECONDS)
        word = "ok" if run.whole else "FAILED"
        print(
            f"  {name:<22} {run.inputs:>9,} inputs {run.seconds:>4} s {run.peak_rss_mb} MB {word}"
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(fuzz, ONLY))
    _write(runs, time.monotonic() - began)
    assert not {name: run.said for name, run in runs.items() if not run.whole}


def _write(runs: Mapping[str, Run], seconds: float) -> None:
    """Keep what was found; decoders that were not asked for keep their last row."""
    path = REPOSITORY / "var" / "bench" / "fuzz_decoders.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text())["decoders"] if path.exists() else {}
    rows = {
        name: {
            "inputs": run.inputs,
            "seconds": run.seconds,
            "peak_rss_mb": run.peak_rss_mb,
            "whole": run.whole,
        }
        for name, run in runs.items()
    }
    found = {"seconds": round(seconds, 1), "decoders": dict(sorted({**kept, **rows}.items()))}
    path.write_text(json.dumps(found, indent=1))


@pytest.mark.thorough
@pytest.mark.negative_control
@pytest.mark.parametrize("name", broken_decoders.DECODERS)
def test_atheris_finds_what_is_wrong_with_a_broken_decoder(name: str) -> None:
    run = under_atheris(name, "tests.fuzz.broken_decoders", 200_000, 60)
    assert run.code != 0, run.said
