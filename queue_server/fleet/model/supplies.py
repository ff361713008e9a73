"""PURE: how fast something is used up, and for how many days it will do."""

from collections.abc import Iterable, Mapping
from datetime import date

from queue_server.fleet.model.heartbeat import Supply

DAYS_LOOKED_BACK = 7


def used(before: Iterable[Supply], after: Iterable[Supply]) -> dict[tuple[str, str], int]:
    """How many units went since the last heartbeat: (device, supply) -> count. What was filled
    up, or taken out, is not use."""
    old = {(each.device, each.name): each for each in before}
    gone: dict[tuple[str, str], int] = {}
    for each in after:
        earlier = old.get((each.device, each.name))
        if earlier is None or earlier.count is None or each.count is None:
            continue
        step = each.count - earlier.count if each.fills else earlier.count - each.count
        if step > 0:
            gone[each.device, each.name] = step
    return gone


def days_left(left: int | None, use: Mapping[date, int], today: date) -> float | None:
    """For how many days `left` units will do at the pace of the last full days; None while there
    is no full day to judge by, or none was used. `use`: units by local day; today does not count.
    """
    past = {day: count for day, count in use.items() if 0 < (today - day).days <= DAYS_LOOKED_BACK}
    total = sum(past.values())
    if left is None or not total:
        return None
    return left / (total / (today - min(past)).days)
