"""What is printed when boxes are taken out: one copy goes with the money, one stays in the archive.

The copy that goes with the money has room to write what is counted, and does not say what should be
there: whoever counts must not know. The archive's copy says it.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from devices.kinds.receipt_printer import Block, Cut, Feed, PrintJob, Rule, Text
from kiosk.cash.boxes import Box, Contents, Sort
from kiosk.cash.rules import DENOMINATIONS
from kiosk.journal.boxes import Emptying
from kiosk.slips import COLUMNS, soles

_WITH_THE_MONEY = 1
_DEVICES = {"bill": "Billetes", "coin": "Monedas", "hopper": "Dispensador"}
_BLANK = "______"


def box_slip(
    job_id: str, kiosk: str, emptying: Emptying, out: Sequence[tuple[Box, Contents]], copy: int
) -> PrintJob:
    """Copy 1 or 2 of the paper of an emptying."""
    with_figures = copy != _WITH_THE_MONEY
    whose = "Copia 2 de 2: archivo del módulo" if with_figures else "Copia 1 de 2: va con el dinero"
    blocks: list[Block] = [
        Text("INPE", align="center", bold=True, width=2, height=2),
        Text(emptying.site_name, align="center"),
        Rule(),
        Text("CAJAS RETIRADAS", align="center", bold=True),
        Text(whose, align="center"),
        Feed(1),
        _pair("Quiosco", kiosk),
        _pair("Cierre", _local(emptying.closed_at, emptying.zone)),
        _pair("Lo pidió", emptying.asked_by),
        _pair("Lo confirmó", emptying.confirmed_by),
    ]
    for box, contents in out:
        blocks += _box(box, contents, emptying.zone, with_figures=with_figures)
    blocks += [
        *_signature(emptying.asked_by),
        *_signature(emptying.confirmed_by),
        Feed(2),
        Cut(),
    ]
    return PrintJob(job_id, tuple(blocks))


def _box(box: Box, contents: Contents, zone: str, *, with_figures: bool) -> list[Block]:
    name = _DEVICES.get(box.serial.partition("-")[0], "Caja")
    lines: list[Block] = [
        Rule(),
        Text(f"Caja N.° {box.number}  {name}", bold=True),
        _pair("Puesta", _local(box.opened_at, zone)),
    ]
    if box.lost:
        lines.append(Text("OJO: el equipo perdió la cuenta."))
    if box.sort is Sort.HOPPER:
        return [*lines, *_hopper(box, contents, with_figures=with_figures)]
    if not with_figures:
        notes = box.serial.startswith("bill")
        worths = [each for each in DENOMINATIONS if (each >= 1_000) is notes]
        return [*lines, *(_row(worth, _BLANK, "") for worth in worths), _pair("Total", _BLANK)]
    found = [
        _row(worth, str(count), soles(worth * count)) for worth, count in contents.pieces.items()
    ]
    return [
        *lines,
        *(found or [Text("Sin piezas")]),
        _pair(f"Total ({sum(contents.pieces.values())} piezas)", soles(contents.centimos)),
    ]


def _hopper(box: Box, contents: Contents, *, with_figures: bool) -> list[Block]:
    coins = f"Monedas de {soles(box.coin_centimos)}"
    if not with_figures:
        wanted = ("Encontradas", "Cargadas", "Retiradas")
        return [Text(coins), *(_pair(each, _BLANK) for each in wanted)]
    left = contents.pieces.get(box.coin_centimos)
    known = "no se sabe" if left is None else f"{left}  {soles(left * box.coin_centimos)}"
    lines: list[Block] = [Text(coins), _pair("Entregadas", str(contents.given))]
    if contents.doubtful:
        lines.append(_pair("Dudosas", str(contents.doubtful)))
    return [*lines, _pair("Debe haber", known)]


def _row(worth: int, count: str, amount: str) -> Text:
    return Text(f"{soles(worth):>10} x {count:>6}{amount:>{COLUMNS - 19}}")


def _pair(name: str, value: str) -> Text:
    return Text(f"{name}{value:>{max(1, COLUMNS - len(name))}}")


def _signature(name: str) -> tuple[Block, ...]:
    return (Feed(3), Text("_" * 30, align="center"), Text(name, align="center"))


def _local(instant: str, zone: str) -> str:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).strftime("%d/%m/%Y %H:%M")
