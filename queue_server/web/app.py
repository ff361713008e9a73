"""The web worker's application: every slice's routes, the pages, the feed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

from queue_server.backup import api as backup
from queue_server.config import ServerConfig
from queue_server.core import health as core_health
from queue_server.core import problem_json
from queue_server.core.db import Database
from queue_server.core.desk import Desk
from queue_server.core.feed import Feed
from queue_server.core.looks import Looks
from queue_server.fleet import api as fleet
from queue_server.fleet.actions import api as actions
from queue_server.fleet.adapters.alerts_file import alert_rules
from queue_server.fleet.adapters.server_certificate import certificate_until
from queue_server.fleet.pairing import api as pairing
from queue_server.issuance import api as issuance
from queue_server.issuance.adapters.guarded import GuardedBackend, NoBackend
from queue_server.issuance.call_times.service import Keeping
from queue_server.payments import api as payments
from queue_server.payments.adapters.gateway import WatchedGateway
from queue_server.staff import api as staff
from queue_server.staff.model import PEOPLE
from queue_server.staff.services.passwords import PasswordDesk
from queue_server.turns import api as turns
from queue_server.web import (
    account_page,
    administration_page,
    audit_page,
    availability_page,
    certificate_page,
    day_close_page,
    display_page,
    entrance,
    metrics,
    pages,
    phone_page,
    privacy_page,
    reports_page,
    second_step,
    tracking_page,
)
from queue_server.web.adapters.espeak import EspeakVoice
from queue_server.web.display_presence import DisplayPresence

STATIC = Path(__file__).parent / "static"
LARGEST_BODY = 512 * 1024  # bytes; a block of 200 printed tickets is the largest request


class FreshFiles(StaticFiles):
    """Static files that a browser asks about each time: after an upgrade none runs old modules."""

    def file_response(self, *args: Any, **words: Any) -> Response:
        response = super().file_response(*args, **words)
        response.headers["Cache-Control"] = "no-cache"
        return response


def build_app(
    config: ServerConfig,
    database: Database,
    backend: GuardedBackend | None,
    wallet: WatchedGateway | None = None,
) -> FastAPI:
    """The application. It owns neither the database, nor the backend, nor the wallets' gateway."""
    feed = Feed(database)
    voice = EspeakVoice()
    health = backend or NoBackend()
    passwords = PasswordDesk()
    displays = DisplayPresence(database)
    times = backend.times if backend else None
    counting = Keeping(database, times) if times else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        feed.start()
        displays.start()
        health.start()
        if wallet is not None:
            wallet.start()
        if counting is not None:
            counting.start()
        yield
        if counting is not None:
            await asyncio.to_thread(counting.stop)
        await displays.stop()
        passwords.close()
        voice.close()
        health.stop()
        if wallet is not None:
            wallet.stop()
        feed.stop()

    # The contract is published with the code; no page of a server explains it, least of all one
    # that loads its scripts from elsewhere.
    app = FastAPI(
        title="Ventanilla queue server",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=LARGEST_BODY,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.site = config.site
    app.state.config = config
    app.state.plain_http = config.plain_http
    app.state.pairing_rate = pairing.AskingRate()
    app.state.desk = Desk(database, Looks(database, PEOPLE))
    app.state.passwords = passwords
    app.state.feed = feed
    app.state.alert_rules = alert_rules(config)
    app.state.certificate_until = certificate_until(config)
    app.state.displays = displays
    app.state.backend = backend
    app.state.health = health
    app.state.wallet = wallet
    app.state.voice = voice
    problem_json.install(app)
    app.include_router(core_health.router, dependencies=[staff.Public])
    for router in (fleet.frequent, *turns.routers, *payments.routers, *issuance.routers):
        app.include_router(router)
    for part in (
        staff,
        fleet,
        pairing,
        actions,
        entrance,
        second_step,
        account_page,
        pages,
        display_page,
        phone_page,
        certificate_page,
        tracking_page,
        administration_page,
        reports_page,
        day_close_page,
        audit_page,
        availability_page,
        privacy_page,
        backup,
        metrics,
    ):
        app.include_router(part.router)
    app.mount("/static", FreshFiles(directory=STATIC), name="static")
    return app
