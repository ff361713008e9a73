"""PURE: the tables of a report, as a page shows them and a file holds them: the same numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from queue_server.reports.model.figures import Figures, Line
from queue_server.reports.model.stages import Result

Cell = str | int | float
CLASSES = {"general": "General", "preferential": "Preferencial"}
_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "set", "oct", "nov", "dic")
ENDS = {
    Result.FINISHED: "Atendidos en ventanilla",
    Result.PAPER: "Llamados en papel",
    Result.NO_SHOW: "Ausentes",
    Result.CANCELLED: "Cancelados",
    Result.EXPIRED: "Vencidos al cerrar el día",
    Result.OPEN: "En curso",
}


class Unit(StrEnum):
    """What a column holds."""

    WORDS = "words"
    COUNT = "count"
    SECONDS = "seconds"
    MEAN = "mean"  # of a count, with one decimal


@dataclass(frozen=True)
class Column:
    """A column: its heading, what it holds, and the heading above it ("" for none)."""

    heading: str
    unit: Unit = Unit.COUNT
    above: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table. `name` goes into addresses and file names."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def groups(self) -> list[tuple[str, int]]:
        """The upper row of headings: words and how many columns they span."""
        return [(above, len(list(some))) for above, some in groupby(c.above for c in self.columns)]


@dataclass(frozen=True)
class Names:
    """What people call services and counters, by code; one that is not there keeps its code."""

    services: Mapping[str, str] = field(default_factory=dict[str, str])
    counters: Mapping[str, str] = field(default_factory=dict[str, str])


def hour_words(hour: str) -> str:
    """`08` as people read it: `08:00`."""
    return f"{hour}:00"


def month_words(month: str) -> str:
    """`2026-03` as people read it: `mar 2026`."""
    year, number = month.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def duration(seconds: int) -> str:
    """Minutes and seconds, `4:05`; from an hour on `1 h 04`."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d}"


def shown(cell: Cell, column: Column) -> str:
    """A cell as people read it; a dash where there is nothing to say."""
    if cell == "":
        return "–"
    if column.unit is Unit.SECONDS:
        return duration(int(cell))
    return f"{cell:.1f}" if column.unit is Unit.MEAN else str(cell)


def sheets(figures: Figures, months: Sequence[tuple[str, int]], names: Names) -> dict[str, Sheet]:
    """Every table of a report, by name. `months`: ("2026-03", certificates)."""
    all_of_them = (
        _lines("hours", "Por hora de llegada", "Hora", _by_hour(figures)),
        _lines("services", "Por servicio", "Servicio", named(figures.by_service, names.services)),
        _lines("classes", "Por tipo de atención", "Atención", named(figures.by_class, CLASSES)),
        _lines(
            "counters", "Por ventanilla", "Ventanilla", named(figures.by_counter, names.counters)
        ),
        _crowd(figures),
        _ends(figures),
        Sheet(
            "months",
            "Certificados emitidos por mes",
            (Column("Mes", Unit.WORDS), Column("Certificados")),
            tuple((month_words(month), count) for month, count in months),
        ),
    )
    return {sheet.name: sheet for sheet in all_of_them}


def _by_hour(figures: Figures) -> list[tuple[str, Line]]:
    return [(hour_words(line.key), line) for line in figures.by_hour]


def named(lines: Iterable[Line], names: Mapping[str, str]) -> list[tuple[str, Line]]:
    """Each line with its name, in the order of `names`, the others after them."""
    order = {code: place for place, code in enumerate(names)}
    found = sorted(lines, key=lambda line: (order.get(line.key, len(order)), line.key))
    return [(names.get(line.key, line.key), line) for line in found]


def _lines(name: str, caption: str, key: str, lines: Sequence[tuple[str, Line]]) -> Sheet:
    wait, served = "Espera", "Atención"
    counter = name == "counters"
    columns = (
        Column(key, Unit.WORDS),
        *(() if counter else (Column("Llegadas"),)),
        Column("Llamados"),
        Column("Ausencias"),
        *(Column(word, Unit.SECONDS, wait) for word in ("Media", "Mediana", "P90")),
        Column("Atendidos", Unit.COUNT),
        *(Column(word, Unit.SECONDS, served) for word in ("Media", "Mediana", "P90")),
    )
    return Sheet(
        name, caption, columns, tuple(_cells(words, line, counter) for words, line in lines)
    )


def _cells(words: str, line: Line, counter: bool) -> tuple[Cell, ...]:
    wait, served = line.wait, line.served
    return (
        words,
        *(() if counter else (line.arrivals,)),
        line.calls,
        line.no_shows,
        *((wait.mean_s, wait.p50_s, wait.p90_s) if wait.count else ("", "", "")),
        served.count,
        *((served.mean_s, served.p50_s, served.p90_s) if served.count else ("", "", "")),
    )


def _crowd(figures: Figures) -> Sheet:
    columns = (Column("Hora", Unit.WORDS), Column("En promedio", Unit.MEAN), Column("Como máximo"))
    rows = ((f"{each.hour:02d}:00", round(each.mean, 1), each.peak) for each in figures.crowd)
    return Sheet("crowd", "Personas en la fila", columns, tuple(rows))


def _ends(figures: Figures) -> Sheet:
    columns = (Column("Cómo terminaron", Unit.WORDS), Column("Turnos"))
    rows = ((words, figures.ends.get(result, 0)) for result, words in ENDS.items())
    return Sheet("ends", "Cómo terminaron los turnos", columns, tuple(rows))
