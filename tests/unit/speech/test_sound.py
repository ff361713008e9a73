"""Sound as numbers: read from WAVs, cut, made softer."""

import pytest

from kiosk.speech.sound import NoSound, Sound

TONE = Sound(22_050, b"\x00\x40" * 22_050)


def test_a_wav_is_read_back_as_it_was_written() -> None:
    assert Sound.of_wav(TONE.wav()) == TONE
    assert TONE.seconds == 1.0


def test_lengths_a_pipe_left_open_are_set_right() -> None:
    wav = TONE.wav()
    endless = wav[:4] + b"\x24\xf0\xff\x7f" + wav[8:40] + b"\x00\xf0\xff\x7f" + wav[44:]
    assert Sound.of_wav(endless) == TONE
    assert Sound.of_wav(endless).wav() == wav


@pytest.mark.parametrize(
    "broken",
    [b"", b"RIFF", TONE.wav()[:44], b"X" * 200, TONE.wav()[:22] + b"\x02\x00" + TONE.wav()[24:]],
    ids=["nothing", "a beginning", "no sound", "noise", "two channels"],
)
def test_what_is_no_such_sound_is_refused(broken: bytes) -> None:
    with pytest.raises(NoSound):
        Sound.of_wav(broken)


def test_what_was_heard_is_left_out() -> None:
    assert TONE.after(0.5).seconds == 0.5
    assert TONE.after(0.0) == TONE
    assert TONE.after(9.0).samples == b""


def test_each_volume_is_louder_than_the_one_before() -> None:
    loud = [int.from_bytes(TONE.at_volume(each).samples[:2], "little") for each in range(1, 6)]
    assert loud == sorted(set(loud))
    assert TONE.at_volume(5) == TONE
    assert TONE.at_volume(99) == TONE
