"""The web worker's application: every slice's routes, the pages, the feed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

from queue_server.config import ServerConfig
from queue_server.core import problem_json
from queue_server.core.db import Database
from queue_server.core.desk import Desk
from queue_server.core.feed import Feed
from queue_server.fleet import api as fleet
from queue_server.issuance import api as issuance
from queue_server.issuance.model import IssuanceBackend
from queue_server.issuance.services.before_money import BackendHealth
from queue_server.staff import api as staff
from queue_server.turns import api as turns
from queue_server.web import pages

STATIC = Path(__file__).parent / "static"


class FreshFiles(StaticFiles):
    """Static files that a browser asks about each time: after an upgrade none runs old modules."""

    def file_response(self, *args: Any, **words: Any) -> Response:
        response = super().file_response(*args, **words)
        response.headers["Cache-Control"] = "no-cache"
        return response


def build_app(config: ServerConfig, database: Database, backend: IssuanceBackend | None) -> FastAPI:
    """The application. It owns neither the database nor the backend."""
    feed = Feed(database)
    health = BackendHealth(backend.healthy if backend else lambda: False)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        feed.start()
        health.start()
        yield
        health.stop()
        feed.stop()

    app = FastAPI(title="Ventanilla queue server", version="1", lifespan=lifespan, docs_url=None)
    app.state.site = config.site
    app.state.config = config
    app.state.desk = Desk(database)
    app.state.feed = feed
    app.state.backend = backend
    app.state.health = health
    problem_json.install(app)
    for slice_api in (turns, staff, fleet, issuance, pages):
        app.include_router(slice_api.router)
    app.mount("/static", FreshFiles(directory=STATIC), name="static")
    return app
