"""What the kiosk knows about its surroundings, and what it can finish with that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kiosk.flow.pairing import Pairing
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
class ServiceWords:
    """A service in another language of the screen; what is empty is said in Spanish."""

    language: str
    name: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Service:
    """One row of the site's configuration: what a person can queue for.

    `needs`: the site's sentence about it: what it is, what to bring. Both are Spanish; `words`
    has them in other languages (`flow.service_words` chooses).
    """

    code: str
    name: str
    series: str
    kind: ServiceKind = ServiceKind.TURN
    needs: str = ""
    words: tuple[ServiceWords, ...] = ()


@dataclass(frozen=True)
class Held:
    """Whether numbers of `service` are left that this kiosk may give out by itself now."""

    service: Service
    left: bool


class Closure(StrEnum):
    """Why staff closed this kiosk; people are told."""

    CLEANING = "cleaning"
    REPAIR = "repair"
    SUPPLIES = "supplies"  # paper, coins


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
    the server can have a wallet's code opened now. `numbers`: of which services numbers were
    reserved for a time without server. `turned_away`: the server is there, and will have nothing to
    do with this kiosk. `asked`: whether it is known if the server is there. `today`: the local day,
    None until it is known. `complaints`: the site's words about its complaint book.
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
    numbers: tuple[Held, ...] = ()
    turned_away: bool = False
    asked: bool = False
    today: date | None = None
    complaints: str = ""
    closure: Closure | None = None  # staff closed the kiosk, whatever else works
    pairing: Pairing | None = None  # no server knows this kiosk yet, or any more

    def part(self, part: Part) -> PartState:
        """The state of `part`; unusable when never heard of."""
        return dict(self.parts).get(part, PartState(usable=False, words="noDevice"))

    def usable(self, part: Part) -> bool:
        """True when `part` can serve now."""
        return self.part(part).usable


class Obstacle(StrEnum):
    """Why something is not offered; each has its own words in the catalogue."""

    CLEANING = "cleaning"  # these three: staff closed the kiosk
    REPAIR = "repair"
    SUPPLIES = "supplies"
    SERVER_AWAY = "server_away"
    NUMBERS_USED_UP = "numbers_used_up"  # the server is away, and so are the reserved numbers
    NO_PAPER_FOR_NUMBERS = "no_paper_for_numbers"  # the server is away, and the printer down
    JOURNAL_DOWN = "journal_down"
    BACKEND_AWAY = "backend_away"
    NO_WAY_TO_PAY = "no_way_to_pay"  # here: what was paid at the bank still pays
    NO_SERVICES = "no_services"
    NO_FEE = "no_fee"


def card_stays(world: World) -> bool:
    """Whether the terminal is still busy, outside a payment: mostly a card left inside."""
    return world.part(Part.TERMINAL).words.startswith("deviceBusy")


def closed_because(world: World) -> Obstacle | None:
    """Why this kiosk can do nothing at all now; None when it can serve."""
    if (shut := _shut(world)) is not None:
        return shut
    if not world.server:
        return _numbers_obstacle(world, world.numbers)
    if not world.services:
        return Obstacle.NO_SERVICES
    return None


def _shut(world: World) -> Obstacle | None:
    """Why nothing at all may be begun, whatever works."""
    if world.closure is not None:
        return Obstacle(world.closure)
    return None if world.journal else Obstacle.JOURNAL_DOWN


def offered(world: World) -> tuple[Service, ...]:
    """What there is to choose from. A server never seen: what numbers are held of."""
    return world.services or tuple(each.service for each in world.numbers)


def turn_obstacle(world: World, service: Service) -> Obstacle | None:
    """Why no turn for `service` can be had here now; None when it can."""
    if (shut := _shut(world)) is not None:
        return shut
    return None if world.server else number_obstacle(world, service)


def number_obstacle(world: World, service: Service) -> Obstacle | None:
    """Why this kiosk cannot give out a number of `service` by itself; None when it can."""
    return _numbers_obstacle(
        world, tuple(each for each in world.numbers if each.service.code == service.code)
    )


def gives_turns(world: World) -> bool:
    """Whether a turn of any kind can be had here now."""
    return any(turn_obstacle(world, each) is None for each in offered(world))


def _numbers_obstacle(world: World, numbers: tuple[Held, ...]) -> Obstacle | None:
    if not world.asked or world.turned_away or not numbers:
        return Obstacle.SERVER_AWAY
    if not any(each.left for each in numbers):
        return Obstacle.NUMBERS_USED_UP
    if not world.usable(Part.PRINTER):  # staff call printed numbers: one must be in a hand
        return Obstacle.NO_PAPER_FOR_NUMBERS
    return None


def certificate_obstacle(world: World) -> Obstacle | None:
    """Why a certificate cannot be finished here now; None when it can be sold.

    While server and centre answer, what was paid at the bank pays in any case.
    """
    if (shut := _shut(world)) is not None:
        return shut
    if not world.server:
        return Obstacle.SERVER_AWAY
    if not world.backend:
        return Obstacle.BACKEND_AWAY
    return Obstacle.NO_FEE if world.fee_centimos is None else None


def certificate_notice(world: World) -> Obstacle | None:
    """What is said of the certificate before anybody begins, also where it can be had."""
    obstacle = certificate_obstacle(world)
    if obstacle is None and not ways_to_pay(world):
        return Obstacle.NO_WAY_TO_PAY
    return obstacle


_NEEDED: Mapping[Means, Part] = {Means.CARD: Part.TERMINAL, Means.CASH: Part.ACCEPTOR}


def ways_to_pay(world: World) -> tuple[Means, ...]:
    """How a fee can be paid here now."""
    here = tuple(means for means, part in _NEEDED.items() if world.usable(part))
    return (*here, Means.WALLET) if world.server and world.wallet else here
