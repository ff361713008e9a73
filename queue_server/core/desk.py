"""What every api needs to serve a request: who asks, under which key, in which unit of work."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse

from queue_server.core.db import Database
from queue_server.core.idempotency import Reply, once, request_hash
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
    """Opens units of work for HTTP: parse -> identify -> service -> commit -> render."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def look(self, who: Identify, work: Callable[[UnitOfWork, Actor], T]) -> T:
        """The result of reading `work` for the caller `who` identifies."""
        return await self.database.look(lambda uow: work(uow, who(uow)))

    async def change(self, who: Identify, work: Callable[[UnitOfWork, Actor], T]) -> T:
        """The result of writing `work`, without a key: for what may be repeated freely."""

        def unit(uow: UnitOfWork) -> T:
            actor = who(uow)
            uow.lock_site(actor.site)
            return work(uow, actor)

        return await self.database.call(unit)

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
    return request.app.state.desk


DeskOf = Annotated[Desk, Depends(_desk)]
