"""HTTP of pairing: what a kiosk without a credential may ask, and the person who types its code.

Whoever knows a pairing's id (128 random bits) may ask how it stands: all of it is of use only to
who knows the code as well. Served over TLS alone: without certificates there is nothing to bind.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from queue_server.config import ServerConfig
from queue_server.core import tls
from queue_server.core.desk import DeskOf, Identify
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.pairing import service
from queue_server.fleet.pairing.model import CODE, PairingState
from queue_server.staff.api import PairedOf, Public
from queue_server.staff.api.access import FreshlyProven, People
from queue_server.staff.model import DEVICE_NAME, Role
from queue_server.staff.services import credentials

router = APIRouter(prefix="/api/v1", tags=["pairing"])
_PAIRERS = (Role.IT, Role.ADMINISTRATOR)
PairerOf = Annotated[Identify, Depends(People(_PAIRERS))]
FreshPairerOf = Annotated[Identify, Depends(FreshlyProven(_PAIRERS))]

ASKED_AT_ONCE = 40
ASKED_FORGIVEN_S = 10.0
ADDRESSES = 2000


def _hex(length: int) -> str:
    return rf"^[0-9a-f]{{{2 * length}}}$"


PairingId = Annotated[str, Path(pattern=_hex(16))]
Message = Annotated[str, Field(pattern=_hex(33))]
Key = Annotated[str, Field(pattern=_hex(32))]
Signature = Annotated[str, Field(pattern=_hex(64))]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskBody(_Body):
    """A kiosk wants to be paired: its code, its device's public key (Ed25519), SPAKE2's message."""

    kiosk: Annotated[str, Field(pattern=f"^{DEVICE_NAME}$")]
    device_key: Key
    message: Message


class AskedBody(BaseModel):
    """The pairing, and what the kiosk needs to know what it is about.

    `authority`: SHA-256 of the certificate (DER) of the site's authority. Nothing here is believed
    before the confirmation binds it.
    """

    id: str
    site: str
    authority: str
    expires_at: datetime


class ProgressBody(BaseModel):
    """How it stands; once a code was typed: SPAKE2's second message, the server's confirmation."""

    state: PairingState
    expires_at: datetime
    message: str | None = None
    confirmation: str | None = None


class RefusalBody(_Body):
    """The kiosk's message for the next try."""

    message: Message


class ConfirmationBody(_Body):
    """That the kiosk knew the code, and holds the device key."""

    confirmation: Key
    signature: Signature


class SealedBody(BaseModel):
    """The credential, readable by this kiosk alone (AES-256-GCM, hexadecimal)."""

    sealed: str


class TypedBody(_Body):
    """What a person read off a kiosk."""

    code: Annotated[str, Field(pattern=f"^{CODE}$")]


class PairingBody(BaseModel):
    """One pairing on the page. `known`: a kiosk of this code is paired, and would be shut out."""

    id: str
    kiosk: str
    address: str
    state: PairingState
    created_at: datetime
    expires_at: datetime
    tries_left: int
    known: bool


class PairingsBody(BaseModel):
    """The kiosks that wait for their code, those just ended, and the kiosks that are paired."""

    pairings: list[PairingBody]
    paired: list[str]


class RenewalBody(_Body):
    """SHA-256 of the next token's secret, signed with the device key together with the time."""

    credential: Annotated[str, Field(pattern=r"^[0-9a-f]{8,40}$")]
    next_hash: Key
    at: Annotated[str, Field(min_length=10, max_length=40)]
    signature: Signature


class RenewedBody(BaseModel):
    """Until when the next token is good, and when to renew it."""

    expires_at: datetime
    renew_at: datetime


class SettledBody(BaseModel):
    """Whether the token used now replaced another."""

    settled: bool


class AskingRate:
    """How often each address may begin a pairing; one process's memory, bounded."""

    def __init__(self, now_s: Callable[[], float] = monotonic) -> None:
        self._now_s = now_s
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def admit(self, address: str) -> None:
        """Count one. Raises Problem 429 with `retry_after_s`."""
        now = self._now_s()
        debt = max(now, self._free_at.get(address, 0.0)) + ASKED_FORGIVEN_S - now
        if (wait := debt - ASKED_AT_ONCE * ASKED_FORGIVEN_S) > 0:
            words = "Demasiados pedidos de autorización desde este equipo; espere un momento."
            raise Problem(429, "too_many_pairings", words, retry_after_s=ceil(wait))
        self._free_at[address] = now + debt
        self._free_at.move_to_end(address)
        if len(self._free_at) > ADDRESSES:
            self._free_at.popitem(last=False)


@router.post("/pairings", status_code=201, response_model=AskedBody, dependencies=[Public])
async def ask(request: Request, body: AskBody, desk: DeskOf) -> AskedBody:
    """A kiosk that nobody knows asks to be paired; it shows a code from now on."""
    site, shown = _config(request).site, _shown(request)
    address = request.client.host if request.client else ""
    request.app.state.pairing_rate.admit(address)
    asked = service.Asked(
        body.kiosk, bytes.fromhex(body.device_key), bytes.fromhex(body.message), address[:45]
    )

    def work(uow: UnitOfWork) -> tuple[str, datetime]:
        uow.lock_site(site)
        return service.ask(uow, site, asked)

    pairing, expires_at = await desk.database.call(work)
    return AskedBody(id=pairing, site=site, authority=shown.authority.hex(), expires_at=expires_at)


