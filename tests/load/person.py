"""How long people take at a screen, by the keystroke-level model. Pure.

A screen costs reading its words, one decision, and the hand's movements. The constants are those
of Card, Moran and Newell, "The Psychology of Human-Computer Interaction" (1983), chapter 8: M 1.35
s to decide, P 1.1 s to point; K 1.20 s a key for who seldom types, 0.28 s for an average typist.
People read 238 words a minute (Brysbaert, "How many words do we read per minute?", 2019) and of
what a page says 28 % at most (Weinreich and others, "Not quite the average: an empirical study of
Web use", 2008): pages, as nobody has measured kiosks. Who reads every word, slowly, is modelled
beside them (`reads_all`). Assumed, not cited: what a document and a card take, and an address of
some eleven letters before a domain, which four of five have from one key. Nobody was watched: this
is a model.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log
from statistics import median

DECIDE_S = 1.35
PERSONS, SEED = 200, 7
OTHER_DOMAIN_KEYS = 13


class Act(StrEnum):
    """What the hand does once a screen is read."""

    TOUCH = "touch"
    TYPE = "type"
    DOCUMENT = "document"
    CARD = "card"
    PAPER = "paper"


@dataclass(frozen=True)
class Step:
    """One screen: how many words stand there, and what is done."""

    words: int
    act: Act


@dataclass(frozen=True)
class Pace:
    """How one person goes about it, in seconds; `keys`: what their address takes to type."""

    words_a_minute: float
    share_read: float
    keys: int
    touch: float
    key: float
    document: float
    card: float
    paper: float

    def seconds(self, step: Step) -> float:
        """What `step` takes this person."""
        reading = step.words * self.share_read / self.words_a_minute * 60
        return reading + DECIDE_S + self._hand(step)

    def _hand(self, step: Step) -> float:
        match step.act:
            case Act.TOUCH:
                return self.touch
            case Act.TYPE:
                return self.keys * self.key
            case Act.DOCUMENT:
                return self.document
            case Act.CARD:
                return self.card
            case Act.PAPER:
                return self.paper


def paces(count: int = PERSONS, seed: int = SEED, *, reads_all: bool = False) -> list[Pace]:
    """Seeded people: around each median, the slowest sixth takes about half as long again.

    `reads_all`: every word of every screen, at 160 words a minute, as one reads instructions.
    """
    chance = random.Random(seed)

    def around(middle: float) -> float:
        return middle * exp(chance.gauss(0.0, log(1.5)))

    def keys() -> int:
        return round(around(11.0)) + (1 if chance.random() < 0.8 else OTHER_DOMAIN_KEYS)

    return [
        Pace(
            words_a_minute=around(160.0 if reads_all else 238.0),
            keys=keys(),
            share_read=1.0 if reads_all else min(1.0, around(0.28)),
            touch=around(1.1),
            key=around(0.75),
            document=around(6.0),
            card=around(12.0),
            paper=around(3.0),
        )
        for _ in range(count)
    ]


def modelled_s(steps: Sequence[Step], machine_s: float, people: Sequence[Pace]) -> list[float]:
    """What the whole way takes each of `people`, waiting for the machine included."""
    return [machine_s + sum(each.seconds(step) for step in steps) for each in people]


def middle_s(steps: Sequence[Step], machine_s: float) -> float:
    """The median over the usual people."""
    return median(modelled_s(steps, machine_s, paces()))
