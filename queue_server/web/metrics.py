"""What a monitoring system reads (`GET /metrics`): the outbox, the centre, the applications."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from queue_server.core import outbox
from queue_server.core.desk import DeskOf, Identify
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.model import ApplicationState
from queue_server.issuance.services.standings import counted
from queue_server.staff.api.access import People
from queue_server.staff.model import Role

router = APIRouter(tags=["metrics"])
WatcherOf = Annotated[Identify, Depends(People((Role.IT, Role.SUPERVISOR)))]


@router.get("/metrics", response_class=Response, include_in_schema=False)
async def metrics(request: Request, desk: DeskOf, who: WatcherOf) -> Response:
    """Counts and ages of one site in Prometheus' text format 0.0.4; nothing of a person."""
    centre_up: bool = request.app.state.health.up
    text = await desk.look(who, lambda uow, actor: exposition(uow, actor, centre_up))
    headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store"}
    return Response(text, headers=headers)


def exposition(uow: UnitOfWork, actor: Actor, centre_up: bool) -> bytes:
    """The figures of the actor's site as they are now."""
    registry, site = CollectorRegistry(), actor.site
    left = outbox.backlog(uow, site)
    age = (uow.now - left.oldest).total_seconds() if left.oldest else 0.0
    for name, words, value in (
        ("outbox_waiting", "Errands that are due and not yet carried out", left.waiting),
        ("outbox_parked", "Errands that need a person", left.parked),
        ("outbox_oldest_age_seconds", "How long the oldest due errand waits", age),
        ("backend_up", "1 while the issuance backend says that it serves", centre_up),
    ):
        gauge = Gauge(f"ventanilla_{name}", words, ["site"], registry=registry)
        gauge.labels(site).set(value)
    words, counts = "Applications by where they stand", counted(uow, site)
    applications = Gauge("ventanilla_applications", words, ["site", "state"], registry=registry)
    for state in ApplicationState:
        applications.labels(site, state).set(counts.get(state, 0))
    return generate_latest(registry)
