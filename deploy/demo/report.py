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
    certificate, receipt = happened.certificate, happened.receipt
    valid = "signature valid" if certificate["signature_valid"] else "SIGNATURE INVALID"
    rows = [
        ("certificate", f"{certificate['number']}, {valid}: {_short(certificate['pdf'])}"),
        ("e-mail", f"{happened.email['to']}: {_short(happened.email['path'])}"),
        ("receipt", _short(receipt["path"])),
        (
            "turn",
            f"{happened.ticket['number']}, called, painted on the display after "
            f"{happened.ticket['shown_on_display_ms']} ms",
        ),
        (
            "journey",
            f"{happened.journey['touches']} touches, {happened.journey['typed_keys']} keys, "
            f"{happened.journey['machine_seconds']} s of machine time",
        ),
        ("slip", _short(happened.ticket["path"])),
        ("screens", f"{_short(place.screens)}/ ({len(happened.screens)} pictures)"),
        ("report", _short(place.folder / "report.json")),
        ("took", f"{seconds:.1f} s"),
    ]
    return "\n".join(f"  {name:<12} {words}" for name, words in rows)


def places_to_look(place: Place) -> str:
    """The addresses of the pages and who may sign in."""
    return "\n".join(
        [
            f"  console    {place.url}/console   ({' / '.join(place.staff)})",
            f"  display    {place.url}/display",
            f"  monitor    {place.url}/monitor   ({' / '.join(place.it)})",
        ]
    )


def _short(path: object) -> str:
    found = Path(str(path))
    return str(found.relative_to(REPOSITORY) if found.is_relative_to(REPOSITORY) else found)


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
