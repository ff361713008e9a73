"""The state of a simulated printer, and how each dialect tells it. Pure.

Written from the command references, not from the driver's tables, so that each judges the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

EPSON_QUESTIONS = (1, 2, 3, 4)
CUSTOM_QUESTION = 20

CHOICES: Mapping[str, tuple[str, ...]] = {
    "paper": ("full", "low", "out", "jammed"),
    "cover": ("closed", "open"),
    "cutter": ("ok", "jammed"),
    "temperature": ("ok", "high"),
    "memory": ("ok", "failed"),
    "voltage": ("ok", "wrong"),
    "error": ("off", "on"),
    "feed": ("released", "pressed"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What is the matter with it; each field takes one of ``CHOICES``."""

    paper: str = "full"
    cover: str = "closed"
    cutter: str = "ok"
    temperature: str = "ok"
    memory: str = "ok"
    voltage: str = "ok"
    error: str = "off"
    feed: str = "released"

    @property
    def stopped(self) -> bool:
        """Whether it prints nothing until somebody puts it right."""
        harmless = {"paper": ("full", "low")}
        return any(
            getattr(self, each.name) not in harmless.get(each.name, (each.default,))
            for each in fields(self)
        )


def epson_answer(condition: Condition, question: int) -> int:
    """The byte that answers DLE EOT 1 to 4: fixed bits 12h and the findings."""
    out, low = condition.paper == "out", condition.paper == "low"
    stuck = condition.cutter == "jammed" or condition.paper == "jammed"
    dead = "on" in condition.error or condition.memory == "failed" or condition.voltage == "wrong"
    hot = condition.temperature == "high"
    findings = {
        1: 0x08 * condition.stopped,
        2: 0x04 * (condition.cover == "open")
        | 0x08 * (condition.feed == "pressed")
        | 0x20 * out
        | 0x40 * (stuck or dead or hot),
        3: 0x08 * stuck | 0x20 * dead | 0x40 * hot,
        4: 0x0C * (low or out) | 0x60 * out,
    }
    return 0x12 | findings[question]


def epson_automatic(condition: Condition) -> bytes:
    """The four bytes of automatic status (GS a)."""
    out, low = condition.paper == "out", condition.paper == "low"
    error = epson_answer(condition, 3) & 0x68
    first = (
        0x10
        | 0x08 * condition.stopped
        | 0x20 * (condition.cover == "open")
        | 0x40 * (condition.feed == "pressed")
    )
    return bytes([first, error, 0x03 * (low or out) | 0x0C * out, 0x0F])


def custom_answer(condition: Condition) -> bytes:
    """The six bytes of full status (DLE EOT 20)."""
    paper = 0x01 * (condition.paper == "out") | 0x04 * (condition.paper in ("low", "out"))
    user = 0x02 * (condition.cover == "open") | 0x20 * (condition.feed == "pressed")
    recoverable = (
        0x01 * (condition.temperature == "high")
        | 0x08 * (condition.voltage == "wrong")
        | 0x40 * (condition.paper == "jammed")
    )
    unrecoverable = 0x01 * (condition.cutter == "jammed" or condition.error == "on") | 0x04 * (
        condition.memory == "failed"
    )
    return bytes([0x10, 0x0F, paper, user, recoverable, unrecoverable])
