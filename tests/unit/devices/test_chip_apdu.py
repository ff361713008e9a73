"""Commands, answers and data objects of a chip, and how T=0 carries them."""

import pytest

from devices.pcsc_chip.apdu import BadAnswer, CommandApdu, ResponseApdu, exchange
from devices.pcsc_chip.des import padded, unpadded, with_odd_parity
from devices.pcsc_chip.tlv import encoded, header, objects, only

hexed = bytes.fromhex
BOTH_WAYS = CommandApdu(0x0C, 0xB0, 0, 0, hexed("AABB"), 256)


def carried(command: CommandApdu, *replies: str, t0: bool = True) -> tuple[list[str], ResponseApdu]:
    """What was sent, and the answer put together."""
    conversation = exchange(command, t0=t0)
    sent = [next(conversation).hex().upper()]
    for reply in replies:
        try:
            sent.append(conversation.send(hexed(reply)).hex().upper())
        except StopIteration as done:
            return sent, done.value
    raise AssertionError("it wants to go on")


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        (CommandApdu(0, 0xA4, 4, 0x0C, hexed("A0000002471001")), "00A4040C07A0000002471001"),
        (CommandApdu(0, 0x84, 0, 0, le=8), "0084000008"),
        (CommandApdu(0, 0xB0, 1, 2, le=256), "00B0010200"),
        (BOTH_WAYS, "0CB0000002AABB00"),
        (CommandApdu(0, 0xB0, 0, 0), "00B00000"),
    ],
)
def test_a_command_is_written_as_iso_7816_says(command: CommandApdu, sent: str) -> None:
    assert command.to_bytes() == hexed(sent)


@pytest.mark.parametrize(
    "command", [CommandApdu(0, 0, 0, 0, bytes(256)), CommandApdu(0, 0, 0, 0, le=257)]
)
def test_a_command_that_short_fields_cannot_say_is_refused(command: CommandApdu) -> None:
    with pytest.raises(ValueError, match="longer"):
        command.to_bytes()


def test_on_t1_a_command_goes_whole() -> None:
    assert carried(BOTH_WAYS, "AA9000", t0=False) == (
        ["0CB0000002AABB00"],
        ResponseApdu(b"\xaa", 0x9000),
    )


def test_on_t0_the_answer_is_fetched() -> None:
    sent, answer = carried(BOTH_WAYS, "6102", "AABB9000")
    assert sent == ["0CB0000002AABB", "00C0000002"]
    assert answer == ResponseApdu(hexed("AABB"), 0x9000)


def test_on_t0_a_wrong_length_is_asked_again_with_the_right_one() -> None:
    sent, answer = carried(CommandApdu(0, 0x84, 0, 0, le=256), "6C08", "11223344556677889000")
    assert sent == ["0084000000", "0084000008"]
    assert len(answer.data) == 8


def test_an_answer_in_pieces_is_put_together() -> None:
    sent, answer = carried(BOTH_WAYS, "6100", "11116101", "6C01", "229000")
    assert sent[1:] == ["00C0000000", "00C0000001", "00C0000001"]
    assert answer == ResponseApdu(hexed("111122"), 0x9000)


def test_a_card_that_never_ends_is_left() -> None:
    with pytest.raises(BadAnswer, match="more pieces"):
        carried(BOTH_WAYS, *["AA6101"] * 20)


@pytest.mark.parametrize("reply", ["", "90", "0000", "5000", "AA" * 300])
def test_what_is_no_answer_is_refused(reply: str) -> None:
    with pytest.raises(BadAnswer):
        ResponseApdu.from_bytes(hexed(reply))


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 511])
@pytest.mark.parametrize("tag", [0x61, 0x87, 0x5F1F])
def test_an_object_comes_back_as_it_was_written(tag: int, size: int) -> None:
    raw = encoded(tag, bytes(size))
    assert only(raw, tag) == bytes(size)
    assert header(raw)[0] == tag
    assert [each.raw for each in objects(raw * 2)] == [raw, raw]


@pytest.mark.parametrize(
    "raw", ["", "61", "5F", "5F1F", "6180", "618300", "6181", "610511", "61FF"]
)
def test_an_object_that_is_cut_is_refused(raw: str) -> None:
    with pytest.raises(BadAnswer):
        only(hexed(raw), 0x61)


@pytest.mark.parametrize("size", range(18))
def test_padding_comes_off_as_it_went_on(size: int) -> None:
    data = b"\x80" * size
    assert len(padded(data)) % 8 == 0
    assert unpadded(padded(data)) == data


@pytest.mark.parametrize("data", ["", "0000000000000000", "1122334455667788", "80" + "00" * 8])
def test_what_has_no_padding_is_refused(data: str) -> None:
    with pytest.raises(BadAnswer, match="padding"):
        unpadded(hexed(data))


def test_keys_have_odd_parity() -> None:
    assert with_odd_parity(bytes(range(256))) == bytes(
        byte if byte.bit_count() % 2 else byte ^ 1 for byte in range(256)
    )
