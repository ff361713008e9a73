"""problem+json (RFC 9457): every refusal of an application in one form."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from queue_server.core.problem import Problem

MEDIA_TYPE = "application/problem+json"


def _answer(
    status: int,
    kind: str,
    detail: str,
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    body = {"type": f"urn:ventanilla:problem:{kind}", "title": kind, "status": status}
    return JSONResponse(
        {**body, "detail": detail, **(extra or {})},
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def install(app: FastAPI) -> None:
    """Answer every refusal of `app` as problem+json."""

    @app.exception_handler(Problem)
    async def _refused(_: Request, problem: Problem) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        headers = {"Retry-After": "1"} if problem.status == 503 else None
        return _answer(problem.status, problem.kind, problem.detail, problem.extra, headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        faults = [
            {"pointer": "/" + "/".join(str(part) for part in each["loc"]), "detail": each["msg"]}
            for each in error.errors()[:20]
        ]
        detail = "Los datos enviados no tienen la forma esperada; corrija los campos indicados."
        return _answer(422, "invalid", detail, {"errors": faults})

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        return _answer(
            error.status_code, "http", str(error.detail), None, dict(error.headers or {})
        )

    @app.exception_handler(Exception)
    async def _broken(_: Request, _error: Exception) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        # Logged with its traceback by whoever runs the application; here nothing of it is told.
        return _answer(500, "broken", "El sistema falló; intente otra vez y avise a soporte.")
