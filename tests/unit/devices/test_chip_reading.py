"""A chip is read over a simulated card in this process: right, or refused with the reason."""

import time
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest

from devices.documents.mrz import check_digit, parse
from devices.driver import NotRun
from devices.errors import LinkLost
from devices.kinds.chip_reader import ChipResult, ReadChip
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.pcsc_chip import driver as driver_module
from devices.pcsc_chip.apdu import ResponseApdu
from devices.pcsc_chip.at_hand import ReaderAtHand
from devices.pcsc_chip.bac import Chance, DocumentKey
from devices.pcsc_chip.card import FAULTS, Emrtd
from devices.pcsc_chip.channel import (
    AnswerLate,
    CardError,
    CardMute,
    CardStopped,
    CardTaken,
    NoCard,
)
from devices.pcsc_chip.driver import MODEL, ChipDriver
from devices.pcsc_chip.protocol import ChipRefused, Request, read_document
from devices.pcsc_chip.secure_messaging import Session
from devices.status import Action, Completion, DeviceState, DeviceStatus, MediaState

TODAY = date(2026, 3, 1)
DNI = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
SPECIMEN_TD2 = (
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    "D231458907UTO7408122F1204159<<<<<<<6",
)
SPECIMEN_TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
KEY = ReadChip("10117410", date(1980, 1, 1), date(2030, 1, 1))
OTHER = ReadChip("10117411", date(1980, 1, 1), date(2030, 1, 1))


def long_numbered() -> tuple[str, ...]:
    """A card whose number runs on in the optional field."""
    number = "D23145890734"
    first = f"I<UTO{number[:9]}<{number[9:]}{check_digit(number)}<".ljust(30, "<")
    birth, expiry = "740812", "120415"
    second = f"{birth}{check_digit(birth)}F{expiry}{check_digit(expiry)}UTO".ljust(29, "<")
    composite = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    return first, second + check_digit(composite), "ERIKSSON<<ANNA<MARIA".ljust(30, "<")


def driver_of(card: Emrtd, **manners: Any) -> ChipDriver:
    return ChipDriver(ReaderAtHand(card, **manners), today=lambda: TODAY)


def executed(driver: ChipDriver, command: ReadChip = KEY) -> ChipResult:
    result = driver.execute(command, time.monotonic() + 60)
    assert isinstance(result, ChipResult)
    assert (result.document is not None) == (result.outcome == "read")
    assert result.verified is False
    return result


@pytest.mark.parametrize("t0", [False, True])
@pytest.mark.parametrize("lines", [DNI, SPECIMEN_TD2, SPECIMEN_TD3, long_numbered()])
def test_a_chip_says_what_is_printed_on_its_document(lines: tuple[str, ...], t0: bool) -> None:
    printed = parse(lines, TODAY)
    command = ReadChip(printed.number, printed.birth_date, printed.expiry_date)
    result = executed(driver_of(Emrtd(lines, Random(1), t0=t0)), command)
    assert (result.outcome, result.completion) == ("read", Completion.SUCCESS)
    assert result.document == printed
    assert result.reason == "read, not verified"
    assert result.status == DeviceStatus(DeviceState.ONLINE, {"media": MediaState.PRESENT})


@pytest.mark.parametrize(
    ("command", "outcome"),
    [
        (OTHER, "key_refused"),
        (ReadChip("10117410", date(1980, 1, 2), date(2030, 1, 1)), "key_refused"),
        (ReadChip("10117410", date(1980, 1, 1), None), "key_refused"),
        (ReadChip("", date(1980, 1, 1), None), "not_started"),
        (ReadChip("1011741o", date(1980, 1, 1), None), "not_started"),
        (ReadChip("1" * 23, date(1980, 1, 1), None), "not_started"),
    ],
)
def test_another_key_opens_nothing(command: ReadChip, outcome: str) -> None:
    reader = ReaderAtHand(Emrtd(DNI, Random(1)))
    result = executed(ChipDriver(reader), command)
    assert (result.outcome, result.completion) == (outcome, Completion.INVALID_DATA)
    assert bool(reader.commands) == (outcome == "key_refused")


EXPECTED = {
    "none": "read",
    "mac": "bad_answer",
    "plain": "bad_answer",
    "no-status": "bad_answer",
    "garbage": "bad_answer",
    "6982": "key_refused",
    "6A82": "not_supported",
    "pace": "not_supported",
    "no-dg1": "not_supported",
    "short": "read",
    "endless": "bad_answer",
    "echo": "bad_answer",
}


