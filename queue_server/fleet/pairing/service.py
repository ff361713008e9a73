"""Use cases of pairing: a kiosk asks, a person types its code, both prove themselves, it is let in;
later it renews its token by itself."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from spake2 import SPAKE2_B
from sqlalchemy import delete, insert, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.pairing import model
from queue_server.fleet.pairing.model import PairingState, Session, Transcript
from queue_server.fleet.pairing.tables import pairings as _P
from queue_server.staff.model import Role, digest
from queue_server.staff.services import credentials

# How long an ended pairing stays on the page.
SHOWN_AFTERWARDS = timedelta(minutes=5)
MAX_OPEN_OF_ADDRESS = 3
CLOCKS_APART = timedelta(minutes=5)
_OPEN = (PairingState.WAITING, PairingState.ANSWERED)


@dataclass(frozen=True)
class Asked:
    """What a kiosk says when it wants to be paired. `message`: SPAKE2's first."""

    kiosk: str
    device_key: bytes
    message: bytes
    address: str


@dataclass(frozen=True)
class Shown:
    """What this server shows in TLS: SHA-256 of the authority's and of its own certificate."""

    authority: bytes
    certificate: bytes


@dataclass(frozen=True)
class Granted:
    """What a paired kiosk is given beside its token. `actions_key`: 32 bytes (Ed25519); `role`:
    what it is let in as, at a hub a whole site."""

    authority_pem: str
    actions_key: bytes
    lasts: timedelta
    role: Role = Role.KIOSK


@dataclass(frozen=True)
class Progress:
    """What a kiosk learns of its pairing: message and confirmation once a code was typed."""

    state: PairingState
    expires_at: datetime
    message: bytes | None = None
    confirmation: bytes | None = None


@dataclass(frozen=True)
class PairingView:
    """One pairing as the page shows it. `known`: a kiosk of this code is paired already."""

    id: str
    kiosk: str
    address: str
    state: PairingState
    created_at: datetime
    expires_at: datetime
    tries_left: int
    known: bool


@dataclass(frozen=True)
class Renewed:
    """Until when the next token is good, and from when on the kiosk should renew it."""

    expires_at: datetime
    renew_at: datetime


def ask(uow: UnitOfWork, site: str, asked: Asked) -> tuple[str, datetime]:
    """Open a pairing; its secret id, and until when a code can be typed.

    One that the same kiosk began before at the same address is replaced. Raises Problem 429 when
    `MAX_OPEN` wait at the site, or `MAX_OPEN_OF_ADDRESS` of one address. Records no event: nobody
    was let in.
    """
    _forget(uow, site)
    again = (_P.c.kiosk == asked.kiosk) & (_P.c.address == asked.address)
    uow.connection.execute(delete(_P).where(_P.c.site == site, again, _P.c.state.in_(_OPEN)))
    waiting = list(
        uow.connection.execute(
            select(_P.c.address).where(
                _P.c.site == site, _P.c.state.in_(_OPEN), _P.c.expires_at > uow.now
            )
        ).scalars()
    )
    if len(waiting) >= model.MAX_OPEN or waiting.count(asked.address) >= MAX_OPEN_OF_ADDRESS:
        words = "Demasiados equipos esperan su autorización; inténtelo otra vez en diez minutos."
        raise Problem(429, "pairings_waiting", words, retry_after_s=60)
    row = {
        "id": secrets.token_hex(16),
        "site": site,
        "kiosk": asked.kiosk,
        "address": asked.address,
        "device_key": asked.device_key,
        "message": asked.message,
        "state": PairingState.WAITING,
        "wrong_tries": 0,
        "created_at": uow.now,
        "expires_at": uow.now + model.CODE_LASTS,
    }
    uow.connection.execute(insert(_P), row)
    return row["id"], row["expires_at"]


