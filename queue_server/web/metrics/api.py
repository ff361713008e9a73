"""HTTP of the figures: what a monitoring system reads (`GET /metrics`)."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from queue_server.core.desk import Desk, DeskOf, Identify
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns.services.rules import site_codes
from queue_server.web.metrics.access import MONITORING, Watchers
from queue_server.web.metrics.model.exposition import CONTENT_TYPE, text
from queue_server.web.metrics.model.series import Scrape
from queue_server.web.metrics.probes import Probes, probes_of
from queue_server.web.metrics.reading import EDGES, scrape_site

router = APIRouter(tags=["metrics"])
WatcherOf = Annotated[Identify, Depends(Watchers())]


@router.get("/metrics", response_class=Response, include_in_schema=False)
async def metrics(request: Request, desk: DeskOf, who: WatcherOf) -> Response:
    """Prometheus' text format 0.0.4: staff read their own site, a monitoring system all sites of
    this database. Nothing of a person, a ticket, a document or a claim."""
    sites = await desk.look(who, lambda uow, actor: _sites(uow, actor.role, actor.site))
    scrape = await _scraped(desk, probes_of(request.app), sites)
    written = await asyncio.to_thread(text, scrape)
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    return Response(written, headers=headers)


def _sites(uow: UnitOfWork, role: str, site: str) -> list[str]:
    return site_codes(uow) if role == MONITORING else [site]


async def _scraped(desk: Desk, probes: Probes, sites: list[str]) -> Scrape:
    """A site at a time: whoever waits for the database has a turn in between."""
    scrape = Scrape(EDGES)
    for site in sites:
        await desk.database.look(lambda uow, site=site: scrape_site(uow, site, probes, scrape))
    return scrape
