"""The day close: what kiosks tell of a day, and what a supervisor asks for and seals."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from queue_server.core.desk import DeskOf, IdempotencyKey, Identify
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments.api.bodies import Body
from queue_server.payments.model.day_books import (
    AcceptorCount,
    Denomination,
    HopperCount,
    JournalPayment,
    KioskReport,
    Sums,
    TerminalPeriod,
    Told,
    Tried,
)
from queue_server.payments.model.paid import Means
from queue_server.payments.services import centre_ledger, day_close, day_reports
from queue_server.staff.api import KioskOf, SupervisorOf
from queue_server.staff.api.access import People
from queue_server.staff.model import Role

router = APIRouter(prefix="/api/v1", tags=["payments: day close"])

READERS = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)
DayReadersOf = Annotated[Identify, Depends(People(READERS))]
MOST_PAYMENTS, MOST_MACHINES, MOST_DENOMINATIONS = 1_000, 50, 100
Amount = Annotated[int, Field(ge=0, lt=100_000_000)]
Count = Annotated[int, Field(ge=0, lt=1_000_000_000)]
Difference = Annotated[int, Field(gt=-1_000_000_000, lt=1_000_000_000)]
Name = Annotated[str, Field(max_length=60)]


class TriedBody(Body):
    """One try to pay, by the kiosk's journal. Amounts in céntimos; of a card only these fields."""

    payment_id: UUID
    application: UUID
    means: Means
    began_at: AwareDatetime
    stands: Tried
    asked_centimos: Amount
    taken_centimos: Amount = 0
    given_centimos: Amount = 0
    claimed_centimos: Amount = 0
    terminal_id: Annotated[str, Field(max_length=40)] = ""
    rrn: Annotated[str, Field(max_length=40)] = ""
    masked_last4: Annotated[str, Field(pattern=r"^([0-9]{4})?$")] = ""

    def tried(self) -> JournalPayment:
        """The domain's own form of it."""
        ids = str(self.payment_id), str(self.application)
        amounts = self.asked_centimos, self.taken_centimos, self.given_centimos
        card = self.terminal_id, self.rrn, self.masked_last4
        return JournalPayment(
            *ids, self.means, self.began_at, self.stands, *amounts, self.claimed_centimos, *card
        )


class SumsBody(Body):
    """How many, and how much in all."""

    count: Count
    centimos: Amount

    def sums(self) -> Sums:
        """The domain's own form of it."""
        return Sums(self.count, self.centimos)


class TerminalCountBody(Body):
    """What a terminal counted from one close to the next, and what the journal has of that time."""

    terminal_id: Annotated[str, Field(max_length=64)]
    period: Annotated[str, Field(max_length=32)]
    told: Told
    closed: bool
    payments: SumsBody
    reversals: SumsBody
    booked_payments: SumsBody
    booked_reversals: SumsBody

    def counted(self) -> TerminalPeriod:
        """The domain's own form of it."""
        return TerminalPeriod(
            self.terminal_id,
            self.period,
            self.told,
            self.closed,
            self.payments.sums(),
            self.reversals.sums(),
            self.booked_payments.sums(),
            self.booked_reversals.sums(),
        )


class DenominationBody(Body):
    """How many pieces of one worth. `item`: the device's own name of it."""

    item: Annotated[str, Field(max_length=20)]
    amount_centimos: Annotated[int, Field(gt=0, lt=1_000_000)]
    pieces: Count


class AcceptorCountBody(Body):
    """An acceptor: pieces booked for the day's payments; the device's own count and the journal's
    from the day's first look to its last (`counted` null: it keeps none)."""

    serial: Name
    pieces: Annotated[list[DenominationBody], Field(max_length=MOST_DENOMINATIONS)]
    counted: Difference | None
    booked: Difference
    events_lost: Annotated[str, Field(max_length=200)] = ""

    def counts(self) -> AcceptorCount:
        """The domain's own form of it."""
        pieces = tuple(
            Denomination(each.item, each.amount_centimos, each.pieces) for each in self.pieces
        )
        return AcceptorCount(self.serial, pieces, self.counted, self.booked, self.events_lost)


