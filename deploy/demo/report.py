"""Writes `report.json` and the short table: what happened, and where to look."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deploy.demo.centre import address
from deploy.demo.place import LOOPBACK, REPOSITORY, Place
from deploy.demo.story import Happened


def write(place: Place, happened: Happened, seconds: float) -> Path:
    """`report.json`; every path in it is relative to the repository."""
    path = place.folder / "report.json"
    facts = {**asdict(happened), "total_seconds": round(seconds, 1)}
    path.write_text(json.dumps(_relative(facts), indent=2, ensure_ascii=False) + "\n")
    return path


def table(place: Place, happened: Happened, seconds: float) -> str:
    """A few lines for a person in front of a terminal."""
    review, again = happened.review, happened.again
    rows = [
        ("certificate", _certificate(happened.certificate)),
        ("e-mail", f"{happened.email['to']}: {_short(happened.email['path'])}"),
        ("receipt", _short(happened.receipt["path"])),
        ("kiosk", f"{happened.pairing['kiosk']}, let in by {happened.pairing['authorized_by']}"),
        ("display", f"{happened.display['name']}, admitted by {happened.display['admitted_by']}"),
        *(("call", _call(each)) for each in happened.calls),
        ("phone", f"{happened.phone['number']}: " + ", then ".join(happened.phone["said"])),
        ("review", f"{' > '.join(review['states'])}: {_certificate(review)}"),
        ("", f"{review['to']}: {_short(review['told'])}, then {_short(review['path'])}"),
        ("tracking", f"{review['application_number']}: {review['tracking']['said']}"),
        ("sent again", _certificate(again)),
        ("", f"{again['to']}: {_short(again['path'])}; {_charged(again)}"),
        ("cash", _paid_in_cash(happened.cash)),
        ("wallet", _paid_by_wallet(happened.wallet)),
        ("download", f"by the code on the kiosk's screen: {_short(again['download']['pdf'])}"),
        (
            "journey",
            f"{happened.journey['touches']} touches, {happened.journey['typed_keys']} keys, "
            f"{happened.journey['machine_seconds']} s of machine time",
        ),
        ("order", _ordered(happened.order)),
        ("", str(happened.order["metrics"])),
        ("hub", f"{happened.hub['site']}: all {happened.hub['events']} events arrived"),
        ("workshop", _tested(happened.workshop)),
        ("slip", _short(happened.ticket["path"])),
        ("screens", f"{_short(place.screens)}/ ({len(happened.screens)} pictures)"),
        ("report", _short(place.folder / "report.json")),
        ("took", f"{seconds:.1f} s"),
    ]
    return "\n".join(f"  {name:<12} {words}" for name, words in rows)


def _tested(rows: list[dict[str, Any]]) -> str:
    """Which spare devices passed their self-test."""
    failed = [str(row["model"]) for row in rows if not row["passed"]]
    steps = sum(len(row["steps"]) for row in rows)
    words = f"{len(rows)} more devices, {steps} steps of self-tests"
    return f"{words}; FAILED: {', '.join(failed)}" if failed else f"{words}, all passed"


def _certificate(facts: dict[str, Any]) -> str:
    """The number, what `pdfsig` says of the signature, and the file."""
    valid = "signature valid" if facts["signature_valid"] else "SIGNATURE INVALID"
    return f"{facts['number']}, {valid}: {_short(facts['pdf'])}"


def _paid_in_cash(facts: dict[str, Any]) -> str:
    """What lay in the boxes in the end."""
    taken, given = facts["taken_centimos"] / 100, facts["given_centimos"] / 100
    return f"S/ {taken:.2f} in, S/ {given:.2f} out: {_short(facts['slip'])}"


def _paid_by_wallet(facts: dict[str, Any]) -> str:
    """What the gateway kept."""
    return f"S/ {facts['kept_centimos'] / 100:.2f} by the code: {_short(facts['slip'])}"


def _ordered(facts: dict[str, Any]) -> str:
    """What the kiosk was told to do, and by whom."""
    did = f"{facts['kiosk']}: {facts['kind']}, ordered by {facts['ordered_by']}"
    return f"{did}, done: {_short(facts['slip'])}"


def _charged(facts: dict[str, Any]) -> str:
    """What the terminal charged and the database holds for it."""
    return f"charged by the terminal: {facts['charges']}, paid on record: {facts['payments']}"


def _call(call: dict[str, Any]) -> str:
    """One call: whom, why, and how long after the button was pressed it could be read."""
    shown = f"on the display after {call['shown_on_display_ms']} ms"
    if "shown_on_phone_ms" in call:
        shown += f", on the phone after {call['shown_on_phone_ms']} ms"
    return f"{call['number']} ({call['reason']}): {shown}"


def places_to_look(place: Place) -> str:
    """The addresses of the pages and who may sign in. A new display has to be admitted."""
    pages = {
        "console": place.staff,
        "administration": place.administrator,
        "supervisor": place.administrator,
        "reports": place.administrator,
        "monitor": place.it,
    }
    rows = [f"  {page:<16}{place.url}/{page}   ({' / '.join(who)})" for page, who in pages.items()]
    rows.append(f"  {'country':<16}{place.hub_url}/country   ({' / '.join(place.central)})")
    open_to_all = {
        "display": f"{place.url}/display",
        "tracking": f"{place.url}/seguimiento",
        "centre": f"{address(place)}/   (the stand-in: requests, reviews, vouchers, faults)",
        "wallets": f"http://{LOOPBACK}:{place.ports.gateway}/   (the stand-in: pay, decline)",
    }
    rows += [f"  {page:<16}{where}" for page, where in open_to_all.items()]
    rows.append(f"  second step     any line of {_short(place.run)}/NAME.codes, each good once")
    return "\n".join(rows)


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
