"""ccTalk on paper: published vectors, events, denominations, what a payout came to."""

import pytest

from devices.cctalk.events import Event, Reading, Unseen, signed_difference, unseen
from devices.cctalk.faults import BusFault, Fault, status_of_fault
from devices.cctalk.protocol import (
    COMMANDS,
    Frame,
    FrameParser,
    FrameRefused,
    Mode,
    Spoilt,
    inhibit_mask,
    number_of,
    text_of,
)
from devices.cctalk_bill.health import Health
from devices.cctalk_bill.protocol import BillId, Scaling, news_of
from devices.cctalk_coin.protocol import CoinId
from devices.cctalk_coin.protocol import news_of as coin_news_of
from devices.cctalk_hopper.protocol import (
    HopperStatus,
    Level,
    dispense_data,
    findings_of,
    health_of,
)
from devices.cctalk_hopper.verdict import Verdict, judge
from devices.kinds.cash_dispenser import Payout
from devices.status import Action, DeviceState

VECTORS = [
    (254, "", "28 00 01 FE D9", "28 00 B6 FE 21"),
    (159, "", "28 00 01 9F 38", "28 00 31 9F 5D"),
    (154, "00", "28 01 01 9A 00 3C", "28 01 9D 9A 00 72"),
    (154, "01", "28 01 01 9A 01 3B", "28 01 BC 9A 01 62"),
    (154, "FF", "28 01 01 9A FF 3D", "28 01 6D 9A FF 6C"),
    (228, "01", "28 01 01 E4 01 F1", "28 01 EA E4 01 49"),
    (231, "FF FF", "28 02 01 E7 FF FF F0", "28 02 5F E7 FF FF DF"),
    (153, "03", "28 01 01 99 03 3A", "28 01 AD 99 03 17"),
    (157, "01", "28 01 01 9D 01 38", "28 01 2B 9D 01 FB"),
    (156, "50 45", "28 02 01 9C 50 45 A4", "28 02 77 9C 50 45 FC"),
]
HELD = "01 0B 28 00 01 02 01 00 00 00 00 00 00 00 00 C8"


@pytest.mark.parametrize(("header", "data", "checksum", "crc"), VECTORS)
def test_commands_are_the_published_bytes_in_both_modes(
    header: int, data: str, checksum: str, crc: str
) -> None:
    frame = Frame(40, 1, header, bytes.fromhex(data))
    assert frame.to_bytes("checksum") == bytes.fromhex(checksum)
    assert frame.to_bytes("crc") == bytes.fromhex(crc)
    assert Frame.from_bytes(bytes.fromhex(checksum), "checksum") == frame
    assert Frame.from_bytes(bytes.fromhex(crc), "crc") == Frame(40, None, header, frame.data)


def test_the_published_replies_are_understood() -> None:
    assert Frame(2, 1, 229).to_bytes("checksum") == bytes.fromhex("02 00 01 E5 18")
    reading = Reading.from_bytes(Frame.from_bytes(bytes.fromhex(HELD), "checksum").data)
    assert reading.visible == (Event(1, 2, 1),)
    assert news_of(reading.visible[0]).kind == "held"
    number = Frame.from_bytes(bytes.fromhex("01 03 02 00 4E 61 BC 8F"), "checksum")
    assert number_of(number.data) == 12_345_678


@pytest.mark.parametrize("mode", ["checksum", "crc"])
@pytest.mark.parametrize("raw", ["", "28", "28 00 01 FE", "28 00 01 FE DA", "28 01 01 FE D9"])
def test_what_is_no_whole_frame_is_refused(mode: Mode, raw: str) -> None:
    with pytest.raises(FrameRefused):
        Frame.from_bytes(bytes.fromhex(raw), mode)


def test_silence_ends_a_half_frame_and_a_wrong_sum_is_told() -> None:
    parser = FrameParser("checksum", 0.05)
    assert parser.feed(bytes.fromhex("28 00 01"), 1.0) == []
    assert parser.feed(bytes.fromhex("28 00 01 FE D9"), 1.1) == [Frame(40, 1, 254)]
    (spoilt,) = parser.feed(bytes.fromhex("28 00 01 FE D8"), 1.2)
    assert isinstance(spoilt, Spoilt)


def test_no_two_commands_share_a_header() -> None:
    assert len({command.header for command in COMMANDS}) == len(COMMANDS)
    once = {command.name for command in COMMANDS if not command.repeatable}
    assert once == {"dispense hopper coins", "route bill", "reset device"}


def test_masks_and_texts() -> None:
    assert inhibit_mask(frozenset()) == b"\0\0"
    assert inhibit_mask(frozenset({1, 2, 9, 16})) == b"\x03\x81"
    assert text_of(b" NV9\x00\xff ") == "NV9??"


def reading(counter: int, *pairs: tuple[int, int]) -> Reading:
    return Reading(counter, (*pairs, *[(0, 0)] * (5 - len(pairs))))


