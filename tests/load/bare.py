"""The baseline: the least a ticket machine can do, on bare Starlette and sqlite3 (WAL, FULL)."""

import sqlite3
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def application(path: Path) -> Starlette:
    """One table, one INSERT a ticket, one durable transaction; no accounts, events or retries."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE tickets (number INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT)")

    async def issue(request: Request) -> JSONResponse:
        service = (await request.json())["service"]
        cursor = db.execute("INSERT INTO tickets (service) VALUES (?)", (service,))
        return JSONResponse({"number": cursor.lastrowid}, status_code=201)

    return Starlette(routes=[Route("/tickets", issue, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(
        application(Path(sys.argv[1])), port=int(sys.argv[2]), log_level="warning", access_log=False
    )
