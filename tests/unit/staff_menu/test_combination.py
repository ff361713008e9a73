"""Keys that staff know open the code screen; keys that anybody mashes do not."""

import itertools
import random
from dataclasses import dataclass

import pytest

from kiosk.staff import combination
from kiosk.staff.combination import KEYS, REST_S, WITHIN_S, Combination

ARROWS = ("up", "down", "left", "right")
MASHED = 20_000


def pressed(keys: tuple[str, ...], every_s: float, begin: float = 100.0) -> list[bool]:
    heard = Combination(last=begin - REST_S)
    return [heard.press(key, begin + at * every_s) for at, key in enumerate(keys)]


def test_the_six_keys_open_it_once_at_the_last() -> None:
    assert pressed(KEYS, 0.5) == [False] * 5 + [True]
    assert not any(pressed(KEYS * 3, 0.2)[6:]), "and not again without a rest"


def test_too_slow_too_early_or_another_key_means_nothing() -> None:
    assert not any(pressed(KEYS, WITHIN_S / 5 + 0.05))
    assert not any(pressed(("up", *KEYS), 0.3)), "no rest before them"
    for at in range(len(KEYS)):
        assert not any(pressed((*KEYS[:at], "enter", *KEYS[at:]), 0.2))


def test_a_new_try_needs_nothing_but_a_rest() -> None:
    heard = Combination()
    for key in ("up", "up", "down"):
        heard.press(key, 1.0)
    tried = [heard.press(key, 1.0 + REST_S + at * 0.3) for at, key in enumerate(KEYS)]
    assert tried[-1]


def test_no_key_is_twice_in_a_row_and_none_touches_anything() -> None:
    """A held key repeats itself; arrows only move the ring."""
    assert len(KEYS) == 6
    assert all(one != other for one, other in itertools.pairwise(KEYS))
    assert set(KEYS) <= set(ARROWS)


@dataclass
class Restless(Combination):
    """The broken variant: any six keys in a row will do, whatever came before."""

    def press(self, key: str, now: float) -> bool:
        self.given = self.given or 0
        self.given = self.given + 1 if key == KEYS[self.given] else int(key == KEYS[0])
        complete = self.given == len(KEYS)
        self.given %= len(KEYS)
        return complete


def openings(heard: Combination, seed: int) -> int:
    """How often somebody who mashes arrows for over an hour gets to the code screen."""
    dice, now, opened = random.Random(seed), 0.0, 0
    for _ in range(MASHED):
        now += dice.uniform(0.05, 0.6)
        opened += heard.press(dice.choice(ARROWS), now)
    return opened


@pytest.mark.parametrize("seed", range(5))
def test_an_hour_of_mashing_opens_nothing(seed: int) -> None:
    assert combination.REST_S > 0.6
    assert openings(Combination(), seed) == 0


@pytest.mark.negative_control
def test_a_combination_without_a_rest_is_opened_by_mashing() -> None:
    assert sum(openings(Restless(), seed) for seed in range(5)) > 0
