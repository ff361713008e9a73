"""What every kind understands: a self-test that needs nobody, takes no money, gives none. Pure."""

from dataclasses import dataclass

from devices.status import Completion, DeviceStatus


@dataclass(frozen=True, slots=True)
class SelfTest:
    """Prove what can be proved of a device without a person; at most one slip is printed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried: ``name`` and ``found`` are English lines for technicians."""

    name: str
    passed: bool
    found: str


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """How a ``SelfTest`` ended: ``success`` only if every step passed."""

    completion: Completion
    steps: tuple[Step, ...]
    status: DeviceStatus

    @classmethod
    def of(cls, steps: tuple[Step, ...], status: DeviceStatus) -> "SelfTestResult":
        """The result that ``steps`` add up to."""
        passed = all(step.passed for step in steps)
        return cls(Completion.SUCCESS if passed else Completion.HARDWARE_ERROR, steps, status)
