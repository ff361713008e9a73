"""`python -m queue_server audit verify`: walks the audit chain of every site and tells people."""

from collections.abc import Sequence
from pathlib import Path

from queue_server.core import audit_rows
from queue_server.core.audit_anchors import Found, read_anchors
from queue_server.core.audit_walk import Report, Walk
from queue_server.core.audit_watch import chain_of, walk_on
from queue_server.core.db import Database

BROKEN = 1


def verify(database: Database, own_anchors: Path, given: Sequence[Path] = ()) -> int:
    """Walk every chain and print what was found: 0 when all are sound, 1 otherwise.

    `own_anchors` is the site's own file, which a young site does not have yet; every file of
    `given` must be there (OSError).
    """
    files = [*([own_anchors] if own_anchors.exists() else []), *given]
    found = read_anchors(files)
    reports = reports_of(database, found)
    for report in reports:
        print(_words(report))
    for place in found.unreadable:
        print(f"anchors: {place}: this anchor does not read")
    told = len(found.anchors)
    print(f"compared with {told} anchors in {len(files)} files")
    return 0 if all(each.sound for each in reports) and not found.unreadable else BROKEN


def reports_of(database: Database, found: Found) -> list[Report]:
    """The report of every site, also of one that only an anchor still knows."""
    known = database.read(lambda uow: audit_rows.sites(uow.connection))
    names = sorted({*known, *(each.site for each in found.anchors)})
    return [_walked(database, Walk(chain_of(database), name, found.anchors)) for name in names]


def _walked(database: Database, walk: Walk) -> Report:
    while True:
        report = database.read(lambda uow: walk_on(uow, walk))
        if report is not None:
            return report


def _words(report: Report) -> str:
    if report.sound:
        number, mac = report.head
        words = f"sound: {report.count} events of site {report.site}, head {number} {mac.hex()}"
        return "\n".join([words, *_lost(report)])
    return "\n".join([*(f"BROKEN, {each}" for each in report.faults), *_lost(report)])


def _lost(report: Report) -> list[str]:
    return [
        f"restored from a backup: no event of site {report.site} from {first} on is here; "
        f"it goes on with {last + 1}"
        for first, last in report.lost
    ]
