"""Puts a server process together: the only module that knows every slice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

from queue_server.config import ServerConfig
from queue_server.core import problem
from queue_server.core.db import Database
from queue_server.core.desk import Desk
from queue_server.core.feed import Feed
from queue_server.fleet import api as fleet
from queue_server.staff import api as staff
from queue_server.turns import api as turns
from queue_server.web import pages

WEB = Path(pages.__file__).parent


class FreshFiles(StaticFiles):
    """Static files that a browser asks about each time: after an upgrade none runs old modules."""

    def file_response(self, *args: Any, **words: Any) -> Response:
        response = super().file_response(*args, **words)
        response.headers["Cache-Control"] = "no-cache"
        return response


def build_app(config: ServerConfig, database: Database) -> FastAPI:
    """The web worker's application. It owns neither the database nor the configuration."""
    feed = Feed(database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        feed.start()
        yield
        feed.stop()

    app = FastAPI(title="Ventanilla queue server", version="1", lifespan=lifespan, docs_url=None)
    app.state.site = config.site
    app.state.config = config
    app.state.desk = Desk(database)
    app.state.feed = feed
    problem.install(app)
    for slice_api in (turns, staff, fleet, pages):
        app.include_router(slice_api.router)
    app.mount("/static", FreshFiles(directory=WEB / "static"), name="static")
    return app