@pytest.mark.parametrize(
    ("last", "now", "counters", "lost"),
    [
        (0, 0, [], 0),
        (7, 7, [], 0),
        (0, 2, [1, 2], 0),
        (5, 10, [6, 7, 8, 9, 10], 0),
        (5, 11, [7, 8, 9, 10, 11], 1),
        (253, 3, [254, 255, 1, 2, 3], 0),
        (255, 1, [1], 0),
        (255, 254, [250, 251, 252, 253, 254], 249),
        (0, 255, [251, 252, 253, 254, 255], 250),
    ],
)
def test_new_events_are_counted_over_the_wrap(
    last: int, now: int, counters: list[int], lost: int
) -> None:
    found = unseen(last, reading(now, (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)))
    assert [event.counter for event in found.events] == counters
    assert [event.a for event in found.events] == [5, 4, 3, 2, 1][5 - len(counters) :]
    assert (found.lost, found.reset) == (lost, False)


def test_a_counter_of_nothing_after_something_is_a_reset() -> None:
    assert unseen(3, reading(0)) == Unseen(reset=True)
    assert Reading.from_bytes(reading(3, (1, 0)).to_bytes()) == reading(3, (1, 0))


@pytest.mark.parametrize(
    ("now", "expected", "ahead"), [(7, 7, 0), (9, 7, 2), (0, 2, -2), (1, (1 << 24) - 1, 2)]
)
def test_accept_counters_are_compared_over_their_wrap(now: int, expected: int, ahead: int) -> None:
    assert signed_difference(now, expected) == ahead


@pytest.mark.parametrize(
    ("raw", "scaling", "centimos"),
    [
        (b"PE0010A", b"\x64\x00\x02", 1000),
        (b"PE0200B", b"\x01\x00\x00", 20_000),
        (b"PE0005A", b"\x0a\x00\x02", 50),
        (b"PE0001A", b"\x01\x00\x03", None),
        (b"PE0000A", b"\x64\x00\x02", None),
    ],
)
def test_a_bill_is_worth_its_value_times_the_scaling(
    raw: bytes, scaling: bytes, centimos: int | None
) -> None:
    bill = BillId.from_bytes(raw)
    assert bill is not None
    assert bill.name == raw.decode()
    assert bill.centimos(Scaling.from_bytes(scaling)) == centimos


@pytest.mark.parametrize("raw", [b".......", b"pe0010A", b"PE010A", b"PE00100A", b"\0" * 7])
def test_a_type_that_is_not_programmed_is_no_bill(raw: bytes) -> None:
    assert BillId.from_bytes(raw) is None


@pytest.mark.parametrize(
    ("raw", "centimos"),
    [
        (b"PE010A", 10),
        (b"PE100A", 100),
        (b"PE500B", 500),
        (b"CO1K0A", 1000),
        (b"CO2K5A", 2500),
        (b"CO10KA", 10_000),
        (b"XXM10A", 100_000),
        (b"XX5m0A", None),
        (b"XX.50A", None),
        (b"XX000A", None),
        (b"XX1KKA", None),
    ],
)
def test_a_coin_is_worth_what_its_code_says(raw: bytes, centimos: int | None) -> None:
    coin = CoinId.from_bytes(raw)
    assert coin is not None
    assert coin.centimos == centimos
    assert CoinId.from_bytes(b"......") is None


@pytest.mark.parametrize(
    ("pair", "kind"),
    [
        ((2, 0), "stacked"),
        ((2, 1), "held"),
        ((2, 7), "other"),
        ((0, 1), "returned"),
        ((0, 2), "rejected"),
        ((0, 4), "rejected"),
        ((0, 6), "jam"),
        ((0, 8), "fraud"),
        ((0, 14), "stacker"),
        ((0, 18), "fraud"),
        ((0, 21), "unknown"),
        ((0, 99), "other"),
    ],
)
def test_only_stacked_is_money(pair: tuple[int, int], kind: str) -> None:
    assert news_of(Event(1, *pair)).kind == kind


@pytest.mark.parametrize(
    ("pair", "kind"),
    [((4, 1), "credited"), ((0, 1), "rejected"), ((0, 14), "fault"), ((0, 20), "fraud")],
)
def test_a_coin_event_has_its_meaning(pair: tuple[int, int], kind: str) -> None:
    assert coin_news_of(Event(1, *pair)).kind == kind


@pytest.mark.parametrize(
    ("codes", "state", "bins", "action"),
    [
        ([14], DeviceState.OFFLINE, "full", Action.MAINTENANCE),
        ([11], DeviceState.OFFLINE, "missing", Action.CLEAR),
        ([11, 12], DeviceState.ONLINE, "ok", None),
        ([15], DeviceState.HARDWARE_ERROR, "jammed", Action.CLEAR),
        ([13, 10], DeviceState.ONLINE, "ok", None),
        ([6], DeviceState.HARDWARE_ERROR, "ok", Action.CLEAR),
        ([6, 1], DeviceState.ONLINE, "ok", None),
    ],
)
def test_a_validators_events_become_its_health(
    codes: list[int], state: DeviceState, bins: str, action: Action | None
) -> None:
    health = Health()
    for code in codes:
        health = health.after(news_of(Event(1, 0, code)))
    status = health.status(note_in_escrow=False)
    assert (status.device, status.parts["bins"], status.action) == (state, bins, action)
    assert (status.detail == "") is status.usable


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("answered", [True, False])
def test_every_fault_is_a_status_with_an_action_and_a_sentence(
    fault: Fault, answered: bool
) -> None:
    status = status_of_fault(BusFault(fault, "read", "x"), has_answered=answered)
    assert not status.usable
    assert status.action is not None
    assert len(status.detail.split()) > 4
    assert (status.device is DeviceState.NO_DEVICE) is (fault is Fault.NO_REPLY and not answered)


