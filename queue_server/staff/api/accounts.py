"""HTTP of administration: the accounts of a site and their sessions.

Nothing here takes an idempotency key: a kept reply would keep a password. Every order may be
repeated; a password that was lost on its way is reset.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from queue_server.core.desk import Desk, DeskOf, Identify
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api.access import AdministratorOf, FreshAdministratorOf
from queue_server.staff.model import SHORT_NAME, Role
from queue_server.staff.services import accounts, second_factor, sessions
from queue_server.staff.services.accounts import Account, NewAccount
from queue_server.staff.services.passwords import PasswordDesk, new_password

router = APIRouter(prefix="/api/v1/admin/accounts")

AccountName = Annotated[str, Field(pattern=f"^{SHORT_NAME}$")]
FullName = Annotated[str, Field(min_length=1, max_length=80)]
PersonRole = Literal[
    Role.COUNTER,
    Role.CASHIER,
    Role.SUPERVISOR,
    Role.IT,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AccountBody(BaseModel):
    """One account. `one_time`: its person has yet to replace a password that another made.

    `second_factor`: it signs in with a code besides the password.
    """

    name: str
    full_name: str
    role: Role
    one_time: bool
    disabled: bool
    second_factor: bool


class AccountWithPassword(AccountBody):
    """An account and its one-time password, which is shown this once."""

    password: str


class NewAccountBody(_Body):
    """An account to make; the server makes its password."""

    name: AccountName
    full_name: FullName
    role: PersonRole


class ChangeBody(_Body):
    """What to change; what is left out stays."""

    full_name: FullName | None = None
    role: PersonRole | None = None


class SessionView(BaseModel):
    """One open session."""

    id: str
    opened_at: datetime
    active_at: datetime
    browser: str
    address: str


@router.get("", response_model=list[AccountBody])
async def list_accounts(desk: DeskOf, who: AdministratorOf) -> list[AccountBody]:
    """Every account of the site, by name."""

    def read(uow: UnitOfWork, actor: Actor) -> list[AccountBody]:
        enrolled = second_factor.enrolled_accounts(uow, actor.site)
        return [_body(each, each.name in enrolled) for each in accounts.accounts(uow, actor.site)]

    return await desk.look(who, read)


@router.post("", status_code=201, response_model=AccountWithPassword)
async def create_account(
    request: Request, body: NewAccountBody, desk: DeskOf, who: FreshAdministratorOf
) -> AccountWithPassword:
    """Make an account; 409 `account_exists` when there is one of this name."""
    password, password_hash = await _one_time_password(request, desk, who)
    new = NewAccount(body.name, body.full_name, body.role, password_hash, one_time=True)

    def work(uow: UnitOfWork, actor: Actor) -> AccountWithPassword:
        accounts.create_account(uow, actor, new)
        return _with_password(uow, actor, body.name, password)

    return await desk.change(who, work)


@router.post("/{name}/change", response_model=AccountBody)
async def change_account(
    name: str, body: ChangeBody, desk: DeskOf, who: FreshAdministratorOf
) -> AccountBody:
    """Give an account another role or shown name; a new role ends its sessions."""

    def work(uow: UnitOfWork, actor: Actor) -> AccountBody:
        accounts.change_account(uow, actor, name, body.role, body.full_name)
        return _read(uow, actor, name)

    return await desk.change(who, work)


@router.post("/{name}/disable", response_model=AccountBody)
async def disable_account(name: str, desk: DeskOf, who: FreshAdministratorOf) -> AccountBody:
    """Shut an account out; 409 `last_administrator` when nobody else could administer."""

    def work(uow: UnitOfWork, actor: Actor) -> AccountBody:
        accounts.disable_account(uow, actor, name)
        return _read(uow, actor, name)

    return await desk.change(who, work)


@router.post("/{name}/enable", response_model=AccountBody)
async def enable_account(name: str, desk: DeskOf, who: FreshAdministratorOf) -> AccountBody:
    """Let a disabled account in again."""

    def work(uow: UnitOfWork, actor: Actor) -> AccountBody:
        accounts.enable_account(uow, actor, name)
        return _read(uow, actor, name)

    return await desk.change(who, work)


@router.post("/{name}/reset-password", response_model=AccountWithPassword)
async def reset_password(
    request: Request, name: str, desk: DeskOf, who: FreshAdministratorOf
) -> AccountWithPassword:
    """Give an account a one-time password; its sessions end."""
    password, password_hash = await _one_time_password(request, desk, who)

    def work(uow: UnitOfWork, actor: Actor) -> AccountWithPassword:
        accounts.reset_password(uow, actor, name, password_hash)
        return _with_password(uow, actor, name, password)

    return await desk.change(who, work)


@router.post("/{name}/reset-second-factor", response_model=AccountBody)
async def reset_second_factor(name: str, desk: DeskOf, who: FreshAdministratorOf) -> AccountBody:
    """Take away the second factor another person lost; their sessions end.

    409 `own_second_factor`, `not_enrolled`.
    """

    def work(uow: UnitOfWork, actor: Actor) -> AccountBody:
        accounts.account(uow, actor.site, name)
        second_factor.reset(uow, actor, name)
        return _read(uow, actor, name)

    return await desk.change(who, work)


@router.get("/{name}/sessions", response_model=list[SessionView])
async def list_sessions(name: str, desk: DeskOf, who: AdministratorOf) -> list[SessionView]:
    """The account's open sessions, the newest first."""

    def read(uow: UnitOfWork, actor: Actor) -> list[SessionView]:
        found = accounts.account(uow, actor.site, name)
        return [
            SessionView(
                id=each.id,
                opened_at=each.times.opened_at,
                active_at=each.times.active_at,
                browser=each.browser,
                address=each.address,
            )
            for each in sessions.sessions_of(uow, actor.site, found.name)
        ]

    return await desk.look(who, read)


@router.post("/{name}/sessions/{session}/end", status_code=204)
async def end_session(name: str, session: str, desk: DeskOf, who: AdministratorOf) -> None:
    """End one session of an account."""
    await desk.change(who, lambda uow, actor: sessions.end_session(uow, actor, name, session))


async def _one_time_password(request: Request, desk: Desk, who: Identify) -> tuple[str, str]:
    """A password and its hash, once it is known that the caller may have one."""
    await desk.look(who, lambda _, actor: actor)
    passwords: PasswordDesk = request.app.state.passwords
    password = new_password()
    return password, await passwords.hash(password)


def _read(uow: UnitOfWork, actor: Actor, name: str) -> AccountBody:
    enrolled = second_factor.is_enrolled(uow, actor.site, name)
    return _body(accounts.account(uow, actor.site, name), enrolled)


def _body(found: Account, enrolled: bool) -> AccountBody:
    return AccountBody(
        name=found.name,
        full_name=found.full_name,
        role=found.role,
        one_time=found.one_time,
        disabled=found.disabled,
        second_factor=enrolled,
    )


def _with_password(uow: UnitOfWork, actor: Actor, name: str, password: str) -> AccountWithPassword:
    return AccountWithPassword(**_read(uow, actor, name).model_dump(), password=password)
