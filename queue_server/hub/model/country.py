"""PURE: the country at a glance: how each site stands, which build is usual, worst first."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, cast

ZONE = "America/Lima"  # the centre's own; every site has one, too
SILENT_AFTER = timedelta(seconds=60)
MONTHS_SHOWN = 24
NO_REGION = "Sin región"
DEPARTMENTS = (
    "Amazonas", "Áncash", "Apurímac", "Arequipa", "Ayacucho", "Cajamarca", "Callao", "Cusco",
    "Huancavelica", "Huánuco", "Ica", "Junín", "La Libertad", "Lambayeque", "Lima", "Loreto",
    "Madre de Dios", "Moquegua", "Pasco", "Piura", "Puno", "San Martín", "Tacna", "Tumbes",
    "Ucayali",
)  # fmt: skip


class Standing(StrEnum):
    """A site in one word, as the centre sees it."""

    NONE = "none"  # it is open and nobody can be served at a kiosk
    SILENT = "silent"  # not heard of: nobody here knows
    SOME = "some"
    EMPTY = "empty"  # it has no kiosk yet
    ALL = "all"
    CLOSED = "closed"  # outside its hours


@dataclass(frozen=True)
class Heard:
    """What the hub holds of an enrolled site. Without `heard_at` it never told anything; without
    `summary` (see `summary.summarised`) it has not told its state yet."""

    site: str
    enrolled_at: datetime
    heard_at: datetime | None = None
    clock_offset_ms: int = 0
    summary: Mapping[str, Any] | None = None
    certificates_today: int = 0

    def number(self, name: str) -> int:
        """A count of the summary; 0 where it is not told."""
        told = self.summary.get(name) if self.summary else None
        return told if type(told) is int else 0

    def word(self, name: str) -> str:
        """A text of the summary; "" where it is not told."""
        told = self.summary.get(name) if self.summary else None
        return told if isinstance(told, str) else ""


@dataclass(frozen=True)
class SiteStanding:
    """One site of the country. `since`: of this standing; `was`: what a silent one was before."""

    heard: Heard
    region: str
    standing: Standing
    was: Standing | None
    since: datetime
    drifts: bool

    @property
    def gravity(self) -> tuple[int, int, int, int, str]:
        """The worst is the smallest. Grave alerts lift a site that serves above those that are
        calm."""
        heard = self.heard
        critical = heard.number("critical")
        calm = self.standing in (Standing.EMPTY, Standing.ALL, Standing.CLOSED)
        rank = 3 if calm and critical else _RANK[self.standing]
        return (rank, -critical, -heard.number("warning"), -heard.number("broken"), heard.site)


_RANK = {
    Standing.NONE: 0,
    Standing.SILENT: 1,
    Standing.SOME: 2,
    Standing.EMPTY: 4,
    Standing.ALL: 5,
    Standing.CLOSED: 6,
}


@dataclass(frozen=True)
class BuildCount:
    """How many sites' servers and how many kiosks run one build."""

    build: str
    sites: int
    kiosks: int


@dataclass(frozen=True)
class Region:
    """A department and its sites, the worst first."""

    name: str
    sites: Sequence[SiteStanding]


@dataclass(frozen=True)
class Country:
    """Every site by region: the region with the worst site first, then by name."""

    regions: Sequence[Region]
    builds: Sequence[BuildCount]
    usual_build: str | None
    standings: Mapping[Standing, int] = field(default_factory=dict[Standing, int])

    @property
    def sites(self) -> list[SiteStanding]:
        """All of them, the worst first."""
        return sorted(
            (each for region in self.regions for each in region.sites), key=lambda s: s.gravity
        )


def country(found: Sequence[Heard], now: datetime) -> Country:
    """The country as its sites told it, at `now` by the hub's clock."""
    builds = _builds(found)
    usual = next((each.build for each in builds if each.sites), None)
    sites = [_standing(each, now, usual) for each in found]
    by_region: dict[str, list[SiteStanding]] = {}
    for each in sorted(sites, key=lambda site: site.gravity):
        by_region.setdefault(each.region, []).append(each)
    regions = sorted(
        (Region(name, rows) for name, rows in by_region.items()),
        key=lambda each: (each.sites[0].gravity[0], _sorted_as(each.name)),
    )
    return Country(regions, builds, usual, Counter(each.standing for each in sites))


