"""`person export|delete|affected` and `rotate-key`: what the command line says and does."""

import json
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from queue_server.core import sqlite
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor
from queue_server.privacy import rotation
from queue_server.privacy.affected import Asked, affected
from queue_server.privacy.deletion import STAYS, delete_person
from queue_server.privacy.person import export
from queue_server.turns.services.queries import site_zone

EMPTYING_S = 30.0
SEALING_S = 3600.0
PAUSE_S = 0.005  # between two batches, so that others write
NOT_EMPTIED = 3


def person(database: Database, actor: Actor, options: Namespace) -> int:
    """Run one of the three. Raises Problem."""
    if options.what == "affected":
        _print(_affected(database, actor, options))
        return 0
    if options.document is None:
        raise Problem(422, "which", f"person {options.what}: give --document TYPE NUMBER")
    kind, number = options.document
    if options.what == "delete":
        return _delete(database, actor, kind, number)
    _print(database.run(lambda uow: export(uow, actor, kind, number)))
    return 0


def _delete(database: Database, actor: Actor, kind: str, number: str) -> int:
    gone = database.run(lambda uow: delete_person(uow, actor, kind, number))
    what = {
        "applications": len(gone.applications),
        "visits": len(gone.visits),
        **gone.others,
    }
    print("erased: " + ", ".join(f"{count} {name}" for name, count in what.items()))
    for stays, why in STAYS:
        print(f"stays: {stays}\n       because: {why}")
    if database.engine.dialect.name != "sqlite":
        print("PostgreSQL: `VACUUM FULL` takes what was deleted out of its files")
        return 0
    if _emptied(database):
        return 0
    print("the write-ahead log still holds what was deleted: somebody reads; run this again later")
    return NOT_EMPTIED


def _emptied(database: Database) -> bool:
    """Whether SQLite's log was emptied; tried until `EMPTYING_S` is over."""
    ends = time.monotonic() + EMPTYING_S
    while not sqlite.empty_log(database.engine):
        if time.monotonic() >= ends:
            return False
    return True


def _affected(database: Database, actor: Actor, options: Namespace) -> dict[str, Any]:
    if options.since is None or options.until is None:
        raise Problem(422, "when", "person affected: give --from and --to, e.g. 2026-11-23T08:00")
    zone = ZoneInfo(database.read(lambda uow: site_zone(uow, actor.site)))
    asked = Asked(
        _instant(options.since, zone),
        _instant(options.until, zone),
        options.kiosk,
        options.account,
        options.session,
    )
    return asdict(database.read(lambda uow: affected(uow, actor.site, asked)))


def _instant(given: datetime, zone: ZoneInfo) -> datetime:
    """Without an offset it is the site's own time."""
    return given if given.tzinfo else given.replace(tzinfo=zone)


def _print(found: object) -> None:
    print(json.dumps(found, ensure_ascii=False, indent=2, default=_text))


def _text(value: Any) -> str:
    return value.isoformat()


def rotate(database: Database, actor: Actor, file: Path, options: Namespace) -> int:
    """Begin a rotation, or go on with one; or say how it stands; or end it. Raises Problem."""
    if options.remove_old:
        gone = database.run(lambda uow: rotation.remove_older(uow, actor, file))
        print(f"removed from {file}: {', '.join(gone)}")
        return 0
    if not options.status:
        _seal_anew(database, actor, file)
    _tell(database, file)
    return 0


def _seal_anew(database: Database, actor: Actor, file: Path) -> None:
    if not database.read(lambda uow: rotation.under_way(uow, file)):
        made = database.run(lambda uow: rotation.begin(uow, actor, file))
        print(f"{file}: key {made} seals from now on; keep a copy of the file apart")
    resealer = rotation.Resealer(database, actor)
    done = _until_done(resealer.turn)
    print(f"sealed anew: {resealer.now_sealed} values")
    if not done:
        print("there is more: the jobs process goes on, and so does this command")


def _until_done(turn: Callable[[], bool]) -> bool:
    ends = time.monotonic() + SEALING_S
    while turn():
        if time.monotonic() >= ends:
            return False
        time.sleep(PAUSE_S)
    return True


def _tell(database: Database, file: Path) -> None:
    stands = database.read(lambda uow: rotation.standing(uow, file))
    print(f"key {stands.key} seals; older keys: {', '.join(stands.older) or 'none'}")
    if stands.older:
        print(f"values that need an older key: {stands.left}")
    if stands.older and not stands.left:
        print("run `rotate-key --remove-old` to end the rotation")
