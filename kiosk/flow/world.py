"""What the kiosk knows about its surroundings, and what it can finish with that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.order import Means


class Part(StrEnum):
    """The parts of a kiosk a journey may need; words of the device kinds."""

    READER = "document_reader"
    PRINTER = "receipt_printer"
    TERMINAL = "card_terminal"
    ACCEPTOR = "cash_acceptor"


class ServiceKind(StrEnum):
    """How a service is given: at a window by turn, or finished at the kiosk."""

    TURN = "turn"
    CERTIFICATE = "certificate"


@dataclass(frozen=True)
class Service:
    """One row of the site's configuration: what a person can queue for."""

    code: str
    name: str
    series: str
    kind: ServiceKind = ServiceKind.TURN


@dataclass(frozen=True)
class PartState:
    """Whether a part is usable now, and the XFS words the technician sees."""

    usable: bool
    words: str = ""


@dataclass(frozen=True)
class World:
    """Everything outside the person's own journey that decides what can be offered.

    `server` is False until the queue server has answered; `backend` until it says that the
    issuance backend answers. `fee_centimos` is the certificate's price today, or None. `journal`:
    whether the kiosk can write down what it does; without that it does nothing. `wallet`: whether
    the server can have a wallet's code opened now.
    """

    site: str = ""
    server: bool = False
    backend: bool = False
    services: tuple[Service, ...] = ()
    fee_centimos: int | None = None
    public_address: bool = False
    parts: tuple[tuple[Part, PartState], ...] = field(default=())
    journal: bool = True
    wallet: bool = False

    def part(self, part: Part) -> PartState:
        """The state of `part`; unusable when never heard of."""
        return dict(self.parts).get(part, PartState(usable=False, words="noDevice"))

    def usable(self, part: Part) -> bool:
        """True when `part` can serve now."""
        return self.part(part).usable


class Obstacle(StrEnum):
    """Why something is not offered; each has its own words in the catalogue."""

    SERVER_AWAY = "server_away"
    JOURNAL_DOWN = "journal_down"
    BACKEND_AWAY = "backend_away"
    READER_DOWN = "reader_down"
    NO_WAY_TO_PAY = "no_way_to_pay"
    NO_SERVICES = "no_services"
    NO_FEE = "no_fee"


def closed_because(world: World) -> Obstacle | None:
    """Why this kiosk can do nothing at all now; None when it can serve."""
    if not world.journal:
        return Obstacle.JOURNAL_DOWN
    if not world.server:
        return Obstacle.SERVER_AWAY
    if not world.services:
        return Obstacle.NO_SERVICES
    return None


def certificate_obstacle(world: World, *, document_known: bool) -> Obstacle | None:
    """Why a certificate cannot be finished here now; None when it can be sold."""
    if not world.backend:
        return Obstacle.BACKEND_AWAY
    if world.fee_centimos is None:
        return Obstacle.NO_FEE
    if not document_known and not world.usable(Part.READER):
        return Obstacle.READER_DOWN
    if not ways_to_pay(world):
        return Obstacle.NO_WAY_TO_PAY
    return None


_NEEDED: Mapping[Means, Part] = {Means.CARD: Part.TERMINAL, Means.CASH: Part.ACCEPTOR}


def ways_to_pay(world: World) -> tuple[Means, ...]:
    """How a fee can be paid here now."""
    here = tuple(means for means, part in _NEEDED.items() if world.usable(part))
    return (*here, Means.WALLET) if world.server and world.wallet else here