def site_standing(found: Heard, now: datetime, usual_build: str | None = None) -> SiteStanding:
    """One site as it stands at `now`."""
    return _standing(found, now, usual_build)


def is_silent(heard_at: datetime | None, now: datetime) -> bool:
    """Whether the hub has not heard of a site lately."""
    return heard_at is None or now - heard_at > SILENT_AFTER


def _standing(heard: Heard, now: datetime, usual: str | None) -> SiteStanding:
    told, told_since = _told(heard)
    silent = is_silent(heard.heard_at, now) or heard.summary is None
    standing = Standing.SILENT if silent or told is None else told
    since = (heard.heard_at or heard.enrolled_at) if standing is Standing.SILENT else told_since
    build = heard.word("build")
    return SiteStanding(
        heard,
        department(heard.word("region")),
        standing,
        told if standing is Standing.SILENT else None,
        since,
        bool(build) and usual is not None and build != usual,
    )


def _told(heard: Heard) -> tuple[Standing | None, datetime]:
    """What it told last, and since when."""
    if heard.summary is None:
        return None, heard.enrolled_at
    since = _instant(heard.word("since")) or heard.heard_at or heard.enrolled_at
    if heard.summary.get("open") is False:
        return Standing.CLOSED, since
    verdict = heard.word("verdict")
    return (Standing(verdict) if verdict in _TOLD else Standing.EMPTY), since


_TOLD = (Standing.NONE, Standing.SOME, Standing.ALL, Standing.EMPTY)


def _builds(found: Iterable[Heard]) -> list[BuildCount]:
    """By how many run it; the newest-looking name first where that is equal."""
    sites: Counter[str] = Counter()
    kiosks: Counter[str] = Counter()
    for each in found:
        if build := each.word("build"):
            sites[build] += 1
        told = each.summary.get("builds") if each.summary else None
        if isinstance(told, dict):
            counts = cast(dict[str, object], told)
            kiosks.update({name: n for name, n in counts.items() if type(n) is int})
    names = sorted({*sites, *kiosks}, reverse=True)
    made = [BuildCount(name, sites[name], kiosks[name]) for name in names]
    return sorted(made, key=lambda each: (-each.sites, -each.kiosks))


def department(name: str) -> str:
    """The department of Peru that is meant, however it was typed; else what was typed."""
    return _DEPARTMENTS.get(_plain(name)) or name.strip() or NO_REGION


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(each for each in letters if each.isalnum() or each == " ")
    return " ".join(kept.split()).removeprefix("departamento de ")


def _sorted_as(name: str) -> tuple[str, str]:
    return _plain(name), name


_DEPARTMENTS = {_plain(each): each for each in DEPARTMENTS}


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


# --- certificates by month ------------------------------------------------------------------------
@dataclass(frozen=True)
class Month:
    """Certificates of one month ("2026-03") by region, and whether the month is over."""

    month: str
    by_region: Mapping[str, int]
    over: bool

    def count(self, region: str = "") -> int:
        """Those of `region`, or of the whole country."""
        return self.by_region.get(region, 0) if region else sum(self.by_region.values())


@dataclass(frozen=True)
class SiteMonth:
    """Certificates of one site in one month, as its days add up to."""

    site: str
    year: int
    month: int
    certificates: int


def first_month(today: date, shown: int = MONTHS_SHOWN) -> date:
    """The first day of the earliest of `shown` months that end with today's."""
    ahead = today.year * 12 + today.month - shown
    return date(ahead // 12, ahead % 12 + 1, 1)


def months(
    rows: Iterable[SiteMonth],
    regions: Mapping[str, str],
    today: date,
    shown: int = MONTHS_SHOWN,
) -> list[Month]:
    """The last `shown` months, the oldest first; `regions`: site -> department."""
    first = first_month(today, shown)
    start = first.year * 12 + first.month - 1
    counts: list[Counter[str]] = [Counter() for _ in range(shown)]
    for row in rows:
        place = row.year * 12 + row.month - 1 - start
        if 0 <= place < shown:
            counts[place][regions.get(row.site, NO_REGION)] += row.certificates
    return [
        Month(
            f"{(start + place) // 12}-{(start + place) % 12 + 1:02d}",
            dict(count),
            over=place < shown - 1,
        )
        for place, count in enumerate(counts)
    ]
