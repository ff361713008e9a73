"""What the forms of the way in share: check a password, check a code, hand out the session.

One route of its own: to show again who one is, before something that gives or takes power.
"""

import secrets
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from queue_server.core.desk import Desk, DeskOf, Identify
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api.access import AnyoneWithPassword
from queue_server.staff.api.cookies import BROWSER, HALF_SESSION, SESSION
from queue_server.staff.model import Proof, account_name, browser_words
from queue_server.staff.services import (
    accounts,
    own_account,
    second_factor,
    sessions,
    sign_in,
    sign_in_limits,
)
from queue_server.staff.services.passwords import PasswordDesk
from queue_server.staff.services.sessions import Where
from queue_server.staff.services.sign_in import Next, Step
from queue_server.staff.services.sign_in_limits import Guest

router = APIRouter()


class ProofBody(BaseModel):
    """The code of one's app or a recovery code; the password of an account without a second
    factor."""

    model_config = ConfigDict(extra="forbid")
    proof: Annotated[str, Field(min_length=1, max_length=200)]


def guest_of(request: Request) -> Guest:
    """Against whom a try of this request is counted."""
    return Guest(_address(request), BROWSER.of(request))


def where_of(request: Request) -> Where:
    """Where this request comes from, in words by which its person knows it again."""
    return Where(browser_words(request.headers.get("user-agent", "")), _address(request))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def check_password(
    request: Request, desk: Desk, site: str, name: str, password: str
) -> str | None:
    """The verified hash of account `name`, or None when name and password do not belong together.

    Raises Problem 429 after too many wrong tries, 503 when too many wait.
    """
    name, guest = account_name(name), guest_of(request)
    await desk.database.look(
        lambda uow: sign_in_limits.check_password_allowed(uow, site, name, guest)
    )
    charge = await desk.database.call(
        lambda uow: sign_in_limits.charge_password(uow, site, name, guest)
    )
    passwords: PasswordDesk = request.app.state.passwords
    stored = await desk.database.look(lambda uow: accounts.stored_hash(uow, site, name))
    if not await passwords.verify(stored, password):
        return None
    await desk.database.call(lambda uow: sign_in_limits.give_back(uow, charge))
    return stored


async def after_password(
    request: Request, desk: Desk, site: str, name: str, password: str
) -> Step | None:
    """What follows name and password, None when they are wrong. Raises Problem 429, 503."""
    verified = await check_password(request, desk, site, name, password)
    if verified is None:
        return None
    where = where_of(request)
    return await desk.database.call(
        lambda uow: sign_in.after_password(uow, site, account_name(name), verified, where)
    )


async def after_code(request: Request, desk: Desk, typed: str) -> Step | None:
    """What follows the code, None when it is wrong. Raises Problem 401, 429."""
    value, where = HALF_SESSION.of(request), where_of(request)
    guest = guest_of(request)
    charge = await desk.database.call(lambda uow: sign_in.charge_code(uow, value, guest))
    step = await desk.database.call(lambda uow: sign_in.after_code(uow, value, typed, where))
    if step is not None and step.next is not Next.OVER:
        await desk.database.call(lambda uow: sign_in_limits.give_back(uow, charge))
    return step


async def enrol(request: Request, desk: Desk, typed: str) -> tuple[list[str], Step] | None:
    """The recovery codes and the open session of whoever confirmed their app; None: a wrong code.

    Raises Problem 401, 409, 429.
    """
    value, where = HALF_SESSION.of(request), where_of(request)
    guest = guest_of(request)
    charge = await desk.database.call(lambda uow: sign_in.charge_code(uow, value, guest))
    codes = await desk.database.call(lambda uow: sign_in.enrol(uow, value, typed))
    if codes is None:
        return None
    await desk.database.call(lambda uow: sign_in_limits.give_back(uow, charge))
    return codes, await desk.database.call(lambda uow: sign_in.after_enrolment(uow, value, where))


async def hand_out(request: Request, desk: Desk, answer: Response, step: Step) -> None:
    """Give the browser what the step opened, and end the session it held before (ASVS 7.2.4)."""
    if step.next is not Next.IN:
        HALF_SESSION.give(request, answer, step.value)
        return
    before, browser = SESSION.of(request), BROWSER.of(request) or secrets.token_urlsafe(32)
    if before:
        await desk.database.call(lambda uow: sessions.close_session(uow, before))
    await desk.database.call(lambda uow: _remember(uow, step.value, browser))
    SESSION.give(request, answer, step.value)
    BROWSER.give(request, answer, browser)
    if HALF_SESSION.of(request):
        HALF_SESSION.take_back(request, answer)


def _remember(uow: UnitOfWork, value: str, browser: str) -> None:
    whose = sessions.holder(uow, value)
    if whose is not None:
        sign_in_limits.remember_browser(uow, whose.site, whose.name, browser)


@router.post("/api/v1/session/prove", status_code=204)
async def prove(request: Request, body: ProofBody, desk: DeskOf, who: AnyoneWithPassword) -> None:
    """Show again who one is. 422 `wrong_proof`; the fifth wrong one in a row ends the session."""
    await prove_again(request, desk, who, body.proof)


async def prove_again(request: Request, desk: Desk, who: Identify, typed: str) -> None:
    """Note that the holder of this session showed again who they are.

    Raises Problem 401 signed out, 422 `wrong_proof`, 429, 503.
    """
    value, guest = SESSION.of(request), guest_of(request)
    actor = await desk.look(who, lambda _, actor: actor)
    if await proof_wanted(desk, who) is Proof.CODE:
        charge = await desk.change(
            who, lambda uow, own: sign_in_limits.charge_code(uow, own.site, own.name, guest)
        )
        right = await desk.change(who, lambda uow, own: sign_in.prove(uow, own, value, typed))
        if right:
            await desk.database.call(lambda uow: sign_in_limits.give_back(uow, charge))
    else:
        right = await check_password(request, desk, actor.site, actor.name, typed) is not None
        await desk.change(who, lambda uow, own: _note_password(uow, own, value, right))
    if not right:
        words = (
            "No es correcto. Revíselo y escríbalo otra vez; al quinto error se cierra la sesión."
        )
        raise Problem(422, "wrong_proof", words)


async def confirm_new_app(
    request: Request, desk: Desk, who: Identify, typed: str
) -> list[str] | None:
    """Take the app that was offered into use, from inside a session; the recovery codes.

    None for a wrong code. Raises Problem 401, 403, 409, 429.
    """
    value, guest = SESSION.of(request), guest_of(request)
    charge = await desk.change(
        who, lambda uow, own: sign_in_limits.charge_code(uow, own.site, own.name, guest)
    )
    codes = await desk.change(
        who, lambda uow, own: own_account.take_new_app(uow, own, value, typed)
    )
    if codes is not None:
        await desk.database.call(lambda uow: sign_in_limits.give_back(uow, charge))
    return codes


async def proof_wanted(desk: Desk, who: Identify) -> Proof:
    """By what this person shows again who they are."""
    enrolled = await desk.look(
        who, lambda uow, actor: second_factor.is_enrolled(uow, actor.site, actor.name)
    )
    return Proof.CODE if enrolled else Proof.PASSWORD


def _note_password(uow: UnitOfWork, actor: Actor, value: str, right: bool) -> None:
    if right:
        sessions.proven(uow, value, Proof.PASSWORD)
        uow.record(actor, "session.proven", account=actor.name, proof=str(Proof.PASSWORD))
    else:
        sessions.count_wrong_proof(uow, actor, value)
