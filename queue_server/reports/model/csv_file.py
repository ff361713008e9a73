"""PURE: a table as a CSV file (RFC 4180) that Excel opens as it is meant.

UTF-8 with a byte order mark, without which Excel reads another encoding; `;` between the fields,
the list separator of Spanish regions; whole numbers and a point only in the few means. A text that
a spreadsheet would take for a formula is kept a text by an apostrophe (OWASP, CSV injection).
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from queue_server.reports.model.sheets import CLASSES, Cell, Names, Sheet, Unit
from queue_server.reports.model.stages import Begun, Result

BYTE_ORDER_MARK = "\ufeff"
SEPARATOR = ";"
MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

_BEGUN = {
    Begun.ARRIVAL: "llegada",
    Begun.DIRECT: "atención directa",
    Begun.NEXT: "siguiente servicio",
    Begun.TRANSFER: "derivación",
    Begun.RESUMED: "reincorporación",
    Begun.RETURN: "regreso tras ausencia",
    Begun.CARRIED: "de un día anterior",
}
_RESULTS = {
    Result.OPEN: "en curso",
    Result.FINISHED: "atendido",
    Result.CONTINUED: "atendido y sigue",
    Result.PAPER: "llamado en papel",
    Result.MISSED: "ausente, volvió a la fila",
    Result.NO_SHOW: "ausente",
    Result.TRANSFERRED: "derivado",
    Result.HELD: "en espera aparte",
    Result.CANCELLED: "cancelado",
    Result.EXPIRED: "vencido",
    Result.CARRIED: "pasó a otro día",
}
STAGE_HEADINGS = (
    "Día", "Turno", "Tramo", "Cómo empezó", "Servicio", "Atención", "Entró a la fila", "Llamado",
    "Ventanilla", "Terminó", "Espera (s)", "Atención (s)", "Derivaciones", "Resultado",
)  # fmt: skip


def lines(rows: Iterable[Sequence[Cell | None]]) -> str:
    """`rows` as lines of the file."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=SEPARATOR, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def sheet_file(sheet: Sheet) -> str:
    """A whole table, times in seconds."""
    headings = [
        " ".join(
            filter(None, (column.above, column.heading.lower() if column.above else column.heading))
        )
        + (" (s)" if column.unit is Unit.SECONDS else "")
        for column in sheet.columns
    ]
    return BYTE_ORDER_MARK + lines([headings, *sheet.rows])


def stage_line(row: Mapping[str, Any], zone: ZoneInfo, names: Names) -> tuple[Cell | None, ...]:
    """One stage of one ticket under `STAGE_HEADINGS`: nothing in it tells who the person is."""
    return (
        row["day"].isoformat(),
        row["number"],
        row["position"],
        _BEGUN[row["begun"]],
        names.services.get(row["service"], row["service"]),
        CLASSES.get(row["attention_class"], row["attention_class"]),
        _clock(row["joined_at"], zone),
        _clock(row["called_at"], zone),
        names.counters.get(row["counter"], row["counter"]),
        _clock(row["ended_at"], zone),
        row["wait_s"],
        row["served_s"],
        row["transfers"],
        _RESULTS[row["result"]],
    )


def _clock(instant: datetime | None, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if instant else ""


def _safe(cell: Cell | None) -> Cell:
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
