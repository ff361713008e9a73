"""The HTTP contract between kiosks and server: `python -m queue_server.web.openapi` prints it."""

import json
import tempfile
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from queue_server.config import ServerConfig
from queue_server.core.clock import SystemClock
from queue_server.core.crypto import KEY_BYTES, Vault
from queue_server.core.db import Database, open_engine
from queue_server.web.app import build_app


def contract() -> dict[str, Any]:
    """The OpenAPI document of everything under /api."""
    document = _application().openapi()
    document["paths"] = {
        path: operations
        for path, operations in document["paths"].items()
        if path.startswith("/api/")
    }
    return document


def _application() -> FastAPI:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'contract.db'}")
        database = Database(engine, Vault(bytes(KEY_BYTES)), SystemClock())
        app = build_app(ServerConfig(site="CONTRACT"), database, None)
        database.close()
    return app


if __name__ == "__main__":
    print(json.dumps(contract(), indent=1, ensure_ascii=False, sort_keys=True))
