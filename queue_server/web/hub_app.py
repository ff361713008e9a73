"""The hub's web worker: who signs in, what sites tell, the page of the whole country."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from queue_server.config import ServerConfig
from queue_server.core import health as core_health
from queue_server.core import problem_json
from queue_server.core.db import Database
from queue_server.core.desk import Desk
from queue_server.core.feed import Feed
from queue_server.core.looks import Looks
from queue_server.fleet.pairing import api as pairing
from queue_server.hub.api import batches
from queue_server.hub.wire import LARGEST_BATCH
from queue_server.staff import api as staff
from queue_server.staff.model import PEOPLE, Role
from queue_server.staff.services.passwords import PasswordDesk
from queue_server.web import account_page, audit_page, country, entrance, second_step
from queue_server.web.app import LARGEST_BODY, STATIC, FreshFiles


def build_hub_app(config: ServerConfig, database: Database) -> FastAPI:
    """The application of the hub. It does not own the database."""
    feed = Feed(database)
    passwords = PasswordDesk()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        feed.start()
        yield
        passwords.close()
        feed.stop()

    app = FastAPI(
        title="Ventanilla hub",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=LARGEST_BATCH,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.site = config.site
    app.state.config = config
    app.state.plain_http = config.plain_http
    app.state.pairs = Role.SITE
    app.state.home = "/country"
    app.state.pairing_rate = pairing.AskingRate()
    app.state.desk = Desk(database, Looks(database, PEOPLE))
    app.state.passwords = passwords
    app.state.feed = feed
    problem_json.install(app)
    app.include_router(core_health.router, dependencies=[staff.Public])
    app.include_router(batches.router)
    for part in (staff, pairing, entrance, second_step, account_page, audit_page, country):
        app.include_router(part.router, max_body_size=LARGEST_BODY)
    files: StaticFiles = FreshFiles(directory=STATIC)
    app.mount("/static", files, name="static")
    return app
