"""Whatever a chip answers, a reading ends: with the right document, or with none."""

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.documents.mrz import TravelDocument, parse
from devices.pcsc_chip.apdu import BadAnswer, CommandApdu, ResponseApdu
from devices.pcsc_chip.bac import Chance, DocumentKey, Opened
from devices.pcsc_chip.card import Emrtd, Secrets
from devices.pcsc_chip.protocol import ChipRefused, Conversation, Request, read_document
from devices.pcsc_chip.secure_messaging import PlainRefusal, Session
from devices.pcsc_chip.tlv import objects

TODAY = date(2026, 3, 1)
DNI = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
RIGHT = parse(DNI, TODAY)
KEY = DocumentKey.of(RIGHT.number, RIGHT.birth_date, RIGHT.expiry_date)
MOST_COMMANDS = 200
FEW, MANY = 2_400, 60_000
INTERESTING = bytes.fromhex("00017F8081FF618799978E9060616C")
STATUS_WORDS = (0x9000, 0x6100, 0x61FF, 0x6C00, 0x6C10, 0x6282, 0x6300, 0x6982, 0x6988, 0x6A82)


def mutated(reply: bytes, before: list[bytes], dice: Random) -> bytes:
    """``reply`` with one thing wrong."""
    data = bytearray(reply)
    at = dice.randrange(len(data))
    manner = dice.randrange(9)
    if manner == 0:
        data[at] ^= 1 << dice.randrange(8)
    elif manner == 1:
        data[at] = dice.choice(INTERESTING)
    elif manner == 2:
        del data[at:]
    elif manner == 3:
        data[at:at] = dice.randbytes(dice.randrange(1, 9))
    elif manner == 4:
        del data[at : at + dice.randrange(1, 9)]
    elif manner == 5:
        data = bytearray(dice.choice(before))
    elif manner == 6:
        data[-2:] = dice.choice(STATUS_WORDS).to_bytes(2)
    elif manner == 7:
        data = data[:-2] + data
    else:
        data = bytearray(dice.randbytes(dice.randrange(0, 300)))
    return bytes(data)


def reading(
    seed: int, converse: type[Session] = Session
) -> tuple[TravelDocument | ChipRefused, bool]:
    """How one reading with one spoilt answer ended, and whether what was spoilt was sealed."""
    dice = Random(seed)
    card = Emrtd(DNI, Random(seed), t0=bool(seed % 2))
    chance = Chance(dice.randbytes(8), dice.randbytes(16))
    conversation = read_document(Request(KEY, chance, TODAY, card.t0), converse)
    spoilt_at, before, sealed = dice.randrange(1, 11), [b"\x90\x00"], False
    sent = next(conversation)
    for step in range(1, MOST_COMMANDS):
        reply = card.answer(sent)
        arrives = reply
        if step == spoilt_at:
            arrives = mutated(reply, before, dice)
            sealed = b"\x8e\x08" in reply and arrives[:-2] != reply[:-2]
        before.append(reply)
        try:
            sent = conversation.send(arrives)
        except StopIteration as done:
            return done.value, sealed
        except ChipRefused as refused:
            return refused, sealed
    raise AssertionError("the reader never comes to an end")


def wrong(ended: TravelDocument | ChipRefused, sealed: bool) -> bool:
    """A wrong document, or a document out of an answer whose sealed part was touched."""
    return isinstance(ended, TravelDocument) and (ended != RIGHT or sealed)


def check(seeds: range) -> None:
    read = 0
    for seed in seeds:
        ended, sealed = reading(seed)
        assert not wrong(ended, sealed), seed
        read += isinstance(ended, TravelDocument)
        if isinstance(ended, ChipRefused):
            assert not {"10117410", "PRUEBA"} & set(str(ended).split()), seed
    assert 0 < read < len(seeds)


def test_a_spoilt_answer_never_gives_a_wrong_document() -> None:
    check(range(FEW))


@pytest.mark.thorough
def test_many_spoilt_answers_never_give_a_wrong_document() -> None:
    check(range(FEW, FEW + MANY))


class Careless(Session):
    """Does not look at seals."""

    def _seals(self, data: bytes, seal: bytes) -> bool:
        return True


@pytest.mark.negative_control
def test_a_reader_that_does_not_judge_seals_is_caught() -> None:
    assert any(wrong(*reading(seed, Careless)) for seed in range(FEW))


@given(st.lists(st.binary(max_size=300), max_size=30), st.booleans())
def test_a_card_that_answers_anything_is_refused(replies: list[bytes], t0: bool) -> None:
    conversation = read_document(Request(KEY, Chance(bytes(8), bytes(16)), TODAY, t0))
    next(conversation)
    with pytest.raises(ChipRefused):
        exhaust(conversation, replies)


def exhaust(conversation: Conversation, replies: list[bytes]) -> None:
    for reply in [*replies, b""]:
        conversation.send(reply)


@given(st.binary(max_size=300))
def test_bytes_are_split_into_objects_or_refused(data: bytes) -> None:
    try:
        found = objects(data)
    except BadAnswer:
        return
    assert b"".join(each.raw for each in found) == data


SESSION = Opened(bytes(range(16)), bytes(range(16, 32)), 2**64 - 3)


@given(st.binary(max_size=300), st.integers(0, 0xFFFF))
def test_no_answer_passes_without_the_right_seal(data: bytes, sw: int) -> None:
    session = Session(SESSION)
    session.protect(CommandApdu(0, 0xB0, 0, 0, le=4))
    with pytest.raises((BadAnswer, PlainRefusal)):
        session.unprotect(ResponseApdu(data, sw))


@given(st.binary(min_size=1, max_size=200), st.integers(1, 256), st.integers(0, 3))
def test_what_a_reader_seals_a_card_takes_and_the_other_way_round(
    data: bytes, le: int, times: int
) -> None:
    card: Any = Emrtd(DNI, Random(1))
    seen: list[tuple[bytes, bytes, int]] = []

    def file_command(header: bytes, plain: bytes, length: int) -> bytes:
        seen.append((header, plain, length))
        return plain + b"\x90\x00"

    card._file_command = file_command
    card._secrets = Secrets(SESSION.encryption_key, SESSION.seal_key, SESSION.counter)
    session = Session(SESSION)
    for _ in range(times + 1):
        sealed = session.protect(CommandApdu(0, 0xD6, 1, 2, data, le)).to_bytes()
        answer = session.unprotect(ResponseApdu.from_bytes(card.answer(sealed)))
        assert answer == ResponseApdu(data, 0x9000)
    assert seen == [(bytes.fromhex("0CD60102"), data, le)] * (times + 1)
