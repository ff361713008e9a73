"""Where a member of staff stands who opened this kiosk's own menu; what they see there."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from kiosk.flow.facts import PrintState


class Chore(StrEnum):
    """What staff do at a kiosk; the server says which of them a code is good for."""

    PAPER = "paper"
    SELF_TEST = "self_test"
    SERVICE = "service"
    RESTART = "restart"
    CALIBRATE = "calibrate"
    PORTS = "ports"


class CodeProblem(StrEnum):
    """Why the menu stays shut."""

    SHORT = "short"
    WRONG = "wrong"
    BLOCKED = "blocked"
    AWAY = "away"  # only the server knows the codes
    MONEY_INSIDE = "money_inside"


class ChoreNews(StrEnum):
    """How the last chore ended, in one sentence above the menu."""

    PAPER_WELL = "paper_well"
    PAPER_FAILED = "paper_failed"
    PORT_TAKEN = "port_taken"
    PORT_SILENT = "port_silent"
    CALIBRATED = "calibrated"
    CLOSED = "closed"
    OPENED = "opened"
    FAILED = "failed"


class TestEnd(StrEnum):
    """How the self-test of one device ended."""

    __test__ = False
    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"  # it is away, or busy, or has no self-test


@dataclass(frozen=True)
class TestedPart:
    """One device: its name in the configuration, its kind, how its self-test ended.

    `found`: an English line for technicians, "" where all is well.
    """

    __test__ = False
    name: str
    kind: str
    end: TestEnd
    found: str = ""


@dataclass(frozen=True)
class PlacedPart:
    """One device and the port it is configured at."""

    name: str
    kind: str
    port: str


@dataclass(frozen=True)
class Visit:
    """An open menu. `id`: under which key it was opened; `asked_by`: the account that asked."""

    id: UUID
    asked_by: str = ""
    chores: tuple[Chore, ...] = ()
    done: int = 0  # chores so far: each has an id of its own


@dataclass(frozen=True)
class StaffCode:
    """The code from the console is typed. `tries` so far: each has an id of its own."""

    visit: UUID
    problem: CodeProblem | None = None
    tries: int = 0


@dataclass(frozen=True)
class StaffOpening:
    """The server is asked about the code. `asked`: under which key."""

    visit: UUID
    asked: UUID
    tries: int


@dataclass(frozen=True)
class StaffMenu:
    """What the code is good for; `news` of the last chore."""

    visit: Visit
    news: ChoreNews | None = None


@dataclass(frozen=True)
class StaffAtWork:
    """The kiosk does a chore. `asked`: the id of what was asked for."""

    visit: Visit
    chore: Chore
    asked: UUID


@dataclass(frozen=True)
class StaffTested:
    """How every device fared, and what became of the printed report."""

    visit: Visit
    parts: tuple[TestedPart, ...]
    report: PrintState


@dataclass(frozen=True)
class StaffClosing:
    """Why is it closed? People are told."""

    visit: Visit


@dataclass(frozen=True)
class StaffParts:
    """Which device shall be looked for at another port?"""

    visit: Visit
    parts: tuple[PlacedPart, ...]
    ports: tuple[str, ...]


@dataclass(frozen=True)
class StaffPorts:
    """At which port is `part`?"""

    before: StaffParts
    part: PlacedPart

    @property
    def visit(self) -> Visit:
        """Whose menu it is."""
        return self.before.visit


@dataclass(frozen=True)
class StaffCalibration:
    """Marks are pressed one after another. `again`: the last round made no sense."""

    visit: Visit
    again: bool = field(default=False)


Staff = (
    StaffCode
    | StaffOpening
    | StaffMenu
    | StaffAtWork
    | StaffTested
    | StaffClosing
    | StaffParts
    | StaffPorts
    | StaffCalibration
)
