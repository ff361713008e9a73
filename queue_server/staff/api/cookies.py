"""The cookies of people and displays: one place decides what they are called and how they are set.

Over TLS each has the prefix `__Host-` (RFC 6265bis §4.1.3.2): the browser takes it from this host
alone, over TLS, for every path, so neither a neighbouring host nor anything in the clear can plant
one. Over the plain loopback profile the prefix is not allowed, so there they have plain names.
"""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from queue_server.staff.model import SessionTimes

COOKIE = "ventanilla_session"
DISPLAY_COOKIE = "ventanilla_display"
LONGEST = 200


@dataclass(frozen=True)
class Cookie:
    """One cookie. `plain`: its name without TLS; `secure`: with TLS, after `__Host-`."""

    plain: str
    secure: str
    lasts: timedelta

    def name(self, request: Request) -> str:
        """What it is called on the connection of this request."""
        return f"__Host-{self.secure}" if _over_tls(request) else self.plain

    def of(self, request: Request) -> str:
        """Its value, "" without one. Over TLS the plain name counts for nothing."""
        return request.cookies.get(self.name(request), "")[:LONGEST]

    def give(self, request: Request, answer: Response, value: str) -> None:
        """Hand it to the browser: out of reach of scripts and of other sites' pages."""
        answer.set_cookie(
            self.name(request),
            value,
            max_age=int(self.lasts.total_seconds()),
            path="/",
            httponly=True,
            samesite="strict",
            secure=_over_tls(request),
        )

    def take_back(self, request: Request, answer: Response) -> None:
        """Let the browser forget it."""
        name, secure = self.name(request), _over_tls(request)
        answer.delete_cookie(name, path="/", httponly=True, samesite="strict", secure=secure)


def _over_tls(request: Request) -> bool:
    return request.url.scheme == "https"


SESSION = Cookie(COOKIE, "session", SessionTimes.AGE_LIMIT)
HALF_SESSION = Cookie("ventanilla_sign_in", "sign-in", timedelta(minutes=5))
BROWSER = Cookie("ventanilla_browser", "browser", timedelta(days=365))
DISPLAY = Cookie(DISPLAY_COOKIE, "display", timedelta(days=365))
