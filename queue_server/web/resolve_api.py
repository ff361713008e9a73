"""What waits for a person: money in doubt, money that must go back, claims, and errands that came
to a stop; and the claim whose code somebody brought."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from queue_server.core.desk import DeskOf
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services import dead_end, parked, whose
from queue_server.issuance.services.parked import Stuck
from queue_server.issuance.services.whose import Face
from queue_server.payments.api.claims import tried
from queue_server.payments.services import claims, resolve
from queue_server.payments.services.resolve import Sort, Unresolved
from queue_server.staff.api import ResolverOf
from queue_server.staff.model import Role
from queue_server.turns.services.rules import site_rules

router = APIRouter(prefix="/api/v1", tags=["resolve"])
# A claim is paid by whom handles money; who only configures the site does not.
_DECIDE, _GIVE = (Role.SUPERVISOR, Role.ADMINISTRATOR), (Role.CASHIER, Role.SUPERVISOR)


class LastBody(BaseModel):
    """The newest action: the event's kind, who did it, when."""

    what: str
    who: str
    at: str


class UnresolvedBody(BaseModel):
    """One thing that waits for a person. `id`: of the payment, the claim or the errand.

    `masked`: the document's number, all but its last signs covered. `reason`: a closed word, or for
    an errand the program's own. `now`: somebody should see to it now. `finding`: what staff noted.
    `may`: what this person may do about it.
    """

    sort: str
    id: str
    since: str
    number: str | None
    document_type: str | None
    masked: str | None
    kiosk: str | None
    means: str | None
    amount_centimos: int | None
    state: str
    reason: str
    now: bool
    finding: str | None
    last: LastBody | None
    may: list[str]


class PayingPlaceBody(BaseModel):
    """A counter, for whoever gives money there."""

    code: str
    name: str


class ResolveBody(BaseModel):
    """Everything that waits for a person, at one instant; it then follows `/api/v1/feed`."""

    now: str
    event_id: int
    counters: list[PayingPlaceBody]
    may_give: bool
    items: list[UnresolvedBody]


@router.get("/resolve", response_model=ResolveBody)
async def unresolved(desk: DeskOf, who: ResolverOf) -> JSONResponse:
    """What waits for a person at the site: what needs somebody now first, then the oldest."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        money = resolve.unresolved(uow, actor.site)
        errands = parked.stuck(uow, actor.site)
        about = {each.application for each in (*money, *errands) if each.application}
        faces = whose.faces(uow, actor.site, about)
        items = [
            *(_money(each, faces.get(each.application or ""), actor) for each in money),
            *(_errand(each, faces.get(each.application or ""), actor) for each in errands),
        ]
        rules = site_rules(uow, actor.site)
        return {
            "now": uow.now.isoformat(),
            "event_id": uow.last_event_id(actor.site),
            "counters": [
                {"code": code, "name": place.name} for code, place in rules.counters.items()
            ],
            "may_give": actor.role in _GIVE,
            "items": sorted(items, key=lambda each: (not each["now"], each["since"])),
        }

    return JSONResponse(await desk.look(who, read))


class FindClaimBody(BaseModel):
    """The code as somebody typed it."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=40)]


class FoundClaimBody(BaseModel):
    """The claim whose code was typed; whose it is only as far as it takes to compare a document."""

    id: str
    state: str
    reason: str
    means: str
    amount_centimos: int
    made_at: str
    kiosk: str
    number: str | None
    document_type: str | None
    masked: str | None
    withdrawn: str | None
    given: str | None
    given_by: str | None
    given_at_counter: str | None
    given_at: str | None


@router.post("/claims/find", response_model=FoundClaimBody)
async def find_claim(
    request: Request, body: FindClaimBody, desk: DeskOf, who: ResolverOf
) -> JSONResponse:
    """The claim of a code; whoever types many that are none must wait."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        found = claims.by_code(uow, actor.site, body.code)
        mine = {found.application} if found.application else set[str]()
        face = whose.faces(uow, actor.site, mine).get(found.application or "")
        return {
            "id": found.id,
            "state": found.state,
            "reason": found.reason,
            "means": found.means,
            "amount_centimos": found.amount_centimos,
            "made_at": found.made_at.isoformat(),
            "kiosk": found.kiosk,
            **_whose(face),
            "withdrawn": found.withdrawn_for,
            "given": found.given,
            "given_by": found.given_by,
            "given_at_counter": found.given_at_counter,
            "given_at": found.given_at and found.given_at.isoformat(),
        }

    async with tried(request, desk, who):
        return JSONResponse(await desk.look(who, read))


def _money(of: Unresolved, face: Face | None, actor: Actor) -> dict[str, Any]:
    last = of.last
    return {
        "sort": of.sort,
        "id": of.id,
        "since": of.since.isoformat(),
        **_whose(face),
        "kiosk": of.kiosk,
        "means": of.means,
        "amount_centimos": of.amount_centimos,
        "state": of.state,
        "reason": of.reason,
        "now": of.now,
        "finding": of.finding,
        "last": {"what": last.what, "who": last.who, "at": last.at.isoformat()}
        if last
        else _step_of(face),
        "may": _may(of, actor),
    }


def _may(of: Unresolved, actor: Actor) -> list[str]:
    """What `actor` may do about it; each is checked again when it is done."""
    decides = actor.role in _DECIDE
    match of.sort, of.state:
        case Sort.DOUBT, "charged":
            return ["claim"] if decides else []
        case Sort.DOUBT, _:
            return ["note", "settle"] if decides else ["note"]
        case Sort.RETURN, ("under_way" | "stuck") if of.now and decides:
            return ["claim", "found_returned"]
        case Sort.RETURN, "owed" if of.now and decides:
            return ["claim"]
        case Sort.WALLET, "refund_refused" if decides:
            return ["claim"]
        case Sort.CLAIM, "in_doubt" if decides:
            return ["settle", "code"]
        case Sort.CLAIM, _ if decides:
            return ["code"]
        case _:
            return []


def _errand(of: Stuck, face: Face | None, actor: Actor) -> dict[str, Any]:
    decides = actor.role in _DECIDE
    gives_back = decides and of.kind in dead_end.FOR_A_CERTIFICATE
    return {
        "sort": "errand",
        "id": str(of.id),
        "since": of.since.isoformat(),
        **_whose(face),
        "kiosk": None,
        "means": None,
        "amount_centimos": None,
        "state": of.kind,
        "reason": of.reason,
        "now": True,
        "finding": None,
        "last": _step_of(face),
        "may": [*(["take_up"] if decides else []), *(["give_back"] if gives_back else [])],
    }


def _step_of(face: Face | None) -> dict[str, str] | None:
    """The newest step of its application, where nothing was done about the money itself yet."""
    if face is None:
        return None
    what, at = f"application.{face.state}", face.changed_at.isoformat()
    return {"what": what, "who": face.changed_by, "at": at}


def _whose(face: Face | None) -> dict[str, str | None]:
    return {
        "number": face and face.number,
        "document_type": face and face.document_type,
        "masked": face and face.masked,
    }
