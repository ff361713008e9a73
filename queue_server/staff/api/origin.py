"""Requests that a browser makes for another site's page are refused, besides SameSite=Strict."""

from urllib.parse import urlsplit

from fastapi import Request

from queue_server.core.problem import Problem

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_PORTS = {"http": 80, "https": 443}
_Origin = tuple[str, str, int]


def refuse_foreign_page(request: Request) -> None:
    """Raise Problem 403 unless a request that changes something comes from a page of ours.

    Browsers send `Origin` with every such request (Fetch §3.1), `null` from a page that sends no
    referrer; then only their own word `Sec-Fetch-Site: same-origin` is believed, and against that
    word nothing is.
    """
    if request.method in SAFE_METHODS:
        return
    origin, word = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if word not in (None, "none", "same-origin"):
        raise _foreign()
    if origin in (None, "null"):
        ours = word == "same-origin"
    else:
        ours = _origin(origin) in _own_origins(request)
    if not ours:
        raise _foreign()


def _foreign() -> Problem:
    return Problem(403, "foreign_page", "Este pedido vino de otra página.")


def _own_origins(request: Request) -> set[_Origin]:
    """Where this request was sent to, and where phones reach us through the reverse proxy."""
    public: str | None = request.app.state.config.public_address
    here = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return {origin for each in (here, public) if each and (origin := _origin(each))}


def _origin(address: str) -> _Origin | None:
    """Scheme, host and port of an address; None for one that has no such origin (`null`)."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname and port else None