def answer(uow: UnitOfWork, actor: Actor, pairing: str, code: str, shown: Shown) -> None:
    """A person typed the code that a kiosk shows. Whether it was right the kiosk says.

    Raises Problem 404 when no pairing of the site waits for a code under this id, 409 for one that
    cannot be completed.
    """
    row = _row(uow, pairing)
    if row is None or row.site != actor.site or row.state not in _OPEN or row.expires_at <= uow.now:
        raise _unknown()
    tries = row.wrong_tries + (row.state == PairingState.ANSWERED)
    if tries >= model.MAX_WRONG_TRIES:
        raise _unknown()
    side = SPAKE2_B(code.encode(), idA=model.KIOSK_SIDE, idB=model.SERVER_SIDE)
    message = side.start()
    try:
        key = side.finish(row.message)
    except Exception as error:
        words = "Este equipo envió datos que no sirven; reinícielo y escriba su código nuevo."
        raise Problem(409, "bad_message", words) from error
    transcript = Transcript(
        row.site,
        row.kiosk,
        row.device_key,
        shown.authority,
        shown.certificate,
        row.message,
        message,
    )
    _change(
        uow,
        pairing,
        state=PairingState.ANSWERED,
        wrong_tries=tries,
        reply=message,
        proof=transcript.digest(),
        key=uow.vault.seal("pairings.key", key),
        typed_by=actor.name,
        typed_role=actor.role,
    )
    uow.record(actor, "pairing.code_typed", kiosk=row.kiosk, address=row.address)


def progress(uow: UnitOfWork, pairing: str) -> Progress:
    """How the kiosk's pairing stands. Raises Problem 404 when there is none (any more)."""
    row = _known(uow, pairing, change=False)
    if row.state != PairingState.ANSWERED:
        return Progress(PairingState(row.state), row.expires_at)
    session = _session(uow, row)
    return Progress(PairingState.ANSWERED, row.expires_at, row.reply, session.server_confirmation)


def refuse(uow: UnitOfWork, pairing: str, message: bytes) -> Progress:
    """The kiosk says that the typed code was not its own, or that it saw another certificate.

    `message` is a fresh one for the next try; after the fifth wrong one there is none.
    """
    row = _known(uow, pairing)
    if row.state == PairingState.ANSWERED:
        _count_wrong(uow, row, message)
    return progress(uow, pairing)


def confirm(
    uow: UnitOfWork, pairing: str, confirmation: bytes, signature: bytes, granted: Granted
) -> bytes | None:
    """The kiosk's proof; its credential, sealed for it alone, and None when the proof is wrong.

    A wrong one is counted, so this unit must be committed either way. Repeated by the kiosk it
    answers the same. The credential that a kiosk of this code held before is revoked.
    """
    row = _known(uow, pairing)
    if row.state == PairingState.PAIRED:
        return row.sealed
    if row.state != PairingState.ANSWERED:
        raise _unknown()
    session = _session(uow, row)
    if not _proves(session, row.device_key, confirmation, signature):
        _count_wrong(uow, row, row.message)
        return None
    token, expires_at = credentials.new_token(), uow.now + granted.lasts
    sealed = session.seal(
        {
            "token": str(token),
            "site": row.site,
            "authority": granted.authority_pem,
            "actions_key": granted.actions_key.hex(),
            "expires_at": expires_at.isoformat(),
            "renew_at": (uow.now + granted.lasts / 2).isoformat(),
        }
    )
    _change(uow, pairing, state=PairingState.PAIRED, sealed=sealed, key=None)
    who = Actor(row.site, row.typed_role, row.typed_by)
    secret = digest(token.secret)
    paired = credentials.Paired(row.device_key, expires_at)
    credentials.admit(uow, who, granted.role, row.kiosk, token.credential_id, secret, paired)
    return sealed


