"""Keys and the headphone jack of a navigation keypad, from recorded events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.input_events import EV_KEY, EV_SW, EV_SYN, SYN_DROPPED, packet_bytes
from devices.kinds.keypad import Happening, JackChanged, JackState, Key, KeyPressed
from devices.navigation_keypad import protocol
from devices.navigation_keypad.protocol import MAX_REPEATS, STANDARD_KEYS, KeypadParser, KeyTable

AT_US = 5_000_000
LOST = packet_bytes(AT_US, (EV_SYN, SYN_DROPPED, 0))


def key(code: int, value: int, at_us: int = AT_US) -> bytes:
    return packet_bytes(at_us, (EV_KEY, code, value))


def jack(inserted: bool) -> bytes:
    return packet_bytes(AT_US, (EV_SW, 2, int(inserted)))


def held(code: int, times: int, gap_us: int = 33_000) -> bytes:
    return key(code, 1) + b"".join(key(code, 2, AT_US + n * gap_us) for n in range(1, times + 1))


@pytest.fixture
def pad() -> KeypadParser:
    return KeypadParser(KeyTable())


@pytest.mark.parametrize(("code", "meaning"), STANDARD_KEYS.items())
def test_each_standard_key_is_told_once_when_it_goes_down(
    pad: KeypadParser, code: int, meaning: Key
) -> None:
    assert pad.feed(key(code, 1) + key(code, 0)) == [KeyPressed(meaning)]


def test_every_key_of_the_kind_has_a_standard_code() -> None:
    assert set(STANDARD_KEYS.values()) == set(Key)


def test_an_unknown_key_is_nothing(pad: KeypadParser) -> None:
    assert pad.feed(key(30, 1) + key(30, 0)) == []


def assert_a_held_key_is_bounded(pad: KeypadParser) -> None:
    """A minute and a half at 30 repetitions a second."""
    told = pad.feed(held(108, 3000))
    assert told[0] == KeyPressed(Key.DOWN)
    assert set(told[1:]) == {KeyPressed(Key.DOWN, repeated=True)}
    assert len(told) <= MAX_REPEATS + 1, "a held key floods"


def test_a_held_key_repeats_slowly_and_not_for_ever(pad: KeypadParser) -> None:
    assert_a_held_key_is_bounded(pad)
    assert len(KeypadParser(KeyTable()).feed(held(108, 30))) == 5


@pytest.mark.negative_control
def test_a_pad_that_passes_every_repetition_is_caught(
    pad: KeypadParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MAX_REPEATS", 10**9)
    with pytest.raises(AssertionError, match="floods"):
        assert_a_held_key_is_bounded(pad)


def test_enter_held_down_is_enter_once(pad: KeypadParser) -> None:
    assert pad.feed(held(28, 100)) == [KeyPressed(Key.ENTER)]


def test_a_repetition_whose_press_was_lost_is_not_told(pad: KeypadParser) -> None:
    assert pad.feed(key(108, 1) + LOST + held(108, 0)[24 * 2 :] + key(108, 2)) == [
        KeyPressed(Key.DOWN)
    ]


def test_the_jack_is_unknown_until_the_pad_tells(pad: KeypadParser) -> None:
    assert pad.jack is JackState.UNKNOWN
    assert pad.feed(jack(True)) == [JackChanged(inserted=True)]
    assert pad.jack is JackState.INSERTED
    assert pad.feed(jack(True)) == []
    assert pad.feed(jack(False)) == [JackChanged(inserted=False)]
    assert pad.jack is JackState.REMOVED


def assert_lost_events_leave_the_jack_unknown(pad: KeypadParser) -> None:
    pad.feed(jack(True))
    assert pad.feed(LOST) == []
    assert pad.jack is JackState.UNKNOWN, "a jack that may have been pulled out is taken for in"


def test_after_lost_events_the_jack_is_unknown_and_asking_settles_it(pad: KeypadParser) -> None:
    assert_lost_events_leave_the_jack_unknown(pad)
    assert pad.settle_jack(None) == []
    assert pad.jack is JackState.UNKNOWN
    assert pad.settle_jack(False) == [JackChanged(inserted=False)]
    assert pad.jack is JackState.REMOVED


@pytest.mark.negative_control
def test_a_pad_that_believes_its_jack_after_lost_events_is_caught() -> None:
    class Believing(KeypadParser):
        def feed(self, data: bytes) -> list[Happening]:
            before = self.jack
            happened = super().feed(data)
            self.jack = before if self.jack is JackState.UNKNOWN else self.jack
            return happened

    with pytest.raises(AssertionError, match="is taken for in"):
        assert_lost_events_leave_the_jack_unknown(Believing(KeyTable()))


def test_a_pad_that_tells_its_jack_by_keys_is_configured_so() -> None:
    pad = KeypadParser(KeyTable.of("185=jack_in 186=jack_out, 183=help"))
    assert pad.feed(key(185, 1) + key(185, 0)) == [JackChanged(inserted=True)]
    assert pad.feed(key(186, 1) + key(186, 0)) == [JackChanged(inserted=False)]
    assert pad.feed(key(183, 1)) == [KeyPressed(Key.HELP)]
    assert pad.feed(key(103, 1)) == [KeyPressed(Key.UP)]


@pytest.mark.parametrize("text", ["183", "183=", "=up", "x=up", "0=up", "9999=up", "183=banana"])
def test_keys_written_wrong_say_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"CODE=WORD.*jack_in"):
        KeyTable.of(text)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_garbage_never_crashes_the_pad(chunks: list[bytes]) -> None:
    pad = KeypadParser(KeyTable())
    for data in chunks:
        pad.feed(data)
        assert pad.pending < 200
