"""PURE: which journeys can be finished here now, by the flow's own rules, and why not."""

from typing import Any

from kiosk.flow.world import (
    ServiceKind,
    World,
    certificate_notice,
    certificate_obstacle,
    offered,
    turn_obstacle,
    ways_to_pay,
)
from kiosk.order import Means

NO_DEVICE = "no_device"


def journey_rows(world: World) -> tuple[dict[str, Any], ...]:
    """Each journey a person can come for, as the heartbeat carries it.

    `certificate` is what the welcome screen says of it, `pay:<means>` each way to pay it, and
    `turn:<service>` a turn of that service. `obstacle` "" means that it can be finished.
    """
    services = offered(world)
    sells = any(each.kind is ServiceKind.CERTIFICATE for each in services)
    rows: list[dict[str, Any]] = []
    if sells or not services:
        rows.append(_row("certificate", certificate_notice(world)))
        rows += [_way(world, each) for each in (Means.CARD, Means.CASH, Means.WALLET)]
    for each in services:
        if each.kind is ServiceKind.TURN:
            rows.append(_row(f"turn:{each.code}", turn_obstacle(world, each), each.name))
    return tuple(rows)


def _way(world: World, means: Means) -> dict[str, Any]:
    obstacle = certificate_obstacle(world)
    why = obstacle if obstacle or means in ways_to_pay(world) else NO_DEVICE
    return _row(f"pay:{means}", why)


def _row(journey: str, obstacle: str | None, name: str = "") -> dict[str, Any]:
    return {"journey": journey[:50], "obstacle": str(obstacle or ""), "name": name[:80]}
