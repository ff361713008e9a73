"""Writes `report.json` and the short table: what happened, and where to look."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deploy.demo.place import REPOSITORY, Place
from deploy.demo.story import Happened


def write(place: Place, happened: Happened, seconds: float) -> Path:
    """`report.json`; every path in it is relative to the repository."""
    path = place.folder / "report.json"
    facts = {**asdict(happened), "total_seconds": round(seconds, 1)}
    path.write_text(json.dumps(_relative(facts), indent=2, ensure_ascii=False) + "\n")
    return path


def table(place: Place, happened: Happened, seconds: float) -> str:
    """A few lines for a person in front of a terminal."""
    rows = [
        (
            "turno",
            f"{happened.ticket['number']}, llamado y mostrado en "
            f"{happened.ticket['shown_on_display_ms']} ms",
        ),
        (
            "kiosco",
            f"{happened.journey['touches']} toques, "
            f"{happened.journey['machine_seconds']} s de máquina",
        ),
        ("papel", _short(happened.ticket["paper"])),
        ("pantallas", f"{_short(place.screens)}/ ({len(happened.screens)} imágenes)"),
        ("informe", _short(place.folder / "report.json")),
        ("duración", f"{seconds:.1f} s"),
    ]
    return "\n".join(f"  {name:<10} {words}" for name, words in rows)


def places_to_look(place: Place) -> str:
    """The addresses of the pages and who may sign in."""
    return "\n".join(
        [
            f"  consola    {place.url}/console   ({' / '.join(place.staff)})",
            f"  pantalla   {place.url}/display",
            f"  monitor    {place.url}/monitor   ({' / '.join(place.it)})",
        ]
    )


def _short(path: object) -> str:
    return str(Path(str(path)).relative_to(REPOSITORY))


def _relative(value: Any) -> Any:
    match value:
        case dict():
            return {key: _relative(each) for key, each in value.items()}
        case list() | tuple():
            return [_relative(each) for each in value]
        case Path():
            return _short(value)
        case _:
            return value
