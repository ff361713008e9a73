"""What every api needs to serve a request: who asks, under which key, in which unit of work."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse

from queue_server.core.db import Database
from queue_server.core.idempotency import Reply, once, request_hash
from queue_server.core.looks import Looks
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork

T = TypeVar("T")
Identify = Callable[[UnitOfWork], Actor]

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="Minted once by the caller and sent again, unchanged, on every retry.",
    ),
]


class Written(JSONResponse):
    """JSON that was written before."""

    def render(self, content: str) -> bytes:
        return content.encode()


class Desk:
    """Opens units of work for HTTP: parse -> identify -> service -> commit -> render.

    `looks`: where it is kept who looked at whom, `page`: the route that asks; without `looks`
    nothing of it is kept (nobody of staff asks here).
    """

    def __init__(self, database: Database, looks: Looks | None = None, page: str = "") -> None:
        self.database = database
        self.looks = looks
        self.page = page

    async def look(self, who: Identify, work: Callable[[UnitOfWork, Actor], T]) -> T:
        """The result of reading `work` for the caller `who` identifies.

        Where it shows somebody of staff a person's data, that is recorded first.
        """

        def unit(uow: UnitOfWork) -> tuple[T, Actor, set[tuple[str, str]]]:
            actor = who(uow)
            return work(uow, actor), actor, uow.looked

        result, actor, looked = await self.database.look(unit)
        if looked and self.looks is not None:
            await self.looks.seen(actor, self.page, looked)
        return result

    async def change(
        self, who: Identify, work: Callable[[UnitOfWork, Actor], T], *, in_company: bool = False
    ) -> T:
        """The result of writing `work`, without a key: for what may be repeated freely.

        `in_company`: nobody stands and waits for it (see `Database.call_in_company`).
        """

        def unit(uow: UnitOfWork) -> T:
            actor = who(uow)
            uow.lock_site(actor.site)
            return work(uow, actor)

        call = self.database.call_in_company if in_company else self.database.call
        return await call(unit)

    def still(self, who: Identify) -> Callable[[], Awaitable[bool]]:
        """Asks whether `who` still identifies somebody; a database that is away is no refusal."""

        async def ask() -> bool:
            try:
                await self.look(who, lambda _, actor: actor)
            except Problem as problem:
                return problem.status not in (401, 403)
            return True

        return ask

    async def once(
        self,
        request: Request,
        who: Identify,
        key: str,
        body: Any,
        work: Callable[[UnitOfWork, Actor], Reply],
    ) -> JSONResponse:
        """The answer of `work`, carried out at most once under `key`."""
        route = f"{request.method} {request.url.path}"

        def unit(uow: UnitOfWork) -> Reply:
            actor = who(uow)
            digest = request_hash(actor, route, body)
            return once(uow, actor, key, digest, lambda: work(uow, actor))

        reply = await self.database.call(unit)
        headers = {"Idempotency-Replayed": "true"} if reply.replayed else None
        return Written(reply.text, status_code=reply.status, headers=headers)


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return Desk(desk.database, desk.looks, getattr(request.scope.get("route"), "path", ""))


DeskOf = Annotated[Desk, Depends(_desk)]
