"""The main screens look as they did when somebody last looked at them and kept the pictures."""

from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from tests.integration.kiosk_screen.goldens import (
    ALL,
    BROKEN,
    GOLDENS,
    SOFTENED,
    Shown,
    drawn,
    read,
)
from tests.integration.kiosk_screen.likeness import FEW, alike, out_of_place

MOST_BYTES = 1_500_000
LARGEST = (540, 960)
FIRST = ALL[0].name


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Image.Image]:
    """Every picture as it is drawn now, by its name."""
    return drawn(tmp_path_factory.mktemp("goldens"))


def kept(name: str) -> Image.Image:
    return read(GOLDENS / f"{name}.png")


@pytest.mark.parametrize("shown", ALL, ids=lambda shown: shown.name)
def test_it_looks_as_it_did(now: dict[str, Image.Image], shown: Shown, tmp_path: Path) -> None:
    """Meant to look otherwise now? `python -m tests.integration.kiosk_screen.goldens renew`."""
    now[shown.name].save(tmp_path / "now.png")
    strange = out_of_place(kept(shown.name), now[shown.name])
    assert strange <= FEW, f"{strange} pixels are not as in {shown.name}.png: see {tmp_path}"


def test_the_pictures_are_few_and_small() -> None:
    files = sorted(GOLDENS.iterdir())
    assert [each.name for each in files] == sorted(f"{shown.name}.png" for shown in ALL)
    assert sum(each.stat().st_size for each in files) < MOST_BYTES
    for each in files:
        with Image.open(each) as picture:
            assert (picture.mode, picture.size) == ("P", LARGEST)


@pytest.mark.negative_control
@pytest.mark.parametrize("variant", BROKEN)
def test_what_is_otherwise_on_the_screen_is_caught(
    now: dict[str, Image.Image], variant: str
) -> None:
    """A button 10 pixels away, one letter, a colour a shade off: all drawn, none painted over."""
    assert not alike(kept(FIRST), now[variant])


@pytest.mark.parametrize("variant", SOFTENED)
def test_edges_that_are_smoothed_otherwise_are_not(
    now: dict[str, Image.Image], variant: str
) -> None:
    assert now[variant].tobytes() != now[FIRST].tobytes()
    assert alike(kept(FIRST), now[variant])


@pytest.mark.negative_control
def test_no_kept_picture_passes_for_the_next() -> None:
    pictures = [kept(shown.name) for shown in ALL]
    assert [one for one, other in pairwise(pictures) if alike(one, other)] == []