def waiting(uow: UnitOfWork, site: str, role: Role = Role.KIOSK) -> Sequence[PairingView]:
    """The kiosks that show a code now, and those that have just ended, oldest first."""
    known = set(credentials.known_devices(uow, site, role))
    rows = uow.connection.execute(
        select(_P)
        .where(_P.c.site == site, _P.c.expires_at > uow.now - SHOWN_AFTERWARDS)
        .order_by(_P.c.created_at, _P.c.id)
    )
    return [
        PairingView(
            row.id,
            row.kiosk,
            row.address,
            PairingState(row.state),
            row.created_at,
            row.expires_at,
            model.MAX_WRONG_TRIES - row.wrong_tries,
            row.kiosk in known,
        )
        for row in rows
        if row.expires_at > uow.now or row.state not in _OPEN
    ]


def renew(
    uow: UnitOfWork,
    credential_id: str,
    next_hash: bytes,
    at: str,
    signature: bytes,
    lasts: timedelta,
) -> Renewed:
    """Accept the next token of a kiosk that proves to hold its device key, expired or not.

    `at`: the server's time as the kiosk knows it, ISO 8601 with its offset, signed as it is.
    The token before it is good until the new one is used (`credentials.settle`). Raises Problem 404
    for a credential that was revoked or proves nothing, 409 when the clocks are too far apart.
    """
    held = credentials.renewable(uow, credential_id)
    signed = model.renewal(credential_id, next_hash, at)
    if held is None or not _signed(held.device_key, signed, signature):
        words = "Este equipo no tiene una credencial vigente; autorícelo otra vez."
        raise Problem(404, "unknown_credential", words)
    if not _near(at, uow.now):
        words = "La hora del equipo no coincide con la del servidor."
        raise Problem(409, "clock", words, now=uow.now.isoformat())
    expires_at = uow.now + lasts
    credentials.prepare(uow, credential_id, next_hash, expires_at)
    uow.record(held.actor, "credential.renewed", credential=credential_id)
    return Renewed(expires_at, uow.now + lasts / 2)


def _near(at: str, now: datetime) -> bool:
    try:
        return abs(datetime.fromisoformat(at) - now) <= CLOCKS_APART
    except (ValueError, TypeError):  # no instant, or one without its offset
        return False


# --- parts ----------------------------------------------------------------------------------------
def _forget(uow: UnitOfWork, site: str) -> None:
    over = _P.c.expires_at <= uow.now - SHOWN_AFTERWARDS
    uow.connection.execute(delete(_P).where(_P.c.site == site, over))


def _row(uow: UnitOfWork, pairing: str, *, change: bool = True) -> Any:
    found = select(_P).where(_P.c.id == pairing)
    return uow.connection.execute(found.with_for_update() if change else found).one_or_none()


def _known(uow: UnitOfWork, pairing: str, *, change: bool = True) -> Any:
    row = _row(uow, pairing, change=change)
    if row is None or (row.expires_at <= uow.now and row.state in _OPEN):
        raise _unknown()
    return row


def _session(uow: UnitOfWork, row: Any) -> Session:
    return Session(uow.vault.open("pairings.key", row.key), row.proof)


def _proves(session: Session, device_key: bytes, confirmation: bytes, signature: bytes) -> bool:
    if not hmac.compare_digest(session.kiosk_confirmation, confirmation):
        return False
    return _signed(device_key, model.possession(session.proof), signature)


def _signed(device_key: bytes, content: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(device_key).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _count_wrong(uow: UnitOfWork, row: Any, message: bytes) -> None:
    tries = row.wrong_tries + 1
    over = tries >= model.MAX_WRONG_TRIES
    state = PairingState.CLOSED if over else PairingState.WAITING
    _change(
        uow,
        row.id,
        state=state,
        wrong_tries=tries,
        message=message,
        reply=None,
        proof=None,
        key=None,
    )
    who = Actor(row.site, row.typed_role, row.typed_by)
    uow.record(who, "pairing.refused", kiosk=row.kiosk, address=row.address, tries=tries)


def _change(uow: UnitOfWork, pairing: str, **values: Any) -> None:
    uow.connection.execute(update(_P).where(_P.c.id == pairing).values(**values))


def _unknown() -> Problem:
    words = "Este equipo ya no espera un código; lea el que muestra ahora y elija su fila."
    return Problem(404, "unknown_pairing", words)
