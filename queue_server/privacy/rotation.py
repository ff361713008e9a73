"""Exchange of the data key while the server runs: a new key, everything sealed anew, the old gone.

A process that dies at any moment leaves a database of which everything opens, and a rotation that
goes on where it stood: which key a value needs stands in the value itself.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    and_,
    column,
    delete,
    func,
    select,
    table,
    text,
    tuple_,
    update,
)

from queue_server.core.db import Database
from queue_server.core.key_file import KEY_BYTES, key_id, read_ring, write_ring
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.privacy.sealed import SEALED, Sealed
from queue_server.privacy.tables import data_keys

# Values sealed anew in one transaction: others write in between.
AT_ONCE = 50
# No unit of work lasts as long: after it nothing can appear that was sealed before the new key.
SETTLED = timedelta(minutes=1)
_K = data_keys


@dataclass(frozen=True)
class Standing:
    """Where a rotation stands. `key`: the id of the key that seals. `older`: ids of keys that only
    open. `left`: how many values need one of them."""

    key: str
    older: tuple[str, ...]
    left: int


def begin(uow: UnitOfWork, actor: Actor, file: Path) -> str:
    """From now on a fresh key seals; its id. Raises Problem 409 while an older one is still needed.

    The file is replaced before the event is recorded: what was sealed can always be opened.
    """
    uow.lock_site(actor.site)
    ring = read_ring(file)
    if ring.older and _is_known(uow, key_id(ring.current).hex()):
        words = (
            "rotate-key: the last rotation is not finished; `rotate-key` goes on with it, and "
            "`rotate-key --remove-old` ends it"
        )
        raise Problem(409, "rotation_under_way", words)
    if not ring.older:  # otherwise a process died right after the file was written
        ring = ring.rotated(secrets.token_bytes(KEY_BYTES))
        write_ring(file, ring)
    made, before = key_id(ring.current).hex(), key_id(ring.older[0]).hex()
    rows = [{"id": each, "since": uow.now} for each in (before, made)]
    uow.connection.execute(uow.upsert(_K).on_conflict_do_nothing(), rows)
    uow.record(actor, "data_key.rotated", key=made, before=before)
    return made


def under_way(uow: UnitOfWork, file: Path) -> bool:
    """Whether a rotation was begun, recorded, and not ended."""
    ring = read_ring(file)
    return bool(ring.older) and _is_known(uow, key_id(ring.current).hex())


def standing(uow: UnitOfWork, file: Path) -> Standing:
    """Which keys there are, and how many values still need an older one."""
    ring = read_ring(file)
    left = sum(_left(uow, each) for each in SEALED)
    older = tuple(key_id(each).hex() for each in ring.older)
    return Standing(key_id(ring.current).hex(), older, left)


def remove_older(uow: UnitOfWork, actor: Actor, file: Path) -> tuple[str, ...]:
    """Take the older keys out of the file; their ids.

    Nobody writes meanwhile. Raises Problem 409 while a value needs one of them, while a unit could
    still write such a value, and where there is none.
    """
    uow.lock_site(actor.site)
    _stop_writers(uow)
    ring = read_ring(file)
    gone = {key_id(each).hex() for each in ring.older} | _removed_unnoted(uow, file)
    if not gone:
        raise Problem(409, "no_older_key", "rotate-key: there is no older key to remove")
    _refuse_while_needed(uow, key_id(ring.current).hex())
    write_ring(file, ring.alone())
    uow.connection.execute(delete(_K).where(_K.c.id != key_id(ring.current).hex()))
    uow.record(actor, "data_key.removed", keys=sorted(gone))
    return tuple(sorted(gone))


def _removed_unnoted(uow: UnitOfWork, file: Path) -> set[str]:
    """Keys that a process took out of the file just before it died."""
    ring = read_ring(file)
    there = {key_id(each).hex() for each in (ring.current, *ring.older)}
    return set(uow.connection.execute(select(_K.c.id)).scalars()) - there


def _refuse_while_needed(uow: UnitOfWork, current: str) -> None:
    left = sum(_left(uow, each) for each in SEALED)
    if left:
        words = f"rotate-key: {left} values still need the older key; run `rotate-key` first"
        raise Problem(409, "key_needed", words, left=left)
    since = uow.connection.execute(select(_K.c.since).where(_K.c.id == current)).scalar()
    if uow.connection.dialect.name == "sqlite" or since is None:  # one writes at a time
        return
    if uow.now < since + SETTLED:
        words = "rotate-key: the new key is not a minute old; try again in a minute"
        raise Problem(409, "too_soon", words)


def _stop_writers(uow: UnitOfWork) -> None:
    """Until this unit ends. SQLite's BEGIN IMMEDIATE has done it already."""
    if uow.connection.dialect.name == "postgresql":
        names = ", ".join(sorted({each.table for each in SEALED}))
        uow.connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))


