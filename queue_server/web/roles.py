"""Which role each route needs: `python -m queue_server.web.roles > docs/roles.md`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import Mount

from queue_server.staff.api.access import Access, declared
from queue_server.staff.model import Role
from queue_server.web.openapi import application, hub_application

# Files that everybody may read; they are no routes.
_MOUNTS = ("/static",)


class UndeclaredAccess(Exception):
    """A route says nothing of who may use it, or more than one thing.

    Give it one of the dependencies of `queue_server.staff.api`: `who: StaffOf`, or
    `dependencies=[Public]` when it is meant for everybody.
    """


@dataclass(frozen=True)
class RouteAccess:
    """One method of one route and whom it admits; `roles` is empty for everybody."""

    method: str
    path: str
    roles: tuple[Role, ...]

    @property
    def public(self) -> bool:
        """Whether the route is meant for everybody."""
        return not self.roles


def route_access(app: FastAPI) -> list[RouteAccess]:
    """Every route of `app` by path, read off the router. Raises UndeclaredAccess."""
    found = [each for context in iter_route_contexts(app.routes) for each in _of(context)]
    return sorted(found, key=lambda each: (each.path, each.method))


def _of(context: RouteContext) -> Iterator[RouteAccess]:
    route = context.original_route
    if isinstance(route, Mount) and route.path in _MOUNTS:
        return
    if not isinstance(route, APIRoute):
        raise UndeclaredAccess(f"{getattr(route, 'path', route)} is no route of a router of ours")
    path, methods = str(context.path), sorted(context.methods or ())
    access: set[Access] = set(declared(context.dependant)) if context.dependant else set()
    if len(access) != 1:
        raise UndeclaredAccess(
            f"{methods} {path} declares {sorted(map(repr, access)) or 'nothing'}"
        )
    roles = access.pop().roles
    for method in methods:
        yield RouteAccess(method, path, roles)


def as_markdown(site: Iterable[RouteAccess], hub: Iterable[RouteAccess]) -> str:
    """The tables as people read them: of a site's server, and what the hub of all sites adds."""
    routes = list(site)
    added = [each for each in hub if each not in routes]
    return f"{_INTRODUCTION}\n{_table(routes)}\n{_AT_THE_HUB}\n{_table(added)}"


def _table(routes: Iterable[RouteAccess]) -> str:
    head = ["Route", "everybody", *(str(role) for role in Role)]
    rows = [
        [f"`{each.method} {each.path}`", each.public, *(role in each.roles for role in Role)]
        for each in routes
    ]
    lines = [head, ["---", *[":-:"] * (len(head) - 1)]]
    lines += [[cell if isinstance(cell, str) else _mark(cell) for cell in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _mark(admitted: bool) -> str:
    return "●" if admitted else ""


_INTRODUCTION = """\
# Who may ask for what

Made by `python -m queue_server.web.roles > docs/roles.md` from the router itself; a test compares
the two and tries every route in every role. Kiosks and displays are devices, the rest are people.
A display only looks; a site is a device of the hub. Routes for everybody are listed once more, by
hand, in the test.
"""
_AT_THE_HUB = """\
## At the hub

Signing in, accounts, audit and pairing are there as at a site, for the same roles. The hub adds:
"""


if __name__ == "__main__":
    print(as_markdown(route_access(application()), route_access(hub_application())), end="")
