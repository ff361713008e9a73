"""Whether this server answers: for load balancers, kiosks and whoever waits for a start."""

from fastapi import APIRouter
from pydantic import BaseModel

from queue_server.core.desk import DeskOf
from queue_server.core.unit_of_work import UnitOfWork

router = APIRouter(prefix="/api/v1", tags=["health"])


class HealthBody(BaseModel):
    """`ok`: the database was read. Otherwise the answer is a problem with status 503."""

    status: str


def _read(uow: UnitOfWork) -> HealthBody:
    uow.last_event_id("")
    return HealthBody(status="ok")


@router.get("/health", response_model=HealthBody)
async def health(desk: DeskOf) -> HealthBody:
    """Public, and says nothing about the site."""
    return await desk.database.look(_read)
