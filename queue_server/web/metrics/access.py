"""Who may read the figures: a monitoring system by its token, this machine, or staff."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from fastapi import Request

from queue_server.config import ServerConfig
from queue_server.core.desk import Identify
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor
from queue_server.staff.api.access import People
from queue_server.staff.model import Role

MONITORING = "monitoring"
# What a proxy adds to what it passes on: then the peer is the proxy, and not who asks.
_PASSED_ON = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_LOCAL_NAMES = ("localhost",)


@dataclass(frozen=True)
class Watchers(People):
    """Staff of these roles; a bearer of `metrics_token`; where no public address is configured,
    and no proxy passes it on, a request of this machine to this machine."""

    roles: tuple[Role, ...] = (Role.IT, Role.SUPERVISOR)

    async def __call__(self, request: Request) -> Identify:
        config: ServerConfig = request.app.state.config
        shown = _bearer(request.headers.get("authorization", ""))
        if shown is not None:
            return _by_token(config, shown)
        if config.public_address is None and is_from_here(_peer(request), request.headers):
            return _monitoring(config)
        return await super().__call__(request)


def _by_token(config: ServerConfig, shown: str) -> Identify:
    token = config.metrics_token
    if token is None or not hmac.compare_digest(shown.encode(), token.encode()):
        words = "Este token no abre las cifras; revise `metrics_token` en server.toml."
        raise Problem(401, "unknown_token", words)
    return _monitoring(config)


def _monitoring(config: ServerConfig) -> Identify:
    return lambda _: Actor(config.site, MONITORING, "metrics")


def is_from_here(peer: str, headers: Mapping[str, str]) -> bool:
    """Whether a request came from this machine and was meant for it, by nobody's hand in between.

    The name it asks for counts too: a proxy passes on its own, and so does a browser that was led
    here under a foreign one.
    """
    if any(each in headers for each in _PASSED_ON):
        return False
    return _is_loopback(peer) and _names_this_machine(headers.get("host", ""))


def _names_this_machine(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return name in _LOCAL_NAMES or _is_loopback(name.strip("[]"))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
