"""The spoken call is a real recording: it lasts, it is not silence, no two are alike."""

import array
import asyncio
import io
import shutil
import stat
import time
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from queue_server.core.problem import Problem
from queue_server.web.adapters.espeak import EspeakVoice, Speech, SpeechFailed, synthesise
from queue_server.web.spoken import spoken_call
from tests.support.site import Site, StaffHttp, running_site


@pytest.fixture(scope="module", autouse=True)
def synthesiser() -> None:
    if shutil.which("espeak-ng") is None:
        pytest.fail("espeak-ng is missing: install Debian's package `espeak-ng`")


@asynccontextmanager
async def speaking(speech: Speech | None = None) -> AsyncIterator[EspeakVoice]:
    voice = EspeakVoice(speech)
    try:
        yield voice
    finally:
        voice.close()


def program(folder: Path, script: str) -> str:
    """An executable that stands in for the synthesiser."""
    path = folder / "speaker"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def check_speech(wav: bytes) -> None:
    """A complete WAV of one to eight seconds, loud for a good part of them."""
    with wave.open(io.BytesIO(wav)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        frames = sound.readframes(sound.getnframes())
        assert len(frames) == 2 * sound.getnframes(), "the header promises more than there is"
        assert 1.0 < sound.getnframes() / sound.getframerate() < 8.0
        rate = sound.getframerate()
    samples = array.array("h", frames)
    tenths = [samples[i : i + rate // 10] for i in range(0, len(samples), rate // 10)]
    loud = [max(map(abs, tenth)) > 1500 for tenth in tenths]
    assert sum(loud) > len(loud) / 2


def test_a_call_is_spoken() -> None:
    check_speech(synthesise(Speech(), spoken_call("J-042", "Ventanilla 3")))


@pytest.mark.negative_control
def test_silence_of_the_same_length_is_caught() -> None:
    spoken = synthesise(Speech(), spoken_call("J-042", "Ventanilla 3"))
    with pytest.raises(AssertionError):
        check_speech(spoken[:44] + bytes(len(spoken) - 44))


@pytest.mark.negative_control
def test_the_length_a_pipe_leaves_in_the_header_is_caught() -> None:
    spoken = synthesise(Speech(), spoken_call("J-042", "Ventanilla 3"))
    piped = spoken[:40] + (0x7FFFF000).to_bytes(4, "little") + spoken[44:]
    with pytest.raises(AssertionError):
        check_speech(piped)


def test_different_calls_sound_different() -> None:
    calls = [("J-042", "Ventanilla 3"), ("J-043", "Ventanilla 3"), ("J-042", "Ventanilla 4")]
    assert len({synthesise(Speech(), spoken_call(*call)) for call in calls}) == 3


def test_words_are_never_taken_for_options_or_commands(tmp_path: Path) -> None:
    wav = synthesise(Speech(), f"--version; touch {tmp_path}/made $(touch {tmp_path}/made) uno dos")
    assert wav[:4] == b"RIFF"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", ["exit 1", "echo no sound", "sleep 20"])
def test_a_synthesiser_that_fails_is_a_failure_within_its_deadline(
    tmp_path: Path, script: str
) -> None:
    began = time.monotonic()
    with pytest.raises(SpeechFailed):
        synthesise(
            Speech(program(tmp_path, f"cat > /dev/null; exec {script}"), deadline_s=0.4), "uno"
        )
    assert time.monotonic() - began < 5


def test_without_a_synthesiser_it_says_so() -> None:
    async def ask() -> None:
        async with speaking(Speech("no-such-synthesiser")) as voice:
            await voice.say("uno")

    with pytest.raises(Problem) as refused:
        asyncio.run(ask())
    assert (refused.value.status, refused.value.kind) == (503, "no_voice")
    assert "no-such-synthesiser" in refused.value.detail


def test_one_utterance_serves_everybody_who_asks_and_is_remembered(tmp_path: Path) -> None:
    log = tmp_path / "log"
    counted = f'echo x >> "{log}"; exec espeak-ng "$@"'

    async def ask() -> list[bytes]:
        async with speaking(Speech(program(tmp_path, counted))) as voice:
            together = await asyncio.gather(*[voice.say("uno") for _ in range(8)])
            return [*together, await voice.say("uno"), await voice.say("dos")]

    heard = asyncio.run(ask())
    assert len(set(heard)) == 2
    assert log.read_text().split() == ["x", "x"]


def test_what_is_remembered_is_bounded() -> None:
    class Forgetful(EspeakVoice):
        REMEMBERED_BYTES = 300_000

    async def ask() -> int:
        voice = Forgetful()
        for number in ("uno", "dos", "tres", "cuatro", "cinco", "seis", "siete"):
            await voice.say(f"Turno jota, {number}. Ventanilla dos.")
        kept = sum(len(wav) for wav in voice._remembered.values())
        voice.close()
        return kept

    assert 0 < asyncio.run(ask()) <= 300_000


def test_too_many_at_once_are_refused_and_the_loop_stays_free(tmp_path: Path) -> None:
    async def ask() -> list[str]:
        slow = Speech(program(tmp_path, "cat > /dev/null; exec sleep 0.3"), deadline_s=0.2)
        async with speaking(slow) as voice:
            asked = [asyncio.ensure_future(voice.say(str(n))) for n in range(voice.MAX_ASKED + 3)]
            await asyncio.sleep(0)  # everybody asked; nobody had to wait for anybody's voice
            assert not any(each.done() for each in asked[: voice.MAX_ASKED])
            outcomes = await asyncio.gather(*asked, return_exceptions=True)
        return [each.kind for each in outcomes if isinstance(each, Problem)]

    kinds = asyncio.run(ask())
    assert kinds == ["no_voice"] * EspeakVoice.MAX_ASKED + ["voice_busy"] * 3


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("voice")) as running:
        yield running


@pytest.fixture(scope="module")
def staff(site: Site) -> StaffHttp:
    return site.staff()


def test_the_display_gets_the_call_it_asks_for(staff: StaffHttp) -> None:
    answer = staff.http.get("/api/v1/voice/J-042/V1.wav")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/wav"
    check_speech(answer.content)
    assert staff.http.get("/api/v1/voice/J-042/V2.wav").content != answer.content


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("J-042/V9", 404),
        ("j-042/V1", 422),
        ("J-0421234/V1", 422),
        ("J-042%20uno/V1", 422),
        ("J-042/V1%3B", 422),
        ("J-042/..%2FV1", 404),
    ],
)
def test_what_is_no_call_is_refused(staff: StaffHttp, path: str, status: int) -> None:
    answer = staff.http.get(f"/api/v1/voice/{path}.wav")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_lets_nothing_in_from_elsewhere(site: Site, staff: StaffHttp) -> None:
    page = staff.http.get("/display")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "Ventanilla" not in httpx.get(f"{site.url}/display", trust_env=False).text