OPEN = Payout("p", "hopper-1", counter=7, coins=3, dispensed=100)
FIRST = Payout("p", "hopper-1", counter=0, coins=3, dispensed=100)
COUNTLESS = Payout("p", "hopper-1", counter=7, coins=3)


@pytest.mark.parametrize(
    ("payout", "status", "dispensed", "outcome", "paid"),
    [
        (OPEN, (8, 0, 3, 0), 103, "paid", 3),
        (OPEN, (8, 0, 1, 2), 101, "partly", 1),
        (OPEN, (8, 0, 0, 3), 100, "not_paid", 0),
        (OPEN, (8, 2, 1, 0), 101, None, 0),
        (OPEN, (7, 0, 3, 0), 100, "not_paid", 0),
        (OPEN, (7, 0, 3, 0), 101, "unknown", 0),
        (OPEN, (8, 0, 3, 0), 100, "unknown", 0),
        (OPEN, (0, 0, 3, 0), 102, "partly", 2),
        (OPEN, (0, 0, 3, 0), 100, "not_paid", 0),
        (OPEN, (0, 0, 3, 0), None, "unknown", 0),
        (OPEN, (9, 0, 3, 0), 103, "unknown", 0),
        (OPEN, (8, 0, 4, 0), 104, "unknown", 0),
        (FIRST, (0, 0, 3, 0), 103, "paid", 3),
        (FIRST, (0, 0, 3, 0), None, "unknown", 0),
        (COUNTLESS, (8, 0, 2, 1), None, "partly", 2),
        (COUNTLESS, (7, 0, 2, 1), None, "not_paid", 0),
    ],
)
def test_what_a_payout_came_to(
    payout: Payout,
    status: tuple[int, int, int, int],
    dispensed: int | None,
    outcome: str | None,
    paid: int,
) -> None:
    verdict = judge(payout, HopperStatus(*status), dispensed)
    assert (verdict.outcome, verdict.paid) == (outcome, paid)


def test_a_refused_dispense_that_moved_the_counter_gave_nothing() -> None:
    stale = HopperStatus(8, 0, 3, 0)
    assert judge(OPEN, stale, 100, refused=True).outcome == "not_paid"
    assert judge(OPEN, stale, 103, refused=True).outcome == "paid"


def test_an_ended_payout_tells_its_coins_only_where_they_are_known() -> None:
    ended = Verdict("partly", 1).applied_to(OPEN)
    assert (ended.outcome, ended.paid, ended.unpaid) == ("partly", 1, 2)
    unknown = Verdict("unknown").applied_to(OPEN)
    assert (unknown.outcome, unknown.paid, unknown.unpaid) == ("unknown", None, None)


def test_the_serial_number_goes_with_a_dispense() -> None:
    raw = Frame(3, 1, 167, dispense_data(0x0AD7DF, 1)).to_bytes("checksum")
    assert raw == bytes.fromhex("03 04 01 A7 DF D7 0A 01 90")
    for coins in (0, 256):
        with pytest.raises(ValueError, match=r"1\.\.255"):
            dispense_data(1, coins)


@pytest.mark.parametrize(
    ("flags", "level", "state", "bins"),
    [
        (b"\x80", 0x30, DeviceState.ONLINE, "ok"),
        (b"\x00", 0x31, DeviceState.ONLINE, "low"),
        (b"\x00", 0x32, DeviceState.ONLINE, "high"),
        (b"\x02", 0x31, DeviceState.OFFLINE, "empty"),
        (b"\x02", 0x00, DeviceState.OFFLINE, "empty"),
        (b"\x02", 0x30, DeviceState.ONLINE, "ok"),
        (b"\x03", 0x30, DeviceState.HARDWARE_ERROR, "ok"),
        (b"\x08", 0x30, DeviceState.POTENTIAL_FRAUD, "ok"),
        (b"\x10", 0x30, DeviceState.FRAUD_ATTEMPT, "ok"),
        (b"\x18", 0x30, DeviceState.FRAUD_ATTEMPT, "ok"),
        (b"\x00\x08", 0x30, DeviceState.FRAUD_ATTEMPT, "ok"),
        (b"\x00\x40\x00", 0x30, DeviceState.HARDWARE_ERROR, "ok"),
    ],
)
def test_a_hopper_test_becomes_its_health(
    flags: bytes, level: int, state: DeviceState, bins: str
) -> None:
    status = health_of(findings_of(flags), Level.from_byte(level))
    assert (status.device, status.parts["bins"]) == (state, bins)
    assert status.usable or status.detail
