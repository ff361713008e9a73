"""PURE: a kiosk that belongs to no server yet shows a code, and nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pairing:
    """The code to be typed at the server ("": another one is on its way), and how many servers
    have been reached where it could be."""

    code: str
    servers: int


@dataclass(frozen=True)
class PairingChanged:
    """What the kiosk shows while it is not paired; None once it is."""

    pairing: Pairing | None


@dataclass(frozen=True)
class NotPaired:
    """No server knows this kiosk: a technician reads its code."""

    pairing: Pairing
