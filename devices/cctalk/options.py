"""The options that every ccTalk model takes, and what is built from them."""

from collections.abc import Mapping

from devices.cctalk.acceptor import Manners
from devices.cctalk.bus import REPLY_TIMEOUT_S, Bus, Station
from devices.cctalk.protocol import Mode
from devices.driver import SERIAL_CHOICES, Options
from devices.link import Link

POLL_INTERVAL_S = 0.15

CCTALK_OPTIONS: Options = {"mode": "checksum", "echo": True, "reply_timeout_s": REPLY_TIMEOUT_S}
CCTALK_CHOICES: Mapping[str, tuple[str, ...]] = {**SERIAL_CHOICES, "mode": ("checksum", "crc")}
CCTALK_LIMITS: Mapping[str, tuple[float, float]] = {"address": (2, 255)}
ACCEPTOR_OPTIONS: Options = {
    **CCTALK_OPTIONS,
    "poll_interval_s": POLL_INTERVAL_S,
    "accept_counter": True,
    "settle_s": 0.5,
    "fraud_pause_s": 60.0,
}


def station_of(link: Link, options: Options) -> tuple[Bus, Station]:
    """The bus over ``link``, and the station at the configured ``address`` (2..255)."""
    timeout_s = float(options["reply_timeout_s"])
    bus = Bus(link, echo=bool(options["echo"]), reply_timeout_s=timeout_s)
    mode: Mode = "crc" if options["mode"] == "crc" else "checksum"
    return bus, Station(bus, int(options["address"]), mode)


def manners_of(options: Options) -> Manners:
    """How an acceptor is to behave."""
    return Manners(
        poll_interval_s=float(options["poll_interval_s"]),
        accept_counter=bool(options["accept_counter"]),
        settle_s=float(options["settle_s"]),
        fraud_pause_s=float(options["fraud_pause_s"]),
    )
