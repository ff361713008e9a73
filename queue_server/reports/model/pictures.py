"""PURE: what each plot of a report shows, as plain data for the process that draws, and in words
for whoever cannot see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from queue_server.reports.model.figures import Figures
from queue_server.reports.model.sheets import Names, duration, hour_words, month_words, named

PICTURES = ("arrivals", "waits", "crowd", "served", "no_shows", "certificates")
_MINUTE_S = 60
_LONGEST_LINE = 26


@dataclass(frozen=True)
class Picture:
    """One plot: its title, what it shows in words, and what the drawing process is given."""

    name: str
    title: str
    words: str
    drawing: Mapping[str, Any]


def pictures(
    figures: Figures, months: Sequence[tuple[str, int]], names: Names
) -> dict[str, Picture]:
    """Every plot of a report, by name."""
    made = (
        _arrivals(figures),
        _waits(figures),
        _crowd(figures),
        _served(figures, names),
        _no_shows(figures),
        _certificates(months),
    )
    return {each.name: each for each in made}


def _arrivals(figures: Figures) -> Picture:
    hours = [(hour_words(line.key), line.arrivals) for line in figures.by_hour]
    words = _none("llegadas")
    if figures.total.arrivals:
        most = max(figures.by_hour, key=lambda line: line.arrivals)
        words = (
            f"{figures.total.arrivals} llegadas; la hora con más es las {hour_words(most.key)}, "
            f"con {most.arrivals}."
        )
    drawing = {"kind": "bars", "axis": "Turnos", "bars": hours}
    return Picture("arrivals", "Llegadas por hora", words, drawing)


def _waits(figures: Figures) -> Picture:
    waited = [line for line in figures.by_hour if line.wait.count]
    words = _none("esperas")
    if waited:
        longest = max(waited, key=lambda line: line.wait.p90_s)
        total = figures.total.wait
        words = (
            f"La mitad esperó hasta {duration(total.p50_s)} y nueve de cada diez hasta "
            f"{duration(total.p90_s)} (minutos y segundos); quienes más esperaron llegaron desde "
            f"las {hour_words(longest.key)}."
        )
    drawing = {
        "kind": "ranges",
        "axis": "Minutos",
        "low": "La mitad esperó hasta",
        "high": "Nueve de cada diez, hasta",
        "ranges": [
            (hour_words(line.key), _minutes(line.wait.p50_s), _minutes(line.wait.p90_s))
            if line.wait.count
            else (hour_words(line.key), None, None)
            for line in figures.by_hour
        ],
    }
    return Picture("waits", "Espera por hora de llegada", words, drawing)


def _crowd(figures: Figures) -> Picture:
    several = bool(figures.peak_steps)
    words = _none("personas en la fila")
    if figures.crowd:
        most = max(figures.crowd, key=lambda each: each.peak)
        words = f"Como máximo {most.peak} personas en la fila, desde las {most.hour:02d}:00."
    mean = "Promedio de los días" if several else ""
    curves = [(mean, figures.steps)]
    if several:
        curves.insert(0, ("El día con más personas", figures.peak_steps))
    drawing = {
        "kind": "steps",
        "axis": "Personas",
        "curves": [
            {"label": label, "points": [(at / 3600, people) for at, people in steps]}
            for label, steps in curves
        ],
    }
    return Picture("crowd", "Personas en la fila durante el día", words, drawing)


def _served(figures: Figures, names: Names) -> Picture:
    named_lines = named(figures.by_service, names.services)
    served = [(name, line.served) for name, line in named_lines if line.served.count]
    words = _none("atenciones")
    if served:
        each = (
            f"{name}: {duration(times.p50_s)} de mediana y {duration(times.p90_s)} en nueve de "
            "cada diez"
            for name, times in served
        )
        words = "Minutos y segundos. " + "; ".join(each) + "."
    drawing = {
        "kind": "spans",
        "axis": "Minutos",
        "low": "La mitad, hasta",
        "high": "Nueve de cada diez, hasta",
        "spans": [
            (_in_two_lines(name), _minutes(times.p50_s), _minutes(times.p90_s))
            for name, times in served
        ],
    }
    return Picture("served", "Duración de la atención por servicio", words, drawing)


def _no_shows(figures: Figures) -> Picture:
    hours = [(hour_words(line.key), line.no_shows) for line in figures.by_hour]
    total = figures.total
    words = _none("llamados")
    if total.calls:
        share = 100 * total.no_shows / total.calls
        words = f"{total.no_shows} ausencias en {total.calls} llamados ({share:.0f} %)."
    drawing = {"kind": "bars", "axis": "Ausencias", "bars": hours}
    return Picture("no_shows", "Ausencias por hora de llegada", words, drawing)


def _certificates(months: Sequence[tuple[str, int]]) -> Picture:
    bars = [(_month(month, first=not place), count) for place, (month, count) in enumerate(months)]
    count = sum(each for _, each in months)
    words = f"{count} certificados en doce meses." if count else _none("certificados")
    drawing = {"kind": "bars", "axis": "Certificados", "bars": bars}
    return Picture("certificates", "Certificados emitidos por mes", words, drawing)


def _month(month: str, *, first: bool) -> str:
    """The month, with its year below where a year begins."""
    name, year = month_words(month).split()
    return f"{name}\n{year}" if first or month.endswith("-01") else name


def _in_two_lines(name: str) -> str:
    return "\n".join(wrap(name, _LONGEST_LINE, max_lines=2, placeholder="…"))


def _minutes(seconds: int) -> float:
    return round(seconds / _MINUTE_S, 2)


def _none(what: str) -> str:
    return f"No hubo {what} en estos días."
