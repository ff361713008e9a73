"""PURE: a site at a glance: can people be served, which journeys, where not and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from queue_server.fleet.model.heartbeat import Heartbeat, Presence

CERTIFICATE = "certificate"
# Who can pay in one way is served; the ways are details of it.
_DETAIL = "pay:"


class Glance(StrEnum):
    """The site in one word."""

    ALL = "all"  # every kiosk does everything
    SOME = "some"  # people are served, not everywhere or not with everything
    NONE = "none"  # nobody is
    EMPTY = "empty"  # there is no kiosk yet


@dataclass(frozen=True)
class Seen:
    """A kiosk as far as a glance goes. `journeys` empty: it does not say (an older program)."""

    name: str
    presence: Presence
    beat: Heartbeat | None


@dataclass(frozen=True)
class Missing:
    """Where a journey cannot be finished, and why: an obstacle's word, or `offline`."""

    kiosk: str
    why: str


@dataclass(frozen=True)
class JourneyGlance:
    """One journey at this site."""

    journey: str
    name: str
    at: tuple[str, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class SiteGlance:
    """The whole site. `serving`: kiosks that can finish something now, of `kiosks`."""

    word: Glance
    serving: int
    kiosks: int
    journeys: tuple[JourneyGlance, ...]


def glance(kiosks: Sequence[Seen]) -> SiteGlance:
    """The site as its kiosks tell it. One never heard of counts, for it serves nobody."""
    names = _names(kiosks)
    journeys = tuple(_journey(key, name, kiosks) for key, name in names.items())
    serving = sum(serves(each) for each in kiosks)
    if not kiosks:
        return SiteGlance(Glance.EMPTY, 0, 0, ())
    if not serving:
        return SiteGlance(Glance.NONE, 0, len(kiosks), journeys)
    whole = serving == len(kiosks) and all(
        not each.missing for each in journeys if not each.journey.startswith(_DETAIL)
    )
    return SiteGlance(Glance.ALL if whole else Glance.SOME, serving, len(kiosks), journeys)


def _names(kiosks: Sequence[Seen]) -> dict[str, str]:
    """Every journey somebody tells of, in the order they are told, with its name."""
    told: dict[str, str] = {}
    for kiosk in kiosks:
        for each in (kiosk.beat and kiosk.beat.journeys) or ():
            told[each.journey] = told.get(each.journey) or each.name
    return told


def _journey(key: str, name: str, kiosks: Sequence[Seen]) -> JourneyGlance:
    at, missing = [], []
    for kiosk in kiosks:
        obstacle = kiosk.beat.obstacles.get(key) if kiosk.beat else None
        if kiosk.presence is not Presence.ONLINE:
            missing.append(Missing(kiosk.name, str(kiosk.presence)))
        elif obstacle == "":
            at.append(kiosk.name)
        elif obstacle is not None:
            missing.append(Missing(kiosk.name, obstacle))
    return JourneyGlance(key, name, tuple(at), tuple(missing))


def serves(kiosk: Seen) -> bool:
    """Whether anything that is a reason to come can be finished there now."""
    if kiosk.presence is not Presence.ONLINE or kiosk.beat is None:
        return False
    told = {key: why for key, why in kiosk.beat.obstacles.items() if not key.startswith(_DETAIL)}
    return not told or any(not why for why in told.values())
