"""Every refusal has one form, and so has what nobody foresaw."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from queue_server.core import problem_json


def answer_of(app: FastAPI) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/")

    return asyncio.run(ask())


def failing_app() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def fail() -> None:  # pyright: ignore[reportUnusedFunction]
        raise RuntimeError("12345678 is nobody's business")

    return app


def test_a_fault_nobody_foresaw_is_told_in_the_form_of_every_other_and_tells_nothing() -> None:
    app = failing_app()
    problem_json.install(app)
    answer = answer_of(app)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["title"] == "broken"
    assert "12345678" not in answer.text


@pytest.mark.negative_control
def test_without_it_a_client_could_not_read_the_answer() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        answer_of(failing_app()).json()
