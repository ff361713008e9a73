"""What the administrator edits: the site, its services, counters, groups and operators.

Every change names the version of the site it was made on; another one by now is 409 `stale`.
"""

from collections.abc import Callable
from datetime import time
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import AdministratorOf
from queue_server.turns.api.bodies import Body
from queue_server.turns.model.service_words import WrittenWords
from queue_server.turns.services import admin
from queue_server.turns.services.configuration import configuration

router = APIRouter(prefix="/api/v1/admin", tags=["administration"])
Version = Annotated[int, Field(ge=1)]
Seen = Annotated[int, Query(ge=1, alias="version")]
PathCode = Annotated[str, Path(max_length=60)]
Words = Annotated[str, Field(max_length=1000)]
Number = Annotated[int, Field(ge=-(10**6), le=10**6)]
Weights = Annotated[dict[str, Number], Field(max_length=100)]
# Minutes of the site's own day: whatever seconds or zone were sent are not meant.
LocalTime = Annotated[
    time, AfterValidator(lambda sent: sent.replace(second=0, microsecond=0, tzinfo=None))
]
Change = Callable[[UnitOfWork, Actor], int]


class ConfigurationBody(BaseModel):
    """Everything an administrator edits, retired services and counters too."""

    version: int
    now: str
    event_id: int
    site: dict[str, Any]
    services: list[dict[str, Any]]
    counters: list[dict[str, Any]]
    pools: list[dict[str, Any]]
    hours: list[dict[str, Any]]
    closures: list[dict[str, Any]]
    announcements: list[dict[str, Any]]
    operators: dict[str, dict[str, int]]


class ChangedBody(BaseModel):
    """The site's version after the change."""

    version: int


class SeenBody(Body):
    """A change: `version` is the one the administrator saw."""

    version: Version


async def carry_out(
    request: Request, desk: DeskOf, who: AdministratorOf, key: str, body: Any, change: Change
) -> JSONResponse:
    """Do `change` once; the answer is the site's new version."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, {"version": change(uow, actor)})

    return await desk.once(request, who, key, body, work)


@router.get("/configuration", response_model=ConfigurationBody)
async def read_configuration(desk: DeskOf, who: AdministratorOf) -> JSONResponse:
    """The site as it is configured now."""
    return JSONResponse(await desk.look(who, lambda uow, actor: configuration(uow, actor.site)))


class SettingsBody(SeenBody):
    """What holds for the whole site."""

    name: Words
    zone: Words
    strategy: Words
    preferential_in_turn: Number
    general_in_turn: Number
    head_start_min: Number
    no_show_returns: Number
    no_show_delay_min: Number
    leftover: Words
    wait_alarm_min: Number
    clock_limit_s: Number
    complaints: Words = ""


@router.put("/site", response_model=ChangedBody)
async def put_site(
    request: Request, body: SettingsBody, desk: DeskOf, key: IdempotencyKey, who: AdministratorOf
) -> JSONResponse:
    """Change name, zone and rules of the site."""
    settings = admin.SiteSettings(**body.model_dump(exclude={"version"}))
    return await carry_out(
        request,
        desk,
        who,
        key,
        body.model_dump(),
        lambda uow, actor: admin.put_settings(uow, actor, body.version, settings),
    )


class ServiceWordsBody(Body):
    """A service in another language; `reviewed`: whoever saves says that somebody read it."""

    name: Words = ""
    needs: Words = ""
    reviewed: bool = False

    def written(self) -> WrittenWords:
        """As the services take it."""
        return WrittenWords(self.name, self.needs, self.reviewed)


class ServiceBody(SeenBody):
    """One service; `series` is the letter of its tickets. Local times; null: no limit.

    `words`: en, qu, ay -> the service in it; a language that is not named stays as it is.
    """

    name: Words
    series: Words
    kind: Words = "turn"
    position: Number = 0
    kiosk_visible: bool = True
    expected_minutes: Number = 6
    opens: LocalTime | None = None
    closes: LocalTime | None = None
    daily_quota: Number | None = None
    needs: Words = ""
    retired: bool = False
    words: Annotated[dict[str, ServiceWordsBody], Field(max_length=10)] = Field(
        default_factory=dict[str, ServiceWordsBody]
    )


@router.put("/services/{code}", response_model=ChangedBody)
async def put_service(
    request: Request,
    code: PathCode,
    body: ServiceBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: AdministratorOf,
) -> JSONResponse:
    """Create, change or retire a service."""
    row = admin.ServiceRow(**body.model_dump(exclude={"version", "words"}))
    written = {language: each.written() for language, each in body.words.items()}
    return await carry_out(
        request,
        desk,
        who,
        key,
        body.model_dump(mode="json"),
        lambda uow, actor: admin.put_service(uow, actor, body.version, code, row, written),
    )


class CounterBody(SeenBody):
    """One counter; `services`: code -> weight 1..9, how much a minute of waiting counts there."""

    name: Words
    services: Weights = Field(default_factory=dict)
    retired: bool = False


@router.put("/counters/{code}", response_model=ChangedBody)
async def put_counter(
    request: Request,
    code: PathCode,
    body: CounterBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: AdministratorOf,
) -> JSONResponse:
    """Create, change or retire a counter."""
    return await carry_out(
        request,
        desk,
        who,
        key,
        body.model_dump(),
        lambda uow, actor: admin.put_counter(
            uow, actor, body.version, code, body.name, body.services, retired=body.retired
        ),
    )


class PoolBody(SeenBody):
    """A group of counters."""

    name: Words
    counters: Annotated[list[Words], Field(max_length=200)]


@router.put("/pools/{code}", response_model=ChangedBody)
async def put_pool(
    request: Request,
    code: PathCode,
    body: PoolBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: AdministratorOf,
) -> JSONResponse:
    """Create or change a group of counters."""
    return await carry_out(
        request,
        desk,
        who,
        key,
        body.model_dump(),
        lambda uow, actor: admin.put_pool(uow, actor, body.version, code, body.name, body.counters),
    )


@router.delete("/pools/{code}", response_model=ChangedBody)
async def remove_pool(
    request: Request,
    code: PathCode,
    version: Seen,
    desk: DeskOf,
    key: IdempotencyKey,
    who: AdministratorOf,
) -> JSONResponse:
    """Remove a group of counters."""
    return await carry_out(
        request,
        desk,
        who,
        key,
        version,
        lambda uow, actor: admin.remove_pool(uow, actor, version, code),
    )


class OperatorBody(SeenBody):
    """What an account serves: service -> 0..9; what is not named follows the counter."""

    services: Weights


@router.put("/operators/{name}", response_model=ChangedBody)
async def put_operator(
    request: Request,
    name: PathCode,
    body: OperatorBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: AdministratorOf,
) -> JSONResponse:
    """Change what one account serves."""
    return await carry_out(
        request,
        desk,
        who,
        key,
        body.model_dump(),
        lambda uow, actor: admin.put_operator(uow, actor, body.version, name, body.services),
    )
