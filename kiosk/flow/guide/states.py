"""Where a person stands who wants to know something."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kiosk.flow.person import Person
from kiosk.flow.world import Service

if TYPE_CHECKING:
    from kiosk.flow.states import At


class Topic(StrEnum):
    """What a page of information is about."""

    CERTIFICATE = "certificate"  # what it says, costs and needs
    PREFERENTIAL = "preferential"  # the law of preferential attention
    COMPLAINTS = "complaints"  # the complaint book


@dataclass(frozen=True)
class Guide:
    """What would you like to know?"""

    person: Person


@dataclass(frozen=True)
class GuidePage:
    """One page. `before`: the screen it was opened from and goes back to, None for the list."""

    person: Person
    topic: Topic
    before: "At | None" = None


@dataclass(frozen=True)
class GuideServices:
    """What people come for that is not finished at a kiosk."""

    person: Person
    services: tuple[Service, ...]


@dataclass(frozen=True)
class GuideService:
    """One of them, in a sentence; a turn is one touch away."""

    person: Person
    service: Service


Guiding = Guide | GuidePage | GuideServices | GuideService
