"""Who may ask for what: every route declares one of these, and a test reads them off the router.

Each yields an `Identify` that is called inside the route's unit of work; the actor, and with it
the site, comes from the credential or the session, never from the address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from queue_server.core.desk import Identify
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api.cookies import DISPLAY, HALF_SESSION, SESSION
from queue_server.staff.api.origin import SAFE_METHODS, refuse_foreign_page
from queue_server.staff.model import MAINTAINERS, PAIRED, PEOPLE, Role
from queue_server.staff.services import credentials, sessions


@dataclass(frozen=True)
class Access:
    """Whom a route admits. Without roles: anyone at all."""

    roles: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Kiosks(Access):
    """The kiosk that sent `Authorization: Bearer <token>`. No cookie, so no foreign page."""

    roles: tuple[Role, ...] = (Role.KIOSK,)

    async def __call__(self, request: Request) -> Identify:
        token = _bearer(request.headers.get("authorization", ""))
        if token is None:
            raise Problem(401, "unknown_device", "Falta la credencial del equipo.")
        return _device(request, token, *self.roles)


@dataclass(frozen=True)
class Sites(Access):
    """At a hub: the site that sent `Authorization: Bearer <token>`, let in by a code."""

    roles: tuple[Role, ...] = (Role.SITE,)

    async def __call__(self, request: Request) -> Identify:
        token = _bearer(request.headers.get("authorization", ""))
        if token is None:
            raise Problem(401, "unknown_device", "Falta la credencial del módulo.")
        return lambda uow: credentials.device(uow, token, Role.SITE, paired_only=True)


@dataclass(frozen=True)
class PairedDevices(Kiosks):
    """Whoever was let in by a code: kiosks at a site, sites at a hub."""

    roles: tuple[Role, ...] = PAIRED


@dataclass(frozen=True)
class People(Access):
    """Signed-in people of these roles, from our own pages only.

    `with_one_time`: also those who have yet to replace a password that another made. `fresh`: only
    those who proved lately who they are.
    """

    with_one_time: bool = False
    fresh: bool = False

    async def __call__(self, request: Request) -> Identify:
        value = SESSION.of(request)
        if value:  # without a cookie there is nothing that a foreign page could make use of
            refuse_foreign_page(request)
        return lambda uow: sessions.person(
            uow, value, self.roles, with_one_time=self.with_one_time, fresh=self.fresh
        )


@dataclass(frozen=True)
class FreshlyProven(People):
    """`People` who showed within fifteen minutes who they are: for what gives or takes power.

    Anybody else gets Problem 403 `prove_again`; the pages then ask for the code, or for the
    password of an account without one, and send the request again.
    """

    fresh: bool = True


@dataclass(frozen=True)
class Room(Access):
    """An approved display, which only looks; a kiosk; or anyone signed in."""

    roles: tuple[Role, ...] = (Role.DISPLAY, Role.KIOSK, *PEOPLE)

    async def __call__(self, request: Request) -> Identify:
        token = _bearer(request.headers.get("authorization", ""))
        if token is not None:
            return _device(request, token, Role.KIOSK)
        refuse_foreign_page(request)
        shown = DISPLAY.of(request) or None if request.method in SAFE_METHODS else None
        signed = SESSION.of(request) or None
        return lambda uow: _in_the_room(uow, shown, signed)


def _in_the_room(uow: UnitOfWork, shown: str | None, signed: str | None) -> Actor:
    """A browser may hold both cookies, and one of them may be out of date."""
    if signed is not None:
        try:
            return sessions.person(uow, signed, PEOPLE)
        except Problem:
            if shown is None:
                raise
    return credentials.device(uow, shown or "", Role.DISPLAY)


@dataclass(frozen=True)
class Anyone(Access):
    """The deliberate mark of a route that needs no role.

    Even so nothing is changed for another site's page in the name of a cookie. `form`: nor without
    one, for the forms that hand out cookies.
    """

    form: bool = False

    async def __call__(self, request: Request) -> None:
        if self.form or any(each.of(request) for each in (SESSION, HALF_SESSION, DISPLAY)):
            refuse_foreign_page(request)


def _device(request: Request, token: str, *roles: Role) -> Identify:
    """A server that speaks TLS knows paired kiosks only."""
    paired_only = not request.app.state.plain_http
    return lambda uow: credentials.device(uow, token, *roles, paired_only=paired_only)


def _bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token if scheme.lower() == "bearer" else None


KioskOf = Annotated[Identify, Depends(Kiosks())]
SiteOf = Annotated[Identify, Depends(Sites())]
PairedOf = Annotated[Identify, Depends(PairedDevices())]
StaffOf = Annotated[Identify, Depends(People((Role.COUNTER, Role.SUPERVISOR)))]
CashierOf = Annotated[Identify, Depends(People((Role.CASHIER, Role.SUPERVISOR)))]
ResolverOf = Annotated[
    Identify, Depends(People((Role.CASHIER, Role.SUPERVISOR, Role.ADMINISTRATOR)))
]
SupervisorOf = Annotated[Identify, Depends(People((Role.SUPERVISOR, Role.ADMINISTRATOR)))]
MaintainerOf = Annotated[Identify, Depends(People(MAINTAINERS))]
ItOf = Annotated[Identify, Depends(People((Role.IT,)))]
AuditorOf = Annotated[Identify, Depends(People((Role.AUDITOR, Role.ADMINISTRATOR)))]
AdministratorOf = Annotated[Identify, Depends(People((Role.ADMINISTRATOR,)))]
FreshAdministratorOf = Annotated[Identify, Depends(FreshlyProven((Role.ADMINISTRATOR,)))]
AnyoneSignedIn = Annotated[Identify, Depends(People(PEOPLE))]
FreshAnyoneOf = Annotated[Identify, Depends(FreshlyProven(PEOPLE))]
AnyoneWithPassword = Annotated[Identify, Depends(People(PEOPLE, with_one_time=True))]
RoomOf = Annotated[Identify, Depends(Room())]

# For `dependencies=[Public]` of a route or a whole router.
Public = Depends(Anyone())
PublicForm = Depends(Anyone(form=True))


def declared(dependant: Dependant) -> Iterator[Access]:
    """Every access that a route, or what it depends on, declares."""
    if isinstance(dependant.call, Access):
        yield dependant.call
    for each in dependant.dependencies:
        yield from declared(each)