def _is_known(uow: UnitOfWork, key: str) -> bool:
    return uow.connection.execute(select(_K.c.id).where(_K.c.id == key)).first() is not None


# --- sealing anew ---------------------------------------------------------------------------------
@dataclass
class Resealer:
    """Walks every sealed column, a batch a turn, until a whole walk found nothing to do.

    A value somebody changes meanwhile is left as they wrote it. `now_sealed`: how many were sealed
    anew so far.
    """

    database: Database
    actor: Actor
    now_sealed: int = 0
    _place: int = 0
    _after: tuple[Any, ...] | None = None
    _found_some: bool = field(default=False)

    def turn(self) -> bool:
        """Seal the next batch anew; True when there may be more to do."""
        if not self.database.vault.has_older:
            return False
        sealed = SEALED[self._place]
        rows = self.database.read(lambda uow: _batch(uow, sealed, self._after))
        if not rows:
            return self._next_column()
        self._found_some = True
        self.now_sealed += self.database.run(lambda uow: _seal_anew(uow, sealed, rows))
        self._after = tuple(rows[-1][:-1])
        return True

    def _next_column(self) -> bool:
        self._after, self._place = None, (self._place + 1) % len(SEALED)
        if self._place:
            return True
        again, self._found_some = self._found_some, False
        if not again:
            self.database.run(self._note)
        return again

    def _note(self, uow: UnitOfWork) -> None:
        """Record once that nothing needs an older key any more."""
        uow.lock_site(self.actor.site)
        key = uow.vault.mark[1:].hex()
        noted = update(_K).where(_K.c.id == key, _K.c.sealed_anew_at.is_(None))
        if uow.connection.execute(noted.values(sealed_anew_at=uow.now)).rowcount:
            uow.record(self.actor, "data_key.sealed_anew", key=key, values=self.now_sealed)


def _of(sealed: Sealed) -> tuple[Any, list[ColumnElement[Any]], ColumnElement[bytes]]:
    there = table(
        sealed.table, *(column(each) for each in sealed.key), column(sealed.column, LargeBinary)
    )
    return there, [there.c[each] for each in sealed.key], there.c[sealed.column]


def _needs_older(value: ColumnElement[bytes], mark: bytes) -> ColumnElement[bool]:
    begins = func.substr(value, 1, len(mark), type_=LargeBinary)
    return and_(value.is_not(None), begins != mark)


def _left(uow: UnitOfWork, sealed: Sealed) -> int:
    there, _, value = _of(sealed)
    needs = _needs_older(value, uow.vault.mark)
    return uow.connection.execute(select(func.count()).select_from(there).where(needs)).scalar_one()


def _batch(uow: UnitOfWork, sealed: Sealed, after: tuple[Any, ...] | None) -> Sequence[Any]:
    """Rows behind `after` in the order of their keys: the key's columns, then the value."""
    there, keys, value = _of(sealed)
    found: Select[Any] = select(*keys, value).select_from(there)
    found = found.where(_needs_older(value, uow.vault.mark))
    if after is not None:
        found = found.where(tuple_(*keys) > tuple_(*after) if len(keys) > 1 else keys[0] > after[0])
    return uow.connection.execute(found.order_by(*keys).limit(AT_ONCE)).all()


def _seal_anew(uow: UnitOfWork, sealed: Sealed, rows: Sequence[Any]) -> int:
    there, keys, value = _of(sealed)
    done = 0
    for *of_row, old in rows:
        fresh = uow.vault.seal(sealed.context, uow.vault.open(sealed.context, bytes(old)))
        mine = and_(*(name == each for name, each in zip(keys, of_row, strict=True)))
        unchanged = update(there).where(mine, value == old).values({sealed.column: fresh})
        done += uow.connection.execute(unchanged).rowcount
    return done
