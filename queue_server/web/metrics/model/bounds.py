"""PURE: what may stand in a label. Everything else is `other`.

A label that anybody can fill grows without end and costs the monitoring system its memory: names
that come from kiosks are counted and looked at here, whatever their heartbeats say.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

OTHER = "other"
MOST_KIOSKS = 500
MOST_DEVICES = 16
MOST_PARTS = 8
MOST_SUPPLIES = 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
# What a kiosk calls its parts; five digits in a row may be a document or a number of ours.
_OWN_NAME = re.compile(r"(?!.*\d{5})[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_WORD = re.compile(r"[A-Za-z][A-Za-z_]{0,19}")
_BUILD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}")
WAYS_TO_PAY = ("card", "cash", "wallet", "voucher")


def kiosk_labels(names: Iterable[str]) -> Mapping[str, str]:
    """The label of each kiosk, by the order of their names."""
    return _labelled(sorted(names), MOST_KIOSKS, _NAME)


def device_labels(names: Iterable[str]) -> Mapping[str, str]:
    """The label of each device of one kiosk, in the order it tells them."""
    return _labelled(names, MOST_DEVICES, _OWN_NAME)


def supply_label(name: str) -> str:
    """The label of one supply of a device."""
    return name if _OWN_NAME.fullmatch(name) else OTHER


def _labelled(names: Iterable[str], most: int, shape: re.Pattern[str]) -> Mapping[str, str]:
    """Its own for the first `most` well-formed names, `other` beyond."""
    labels: dict[str, str] = {}
    room = most
    for name in names:
        fits = room > 0 and shape.fullmatch(name) is not None
        labels[name] = name if fits else OTHER
        room -= fits
    return labels


def word(said: str) -> str:
    """A word of a part, or of a kind of device: XFS words have letters only."""
    return said if _WORD.fullmatch(said) else OTHER


def build(said: str) -> str:
    """The name of a build."""
    return said if _BUILD.fullmatch(said) else OTHER


def journey(said: str, services: Sequence[str]) -> str:
    """A journey we know: the certificate, a way to pay it, a turn of a configured service."""
    what, _, which = said.partition(":")
    if said == "certificate":
        return said
    known = {"pay": WAYS_TO_PAY, "turn": services}.get(what, ())
    return said if which in known else OTHER
