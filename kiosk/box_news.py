"""PURE: what the server is told of cash boxes, as its API takes it (docs/cash_boxes.md)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from kiosk.cash.boxes import Box, Contents, Level
from kiosk.journal.boxes import CopyState, Emptying
from kiosk.journal.outgoing import Outgoing


def box_row(box: Box, contents: Contents, capacity: int, level: Level) -> dict[str, Any]:
    """One box as its kiosk has it. Of a hopper only coins are told: what was given, what was there
    at first, and what should be left."""
    return {
        "id": str(box.id),
        "number": box.number,
        "serial": box.serial,
        "device": box.device,
        "sort": box.sort,
        "coin_centimos": box.coin_centimos,
        "capacity": capacity,
        "level": level,
        "revision": contents.revision,
        "pieces": {str(worth): count for worth, count in contents.pieces.items()},
        "given_coins": contents.given,
        "doubtful_coins": contents.doubtful,
        "start_coins": box.start_coins,
        "lost": bool(box.lost),
        "opened_at": box.opened_at,
    }


def closed(
    emptying: Emptying, ended: Sequence[dict[str, Any]], begun: Sequence[dict[str, Any]]
) -> Outgoing:
    """These boxes were taken out, with what should lie in them; those began where they ended."""
    body = {"closed_at": emptying.closed_at, "ended": list(ended), "begun": list(begun)}
    return _about(emptying.id, "closed", "closed", body)


def is_closing(news: Outgoing) -> bool:
    """Whether it says that boxes ended."""
    return news.path.endswith("/closed")


def slip_printed(emptying: UUID, copy: int, state: CopyState) -> Outgoing:
    """What is known about a copy of the paper."""
    body = {"copy_number": copy, "state": state}
    return _about(emptying, f"slip:{copy}:{state}", "slip", body)


def back_in_place(emptying: UUID) -> Outgoing:
    """The devices saw every box come back."""
    return _about(emptying, "in place", "in-place", {})


def adopted(emptying: UUID, count: int) -> Outgoing:
    """A count was taken over."""
    return _about(emptying, f"adopted:{count}", "adopted", {"count": count})


def _about(emptying: UUID, word: str, what: str, body: dict[str, Any]) -> Outgoing:
    return Outgoing(uuid5(emptying, word), f"/api/v1/emptyings/{emptying}/{what}", body)
