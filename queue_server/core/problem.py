"""problem+json (RFC 9457): refusals as a sentence a person can act on."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that cannot be granted. `detail` is Spanish, for a person, and says what to do.

    `kind` is the stable word programs compare; `extra` holds further members (RFC 9457 §3.2).
    """

    def __init__(self, status: int, kind: str, detail: str, **extra: Any) -> None:
        super().__init__(f"{kind}: {detail}")
        self.status = status
        self.kind = kind
        self.detail = detail
        self.extra = extra

    def response(self) -> JSONResponse:
        """The HTTP answer of this problem."""
        headers = {"Retry-After": "1"} if self.status == 503 else None
        return _problem(self.status, self.kind, self.detail, self.extra, headers)


def _problem(
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
        return problem.response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        faults = [
            {"pointer": "/" + "/".join(str(part) for part in each["loc"]), "detail": each["msg"]}
            for each in error.errors()[:20]
        ]
        detail = "Los datos enviados no tienen la forma esperada; corrija los campos indicados."
        return _problem(422, "invalid", detail, {"errors": faults})

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        return _problem(
            error.status_code, "http", str(error.detail), None, dict(error.headers or {})
        )