@pytest.mark.parametrize("t0", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_outcome_and_the_next_card_is_read(fault: str, t0: bool) -> None:
    card = Emrtd(DNI, Random(2), t0=t0)
    driver = driver_of(card)
    card.fault = fault
    result = executed(driver)
    assert result.outcome == EXPECTED[fault], result.reason
    assert (result.status.action is Action.CLEAR) == (result.outcome == "bad_answer")
    assert result.status.usable
    card.fault = "none"
    assert executed(driver).document == parse(DNI, TODAY)
    assert driver.poll().action is None


def refuse(step: int, sw: str) -> Callable[[int, bytes], bytes]:
    return lambda at, reply: bytes.fromhex(sw) if at == step else reply


@pytest.mark.parametrize(
    ("step", "sw", "outcome"),
    [
        (1, "6283", "unknown"),
        (2, "6F00", "unknown"),
        (2, "6985", "not_supported"),
        (3, "63C2", "key_refused"),
        (3, "6988", "key_refused"),
        (3, "6F00", "unknown"),
        (3, "9000", "bad_answer"),
        (4, "6A82", "unknown"),
        (4, "9000", "bad_answer"),
        (5, "6988", "unknown"),
        (6, "6982", "unknown"),
        (6, "6281", "bad_answer"),
        (6, "", "bad_answer"),
    ],
)
def test_a_refusal_at_any_step_has_its_outcome_and_its_words(
    step: int, sw: str, outcome: str
) -> None:
    result = executed(driver_of(Emrtd(DNI, Random(3)), spoil=refuse(step, sw)))
    assert result.outcome == outcome
    assert outcome == "bad_answer" or sw in result.reason


@pytest.mark.parametrize("t0", [False, True])
def test_a_card_taken_away_at_any_command_was_removed_and_the_next_one_is_read(t0: bool) -> None:
    whole = ReaderAtHand(Emrtd(DNI, Random(4), t0=t0))
    assert executed(ChipDriver(whole)).outcome == "read"
    assert len(whole.commands) == (10 if t0 else 6)
    for boundary in range(1, len(whole.commands) + 1):
        driver = driver_of(Emrtd(DNI, Random(4), t0=t0), removed_at=boundary)
        result = executed(driver)
        assert (result.outcome, result.completion) == ("removed", Completion.USER_ERROR)
        assert result.status.parts == {"media": MediaState.NOT_PRESENT}
        assert executed(driver).outcome == "no_card"
        assert driver.poll().usable


@pytest.mark.parametrize(
    ("trouble", "outcome", "completion"),
    [
        (NoCard, "no_card", Completion.USER_ERROR),
        (CardMute, "not_supported", Completion.COMMAND_ERROR_CODE),
        (CardTaken, "not_started", Completion.DEVICE_NOT_READY),
        (AnswerLate, "time_out", Completion.TIME_OUT),
        (CardStopped, "time_out", Completion.TIME_OUT),
    ],
)
def test_what_the_reader_says_of_a_card_has_its_outcome(
    trouble: type[CardError], outcome: str, completion: Completion
) -> None:
    def raising(_step: int, _reply: bytes) -> bytes:
        raise trouble("in words")

    result = executed(driver_of(Emrtd(DNI, Random(5)), spoil=raising))
    assert (result.outcome, result.completion, result.reason) == (outcome, completion, "in words")


def test_a_lost_reader_is_an_unknown_outcome_and_no_error() -> None:
    def lost(_step: int, _reply: bytes) -> bytes:
        raise LinkLost("pcsc:0", "unplugged")

    assert executed(driver_of(Emrtd(DNI, Random(5)), spoil=lost)).outcome == "unknown"


def forged() -> Emrtd:
    card = Emrtd(DNI, Random(6))
    card.named = (
        "I<PER10117411<0<<<<<<<<<<<<<<<",
        "8001014M3001019PER<<<<<<<<<<<2",
        "PRUEBA<<ROSA<<<<<<<<<<<<<<<<<<",
    )
    parse(card.named, TODAY)
    return card


def test_a_chip_that_names_another_document_than_its_key_is_not_believed() -> None:
    result = executed(driver_of(forged()))
    assert (result.outcome, result.document) == ("contradicts", None)


def test_a_zone_with_a_wrong_check_digit_is_not_believed() -> None:
    card = Emrtd(DNI, Random(6))
    card.named = (DNI[0], DNI[1].replace("<8", "<9"), DNI[2])
    assert executed(driver_of(card)).outcome == "bad_answer"


def test_a_self_test_needs_no_key() -> None:
    driver = driver_of(Emrtd(DNI, Random(7), t0=True))
    result = driver.execute(SelfTest(), time.monotonic() + 60)
    assert isinstance(result, SelfTestResult)
    assert [(step.name, step.passed) for step in result.steps] == [("reader", True), ("card", True)]
    assert result.completion is Completion.SUCCESS


def test_a_self_test_shows_a_card_that_answers_nonsense() -> None:
    card = Emrtd(DNI, Random(7))
    card.fault = "garbage"
    result = driver_of(card).execute(SelfTest(), time.monotonic() + 60)
    assert isinstance(result, SelfTestResult)
    assert not result.steps[1].passed


def test_other_commands_are_not_run() -> None:
    result = driver_of(Emrtd(DNI, Random(7))).execute("beep", 0)
    assert isinstance(result, NotRun)
    assert result.completion is Completion.UNSUPPORTED_COMMAND


def test_a_command_that_never_reached_the_reader_was_not_started() -> None:
    status = DeviceStatus(DeviceState.NO_DEVICE)
    result = MODEL.refuse(KEY, Completion.TIME_OUT, status)
    assert isinstance(result, ChipResult)
    assert (result.outcome, result.completion) == ("not_started", Completion.TIME_OUT)


def test_no_word_of_a_person_is_in_what_is_shown_of_a_reading() -> None:
    results = [executed(driver_of(Emrtd(DNI, Random(8))))]
    results.append(executed(driver_of(forged())))
    request = Request(DocumentKey.of("10117410", KEY.birth_date, None), Chance(b"1", b"2"), TODAY)
    shown = " ".join(map(repr, (KEY, *results, request, ResponseApdu(b"PRUEBA", 0x9000))))
    for secret in ("10117410", "PRUEBA", "JUAN", "1980", "800101", "2030"):
        assert secret not in shown


class Wiped(Session):
    """Remembers every session that was made."""

    made: list[Session]

    def __init__(self, opened: Any) -> None:
        super().__init__(opened)
        self.made.append(self)


@pytest.mark.parametrize("steps", [4, 5, 6, 99])
def test_whatever_ends_a_conversation_its_keys_are_gone(steps: int) -> None:
    Wiped.made = []
    card = Emrtd(DNI, Random(9))
    key = DocumentKey.of("10117410", KEY.birth_date, KEY.expiry_date)
    chance = driver_module.new_chance()
    conversation = read_document(Request(key, chance, TODAY), Wiped)
    sent = next(conversation)
    for _ in range(steps):
        try:
            sent = conversation.send(card.answer(sent))
        except StopIteration:
            break
    conversation.close()
    (session,) = Wiped.made
    held = [value for value in vars(session).values() if isinstance(value, bytearray)]
    assert held == [bytes(16), bytes(16)]


def test_two_openings_share_no_random_number() -> None:
    first, second = driver_module.new_chance(), driver_module.new_chance()
    assert first.nonce != second.nonce
    assert first.share != second.share
    assert (len(first.nonce), len(first.share)) == (8, 16)


# Negative controls: readers that trust too much, caught by what the tests above look at.


class Careless(Session):
    """Does not look at seals."""

    def _seals(self, data: bytes, seal: bytes) -> bool:
        return True


class Credulous(Session):
    """Takes what comes without any seal."""

    def _judged(self, response: ResponseApdu) -> ResponseApdu:
        return response


def outcome_of(card: Emrtd, converse: Any = Session) -> str:
    key = DocumentKey.of("10117410", KEY.birth_date, KEY.expiry_date)
    conversation = read_document(Request(key, driver_module.new_chance(), TODAY), converse)
    sent = next(conversation)
    while True:
        try:
            sent = conversation.send(card.answer(sent))
        except StopIteration:
            return "read"
        except ChipRefused as refused:
            return refused.outcome


@pytest.mark.negative_control
@pytest.mark.parametrize(("fault", "trusting"), [("mac", Careless), ("plain", Credulous)])
def test_a_reader_that_does_not_judge_seals_is_caught(fault: str, trusting: type[Session]) -> None:
    card = Emrtd(DNI, Random(10))
    card.fault = fault
    assert outcome_of(card) == "bad_answer"
    assert outcome_of(card, trusting) == "read"


@pytest.mark.negative_control
def test_a_reader_that_does_not_hold_the_zone_against_its_key_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DocumentKey, "__eq__", lambda _self, _other: True)
    assert executed(driver_of(forged())).outcome == "read"
