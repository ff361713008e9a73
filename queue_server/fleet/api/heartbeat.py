"""HTTP of heartbeats: what a kiosk says of itself every ten seconds, and when something changed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from devices.status import Action, DeviceState
from queue_server.core.desk import DeskOf
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.model.devices import DeviceReport
from queue_server.fleet.model.heartbeat import Heartbeat, Journey, Supply, Vitals
from queue_server.fleet.services import heartbeats
from queue_server.staff.api import KioskOf

T = TypeVar("T")
router = APIRouter()

Word = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\x20-\x7e]+$")]
PartName = Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[A-Za-z0-9_]+$")]
Count = Annotated[int, Field(ge=0, lt=2**31)]
Note = Annotated[str, Field(max_length=160)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DeviceReportBody(_Body):
    """One device: its XFS state, its parts, and what would put it right."""

    name: Word
    kind: Word
    model: Word
    device: DeviceState
    parts: Annotated[dict[PartName, Word], Field(max_length=16)]
    action: Action | None
    detail: Annotated[str, Field(max_length=200)]


class SupplyBody(_Body):
    """What runs out, or (`fills`) fills up, in a device; null where nobody knows."""

    device: Word
    name: PartName
    unit: PartName
    count: Count | None = None
    capacity: Count | None = None
    fills: bool = False


class JourneyBody(_Body):
    """Something a person can come for, and why it cannot be finished there now ("": it can)."""

    journey: Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[a-z0-9_:-]+$")]
    obstacle: Annotated[str, Field(max_length=40, pattern=r"^[a-z_]*$")]
    name: Annotated[str, Field(max_length=80)] = ""


class VitalsBody(_Body):
    """The machine itself; null where it does not say."""

    temperature_c: Annotated[float, Field(ge=-60, le=200)] | None = None
    disk_free_mb: Count | None = None
    disk_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    clock_offset_ms: Annotated[int, Field(gt=-(2**53), lt=2**53)] | None = None


class HeartbeatBody(_Body):
    """What a kiosk says. `sequence` grows from its program's start (`session`) to its end.

    A `full` one tells everything; another what changed since the last one that was answered, null
    meaning "as it was".
    """

    boot_id: UUID
    session: UUID | None = None
    sequence: Annotated[int, Field(ge=0, lt=2**63)]
    full: bool = True
    build: Annotated[str, Field(max_length=40)]
    screen: Annotated[str, Field(max_length=40)]
    devices: Annotated[list[DeviceReportBody], Field(max_length=20)]
    gone: Annotated[list[Word], Field(max_length=20)] = []
    unsent: Count
    oldest_unsent_s: Count | None = None
    supplies: Annotated[list[SupplyBody], Field(max_length=30)] | None = None
    journeys: Annotated[list[JourneyBody], Field(max_length=40)] | None = None
    counters: Annotated[dict[PartName, Count], Field(max_length=30)] = {}
    vitals: VitalsBody = VitalsBody()
    notes: Annotated[list[Note], Field(max_length=20)] | None = None

    def heartbeat(self) -> Heartbeat:
        """The same in the model's words."""
        return Heartbeat(
            boot_id=str(self.boot_id),
            session=str(self.session or ""),
            sequence=self.sequence,
            full=self.full,
            build=self.build,
            screen=self.screen,
            devices=tuple(DeviceReport(**dict(each)) for each in self.devices),
            gone=tuple(self.gone),
            unsent=self.unsent,
            oldest_unsent_s=self.oldest_unsent_s,
            supplies=_all(Supply, self.supplies),
            journeys=_all(Journey, self.journeys),
            counters=self.counters,
            vitals=Vitals(**dict(self.vitals)),
            notes=None if self.notes is None else tuple(map(_printable, self.notes)),
        )


def _all(kind: Callable[..., T], bodies: Sequence[BaseModel] | None) -> tuple[T, ...] | None:
    return None if bodies is None else tuple(kind(**dict(each)) for each in bodies)


def _printable(line: str) -> str:
    return "".join(each if each.isprintable() else " " for each in line)


class HeartbeatAnswer(BaseModel):
    """`full_state`: the next one has to tell everything. `now`: the server's clock."""

    full_state: bool
    now: datetime


@router.post("/heartbeat", response_model=HeartbeatAnswer)
async def heartbeat(body: HeartbeatBody, desk: DeskOf, who: KioskOf) -> HeartbeatAnswer:
    """Take a kiosk's word on itself; sent again or overtaken it changes nothing."""
    beat, came = body.heartbeat(), desk.database.clock.now()

    def work(uow: UnitOfWork, actor: Actor) -> HeartbeatAnswer:
        taken = heartbeats.record_heartbeat(uow, actor, beat)
        # A kiosk takes it for the middle of the exchange: so it is of the middle of the wait.
        return HeartbeatAnswer(full_state=taken.full_state, now=came + (uow.now - came) / 2)

    return await desk.change(who, work, in_company=not beat.has_news)
