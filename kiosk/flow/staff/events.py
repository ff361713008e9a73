"""What staff touch at a kiosk's own menu, what is asked for then, and what comes back."""

from dataclasses import dataclass
from uuid import UUID

from kiosk.flow.facts import PrintState
from kiosk.flow.staff.states import Chore, CodeProblem, PlacedPart, TestedPart
from kiosk.flow.world import Closure

Press = tuple[float, float]
"""Where a finger was felt: 0 to 1 from the left and from the top."""


# --- touches -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class OpenStaff:
    """The institution's initials were held. `visit` is a fresh random id."""

    visit: UUID


@dataclass(frozen=True)
class TypedCode:
    """The code was typed."""

    text: str


@dataclass(frozen=True)
class ChoseChore:
    """A chore was touched."""

    chore: Chore


@dataclass(frozen=True)
class ChoseClosure:
    """Why the kiosk is closed from now on; None: it serves again."""

    closure: Closure | None


@dataclass(frozen=True)
class ChosePart:
    """The device `name` is at another port."""

    name: str


@dataclass(frozen=True)
class ChosePort:
    """It is at this one."""

    port: str


@dataclass(frozen=True)
class PressedMarks:
    """Every mark was pressed: where each stood, and where the finger was felt."""

    marks: tuple[Press, ...]
    felt: tuple[Press, ...]


StaffTouch = (
    OpenStaff | TypedCode | ChoseChore | ChoseClosure | ChosePart | ChosePort | PressedMarks
)


# --- what is asked for ---------------------------------------------------------------------------
@dataclass(frozen=True)
class OpenMenu:
    """Ask the server whether `code` opens this kiosk's menu; `effect_id` is the Idempotency-Key."""

    effect_id: UUID
    code: str


@dataclass(frozen=True)
class TestDevices:
    """Have every device test itself, and print what was found."""

    __test__ = False
    effect_id: UUID
    visit: UUID


@dataclass(frozen=True)
class NotePaper:
    """Paper was changed: have the printer prove it."""

    effect_id: UUID
    visit: UUID


@dataclass(frozen=True)
class CloseKiosk:
    """Closed until staff open it again, also after a restart; None: open."""

    effect_id: UUID
    visit: UUID
    closure: Closure | None


@dataclass(frozen=True)
class RestartKiosk:
    """End the program cleanly; the host starts it again."""

    effect_id: UUID
    visit: UUID


@dataclass(frozen=True)
class LookForPorts:
    """Which device is configured where, and which ports there are."""

    effect_id: UUID
    visit: UUID


@dataclass(frozen=True)
class MovePart:
    """Look for the device `name` at `port`; where it answers, remember that and restart."""

    effect_id: UUID
    visit: UUID
    name: str
    port: str


@dataclass(frozen=True)
class KeepCalibration:
    """Work out how touches are off, and put them right from now on."""

    effect_id: UUID
    visit: UUID
    marks: tuple[Press, ...]
    felt: tuple[Press, ...]


StaffEffect = (
    OpenMenu
    | TestDevices
    | NotePaper
    | CloseKiosk
    | RestartKiosk
    | LookForPorts
    | MovePart
    | KeepCalibration
)


# --- what comes back -----------------------------------------------------------------------------
@dataclass(frozen=True)
class MenuOpened:
    """The code was good."""

    effect_id: UUID
    asked_by: str
    chores: tuple[Chore, ...]


@dataclass(frozen=True)
class MenuRefused:
    """It was not, or nobody could be asked."""

    effect_id: UUID
    problem: CodeProblem


@dataclass(frozen=True)
class DevicesTested:
    """Every device has had its turn."""

    effect_id: UUID
    parts: tuple[TestedPart, ...]
    report: PrintState


@dataclass(frozen=True)
class PortsSeen:
    """What is configured where, and the ports that are there now."""

    effect_id: UUID
    parts: tuple[PlacedPart, ...]
    ports: tuple[str, ...]


@dataclass(frozen=True)
class ChoreEnded:
    """Any other chore is over; `well`: it did what was asked for."""

    effect_id: UUID
    well: bool


StaffAnswer = MenuOpened | MenuRefused | DevicesTested | PortsSeen | ChoreEnded


@dataclass(frozen=True)
class ClosureChanged:
    """Staff closed the kiosk, and why; None: they opened it."""

    closure: Closure | None
