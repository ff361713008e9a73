"""Kind ``receipt_printer``: jobs for a roll printer and their results. Pure."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from devices.status import Completion, DeviceStatus

KIND = "receipt_printer"
MAX_SIZE = 8

Align = Literal["left", "center", "right"]
Evidence = Literal["printed", "not_printed", "unknown"]


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of text; ``width`` and ``height`` are multiples (1..8) of the normal character."""

    text: str
    align: Align = "left"
    bold: bool = False
    width: int = 1
    height: int = 1


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code of ``payload``, centred."""

    payload: str


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture in black and white: ``image`` is a PNG file's path or its content.

    Dark is printed, light and transparent are not; no greys. One dot of the picture is one dot of
    the printer; a wider one is shrunk to the paper.
    """

    image: Path | bytes
    align: Align = "center"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Blank paper, in lines of text (0..255)."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed to the knife and cut."""


Block = Text | Qr | Logo | Rule | Feed | Cut


@dataclass(frozen=True, slots=True)
class PrintJob:
    """What to print, top to bottom; end it with ``Cut``. ``job_id`` comes back in the result."""

    job_id: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class PrintResult:
    """How a job ended.

    ``evidence`` is what is known about the paper: ``printed`` when the printer confirmed this
    very job, ``not_printed`` when nothing of it was sent, ``unknown`` otherwise. ``status`` is
    the printer's health afterwards.
    """

    job_id: str
    completion: Completion
    evidence: Evidence
    status: DeviceStatus
