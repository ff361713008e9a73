"""A request with a key is carried out once; its repetitions get the first answer."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from queue_server.core.json_text import json_text
from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.tables import events, replies
from queue_server.core.unit_of_work import Actor, UnitOfWork

REPLIES_KEPT_HOURS = 48
_CONTEXT = "replies.body"
_to_canonical_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_EARLIER = Prepared(
    select(events.c.site, events.c.request_hash, replies.c.status, replies.c.body)
    .outerjoin(replies, (replies.c.site == events.c.site) & (replies.c.key == events.c.key))
    .where(events.c.key == bindparam("of_key"))
)
_KEEP = Prepared(insert(replies))


@dataclass(frozen=True)
class Reply:
    """An answer: HTTP status and JSON body; `replayed` when it came from the past.

    `text`: the body as it is kept and sent, written once for both.
    """

    status: int
    body: Any
    replayed: bool = False
    text: str = ""


def request_hash(actor: Actor, route: str, body: Any) -> bytes:
    """SHA-256 over who asks, what for, and the canonical JSON of `body`."""
    canonical = _to_canonical_json([actor.label, route, body])
    return hashlib.sha256(canonical.encode()).digest()


def once(
    uow: UnitOfWork, actor: Actor, key: str, digest: bytes, work: Callable[[], Reply]
) -> Reply:
    """Do `work` under `key`, or give back what it answered the first time.

    `work` must record its event in `uow`; that row carries the key, and UNIQUE(key, site) keeps
    the promise. While the first is still at work, another waits for it at the site's lock, then
    reads its answer. A Problem that `work` raises is not kept: nothing happened. Raises Problem
    422 when the key was used for another request, 409 when its answer is no longer kept.
    """
    uow.lock_site(actor.site)
    earlier = _earlier(uow, actor.site, key, digest)
    if earlier is not None:
        return earlier
    uow.key, uow.request_hash = key, digest
    reply = work()
    if uow.recorded is None:
        raise RuntimeError(f"the work under key {key} recorded no event")
    told = replace(reply, text=json_text(reply.body))
    sealed = uow.vault.seal(_CONTEXT, told.text)
    _KEEP.tell(
        uow.connection,
        {"site": actor.site, "key": key, "status": reply.status, "body": sealed, "at": uow.now},
    )
    return told


def _earlier(uow: UnitOfWork, site: str, key: str, digest: bytes) -> Reply | None:
    found = _EARLIER.all(uow.connection, {"of_key": key})
    row = next((each for each in found if each.site == site), None)
    if row is None:
        return None
    if row.request_hash != digest:
        raise Problem(422, "key_reused", "Esta clave ya se usó para otro pedido; envíe uno nuevo.")
    if row.body is None:
        raise Problem(409, "reply_expired", "El pedido ya se atendió hace más de dos días.")
    text = uow.vault.open_text(_CONTEXT, row.body)
    return Reply(row.status, json.loads(text), replayed=True, text=text)


@dataclass(frozen=True)
class CarriedOut:
    """What was done under a key: by whom (`kiosk:A01`), and the event's body."""

    actor: str
    body: dict[str, Any]


def carried_out(uow: UnitOfWork, site: str, key: str) -> CarriedOut | None:
    """What was done under `key` in an earlier unit, also long after its answer was deleted."""
    row = uow.connection.execute(
        select(events.c.actor, events.c.body).where(events.c.site == site, events.c.key == key)
    ).one_or_none()
    return CarriedOut(row.actor, row.body) if row else None


def forget_replies(uow: UnitOfWork, before: datetime) -> int:
    """Delete the answers given before `before`; the events that carry their keys stay."""
    gone = delete(replies).where(replies.c.at < before)
    return uow.connection.execute(gone).rowcount
