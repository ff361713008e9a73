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
    """One table and one durable statement a request; no accounts, events, retries or estimates."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(
        "CREATE TABLE tickets (number INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT,"
        " state TEXT DEFAULT 'waiting')"
    )
    db.execute("CREATE INDEX waiting ON tickets (number) WHERE state = 'waiting'")

    async def issue(request: Request) -> JSONResponse:
        service = (await request.json())["service"]
        cursor = db.execute("INSERT INTO tickets (service) VALUES (?)", (service,))
        return JSONResponse({"number": cursor.lastrowid}, status_code=201)

    async def call_next(_: Request) -> JSONResponse:
        row = db.execute(
            "UPDATE tickets SET state = 'called' WHERE number = (SELECT number FROM tickets"
            " WHERE state = 'waiting' ORDER BY number LIMIT 1) RETURNING number"
        ).fetchone()
        return JSONResponse({"number": row and row[0]})

    async def finish(request: Request) -> JSONResponse:
        number = request.path_params["number"]
        db.execute("UPDATE tickets SET state = 'finished' WHERE number = ?", (number,))
        return JSONResponse({"number": number})

    return Starlette(
        routes=[
            Route("/tickets", issue, methods=["POST"]),
            Route("/call-next", call_next, methods=["POST"]),
            Route("/tickets/{number:int}/finish", finish, methods=["POST"]),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(
        application(Path(sys.argv[1])), port=int(sys.argv[2]), log_level="warning", access_log=False
    )
