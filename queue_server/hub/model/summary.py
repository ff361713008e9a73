"""PURE: a site in a few words, made once when its state arrives; the country page reads no more.

What a site tells of its machines is what its own pages are told, of whatever build. So it is read
with care: what has not the shape it should have counts as not told, and everything is bounded.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from queue_server.hub.wire import StateBody

Told = Mapping[str, Any]
Summary = dict[str, Any]
VERDICTS = ("all", "some", "none", "empty")
_DETAIL = "pay:"  # a way to pay is a detail of what is paid
_MOST_MISSING, _MOST_BUILDS, _MOST_ALERTS = 6, 12, 3
_MOST_COUNTED = 5000
_LONGEST = 120


def summarised(state: "StateBody", before: Told | None = None) -> Summary:
    """What the country page needs of `state`. `before`: the summary made of the state before it;
    `since` then stays while the verdict does.

    Keys: `name`, `region`, `zone`, `build`; `verdict` (can people be served: `all`, `some`, `none`,
    or `empty` without a kiosk) and `since` when; `missing` (journeys that cannot be finished
    everywhere: `journey`, `name`, `at`, `not_at` kiosks, `why`); `kiosks`, `up`, `serving`;
    `broken`, `warned` devices; `critical`, `warning` open alerts and `alerts`, the gravest of them
    in words; `open`, `waiting`, `longest_wait_s`, `counters_open`; `backend_up`, `backlog`,
    `parked`, `oldest_errand_s`; `builds` of its kiosks (build -> how many); `certificate_until`.
    """
    glance = _mapping(state.monitor.get("glance"))
    kiosks = list(_mappings(state.monitor.get("kiosks")))
    open_alerts = [
        each for each in _mappings(state.alerts.get("alerts")) if each.get("resolved_at") is None
    ]
    verdict = _verdict(glance)
    devices = [device for each in kiosks for device in _mappings(each.get("devices"))]
    return {
        "name": state.about.name,
        "region": state.about.region,
        "zone": state.about.zone,
        "build": state.about.build,
        "verdict": verdict,
        "since": _since(verdict, state.at, before),
        "missing": _missing(glance),
        "kiosks": len(kiosks),
        "up": sum(each.get("presence") == "online" for each in kiosks),
        "serving": _count(glance.get("serving")),
        "broken": sum(each.get("verdict") == "broken" for each in devices),
        "warned": sum(each.get("verdict") == "warning" for each in devices),
        "critical": sum(each.get("severity") == "critical" for each in open_alerts),
        "warning": sum(each.get("severity") != "critical" for each in open_alerts),
        "alerts": _gravest(open_alerts),
        "open": state.line.open,
        "waiting": state.line.waiting,
        "longest_wait_s": state.line.longest_wait_s,
        "counters_open": state.line.counters_open,
        "backend_up": state.backend_up,
        "backlog": state.backlog,
        "parked": state.parked,
        "oldest_errand_s": state.oldest_errand_s,
        "builds": _builds(kiosks),
        "certificate_until": _certificate_until(state.monitor),
    }


def _since(verdict: str, at: datetime, before: Told | None) -> str:
    if before is not None and before.get("verdict") == verdict:
        since = before.get("since")
        if isinstance(since, str):
            return since
    return at.isoformat()


def _verdict(glance: Told) -> str:
    word = glance.get("word")
    return word if isinstance(word, str) and word in VERDICTS else "empty"


def _missing(glance: Told) -> list[Summary]:
    """What people come for first, then the ways to pay; what is missing everywhere first."""
    found: list[tuple[bool, bool, Summary]] = []
    for each in _mappings(glance.get("journeys")):
        absent = list(_mappings(each.get("missing")))
        if not absent:
            continue
        journey, at = _text(each.get("journey")), each.get("at")
        there = len(at) if isinstance(at, list) else 0
        row: Summary = {
            "journey": journey,
            "name": _text(each.get("name")),
            "at": there,
            "not_at": len(absent),
            "why": _usual([_text(no.get("why")) for no in absent]),
        }
        found.append((journey.startswith(_DETAIL), there > 0, row))
    found.sort(key=lambda each: each[:2])
    return [row for *_, row in found[:_MOST_MISSING]]


def _gravest(alerts: list[Told]) -> list[Summary]:
    """The first few: what, where, how grave, since when."""
    ranked = sorted(
        alerts,
        key=lambda each: (each.get("severity") != "critical", _text(each.get("opened_at"))),
    )
    return [
        {
            "title": _text(each.get("title")),
            "place": _text(each.get("place")),
            "critical": each.get("severity") == "critical",
            "opened_at": _text(each.get("opened_at")),
        }
        for each in ranked[:_MOST_ALERTS]
    ]


def _builds(kiosks: list[Told]) -> Summary:
    found = Counter(_text(each.get("build")) for each in kiosks if each.get("build"))
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return dict(ranked[:_MOST_BUILDS])


def _certificate_until(monitor: Told) -> str | None:
    told = _mapping(monitor.get("server")).get("certificate_until")
    if not isinstance(told, str):
        return None
    try:
        until = datetime.fromisoformat(told)
    except ValueError:
        return None
    return until.isoformat() if until.tzinfo else None


def _usual(words: list[str]) -> str:
    """The reason most give; of equals the first in the alphabet."""
    found = Counter(words)
    return min(found, key=lambda each: (-found[each], each), default="")


# --- reading what a stranger wrote ----------------------------------------------------------------
def _mapping(told: object) -> Told:
    return cast(Told, told) if isinstance(told, dict) else {}


def _mappings(told: object) -> Iterator[Told]:
    rows = cast(list[object], told)[:_MOST_COUNTED] if isinstance(told, list) else []
    return (cast(Told, each) for each in rows if isinstance(each, dict))


def _text(told: object) -> str:
    return told[:_LONGEST] if isinstance(told, str) else ""


def _count(told: object) -> int:
    return told if type(told) is int and 0 <= told < 2**31 else 0
