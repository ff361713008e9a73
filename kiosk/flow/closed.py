"""PURE: what a closed kiosk can still do for whoever stands in front of it."""

from enum import StrEnum

from kiosk.flow.world import World


class Open(StrEnum):
    """What is still to be had while nothing can be begun."""

    FOLLOW = "follow"
    GUIDE = "guide"
    HELP = "help"


def still_open(world: World) -> tuple[Open, ...]:
    """What works here although the kiosk is closed. Information always does."""
    found = [Open.GUIDE]
    if follows_while_closed(world):
        found.insert(0, Open.FOLLOW)
    if world.server:
        found.append(Open.HELP)
    return tuple(found)


def follows_while_closed(world: World) -> bool:
    """Only the server knows what was begun; staff who closed the kiosk have it open, or wet."""
    return world.server and world.journal and world.closure is None
