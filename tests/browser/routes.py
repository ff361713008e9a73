"""Ways for the requests of a page that is already open."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route

_PROOF = "**/static/mark.svg?proof"
_IN_FORCE = """async () => {
  const answer = await fetch("/static/mark.svg?proof", { cache: "no-store" }).catch(() => null);
  return answer !== null && await answer.text() === "routed";
}"""


def route_open_page(page: Page, pattern: str, handler: Callable[[Route], Any]) -> None:
    """`page.route`, in force for the very next request.

    Playwright's own call returns when the browser knows; its renderer may send one more request
    the old way (measured: six in a thousand on a busy machine). So one request has to come back
    by a route before this returns.
    """
    page.route(pattern, handler)
    page.route(_PROOF, lambda route: route.fulfill(body="routed"))
    page.wait_for_function(_IN_FORCE)
    page.unroute(_PROOF)