class HopperCountBody(Body):
    """Coins that came out for the day's payments."""

    serial: Name
    coin_centimos: Annotated[int, Field(gt=0, lt=1_000_000)]
    coins: Count


class DayReportBody(Body):
    """What a kiosk says of a local day: of every payment that began on it, and of its machines.

    The newest word counts, all of it. `untold`: news that still wait for the server.
    """

    day: date
    made_at: AwareDatetime
    payments: Annotated[list[TriedBody], Field(max_length=MOST_PAYMENTS)]
    terminals: Annotated[list[TerminalCountBody], Field(max_length=MOST_MACHINES)]
    acceptors: Annotated[list[AcceptorCountBody], Field(max_length=MOST_MACHINES)]
    hoppers: Annotated[list[HopperCountBody], Field(max_length=MOST_MACHINES)]
    untold: Count

    def report(self, kiosk: str) -> KioskReport:
        """The domain's own form of it."""
        return KioskReport(
            kiosk,
            self.made_at,
            tuple(each.tried() for each in self.payments),
            tuple(each.counted() for each in self.terminals),
            tuple(each.counts() for each in self.acceptors),
            tuple(
                HopperCount(each.serial, each.coin_centimos, each.coins) for each in self.hoppers
            ),
            self.untold,
        )


class OfDayBody(BaseModel):
    """The day that was spoken of."""

    day: date


@router.post("/day-reports", response_model=OfDayBody)
async def tell(
    request: Request, body: DayReportBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Tell of a day; told again, the newest report counts."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        day_reports.hear(uow, actor, body.day, body.report(actor.name))
        return Reply(200, {"day": body.day.isoformat()})

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/day-closes/{day}/refresh", response_model=OfDayBody)
async def refresh(
    request: Request, day: date, desk: DeskOf, key: IdempotencyKey, who: SupervisorOf
) -> JSONResponse:
    """Have the centre asked anew about a day; its answer is there some seconds later."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        day_close.close_of(uow, actor.site, day)
        centre_ledger.want(uow, actor, day)
        return Reply(200, {"day": day.isoformat()})

    return await desk.once(request, who, key, None, work)


class SealDayBody(Body):
    """A reason for each difference that is left, by the difference's key. No personal data."""

    reasons: Annotated[
        dict[
            Annotated[str, Field(max_length=200)],
            Annotated[str, Field(max_length=day_close.LONGEST_REASON)],
        ],
        Field(max_length=500),
    ]


class SealedDayBody(BaseModel):
    """A sealed close. `number`: 1, or higher for a correction; `agrees`: no difference was left."""

    day: date
    number: int
    agrees: bool


@router.post("/day-closes/{day}/seal", status_code=201, response_model=SealedDayBody)
async def seal(
    request: Request,
    day: date,
    body: SealDayBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: SupervisorOf,
) -> JSONResponse:
    """Seal a day that is over, or append a correction to one that was sealed."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        done = day_close.seal(uow, actor, day, body.reasons)
        agrees = not done.figures["differences"]
        return Reply(201, {"day": day.isoformat(), "number": done.number, "agrees": agrees})

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


class DayCloseBody(BaseModel):
    """A day as its five books have it now; `over`: its last instant has passed; `sealed`: how often
    it was sealed; `news`: the differences that are not as they were sealed last."""

    figures: dict[str, Any]
    over: bool
    sealed: int
    news: list[str]


@router.get("/day-closes/{day}", response_model=DayCloseBody)
async def look(day: date, desk: DeskOf, who: DayReadersOf) -> JSONResponse:
    """The close of a day, kiosk by kiosk, with every difference."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        close = day_close.close_of(uow, actor.site, day)
        return {
            "figures": close.now,
            "over": close.over,
            "sealed": len(close.sealed),
            "news": sorted(close.news),
        }

    return JSONResponse(await desk.look(who, read))
