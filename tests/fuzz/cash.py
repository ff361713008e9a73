"""What validators, acceptors and hoppers send: frames, and what their data is taken for."""

import contextlib
from collections.abc import Callable, Sequence

from devices.cctalk import protocol as cctalk
from devices.cctalk.events import Reading, unseen
from devices.cctalk_bill import protocol as bill
from devices.cctalk_coin import protocol as coin
from devices.cctalk_hopper import protocol as hopper
from devices.id003 import protocol as id003

PERU = 0x19
NOTE_HELD = bytes.fromhex("010B2800010201000000000000 0000C8".replace(" ", ""))
SERIAL_NUMBER = bytes.fromhex("010302004E61BC8F")
BILL_20 = cctalk.Frame(1, 40, 0, b"PE0020A").to_bytes("checksum")
HOPPER_STATUS = cctalk.Frame(1, 3, 0, b"\x01\x05\x02\x00").to_bytes("checksum")
ESCROWED = id003.Frame(id003.State.ESCROW, b"\x62").to_bytes()
VALID = id003.Frame(id003.State.VEND_VALID).to_bytes()


def of_cctalk(data: bytes) -> None:
    """Each taken for what a device of that kind would send."""
    readers: Sequence[Callable[[bytes], object]] = (
        bill.Scaling.from_bytes,
        bill.BillId.from_bytes,
        coin.CoinId.from_bytes,
        hopper.HopperStatus.from_bytes,
        hopper.findings_of,
        cctalk.text_of,
        cctalk.number_of,
        _events,
    )
    for read in readers:
        with contextlib.suppress(ValueError):
            read(data)


def _events(data: bytes) -> None:
    reading = Reading.from_bytes(data)
    for last in (0, 1, 250, 255):
        for event in unseen(last, reading).events:
            bill.news_of(event)
            coin.news_of(event)


def heard_on_cctalk(heard: "cctalk.Frame | cctalk.Spoilt") -> None:
    """Whole frames are read further; spoilt ones are only counted."""
    if isinstance(heard, cctalk.Frame):
        of_cctalk(heard.data)


def heard_on_id003(heard: "id003.Frame | id003.Spoilt") -> None:
    """The same for ID-003."""
    if isinstance(heard, id003.Frame):
        id003.Status.of(heard)
        id003.version_of(heard.data)
        with contextlib.suppress(ValueError):
            id003.notes_of(heard.data, PERU)
