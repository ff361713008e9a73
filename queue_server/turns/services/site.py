"""Load a site's rows of configuration: name, zone, services, counters and what they serve."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables


def load_site(uow: UnitOfWork, actor: Actor, rows: Mapping[str, Any]) -> None:
    """Insert or update the rows of `actor.site` from `rows` (the shape of deploy/site.toml).

    Services and counters that `rows` does not name are left alone: tickets may point to them.
    """
    site = actor.site
    _put(uow, tables.sites, {"code": site, "name": rows["name"], "zone": rows["zone"]})
    for position, service in enumerate(rows["services"]):
        _put(
            uow,
            tables.services,
            {
                "site": site,
                "code": service["code"],
                "name": service["name"],
                "series": service["series"],
                "kind": service.get("kind", "turn"),
                "position": position,
                "kiosk_visible": service.get("kiosk_visible", True),
            },
        )
    for counter in rows["counters"]:
        _put(
            uow,
            tables.counters,
            {"site": site, "code": counter["code"], "name": counter["name"]},
        )
        _serve(uow, site, counter["code"], counter["services"])
    uow.record(actor, "site.loaded", services=len(rows["services"]))


def _put(uow: UnitOfWork, table: Any, row: dict[str, Any]) -> None:
    keys = [column.name for column in table.primary_key]
    statement = uow.upsert(table).values(row)
    changes = {name: row[name] for name in row if name not in keys}
    uow.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes))


def _serve(uow: UnitOfWork, site: str, counter: str, services: list[str]) -> None:
    serves = tables.counter_services
    uow.connection.execute(delete(serves).where(serves.c.site == site, serves.c.counter == counter))
    uow.connection.execute(
        insert(serves),
        [{"site": site, "counter": counter, "service": service} for service in services],
    )
