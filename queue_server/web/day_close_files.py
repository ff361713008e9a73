"""The day close as CSV files: the same figures as on the page, in whole céntimos."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from queue_server.payments.services.day_close import Figures
from queue_server.reports.model.csv_file import BYTE_ORDER_MARK, lines
from queue_server.web.day_close_words import MEANS, STANDS, kind_words, told, what_to_do

Row = Sequence[str | int | None]


def day_file(figures: Figures, name: str, reasons: Mapping[str, str]) -> str | None:
    """The file `name` of a day; None where there is no such file. `reasons`: as it was sealed."""
    table = _TABLES.get(name)
    return None if table is None else BYTE_ORDER_MARK + lines(table(figures, reasons))


def _totals(figures: Figures, _: Mapping[str, str]) -> Iterator[Row]:
    yield (
        *("Día", "Quiosco", "Medio", "Diario: pagos", "Diario (céntimos)"),
        *("Máquinas (céntimos)", "Servidor: pagos", "Servidor (céntimos)"),
        *("Central: pagos", "Central (céntimos)"),
        *("Por entregar, quiosco (céntimos)", "Por entregar, servidor (céntimos)"),
    )
    for kiosk in figures["kiosks"]:
        for row in kiosk["rows"]:
            yield (
                *(figures["day"], kiosk["kiosk"], MEANS[row["means"]]),
                *_sums(row["journal"]),
                _sums(row["machines"])[1],
                *_sums(row["server"]),
                *_sums(row["centre"]),
                *(row["owed_journal"], row["owed_server"]),
            )


def _sums(sums: Mapping[str, int] | None) -> tuple[int | None, int | None]:
    """Nothing is said where a book says nothing: never 0."""
    return (None, None) if sums is None else (sums["count"], sums["centimos"])


def _differences(figures: Figures, reasons: Mapping[str, str]) -> Iterator[Row]:
    yield (
        *("Día", "Quiosco", "Diferencia", "Clave", "Aquí", "Allá", "Diferencia (céntimos)"),
        *("Medio", "Pago", "Solicitud", "Referencia", "Qué hacer", "Motivo"),
    )
    for each in figures["differences"]:
        yield (
            *(figures["day"], each["kiosk"], kind_words(each["kind"]), each["kind"]),
            *(told(each, "here"), told(each, "there"), each["centimos"]),
            *(MEANS.get(each["means"], ""), each["payment"], each["application"]),
            *(each["evidence"], what_to_do(each["kind"]), reasons.get(each["key"], "")),
        )


def _payments(figures: Figures, _: Mapping[str, str]) -> Iterator[Row]:
    yield (
        *("Día", "Quiosco", "Pago", "Medio", "Comenzó", "Diario", "Tarifa (céntimos)"),
        *("Entró (céntimos)", "Salió (céntimos)", "Reclamado (céntimos)", "Terminal", "RRN"),
        *("Tarjeta", "Servidor", "Servidor (céntimos)", "Central", "Central (céntimos)"),
    )
    for kiosk in figures["kiosks"]:
        for each in kiosk["payments"]:
            ours, server, centre = (each[name] or {} for name in ("journal", "server", "centre"))
            yield (
                *(figures["day"], kiosk["kiosk"], each["payment"]),
                *(MEANS[(ours or server)["means"]], ours.get("began_at")),
                *(STANDS.get(ours.get("stands", "")), ours.get("asked_centimos")),
                *(ours.get(f"{what}_centimos") for what in ("taken", "given", "claimed")),
                *(ours.get(name) for name in ("terminal_id", "rrn", "last4")),
                *(STANDS.get(server.get("held", "")), server.get("price_centimos")),
                *(STANDS.get(centre.get("state", "")), centre.get("amount_centimos")),
            )


def _machines(figures: Figures, _: Mapping[str, str]) -> Iterator[Row]:
    yield (
        *("Día", "Quiosco", "Equipo", "Qué", "Denominación (céntimos)", "Cantidad"),
        *("Monto (céntimos)", "Cantidad según el diario", "Monto según el diario (céntimos)"),
    )
    for kiosk in figures["kiosks"]:
        head = figures["day"], kiosk["kiosk"]
        for each in kiosk["terminals"]:
            name = f"{each['terminal_id']} {each['period']}".strip()
            for what, ours, theirs in (
                ("cobros", "booked_payments", "payments"),
                ("extornos", "booked_reversals", "reversals"),
            ):
                counted = _sums(each[theirs] if each["told"] == "told" else None)
                yield (*head, name, what, None, *counted, *_sums(each[ours]))
        for each in kiosk["acceptors"]:
            for piece in each["pieces"]:
                worth, pieces = piece["amount_centimos"], piece["pieces"]
                yield (*head, each["serial"], "recibido", worth, pieces, worth * pieces, None, None)
            counts = each["counted"], None, each["booked"], None
            yield (*head, each["serial"], "contador propio", None, *counts)
        for each in kiosk["hoppers"]:
            worth, coins = each["coin_centimos"], each["coins"]
            yield (*head, each["serial"], "entregado", worth, coins, worth * coins, None, None)


_TABLES: Mapping[str, Callable[[Figures, Mapping[str, str]], Iterator[Row]]] = {
    "cuadre": _totals,
    "diferencias": _differences,
    "pagos": _payments,
    "equipos": _machines,
}
