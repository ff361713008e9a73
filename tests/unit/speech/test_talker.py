"""The voice: real espeak-ng, a player that is a real program, and what was asked for last wins."""

import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.speech.recordings import Recordings
from kiosk.speech.sentence import Sentence
from kiosk.speech.sink import Playing, ProgramSink, SilentSink, Sink, SinkFailed, alsa
from kiosk.speech.sound import Sound
from kiosk.speech.synthesiser import VOICES, Espeak, SpeechFailed
from kiosk.speech.talker import MOST_SENTENCES, Route, Talker

DEADLINE_S = 20.0


class Ears:
    """A synthesiser that writes down what it made sound. Each text is a sound of its own."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def render(self, text: str, voice: str) -> Sound:
        self.asked.append((text, voice))
        if text == "falla":
            raise SpeechFailed("it was told to")
        return Sound(22_050, text.encode("utf-16-le") * 100)


class Held(threading.Event):
    """One sound that lasts until a test lets it end."""

    def __init__(self, sound: Sound) -> None:
        super().__init__()
        self.sound = sound
        self.stopped = False

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(DEADLINE_S)

    def stop(self) -> float:
        self.stopped = True
        self.set()
        return self.sound.seconds / 2


class Room:
    """A sink in which sounds begin and do not end by themselves."""

    def __init__(self) -> None:
        self.played: list[Held] = []

    def start(self, sound: Sound) -> Playing:
        held = Held(sound)
        self.played.append(held)
        return held  # pyright: ignore[reportReturnType]

    def texts(self) -> list[str]:
        """What was said, as `Ears` made it sound at full volume."""
        return [each.sound.samples.decode("utf-16-le") for each in self.played]


class Desk:
    """A talker at its loudest, its ears and its rooms."""

    def __init__(self, recordings: Recordings | None = None) -> None:
        self.ears, self.speaker, self.phones = Ears(), Room(), Room()
        sinks: dict[Route, Sink] = {
            Route.LOUDSPEAKER: self.speaker,
            Route.HEADPHONES: self.phones,
        }
        self.talker = Talker(self.ears, sinks, recordings)
        self.talker.volume(5)
        self.talker.start()

    def until(self, done: Callable[[], object]) -> None:
        until(done)


def until(done: Callable[[], object]) -> None:
    """Wait for `done`. Raises TimeoutError."""
    ends = time.monotonic() + DEADLINE_S
    while not done():
        if time.monotonic() > ends:
            raise TimeoutError
        threading.Event().wait(0.002)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.talker.close()


def asked(desk: Desk) -> list[str]:
    return [text for text, _voice in desk.ears.asked]


def test_sentences_are_said_in_order_and_in_their_voice(desk: Desk) -> None:
    desk.talker.say(["uno", "dos"], "qu")
    desk.until(lambda: len(desk.speaker.played) == 1)
    assert desk.talker.busy
    desk.speaker.played[0].set()
    desk.until(lambda: len(desk.speaker.played) == 2)
    desk.speaker.played[1].set()
    desk.until(lambda: not desk.talker.busy)
    assert desk.ears.asked == [("uno", "qu"), ("dos", "qu")]


def test_a_new_screen_breaks_off_the_old_sentence(desk: Desk) -> None:
    desk.talker.say(["viejo", "nunca"], "es")
    desk.until(lambda: desk.speaker.played)
    desk.talker.say(["nuevo"], "es")
    assert desk.speaker.played[0].stopped
    desk.until(lambda: len(desk.speaker.played) == 2)
    assert asked(desk) == ["viejo", "nuevo"]


def test_a_pause_goes_on_in_the_middle_of_the_sentence(desk: Desk) -> None:
    desk.talker.say(["largo"], "es")
    desk.until(lambda: desk.speaker.played)
    whole = desk.speaker.played[0].sound
    desk.talker.pause_or_go_on()
    assert desk.speaker.played[0].stopped
    assert not desk.talker.busy
    desk.talker.pause_or_go_on()
    desk.until(lambda: len(desk.speaker.played) == 2)
    assert desk.speaker.played[1].sound == whole.after(whole.seconds / 2)


def test_repeat_begins_again_and_stop_forgets(desk: Desk) -> None:
    desk.talker.say(["uno"], "es")
    desk.until(lambda: desk.speaker.played)
    desk.talker.repeat()
    desk.until(lambda: len(desk.speaker.played) == 2)
    desk.talker.stop()
    desk.talker.repeat()
    assert not desk.talker.busy
    assert asked(desk) == ["uno", "uno"]
    assert "uno" not in repr(vars(desk.talker))


def test_another_volume_is_heard_at_once(desk: Desk) -> None:
    desk.talker.say(["uno"], "es")
    desk.until(lambda: desk.speaker.played)
    whole = desk.speaker.played[0].sound
    desk.talker.volume(1)
    desk.until(lambda: len(desk.speaker.played) == 2)
    assert desk.speaker.played[1].sound == whole.after(whole.seconds / 2).at_volume(1)


def test_with_headphones_the_loudspeaker_is_silent_and_private_things_are_said(desk: Desk) -> None:
    desk.talker.route(Route.HEADPHONES)
    desk.talker.say([Sentence("secreto", private=True)], "es")
    desk.until(lambda: desk.phones.played)
    assert desk.speaker.played == []
    desk.talker.route(Route.LOUDSPEAKER)
    assert desk.phones.played[0].stopped, "pulled out: silence at once"
    assert not desk.talker.busy


def test_the_loudspeaker_never_says_a_private_sentence(desk: Desk) -> None:
    desk.talker.say([Sentence("secreto", private=True), Sentence("todos")], "es")
    desk.until(lambda: desk.speaker.played)
    assert asked(desk) == ["todos"]


def test_headphones_pulled_out_while_a_sentence_is_being_made_leak_nothing(desk: Desk) -> None:
    """The jack goes out between the words and their sound: the sound is thrown away."""
    making, may_go_on = threading.Event(), threading.Event()
    render = desk.ears.render

    def slow(text: str, voice: str) -> Sound:
        making.set()
        assert may_go_on.wait(DEADLINE_S)
        return render(text, voice)

    desk.ears.render = slow
    desk.talker.route(Route.HEADPHONES)
    desk.talker.say([Sentence("secreto", private=True)], "es")
    assert making.wait(DEADLINE_S)
    desk.talker.route(Route.LOUDSPEAKER)
    may_go_on.set()
    desk.talker.say(["después"], "es")
    desk.until(lambda: desk.speaker.played)
    assert desk.speaker.texts()[0].startswith("después")
    assert desk.phones.played == []


@pytest.mark.negative_control
def test_a_talker_that_believes_headphones_are_always_in_is_caught(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Talker, "private", True)
    desk.talker.say([Sentence("secreto", private=True), Sentence("todos")], "es")
    desk.until(lambda: desk.speaker.played)
    assert asked(desk) != ["todos"]


def test_what_is_added_waits_for_its_turn_and_there_is_an_end_to_it(desk: Desk) -> None:
    desk.talker.say(["uno"], "es")
    desk.until(lambda: desk.speaker.played)
    for _ in range(3 * MOST_SENTENCES):
        desk.talker.add([Sentence("otra")], "es")
    assert not desk.speaker.played[0].stopped
    assert len(desk.talker._speech.sentences) == MOST_SENTENCES


def test_a_sentence_that_cannot_be_made_is_passed_over(desk: Desk) -> None:
    desk.talker.say(["falla", "sigue"], "es")
    desk.until(lambda: desk.speaker.played)
    assert asked(desk) == ["falla", "sigue"]


def test_a_recording_is_said_in_place_of_the_voice(tmp_path: Path) -> None:
    folder = tmp_path / "ay"
    folder.mkdir()
    tone = Sound(16_000, b"\x01\x02" * 500)
    (folder / "welcome.start.wav").write_bytes(tone.wav())
    (folder / "welcome.title.wav").write_bytes(b"no sound at all")
    desk = Desk(Recordings(tmp_path))
    try:
        assert desk.talker.speaks("ay")
        assert not Talker(desk.ears, {}).speaks("ay")
        recorded = Sentence("Empezar", key="welcome.start")
        desk.talker.say([recorded, Sentence("Su certificado", key="welcome.title")], "ay")
        desk.until(lambda: desk.speaker.played)
        assert desk.speaker.played[0].sound == tone
        desk.speaker.played[0].set()
        desk.until(lambda: len(desk.speaker.played) == 2)
        assert desk.ears.asked == [("Su certificado", VOICES["es"])]
    finally:
        desk.talker.close()


# --- the real programs ---------------------------------------------------------------------------
@pytest.mark.parametrize("language", VOICES)
def test_espeak_gives_real_sound_in_every_voice(language: str) -> None:
    sound = Espeak().render("1, 2, 3", VOICES[language])
    assert sound.rate == 22_050
    assert sound.seconds > 0.5
    assert max(sound.samples) > 0
    longer = Espeak().render("1, 2, 3, 4, 5, 6, 7, 8", VOICES[language])
    assert longer.seconds > sound.seconds


def test_without_a_synthesiser_or_its_voice_it_says_what_to_do() -> None:
    with pytest.raises(SpeechFailed, match="make setup"):
        Espeak(program="no-such-voice").render("hola", "es-419")
    with pytest.raises(SpeechFailed, match="xx-yy"):
        Espeak().render("secreto", "xx-yy")


def test_a_synthesiser_that_hangs_is_given_up(tmp_path: Path) -> None:
    program = tmp_path / "hangs"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    with pytest.raises(SpeechFailed, match="took over"):
        Espeak(program=str(program), deadline_s=0.1).render("hola", "es-419")


def player(tmp_path: Path, *, body: str) -> ProgramSink:
    """A program that reads a WAV as aplay does."""
    return ProgramSink((sys.executable, "-c", body, str(tmp_path / "heard.wav")))


def test_a_whole_sentence_reaches_the_player_as_a_true_wav(tmp_path: Path) -> None:
    body = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
    sink = player(tmp_path, body=body)
    talker = Talker(Espeak(), dict.fromkeys(Route, sink))
    talker.volume(5)
    talker.start()
    try:
        talker.say(["Su certificado está listo"], "es")
        until(lambda: not talker.busy)
    finally:
        talker.close()
    heard = Sound.of_wav((tmp_path / "heard.wav").read_bytes())
    assert heard == Espeak().render("Su certificado está listo", "es-419")


def test_a_player_is_ended_at_once_and_a_broken_one_is_named(tmp_path: Path) -> None:
    sound = Sound(22_050, bytes(22_050 * 2 * 60))
    playing = player(tmp_path, body="import time; time.sleep(60)").start(sound)
    threading.Timer(0.05, playing.stop).start()
    playing.wait()
    broken = player(tmp_path, body="raise SystemExit(3)").start(sound.after(59.9))
    with pytest.raises(SinkFailed, match="ended with 3"):
        broken.wait()
    with pytest.raises(SinkFailed, match="cannot be started"):
        ProgramSink((shlex.join(["no", "such", "player"]),)).start(sound)


def test_without_a_player_sentences_take_their_time_in_silence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sink = alsa("default")
    assert isinstance(sink, SilentSink)
    playing = sink.start(Sound(22_050, bytes(22_050 * 2 * 60)))
    threading.Timer(0.02, playing.stop).start()
    playing.wait()
