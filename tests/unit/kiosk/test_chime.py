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
from kiosk.speech import sink
from kiosk.speech.sink import ProgramSink, SilentSink

DEADLINE_S = 10.0


def test_the_tone_is_short_soft_and_begins_and_ends_in_silence() -> None:
    with wave.open(io.BytesIO(tone().wav())) as heard:
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


COPY = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
HANG = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"


def player(program: str, file: Path) -> ProgramSink:
    """A device whose player is `program`, given the path of `file`."""
    return ProgramSink((sys.executable, "-c", program, str(file)))


@pytest.mark.parametrize("jack", [False, True])
def test_it_is_heard_where_the_person_listens_and_nowhere_else(tmp_path: Path, jack: bool) -> None:
    hall, ears = tmp_path / "hall.wav", tmp_path / "ears.wav"
    PlayedChime(player(COPY, hall), player(COPY, ears), lambda: jack).ring()
    heard, silent = (ears, hall) if jack else (hall, ears)
    assert _until(lambda: heard.is_file() and heard.read_bytes() == tone().wav())
    assert _until(_nothing_sounds)
    assert not silent.exists()


def test_the_jack_is_looked_at_each_time(tmp_path: Path) -> None:
    hall, ears = tmp_path / "hall.wav", tmp_path / "ears.wav"
    inserted = [True]
    chime = PlayedChime(player(COPY, hall), player(COPY, ears), lambda: inserted[0])
    for wanted in (ears, hall):
        chime.ring()
        assert _until(wanted.is_file)
        assert _until(_nothing_sounds)
        inserted[0] = False


@pytest.mark.negative_control
def test_a_tone_that_ignores_the_jack_is_caught(tmp_path: Path) -> None:
    hall, ears = tmp_path / "hall.wav", tmp_path / "ears.wav"
    PlayedChime(player(COPY, hall), player(COPY, ears), lambda: False).ring()
    assert _until(hall.is_file)
    with pytest.raises(AssertionError):
        assert ears.exists()


def test_a_player_that_hangs_holds_nobody_up_and_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink, "GRACE_S", 0.1)
    pid = tmp_path / "pid"
    chime = PlayedChime(player(HANG, pid), SilentSink(), lambda: False)
    chime.ring()
    chime.ring()
    assert _until(lambda: pid.is_file() and bool(pid.read_text()))
    assert _until(lambda: not Path(f"/proc/{pid.read_text()}").exists())


def test_a_machine_without_sound_is_silent_and_goes_on(tmp_path: Path) -> None:
    Silent().ring()
    nobody = ProgramSink((str(tmp_path / "no-such-player"),))
    chime = PlayedChime(nobody, nobody, lambda: False)
    chime.ring()
    assert _until(_nothing_sounds)
    chime.ring()


@pytest.mark.negative_control
def test_a_tone_that_clicks_is_caught() -> None:
    square = [32_000 if index // 20 % 2 else -32_000 for index in range(RATE_HZ)]
    steps = [abs(one - other) for one, other in pairwise(square)]
    assert max(steps) > 0.1 * 32_768


def _nothing_sounds() -> bool:
    return not [each for each in threading.enumerate() if each.name == "chime"]


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
