"""What every mutation works with: a seeded chance, other replies, and bait."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Chance = random.Random
LEAF = re.compile(rb"<((?:\w+:)?\w+)((?:\s[^<>]*)?)>([^<]*)</\1>")
DECLARATION = re.compile(rb"^<\?xml[^>]*\?>\s*")


@dataclass(frozen=True)
class Bait:
    """What must never be opened: a file, and an address where somebody listens."""

    file: str
    url: str


@dataclass(frozen=True)
class Kitchen:
    """What mutations may take from beside the reply itself."""

    others: Sequence[bytes]
    bait: Bait


Mutation = Callable[[bytes, Chance, Kitchen], bytes]