@router.get("/pairings/{pairing}", response_model=ProgressBody, dependencies=[Public])
async def progress(pairing: PairingId, desk: DeskOf) -> ProgressBody:
    """How this kiosk's pairing stands; asked every second."""
    return _progress(await desk.database.look(lambda uow: service.progress(uow, pairing)))


@router.post("/pairings/{pairing}/refusal", response_model=ProgressBody, dependencies=[Public])
async def refuse(
    request: Request, pairing: PairingId, body: RefusalBody, desk: DeskOf
) -> ProgressBody:
    """What was typed does not fit what the kiosk shows and saw; a fresh message for another try."""
    site = _config(request).site

    def work(uow: UnitOfWork) -> service.Progress:
        uow.lock_site(site)
        return service.refuse(uow, pairing, bytes.fromhex(body.message))

    return _progress(await desk.database.call(work))


@router.post("/pairings/{pairing}/confirmation", response_model=SealedBody, dependencies=[Public])
async def confirm(
    request: Request, pairing: PairingId, body: ConfirmationBody, desk: DeskOf
) -> SealedBody:
    """The kiosk's proof; repeated it answers the same."""
    site, granted = _config(request).site, _granted(request)

    def work(uow: UnitOfWork) -> bytes | None:
        uow.lock_site(site)
        given = bytes.fromhex(body.confirmation), bytes.fromhex(body.signature)
        return service.confirm(uow, pairing, *given, granted)

    sealed = await desk.database.call(work)
    if sealed is None:
        words = "El equipo no pudo probar su código; escríbalo otra vez."
        raise Problem(409, "not_proven", words)
    return SealedBody(sealed=sealed.hex())


@router.get("/pairings", response_model=PairingsBody)
async def pairings(request: Request, desk: DeskOf, who: PairerOf) -> PairingsBody:
    """The kiosks that show a code now, those just ended, and those that are paired."""
    role = _let_in(request)

    def read(uow: UnitOfWork, site: str) -> PairingsBody:
        return PairingsBody(
            pairings=[PairingBody(**vars(each)) for each in service.waiting(uow, site, role)],
            paired=credentials.known_devices(uow, site, role),
        )

    return await desk.look(who, lambda uow, actor: read(uow, actor.site))


@router.post("/pairings/{pairing}/code", status_code=204)
async def type_code(
    request: Request, pairing: PairingId, body: TypedBody, desk: DeskOf, who: FreshPairerOf
) -> None:
    """Type the code that this kiosk shows; whether it was right is in the list a second later."""

    def work(uow: UnitOfWork, actor: Actor) -> None:
        service.answer(uow, actor, pairing, body.code, _shown(request))

    await desk.change(who, work)


@router.post("/kiosks/{name}/revoke", status_code=204)
async def revoke(
    request: Request,
    name: Annotated[str, Path(pattern=f"^{DEVICE_NAME}$")],
    desk: DeskOf,
    who: FreshPairerOf,
) -> None:
    """Shut a kiosk out; it must be paired again."""
    role = _let_in(request)
    await desk.change(who, lambda uow, actor: credentials.revoke_credential(uow, actor, role, name))


@router.post("/credential-renewals", response_model=RenewedBody, dependencies=[Public])
async def renew(request: Request, body: RenewalBody, desk: DeskOf) -> RenewedBody:
    """A kiosk's next token; its signature is what admits it."""
    site, lasts = _config(request).site, _lasts(request)

    def work(uow: UnitOfWork) -> service.Renewed:
        uow.lock_site(site)
        given = bytes.fromhex(body.next_hash), body.at, bytes.fromhex(body.signature)
        return service.renew(uow, body.credential, *given, lasts)

    return RenewedBody(**vars(await desk.database.call(work)))


@router.post("/credential-settlements", response_model=SettledBody)
async def settle(desk: DeskOf, who: PairedOf) -> SettledBody:
    """The kiosk uses its next token from now on; the one before it opens nothing any more."""
    return SettledBody(settled=await desk.change(who, credentials.settle))


def _config(request: Request) -> ServerConfig:
    return request.app.state.config


def _let_in(request: Request) -> Role:
    """What this server lets in by a code: kiosks, or at a hub whole sites."""
    return getattr(request.app.state, "pairs", Role.KIOSK)


def _lasts(request: Request) -> timedelta:
    return timedelta(days=_config(request).tls.credential_days)


def _shown(request: Request) -> service.Shown:
    with _Unavailable():
        files = _files(request)
        return service.Shown(
            tls.fingerprint(tls.authority(files)), tls.fingerprint(tls.served(files))
        )


def _granted(request: Request) -> service.Granted:
    with _Unavailable():
        files = _files(request)
        pem = files.authority.read_text()
        key = tls.actions_public_key(files)
        return service.Granted(pem, key, _lasts(request), _let_in(request))


def _files(request: Request) -> tls.TlsFiles:
    config = _config(request)
    if config.plain_http:
        words = "Este servidor no usa TLS; nadie se autoriza en él con un código."
        raise Problem(409, "no_tls", words)
    return tls.TlsFiles(config.tls.folder)


class _Unavailable:
    """While entered: a fault of the TLS files is a Problem 503."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, tls.TlsFault | OSError):
            words = "Los certificados del servidor no se pueden leer; avise a soporte."
            raise Problem(503, "tls_unreadable", words) from error


def _progress(found: service.Progress) -> ProgressBody:
    return ProgressBody(
        state=found.state,
        expires_at=found.expires_at,
        message=found.message.hex() if found.message else None,
        confirmation=found.confirmation.hex() if found.confirmation else None,
    )
