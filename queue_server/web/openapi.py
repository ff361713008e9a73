"""The HTTP contract between kiosks and server: `python -m queue_server.web.openapi` prints it.

`python -m queue_server.web.openapi hub` prints the one between sites, people and the hub.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from queue_server.config import ServerConfig
from queue_server.core.clock import SystemClock
from queue_server.core.crypto import KEY_BYTES, Vault
from queue_server.core.db import Database, open_engine
from queue_server.web.app import build_app
from queue_server.web.hub_app import build_hub_app


def contract(of: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of everything an application has under /api."""
    document = of.openapi()
    document["paths"] = {
        path: {verb: _with_refusals(each) for verb, each in operations.items()}
        for path, operations in document["paths"].items()
        if path.startswith("/api/")
    }
    schemas = document["components"]["schemas"]
    schemas["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document


# RFC 9457. `title` is the stable word programs compare, `detail` a sentence for a person.
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def _with_refusals(operation: dict[str, Any]) -> dict[str, Any]:
    """Every refusal is a problem+json, whichever route it comes from."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = {code: each for code, each in operation["responses"].items() if code != "422"}
    return {
        **operation,
        "responses": {
            **responses,
            "4XX": {"description": "What was asked cannot be granted", "content": problem},
            "503": {"description": "Not now; Retry-After says when", "content": problem},
        },
    }


def application() -> FastAPI:
    """The server's application on an empty database that is already closed: to be read only."""
    return _built(lambda config, database: build_app(config, database, None))


def hub_application() -> FastAPI:
    """The hub's application, likewise."""
    return _built(build_hub_app)


def _built(build: Callable[[ServerConfig, Database], FastAPI]) -> FastAPI:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'contract.db'}")
        database = Database(engine, Vault(bytes(KEY_BYTES)), SystemClock())
        app = build(ServerConfig(site="CONTRACT"), database)
        database.close()
    return app


if __name__ == "__main__":
    shown = hub_application() if sys.argv[1:] == ["hub"] else application()
    print(json.dumps(contract(shown), indent=1, ensure_ascii=False, sort_keys=True))
