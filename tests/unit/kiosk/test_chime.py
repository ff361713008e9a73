"""The tone that warns: what it sounds like, and that nothing waits for it."""

import io
import os
import sys
import threading
import time
import wave
from itertools import pairwise
from pathlib import Path

import pytest

from kiosk.chime import NOTE_S, NOTES_HZ, RATE_HZ, PlayedChime, Silent, samples, tone

DEADLINE_S = 10.0


def test_the_tone_is_short_soft_and_begins_and_ends_in_silence() -> None:
    with wave.open(io.BytesIO(tone())) as heard:
        assert (heard.getnchannels(), heard.getsampwidth()) == (1, 2)
        assert heard.getnframes() / heard.getframerate() == pytest.approx(
            NOTE_S * len(NOTES_HZ), abs=0.01
        )
    told = samples()
    assert max(map(abs, told)) < 0.4 * 32_768
    assert abs(told[0]) < 50
    assert abs(told[-1]) < 50
    steps = [abs(one - other) for one, other in pairwise(told)]
    assert max(steps) < 0.1 * 32_768, "a click"


def test_a_player_is_given_the_whole_tone(tmp_path: Path) -> None:
    heard = tmp_path / "heard.wav"
    copy = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
    PlayedChime((sys.executable, "-c", copy, str(heard))).ring()
    assert _until(lambda: heard.is_file() and heard.read_bytes() == tone())


def test_a_player_that_hangs_holds_nobody_up_and_is_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    hang = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
    chime = PlayedChime((sys.executable, "-c", hang, str(pid)), deadline_s=1.0)
    chime.ring()
    chime.ring()
    assert _until(lambda: pid.is_file() and bool(pid.read_text()))
    assert _until(lambda: not Path(f"/proc/{pid.read_text()}").exists())


def test_a_machine_without_sound_is_silent_and_goes_on(tmp_path: Path) -> None:
    Silent().ring()
    chime = PlayedChime((str(tmp_path / "no-such-player"),))
    chime.ring()
    assert _until(lambda: not [each for each in threading.enumerate() if each.name == "chime"])
    chime.ring()


@pytest.mark.negative_control
def test_a_tone_that_clicks_is_caught() -> None:
    square = [32_000 if index // 20 % 2 else -32_000 for index in range(RATE_HZ)]
    steps = [abs(one - other) for one, other in pairwise(square)]
    assert max(steps) > 0.1 * 32_768


def _until(true: object) -> bool:
    """Whether `true()` became so before the deadline."""
    assert callable(true)
    end = time.monotonic() + DEADLINE_S
    while not true():
        if time.monotonic() > end:
            return False
        os.sched_yield()
        threading.Event().wait(0.02)
    return True
