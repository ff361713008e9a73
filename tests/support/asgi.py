"""An application in this process behind an ordinary HTTP client: no socket, no second thread."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI

ADDRESS = "192.0.2.7"


class InProcess(httpx.BaseTransport):
    """Hands requests straight to `app`, as if they came from `address`.

    With `whole` false the answer ends with its headers, so that an endless stream can be asked for.
    """

    def __init__(self, app: FastAPI, address: str = ADDRESS, *, whole: bool = True) -> None:
        self._app = app
        self._address = address
        self._whole = whole
        self._runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._answer(request))

    def close(self) -> None:
        self._runner.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        asked = [{"type": "http.request", "body": request.read(), "more_body": False}]

        async def receive() -> dict[str, Any]:
            if asked:
                return asked.pop()
            return await asyncio.Future()  # the client stays

        task = asyncio.ensure_future(self._app(self._scope(request), receive, sent.put))  # type: ignore[arg-type]
        task.add_done_callback(lambda _: sent.put_nowait({"type": "end"}))
        try:
            start = await sent.get()
            if start["type"] == "end":
                task.result()  # raises what the application raised
            body = await self._body(sent) if self._whole else b""
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return httpx.Response(start["status"], headers=start["headers"], content=body)

    @staticmethod
    async def _body(sent: asyncio.Queue[dict[str, Any]]) -> bytes:
        body = b""
        while (part := await sent.get())["type"] == "http.response.body":
            body += part.get("body", b"")
        return body

    def _scope(self, request: httpx.Request) -> dict[str, Any]:
        url = request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": (self._address, 50_000),
            "server": (url.host, url.port or 80),
        }
