"""PURE: a curve of months, laid out for the SVG of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 16, 44
_STEPS = (1, 2, 5, 10)
_MOST_TICKS = 5


@dataclass(frozen=True)
class Tick:
    """A level of the upright axis: where, and what stands beside it."""

    y: float
    words: str


@dataclass(frozen=True)
class Point:
    """One month of the curve. `label` and `year` stand below it, "" where there is no room."""

    x: float
    y: float
    value: int
    label: str
    year: str


@dataclass(frozen=True)
class Curve:
    """`whole` joins the months that are over, `open` leads to the one that is not ("" without)."""

    points: Sequence[Point]
    ticks: Sequence[Tick]
    whole: str
    area: str
    open: str


def curve(values: Sequence[tuple[str, str, int]], *, last_is_open: bool = True) -> Curve:
    """The curve of (name of the month, year, count), the oldest first; every third is named."""
    step = tick_step(max((count for *_, count in values), default=0))
    top = step * max(1, -(-max((count for *_, count in values), default=0) // step))
    wide = (WIDTH - LEFT - RIGHT) / max(1, len(values) - 1)
    points = [
        Point(
            round(LEFT + place * wide, 1),
            _y(count, top),
            count,
            name if (len(values) - 1 - place) % 3 == 0 else "",
            year if (len(values) - 1 - place) % 3 == 0 else "",
        )
        for place, (name, year, count) in enumerate(values)
    ]
    over = points[:-1] if last_is_open else points
    ticks = [Tick(_y(level, top), grouped(level)) for level in range(0, top + 1, step)]
    return Curve(
        points, ticks, _line(over), _area(over), _line(points[-2:]) if last_is_open else ""
    )


def tick_step(highest: int) -> int:
    """A round step (1, 2 or 5 times a power of ten) of which few reach `highest`."""
    rough = max(1, highest / _MOST_TICKS)
    power = 10 ** floor(log10(rough))
    return next(int(each * power) for each in _STEPS if each * power >= rough)


def grouped(count: int) -> str:
    """`12 345`: thousands apart by a thin space, as Peru writes them (SI, NTP-ISO 80000)."""
    return f"{count:,}".replace(",", "\u202f")


def _y(count: int, top: int) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / top, 1)


def _line(points: Sequence[Point]) -> str:
    return " ".join(f"{each.x},{each.y}" for each in points) if len(points) > 1 else ""


def _area(points: Sequence[Point]) -> str:
    if len(points) < 2:
        return ""
    floor_y = HEIGHT - BOTTOM
    return f"{points[0].x},{floor_y} {_line(points)} {points[-1].x},{floor_y}"


def change_words(values: Sequence[tuple[str, int]]) -> str:
    """The curve in a sentence, for whoever does not see it. `values`: months that are over."""
    counted = [(name, count) for name, count in values if count]
    if not counted:
        return "Aún no hay certificados en los meses terminados."
    most = max(counted, key=lambda each: each[1])
    name, last = values[-1]
    words = f"{grouped(last)} en {name}, el último mes terminado"
    for (_, before), (_, after) in list(pairwise(values))[-1:]:
        if before:
            share = round(100 * (after - before) / before)
            words += f" ({share:+d} % sobre el anterior)" if share else " (igual que el anterior)"
    return f"{words}; el mayor fue {most[0]}, con {grouped(most[1])}."
